import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { configurationReference, referencePath } from '../../infra/config-reference.ts';

describe('docs/configuration.md', () => {
  it('says what the schema says (else run node infra/config-reference.ts)', () => {
    expect(readFileSync(referencePath, 'utf8')).to.equal(configurationReference());
  });
});
