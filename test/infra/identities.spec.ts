import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { recordStack } from './stacks.ts';

describe('identities of resources', () => {
  for (const stack of ['application', 'dev', 'prod', 'everything'])
    it(`of ${stack} are the stored ones: a new name replaces a resource (else run node test/infra/identities/update.ts)`, async () => {
      const stored = JSON.parse(
        readFileSync(new URL(`identities/${stack}.json`, import.meta.url), 'utf8'),
      ) as unknown;
      const recording = await recordStack(stack);
      expect(recording.identities()).to.deep.equal(stored);
    });
});
