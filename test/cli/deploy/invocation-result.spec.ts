import { expect } from 'chai';
import { readInvocation } from '../../../cli/deploy/invocation-result.ts';
import { pointer } from '../support/fixtures.ts';

const delivery = {
  pointer: pointer('v2', 2),
  deployment: 2,
  fencingToken: 5,
  timeoutSeconds: 300,
  comment: '',
};
const read = (changes: object) =>
  readInvocation({ InstanceId: 'i-1', StatusDetails: 'Success', ...changes }, delivery);

describe('readInvocation', () => {
  it("takes the agent's last line", () => {
    const result = {
      instanceId: 'i-1',
      outcome: 'Deployed',
      versionLabel: 'v2',
      deployment: 2,
      serving: 'v2',
      lastLines: [],
      phases: [],
    };
    expect(read({ StandardOutputContent: `unpacking\n${JSON.stringify(result)}\n\n` })).to.deep.equal(result);
  });

  it("shows the script's own words when the agent did not get to answer", () => {
    const result = read({ StatusDetails: 'Failed', StandardErrorContent: 'sh: node: not found\n' });
    expect(result).to.deep.include({ outcome: 'Failed', serving: null, lastLines: ['sh: node: not found'] });
    expect(result.reason).to.equal('the agent ended without a result (Failed)');
  });

  for (const [status, words] of [
    ['Delivery Timed Out', 'did not take the command in time'],
    ['DeliveryTimedOut', 'did not take the command in time'],
    ['Execution Timed Out', 'longer than its time limit'],
    ['Undeliverable', 'stopped or terminated'],
    ['Cancelled', 'was cancelled'],
  ] as const)
    it(`explains ${status}`, () => {
      expect(read({ StatusDetails: status }).reason).to.contain(words);
    });

  it('does not take a line for a result that is none', () => {
    expect(read({ StandardOutputContent: '{"outcome":"Deployed"}' }).outcome).to.equal('Failed');
  });
});
