import { expect } from 'chai';
import fc from 'fast-check';
import { readConfiguration } from '../../infra/config-read.ts';
import type { EnvironmentStack } from '../../infra/config.ts';
import { targetGroupName } from '../../infra/environment/load-balancer.ts';
import { fitName } from '../../infra/naming.ts';
import { findDefinition, resourceTypes } from '../../local/provider/aws/registry.ts';
import type { Properties } from '../../local/provider/protocol/values.ts';
import { automaticName } from '../../local/provider/resource/names.ts';
import { rawConfiguration, recordEnvironments } from './stacks.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,60}[a-z0-9]$/);

describe('fitName', () => {
  it('leaves a short name alone', () => {
    expect(fitName('mywordpress-prod-web', 32)).to.equal('mywordpress-prod-web');
  });
  it('never exceeds the limit and never ends in two hyphens', () => {
    fc.assert(
      fc.property(name, (long) => {
        const fitted = fitName(long, 32);
        expect(fitted).to.have.length.at.most(32);
        if (fitted !== long) expect(fitted).to.match(/[a-z0-9]-[0-9a-f]{6}$/);
      }),
    );
  });
  it('keeps different names different', () => {
    const common = 'a'.repeat(40);
    expect(fitName(`${common}1`, 32)).not.to.equal(fitName(`${common}2`, 32));
  });
});

describe('targetGroupName', () => {
  it('is one that ELB accepts, and another one in another VPC', () => {
    const long = 'application-of-mine--a-stack-of-mine-web-blue';
    expect(targetGroupName(long, 'vpc-1')).to.match(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/);
    expect(targetGroupName(long, 'vpc-1')).not.to.equal(targetGroupName(long, 'vpc-2'));
  });
});

describe('the longest names that the configuration allows', () => {
  const seed = new Uint8Array([1]);
  const [application, stack] = ['an-application-of-20', 'a-stack-of-no-less-2'];
  const longest = (database: object) =>
    readConfiguration(
      rawConfiguration({
        'aws:region': 'ap-southeast-2',
        'beanpole:application': application,
        'beanpole:network': { natGateways: 'Single' },
        'beanpole:database': database,
        'beanpole:cache': { replicas: 1 },
        'beanpole:files': {},
        'beanpole:environments': {
          'web-sixteen-char': {
            tier: 'WebServer',
            type: 'LoadBalanced',
            scaling: { stepsOut: [{ cpuPercent: 60, instances: 1 }] },
            workerEnvironment: 'worker-of-16-cha',
          },
          'worker-of-16-cha': { tier: 'Worker', type: 'SingleInstance' },
          'fifo-of-sixteen1': { tier: 'Worker', type: 'SingleInstance', queueType: 'Fifo' },
        },
      }),
      stack,
    ) as EnvironmentStack;

  for (const database of [
    { engine: 'mysql', readReplicas: 5 },
    { engine: 'aurora-mysql', instances: 16 },
  ])
    it(`are short enough for AWS, with ${database.engine}`, async () => {
      const { resources } = await recordEnvironments(longest(database));
      for (const { type, name, inputs } of resources) {
        if (!resourceTypes.includes(type)) continue;
        const { naming } = await findDefinition(type);
        if (naming && inputs[naming.property] === undefined)
          expect(() => automaticName(naming, inputs as Properties, name, seed), name).not.to.throw();
      }
      expect(new Set(resources.map(({ type, name }) => `${type} ${name}`)).size).to.equal(resources.length);
    });
});
