import { readFileSync } from 'node:fs';
import { expect } from 'chai';

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
