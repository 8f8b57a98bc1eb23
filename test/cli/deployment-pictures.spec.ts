import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { pictures } from '../../cli/deployment-pictures.ts';

describe('docs/pictures', () => {
  for (const [file, svg] of pictures())
    it(`${file} shows the steps of the policy: node cli/deployment-pictures.ts`, () => {
      expect(readFileSync(new URL(`../../docs/pictures/${file}`, import.meta.url), 'utf8')).to.equal(svg);
    });

  it('are all in docs/deployments.md', () => {
    const page = readFileSync(new URL('../../docs/deployments.md', import.meta.url), 'utf8');
    for (const file of pictures().keys()) expect(page).to.contain(`(pictures/${file})`);
  });
});
