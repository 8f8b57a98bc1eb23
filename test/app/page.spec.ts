import { readFileSync } from 'node:fs';
import { expect } from 'chai';

const app = new URL('../../app/', import.meta.url);
const { page } = (await import(new URL('page.js', app).href)) as {
  page: (facts: Record<string, unknown>) => string;
};
const facts = { version: 'v1', instance: 'i-1', zone: 'eu-central-1a', canSend: true };

describe("MyWordPress's page", () => {
  it('shows version, instance and zone, and a form', () => {
    const html = page(facts);
    expect(html)
      .to.match(/id="version">v1</)
      .and.match(/id="instance">i-1</)
      .and.match(/id="zone">eu-central-1a</);
    expect(html).to.include('method="post" action="/entries"');
  });

  it('needs no other file', () => {
    expect(page(facts)).to.not.match(/<(img|script|link)\b|url\(|https?:/);
  });

  it('confirms an entry and escapes whatever the address says', () => {
    expect(page({ ...facts, sent: '<script>' }))
      .to.include('on its way')
      .and.include('&#60;script&#62;')
      .and.not.include('<script>');
  });

  it('says what was wrong, and takes no word of its own from the address', () => {
    expect(page({ ...facts, problem: 'empty' })).to.include('Write a few words');
    for (const problem of ['constructor', '<b>', ['empty']])
      expect(page({ ...facts, problem })).to.not.include('role="alert"');
  });

  it('offers no form without a queue', () => {
    expect(page({ ...facts, canSend: false }))
      .to.include('no queue')
      .and.not.include('<form');
  });
});

describe('both source bundles', () => {
  for (const name of ['app', 'worker'])
    it(`${name}/ has a Procfile, exact versions and a lock file without registry addresses`, () => {
      const read = (file: string) => readFileSync(new URL(`../../${name}/${file}`, import.meta.url), 'utf8');
      expect(read('Procfile')).to.equal('web: node server.js\n');
      const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
      for (const version of Object.values(dependencies)) expect(version).to.match(/^\d+\.\d+\.\d+$/);
      expect(read('package-lock.json')).to.not.match(/"resolved"/);
    });
});
