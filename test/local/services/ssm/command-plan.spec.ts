import { expect } from 'chai';
import { amount, commandStatus, nextWave } from '../../../../local/services/ssm/command-plan.ts';
import { truncate } from '../../../../local/services/ssm/command-output.ts';

const limits = { maxConcurrency: '50', maxErrors: '0', cancelling: false };
type Details =
  'Pending' | 'InProgress' | 'Success' | 'Failed' | 'ExecutionTimedOut' | 'DeliveryTimedOut' | 'Terminated';
const statusOf = (details: Details) =>
  details.endsWith('TimedOut') ? 'TimedOut' : details === 'Terminated' ? 'Cancelled' : details;
const invocations = (...details: Details[]) =>
  details.map((statusDetails, index) => ({
    instanceId: `i-${index}`,
    status: statusOf(statusDetails) as 'Pending',
    statusDetails,
  }));
const pending = (count: number) => invocations(...Array<Details>(count).fill('Pending'));

describe('the plan of a command', () => {
  it('sends to one instance first, then to twice as many each time, up to the limit', () => {
    expect(nextWave(limits, pending(9), 0)).to.deep.equal(['i-0']);
    expect(nextWave(limits, pending(9), 1)).to.have.length(2);
    expect(nextWave(limits, pending(9), 2)).to.have.length(4);
    expect(nextWave({ ...limits, maxConcurrency: '3' }, pending(9), 5)).to.have.length(3);
    const busy = invocations('InProgress', 'InProgress', 'Pending', 'Pending');
    expect(nextWave({ ...limits, maxConcurrency: '3' }, busy, 5)).to.deep.equal(['i-2']);
    expect(nextWave({ ...limits, maxConcurrency: '50%' }, busy, 5)).to.deep.equal([]);
  });

  it('sends until error number MaxErrors + 1', () => {
    const three = invocations('Failed', 'Failed', 'Failed', 'Pending');
    expect(nextWave({ ...limits, maxErrors: '3' }, three, 3)).to.deep.equal(['i-3']);
    expect(nextWave({ ...limits, maxErrors: '2' }, three, 3)).to.deep.equal([]);
    expect(nextWave(limits, invocations('DeliveryTimedOut', 'Pending'), 3)).to.deep.equal(['i-1']);
    expect(amount('10%', 50)).to.equal(5);
  });

  it('judges the whole from its parts as AWS does', () => {
    const details = (maxErrors: string, ...parts: Details[]) =>
      commandStatus({ ...limits, maxErrors }, invocations(...parts)).statusDetails;
    expect(details('0', 'Pending', 'Pending')).to.equal('Pending');
    expect(details('0', 'Success', 'Pending')).to.equal('InProgress');
    expect(details('0', 'Success', 'Success')).to.equal('Success');
    expect(details('1', 'Success', 'Failed')).to.equal('Success');
    expect(details('0', 'Success', 'Failed', 'Terminated')).to.equal('Failed');
    expect(details('0', 'ExecutionTimedOut')).to.equal('ExecutionTimedOut');
    expect(details('0', 'DeliveryTimedOut')).to.equal('DeliveryTimedOut');
    expect(details('0', 'Success', 'DeliveryTimedOut')).to.equal('Incomplete');
    expect(details('0')).to.equal('NoInstancesInTag');
  });

  it('keeps 24,000 characters of output, its marker included', () => {
    expect(truncate('x'.repeat(24_000), 24_000))
      .to.have.length(24_000)
      .and.not.include('truncated');
    expect(truncate('x'.repeat(24_001), 24_000))
      .to.have.length(24_000)
      .and.match(/x--output truncated--$/);
  });
});
