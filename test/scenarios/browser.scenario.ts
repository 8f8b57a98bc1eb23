import { expect } from 'chai';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.ts';
import { until } from '../support/client.ts';
import { answers, createStage, password, type Stage } from './mywordpress/stage.ts';

const desktop = { viewport: { width: 1280, height: 860 } };
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

/** What a person sees: MyWordPress in Chromium, written through one instance and read through another. */
describe('MyWordPress in a browser', () => {
  let stage: Stage;
  let browser: Browser;
  let origins: string[];
  /** What the browser complained about: blocked by the policy, not found, broken. */
  const complaints: string[] = [];
  const open = async (options: BrowserContextOptions, path: string, instance: number): Promise<Page> => {
    const page = await (await browser.newContext(options)).newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', ({ message }) => complaints.push(message));
    await page.goto(`${origins[instance] ?? ''}${path}`);
    return page;
  };

  before(async () => {
    [stage, browser] = await Promise.all([createStage(), launchBrowser()]);
    origins = await Promise.all([stage.startSite('i-0'), stage.startSite('i-1')]);
    await Promise.all(origins.map(answers));
  });
  after(async () => {
    await browser.close();
    await stage.end();
  });

  it('is where a post with a picture is written on one instance and read on another', async () => {
    const author = await open(desktop, '/admin', 0);
    await author.getByLabel('Password').fill(password);
    await author.getByRole('button', { name: 'Sign in' }).click();
    await author.getByRole('link', { name: 'New post' }).click();
    await author.getByLabel('Title').fill('Seven mornings at the harbour');
    await author.getByLabel('Text').fill('The harbour wakes **before** the town does.');
    const sea = { create: { width: 1800, height: 1000, channels: 3, background: '#1c6a50' } };
    const picture = {
      name: 'sea.jpg',
      mimeType: 'image/jpeg',
      buffer: await stage.sharp(sea).jpeg().toBuffer(),
    };
    await author.getByLabel('Choose a picture').setInputFiles(picture);
    await author.getByLabel('What it shows').fill('A green sea');
    await author.getByRole('button', { name: 'Publish' }).click();
    await author.getByRole('heading', { name: 'Seven mornings at the harbour' }).waitFor();

    const reader = await open(phone, '/', 1);
    await reader.getByRole('link', { name: 'Seven mornings at the harbour' }).click();
    expect(await reader.locator('.prose strong').innerText()).to.equal('before');
    await until('the picture is drawn from a small size', 20, async () => {
      await reader.reload();
      const image = reader.getByRole('img', { name: 'A green sea' });
      return await image.evaluate(
        (shown: { complete: boolean; naturalWidth: number; currentSrc: string }) => {
          return shown.complete && shown.naturalWidth > 0 && /\/(480|960|1600)\.webp$/.test(shown.currentSrc);
        },
      );
    });
    expect(new URL(reader.url()).origin).to.equal(origins[1]);
  });

  it('is where a comment is written, approved and read', async () => {
    const reader = await open(phone, '/posts/seven-mornings-at-the-harbour', 1);
    await reader.getByLabel('Name').fill('Grace');
    await reader.getByLabel('Comment', { exact: true }).fill('I know that radio.');
    await reader.getByRole('button', { name: 'Send the comment' }).click();
    await reader.getByRole('status').waitFor();

    const author = await open(desktop, '/admin/sign-in', 0);
    await author.getByLabel('Password').fill(password);
    await author.getByRole('button', { name: 'Sign in' }).click();
    await author.getByRole('link', { name: 'Comments' }).click();
    await author.getByRole('button', { name: 'Approve the comment by Grace' }).click();
    await author.getByText('Waiting').waitFor({ state: 'detached' });

    await reader.reload();
    await reader.getByText('I know that radio.').waitFor();
  });

  it('sends a note to the worker', async () => {
    const visitor = await open(phone, '/', 0);
    await visitor.getByLabel('Note', { exact: true }).fill('Hello from a browser');
    await visitor.getByRole('button', { name: 'Send to the worker' }).click();
    await visitor.getByText('on its way to the worker').waitFor();
    await until('the worker has it', 5, async () =>
      stage.queue.answers.some(({ body, status }) => body.includes('Hello from a browser') && status === 200),
    );
  });

  for (const [name, options] of Object.entries({ desktop, phone }))
    for (const colorScheme of ['light', 'dark'] as const)
      it(`fits and can be read on a ${name}, ${colorScheme}`, async () => {
        for (const path of ['/', '/posts/seven-mornings-at-the-harbour', '/status', '/admin/sign-in']) {
          const page = await open({ ...options, colorScheme }, path, 0);
          const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
          expect(wider, `${path} is wider than the screen by`).to.equal(0);
          const ratios = await page.evaluate(contrasts);
          expect(ratios, `contrast of text on ${path}`).to.deep.equal([]);
          await page.context().close();
        }
      });

  it('makes the browser complain about nothing', () => {
    expect(complaints).to.deep.equal([]);
  });
});

/** Runs in the page: texts whose contrast to their background is below WCAG's 4.5. */
const contrasts = `(() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = numbers(color).slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backgroundOf = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = getComputedStyle(e).backgroundColor;
      if (numbers(color)[3] !== 0) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const found = [];
  for (const element of document.body.querySelectorAll('*')) {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(backgroundOf(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.push(element.textContent.trim().slice(0, 40) + ' ' + ratio.toFixed(2));
  }
  return found;
})()`;
