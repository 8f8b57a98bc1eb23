import { expect } from 'chai';
import { wishedOptions } from '../../../cli/deploy/wished-options.ts';

const none = {
  policy: undefined,
  batchSize: undefined,
  ignoreHealthCheck: false,
  healthyChecks: undefined,
  alarms: undefined,
  timeout: undefined,
  newVersionPercent: undefined,
  evaluationTime: undefined,
  keepWarm: undefined,
  wait: false,
  noWait: false,
  waitForLock: false,
};

describe('the flags of a deployment', () => {
  it('leave everything to the stack file unless they are given', () => {
    expect(wishedOptions(none)).to.deep.equal({ policy: undefined, options: {}, waitsForLock: false });
  });

  it('understand numbers, percentages and times', () => {
    const given = {
      ...none,
      policy: 'Rolling',
      batchSize: '25%',
      newVersionPercent: '20',
      healthyChecks: '5',
      alarms: 'errors, latency',
      timeout: '15m',
      evaluationTime: '2m',
      keepWarm: '0s',
    };
    expect(wishedOptions(given)).to.deep.include({
      policy: 'Rolling',
      options: {
        batchSizeType: 'Percentage',
        batchSize: 25,
        newVersionPercent: 20,
        healthyChecks: 5,
        alarms: ['errors', 'latency'],
        timeoutSeconds: 900,
        evaluationTimeSeconds: 120,
        keepWarmSeconds: 0,
      },
    });
    expect(wishedOptions({ ...none, batchSize: '2' }).options).to.deep.equal({
      batchSizeType: 'Fixed',
      batchSize: 2,
    });
  });

  it('tell everything that is wrong at once', () => {
    const given = {
      ...none,
      policy: 'Canary',
      batchSize: '0%',
      newVersionPercent: '200',
      evaluationTime: 'soon',
    };
    expect(() => wishedOptions(given))
      .to.throw()
      .with.property('message')
      .that.matches(/--policy Canary/)
      .and.matches(/--batch-size 0%/)
      .and.matches(/--evaluation-time soon/)
      .and.matches(/newVersionPercent/);
  });
});
