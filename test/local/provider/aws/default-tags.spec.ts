import { expect } from 'chai';
import { PartialFailure } from '../../../../local/provider/protocol/plugin.ts';
import { openAccount, type Account } from './account.ts';

describe('tags that the provider gives to everything', () => {
  let account: Account;
  const ours = { owner: 'us', stage: 'dev' };

  before(async () => {
    account = await openAccount({ defaultTags: JSON.stringify({ tags: ours }) });
  });
  after(() => account.stop());

  it('show in `tagsAll` only, after a create as after an update and a refresh', async () => {
    const type = 'aws:ec2/vpc:Vpc';
    const inputs = { cidrBlock: '10.0.0.0/16', tags: { a: '1', stage: 'dev' } };
    const vpc = await account.make(type, inputs);
    const isAtRest = async (tags: Record<string, string>) => {
      expect(vpc.state).to.deep.include({ tags, tagsAll: { ...ours, ...tags } });
      const before = { state: vpc.state, inputs: vpc.inputs };
      await vpc.refresh();
      expect({ state: vpc.state, inputs: vpc.inputs }).to.deep.equal(before);
    };
    await isAtRest(inputs.tags);
    expect((await vpc.plan(inputs)).changes).to.deep.equal([]);
    await vpc.update({ ...inputs, tags: { b: '2' } });
    await isAtRest({ b: '2' });
  });

  it('are left out of what is kept of a resource that was made halfway', async () => {
    const { provider } = account;
    const type = 'aws:ec2/vpc:Vpc';
    // This region refuses the metrics, when the VPC is there already.
    const inputs = { cidrBlock: '10.1.0.0/16', enableNetworkAddressUsageMetrics: true, tags: { a: '1' } };
    const error: unknown = await provider
      .create({ type, inputs, preview: false, timeout: 5 })
      .catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(PartialFailure);
    expect((error as PartialFailure).made.properties).to.deep.include({
      tags: { a: '1' },
      tagsAll: { ...ours, a: '1' },
    });
  });
});
