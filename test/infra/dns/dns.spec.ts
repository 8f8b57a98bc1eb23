import { expect } from 'chai';
import type { EnvironmentStack } from '../../../infra/config.ts';
import { readConfiguration } from '../../../infra/config-read.ts';
import type { Recording } from '../../support/record-resources.ts';
import { everythingIsTagged } from '../expectations.ts';
import { rawConfiguration, recordEnvironments, stackFile } from '../stacks.ts';

const record = 'aws:route53/record:Record';
const healthCheck = 'aws:route53/healthCheck:HealthCheck';

/** A stack of this repository with these settings of its web environment, its domain and its network besides. */
function recordWith(
  stack: string,
  web: object,
  more: { domain?: object; network?: object } = {},
): Promise<Recording> {
  const file = stackFile(stack);
  const section = (name: string) => file[`beanpole:${name}`] as Record<string, object>;
  const changed = {
    ...file,
    'beanpole:domain': { ...section('domain'), ...more.domain },
    'beanpole:network': { ...section('network'), ...more.network },
    'beanpole:environments': {
      ...section('environments'),
      web: { ...section('environments').web, record: 'www', ...web },
    },
  };
  return recordEnvironments(readConfiguration(rawConfiguration(changed), stack) as EnvironmentStack);
}

describe('names of a stack', () => {
  it('of prod fail over from its load balancer, which is asked under its own name', async () => {
    const recording = await recordWith('prod', {
      routing: { policy: 'Failover', failover: 'PRIMARY', healthCheck: { intervalSeconds: 10 } },
    });
    expect(recording.only(healthCheck).inputs).to.deep.equal({
      type: 'HTTP',
      fqdn: 'mywordpress-prod-web.elb.example',
      port: 80,
      resourcePath: '/health',
      requestInterval: 10,
      failureThreshold: 3,
      tags: {
        'beanpole:application': 'mywordpress',
        'beanpole:stack': 'prod',
        'beanpole:environment': 'web',
        Name: 'mywordpress-prod-web',
      },
    });
    expect(recording.only(record, 'mywordpress-prod-web').inputs).to.deep.equal({
      zoneId: 'Z-APPLICATION',
      name: 'www.mywordpress.example',
      type: 'A',
      // A load balancer with an idle slot is never healthy to Route 53.
      aliases: [{ name: 'mywordpress-prod-web.elb.example', zoneId: 'Z-ELB', evaluateTargetHealth: false }],
      setIdentifier: 'prod-web',
      failoverRoutingPolicies: [{ type: 'PRIMARY' }],
      healthCheckId: 'mywordpress-prod-web-id',
    });
    everythingIsTagged(recording, 'prod');
  });

  it('of prod with https are asked by HTTPS: the redirect on port 80 is always well', async () => {
    const recording = await recordWith(
      'prod',
      {
        routing: { policy: 'Weighted', weight: 90, healthCheck: { path: '/', searchString: 'MyWordPress' } },
      },
      { domain: { https: true } },
    );
    expect(recording.only(healthCheck).inputs).to.include({
      type: 'HTTPS_STR_MATCH',
      port: 443,
      resourcePath: '/',
      searchString: 'MyWordPress',
    });
    expect(recording.only(record, 'mywordpress-prod-web').inputs).to.deep.include({
      setIdentifier: 'prod-web',
      weightedRoutingPolicies: [{ weight: 90 }],
    });
  });

  it('of dev are answered with other addresses at once', async () => {
    const recording = await recordWith('dev', {
      routing: { policy: 'MultivalueAnswer', setIdentifier: 'one', healthCheck: {} },
    });
    expect(recording.only(healthCheck).inputs).to.include({ ipAddress: '198.51.100.7', port: 80 });
    expect(recording.only(record).inputs).to.deep.include({
      ttl: 60,
      records: ['198.51.100.7'],
      setIdentifier: 'one',
      multivalueAnswerRoutingPolicy: true,
    });
    everythingIsTagged(recording, 'dev');
  });

  it('of dev count as healthy without a health check', async () => {
    const recording = await recordWith('dev', { routing: { policy: 'Failover', failover: 'SECONDARY' } });
    expect(recording.ofType(healthCheck)).to.deep.equal([]);
    expect(recording.only(record).inputs).to.not.have.property('healthCheckId');
  });

  it('lead outside where the stack file says so', async () => {
    const recording = await recordWith(
      'dev',
      { routing: { policy: 'Failover', failover: 'PRIMARY', healthCheck: {} } },
      {
        domain: {
          records: {
            sorry: {
              record: 'www',
              addresses: ['192.0.2.80'],
              ttlSeconds: 30,
              routing: {
                policy: 'Failover',
                failover: 'SECONDARY',
                healthCheck: { protocol: 'HTTPS', port: 8443 },
              },
            },
            mail: { record: 'mail', addresses: ['192.0.2.25', '192.0.2.26'] },
          },
        },
      },
    );
    expect(recording.only(record, 'mywordpress-dev-sorry').inputs).to.deep.equal({
      zoneId: 'Z-APPLICATION',
      name: 'www.mywordpress.example',
      type: 'A',
      ttl: 30,
      records: ['192.0.2.80'],
      setIdentifier: 'dev-sorry',
      failoverRoutingPolicies: [{ type: 'SECONDARY' }],
      healthCheckId: 'mywordpress-dev-sorry-id',
    });
    expect(recording.only(record, 'mywordpress-dev-sorry').dependsOn, 'the policy comes first').to.include(
      'aws:route53/record:Record::mywordpress-dev-web',
    );
    expect(recording.only(healthCheck, 'mywordpress-dev-sorry').inputs).to.include({
      type: 'HTTPS',
      ipAddress: '192.0.2.80',
      port: 8443,
      resourcePath: '/',
    });
    expect(recording.only(record, 'mywordpress-dev-mail').inputs).to.deep.include({
      records: ['192.0.2.25', '192.0.2.26'],
    });
    everythingIsTagged(recording, 'dev');
  });

  it('of its data stores are known in its VPC alone', async () => {
    const recording = await recordWith('prod', {}, { network: { privateZone: 'prod.internal' } });
    const { inputs } = recording.only('aws:route53/zone:Zone');
    expect(inputs).to.deep.include({ name: 'prod.internal', vpcs: [{ vpcId: 'vpc-1' }] });
    const names = recording
      .ofType(record)
      .filter(({ name }) => name.includes('private-zone'))
      .map((one) => `${String(one.inputs.name)} ${String((one.inputs.records as string[])[0])}`);
    expect(names).to.have.members([
      'database.prod.internal mywordpress-prod-database.cluster.example',
      'database-reader.prod.internal mywordpress-prod-database.cluster-ro.example',
      'cache.prod.internal master.mywordpress-prod-cache.cache.example',
      'cache-reader.prod.internal replica.mywordpress-prod-cache.cache.example',
    ]);
    everythingIsTagged(recording, 'prod');
  });
});
