import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { bundleAgent } from '../../../infra/application/agent-bundle.ts';

describe('the bundle of the agent', () => {
  it('comes with the digest that every instance checks', async () => {
    const { file, sha256 } = await bundleAgent();
    expect(sha256).to.equal(createHash('sha256').update(readFileSync(file)).digest('hex'));
  });
});
