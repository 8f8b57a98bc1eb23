import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { awsOf } from '../support/aws.ts';
import { launchBrowser } from '../support/browser.ts';
import { ask, until } from '../support/client.ts';
import { must, startCloud, type TestCloud } from '../support/cloud.ts';

/** Other applications with stack files of their own, run by the same program and the same commands. */
describe('the examples', () => {
  describe('What is the time?', () => {
    let cloud: TestCloud;
    before(async () => {
      cloud = await startCloud({ example: 'whatisthetime' });
    });
    after(() => cloud.remove());

    it('is told by every instance of prod', async () => {
      await bringUp(cloud, 'prod');
      const seen = new Set<string | undefined>();
      await until('two instances have answered', 30, async () => {
        const { status, version, body } = await ask(cloud.frontDoorPort, 'www.whatisthetime.example');
        expect({ status, version }).to.deep.equal({ status: 200, version: 'v1' });
        expect(body).to.match(/<dt>Tokyo<\/?d?t?>?.*\d\d:\d\d:\d\d/);
        seen.add(/id="instance">([^<]*)</.exec(body)?.[1]);
        return seen.size === 2;
      });
    });
  });

  describe('MyClothes', () => {
    let cloud: TestCloud;
    let browser: Browser;
    let page: Page;
    const path = (to: string): string => `http://dev.myclothes.example.localhost:${cloud.frontDoorPort}${to}`;
    const countInCart = () => page.locator('#count').innerText();
    before(async () => {
      browser = await launchBrowser();
      cloud = await startCloud({ example: 'myclothes' });
    });
    after(async () => {
      await cloud.remove();
      await browser.close();
    });

    it('sells: a cart, an account, an order', async () => {
      await bringUp(cloud, 'dev');
      page = await browser.newPage();
      await page.goto(path('/'));
      const coat = page.getByRole('listitem').filter({ hasText: 'Rain coat' });
      await coat.getByRole('button', { name: 'Into the cart' }).click();
      expect(await countInCart()).to.equal('1');

      await page.getByRole('link', { name: 'Sign in' }).click();
      await page.getByLabel('Email').fill('ada@example.com');
      await page.getByLabel('Password').fill('a long enough password');
      await page.getByRole('button', { name: 'Open an account' }).click();
      await page.getByText('You have ordered nothing yet').waitFor();

      await page.getByRole('link', { name: 'Cart' }).click();
      await page.getByRole('button', { name: 'Order' }).click();
      await page.getByText('1 × Rain coat, € 149.00').waitFor();
      expect(await countInCart()).to.equal('0');
    });

    it('says of a form that was sent empty what is wrong with it', async () => {
      const sent = ['/sign-in', '/accounts', '/cart'].map((to) =>
        ask(cloud.frontDoorPort, 'dev.myclothes.example', to, undefined, {}),
      );
      expect((await Promise.all(sent)).map(({ status }) => status)).to.deep.equal([403, 400, 400]);
    });

    it('still has cart, sign-in and order when its only instance has been replaced', async () => {
      await page.goto(path('/'));
      await page.getByRole('button', { name: 'Into the cart' }).first().click();
      const before = await page.locator('#instance').innerText();
      await awsOf(cloud).ec2.terminateInstances({ InstanceIds: [before] });

      await until('another instance answers', 120, async () => {
        const answer = await page.goto(path('/account')).catch(() => null);
        if (answer?.status() !== 200 || (await page.locator('#instance').count()) === 0) return false;
        return (await page.locator('#instance').innerText()) !== before;
      });
      expect(await countInCart()).to.equal('1');
      await page.getByText('1 × Rain coat, € 149.00').waitFor();
      await page.getByRole('link', { name: 'ada@example.com' }).waitFor();
    });
  });
});

async function bringUp(cloud: TestCloud, stack: string): Promise<void> {
  for (const each of ['application', stack]) await cloud.up(each);
  await must(cloud.beanpole('version', 'create', 'v1'));
  await must(cloud.beanpole('deploy', stack, '--version', 'v1'));
}
