import {
  Route53,
  type Change,
  type HealthCheckConfig,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { expect } from 'chai';
import type { Parts } from '../../../../local/services/parts.ts';
import type { Probe } from '../../../../local/services/route53/health-checkers.ts';
import { createRoute53 } from '../../../../local/services/route53/service.ts';
import { startEndpoint, type TestCloud } from '../../../support/endpoint.ts';

describe('Route 53 health checks', () => {
  let cloud: TestCloud;
  let route53: Route53;
  let HostedZoneId: string;
  /** What is down, by address. */
  let down: Set<string>;
  let probed: HealthCheckConfig[];
  let balancerIsHealthy: boolean;
  let alarm: string | undefined;
  const balancer = 'shop-1.eu-central-1.elb.amazonaws.com';

  const probe: Probe = async (config) => {
    probed.push(config);
    return down.has(config.IPAddress ?? '')
      ? { healthy: false, status: 'Failure: HTTP Status Code 503, Service Unavailable' }
      : { healthy: true, status: 'Success: HTTP Status Code 200, OK' };
  };

  beforeEach(async () => {
    down = new Set();
    probed = [];
    balancerIsHealthy = true;
    alarm = 'OK';
    const services = {
      elasticloadbalancing: {
        operations: {},
        resolve: (name: string) => (name === balancer ? ['203.0.113.7'] : undefined),
        isHealthy: () => balancerIsHealthy,
      },
      monitoring: {
        operations: {
          DescribeAlarms: () => ({ MetricAlarms: alarm === undefined ? [] : [{ StateValue: alarm }] }),
        },
      },
      ec2: { operations: {}, resolve: () => undefined, usesPrivateZones: () => true },
    } as unknown as Parts['services'];
    cloud = await startEndpoint({ route53: (parts) => createRoute53(parts, probe) }, { services });
    route53 = new Route53(cloud.client);
    const made = await route53.createHostedZone({ Name: 'shop.example', CallerReference: 'one' });
    HostedZoneId = made.HostedZone?.Id ?? '';
  });
  afterEach(() => cloud.stop());

  const http: HealthCheckConfig = {
    Type: 'HTTP',
    IPAddress: '203.0.113.1',
    Port: 80,
    ResourcePath: '/health',
    RequestInterval: 10,
    FailureThreshold: 2,
  };
  let references = 0;
  const create = async (config: Partial<HealthCheckConfig> = http): Promise<string> => {
    const { HealthCheck } = await route53.createHealthCheck({
      CallerReference: `check-${references++}`,
      HealthCheckConfig: config as HealthCheckConfig,
    });
    return HealthCheck?.Id ?? '';
  };
  const failure = (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'no error',
      (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`,
    );
  const change = (...sets: ResourceRecordSet[]) =>
    route53.changeResourceRecordSets({
      HostedZoneId,
      ChangeBatch: {
        Changes: sets.map((ResourceRecordSet): Change => ({ Action: 'UPSERT', ResourceRecordSet })),
      },
    });
  const record = (id: string, address: string, more: Partial<ResourceRecordSet>): ResourceRecordSet => ({
    Name: 'www.shop.example',
    Type: 'A',
    TTL: 60,
    SetIdentifier: id,
    ResourceRecords: [{ Value: address }],
    ...more,
  });
  const answers = () =>
    cloud.parts.services.route53.resolve('www.shop.example', 'A').records.map(({ data }) => data);
  /** Second by second, as each look begins after the answer to the one before. */
  async function pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      cloud.clock.advance(1000);
      for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('lead a name to the secondary while the primary fails, and back', async () => {
    const HealthCheckId = await create();
    await change(
      record('first', '203.0.113.1', { Failover: 'PRIMARY', HealthCheckId }),
      record('second', '203.0.113.2', { Failover: 'SECONDARY' }),
    );
    await pass(11);
    expect(answers()).to.deep.equal(['203.0.113.1']);
    down.add('203.0.113.1');
    // One failure of each checker is less than the threshold.
    await pass(9);
    expect(answers()).to.deep.equal(['203.0.113.1']);
    await pass(12);
    expect(answers()).to.deep.equal(['203.0.113.2']);
    down.clear();
    await pass(21);
    expect(answers()).to.deep.equal(['203.0.113.1']);
  });

  it('are looked at from every region once in an interval, with what they say about it', async () => {
    const HealthCheckId = await create();
    await pass(10);
    expect(probed).to.have.length(8);
    down.add('203.0.113.1');
    await pass(10);
    const { HealthCheckObservations: now = [] } = await route53.getHealthCheckStatus({ HealthCheckId });
    expect(now.map(({ Region }) => Region)).to.include.members(['us-east-1', 'eu-west-1', 'sa-east-1']);
    expect(now[0]?.StatusReport).to.deep.include({
      Status: 'Failure: HTTP Status Code 503, Service Unavailable',
    });
    down.clear();
    await pass(10);
    const status = (await route53.getHealthCheckStatus({ HealthCheckId })).HealthCheckObservations?.[0];
    expect(status?.StatusReport?.Status).to.equal('Success: HTTP Status Code 200, OK');
    const { HealthCheckObservations: failures = [] } = await route53.getHealthCheckLastFailureReason({
      HealthCheckId,
    });
    expect(failures).to.have.length(8);
    expect(failures[0]?.StatusReport?.Status).to.contain('503');
  });

  it('are kept with their opinions through a restart', async () => {
    const HealthCheckId = await create();
    await change(
      record('first', '203.0.113.1', { Failover: 'PRIMARY', HealthCheckId }),
      record('second', '203.0.113.2', { Failover: 'SECONDARY' }),
    );
    down.add('203.0.113.1');
    await pass(25);
    const again = createRoute53(cloud.parts, probe);
    expect(again.resolve('www.shop.example', 'A').records.map(({ data }) => data)).to.deep.equal([
      '203.0.113.2',
    ]);
  });

  it('keep weighted and multivalue answers to what is healthy, and give all when nothing is', async () => {
    const [one, two] = [await create(), await create({ ...http, IPAddress: '203.0.113.2' })];
    await change(
      record('one', '203.0.113.1', { MultiValueAnswer: true, HealthCheckId: one }),
      record('two', '203.0.113.2', { MultiValueAnswer: true, HealthCheckId: two }),
    );
    expect(answers()).to.have.members(['203.0.113.1', '203.0.113.2']);
    down.add('203.0.113.1');
    await pass(25);
    expect(answers()).to.deep.equal(['203.0.113.2']);
    down.add('203.0.113.2');
    await pass(25);
    expect(answers()).to.have.members(['203.0.113.1', '203.0.113.2']);
  });

  it('an alias inherits the health of its load balancer, and of records in its zone', async () => {
    const alias = (HostedZoneId: string, DNSName: string) => ({
      Name: 'www.shop.example',
      Type: 'A' as const,
      SetIdentifier: 'first',
      Failover: 'PRIMARY' as const,
      AliasTarget: { HostedZoneId, DNSName, EvaluateTargetHealth: true },
    });
    await change(
      alias('Z215JYRZR1TBD5', balancer),
      record('second', '203.0.113.2', { Failover: 'SECONDARY' }),
    );
    expect(answers()).to.deep.equal(['203.0.113.7']);
    balancerIsHealthy = false;
    expect(answers()).to.deep.equal(['203.0.113.2']);
    const HealthCheckId = await create();
    const name = 'blue.shop.example';
    await change(
      record('only', '203.0.113.1', { Name: name, Weight: 1, HealthCheckId }),
      alias(HostedZoneId.replace('/hostedzone/', ''), name),
    );
    expect(answers()).to.deep.equal(['203.0.113.1']);
    down.add('203.0.113.1');
    await pass(25);
    expect(answers()).to.deep.equal(['203.0.113.2']);
  });

  it('go by an alarm, and by other health checks', async () => {
    const byAlarm = await create({
      Type: 'CLOUDWATCH_METRIC',
      AlarmIdentifier: { Region: 'eu-central-1', Name: 'slow' },
      InsufficientDataHealthStatus: 'LastKnownStatus',
    });
    const both = await create({
      Type: 'CALCULATED',
      HealthThreshold: 2,
      ChildHealthChecks: [byAlarm, await create()],
    });
    await change(
      record('first', '203.0.113.1', { Failover: 'PRIMARY', HealthCheckId: both }),
      record('second', '203.0.113.2', { Failover: 'SECONDARY' }),
    );
    alarm = 'ALARM';
    await pass(11);
    expect(answers()).to.deep.equal(['203.0.113.2']);
    alarm = 'INSUFFICIENT_DATA';
    await pass(11);
    expect(answers()).to.deep.equal(['203.0.113.2']);
    await route53.updateHealthCheck({ HealthCheckId: both, HealthThreshold: 1 });
    expect(answers()).to.deep.equal(['203.0.113.1']);
    expect(await failure(route53.getHealthCheckStatus({ HealthCheckId: both }))).to.match(/^InvalidInput/);
  });

  it('are changed, disabled, inverted and deleted', async () => {
    const HealthCheckId = await create();
    await change(
      record('first', '203.0.113.1', { Failover: 'PRIMARY', HealthCheckId }),
      record('second', '203.0.113.2', { Failover: 'SECONDARY' }),
    );
    const update = (more: object) => route53.updateHealthCheck({ HealthCheckId, ...more });
    const { HealthCheck } = await update({ Inverted: true, HealthCheckVersion: 1 });
    expect(HealthCheck).to.deep.include({ HealthCheckVersion: 2 });
    expect(answers()).to.deep.equal(['203.0.113.2']);
    expect(await failure(update({ HealthCheckVersion: 1 }))).to.match(/^HealthCheckVersionMismatch/);
    await update({ Inverted: false, Disabled: true });
    const before = probed.length;
    await pass(30);
    expect(probed).to.have.length(before);
    await update({ Disabled: false, IPAddress: '203.0.113.9', ResetElements: ['ResourcePath'] });
    await pass(10);
    expect(probed.at(-1)).to.deep.include({ IPAddress: '203.0.113.9' }).and.not.have.property('ResourcePath');
    down.add('203.0.113.9');
    await pass(25);
    await route53.deleteHealthCheck({ HealthCheckId });
    expect(answers()).to.deep.equal(['203.0.113.1']);
    const left = probed.length;
    await pass(30);
    expect(probed).to.have.length(left);
    expect(await failure(route53.getHealthCheck({ HealthCheckId }))).to.match(/^NoSuchHealthCheck/);
  });

  it('are listed page by page, tagged, and made once for a caller reference', async () => {
    const id = await create();
    await create();
    const first = await route53.listHealthChecks({ MaxItems: 1 });
    const second = await route53.listHealthChecks({ Marker: first.NextMarker });
    expect([...(first.HealthChecks ?? []), ...(second.HealthChecks ?? [])]).to.have.length(2);
    expect((await route53.getHealthCheckCount({})).HealthCheckCount).to.equal(2);
    const resource = { ResourceType: 'healthcheck', ResourceId: id } as const;
    await route53.changeTagsForResource({ ...resource, AddTags: [{ Key: 'a', Value: '1' }] });
    const { ResourceTagSet } = await route53.listTagsForResource(resource);
    expect(ResourceTagSet?.Tags).to.deep.equal([{ Key: 'a', Value: '1' }]);
    const again = (HealthCheckConfig: HealthCheckConfig) =>
      route53.createHealthCheck({ CallerReference: 'same', HealthCheckConfig });
    const [one, two] = [await again(http), await again(http)];
    expect(one.HealthCheck?.Id).to.equal(two.HealthCheck?.Id);
    expect(await failure(again({ ...http, Port: 81 }))).to.match(/^HealthCheckAlreadyExists/);
  });

  const refused: readonly (readonly [string, Partial<HealthCheckConfig>])[] = [
    ['RequestInterval 20', { RequestInterval: 20 }],
    ['FailureThreshold must be from 1 to 10', { FailureThreshold: 11 }],
    ['Port must be from 1 to 65535', { Port: 0 }],
    ['not a public IPv4 address', { IPAddress: '10.0.0.1' }],
    ['IPAddress or FullyQualifiedDomainName', { IPAddress: undefined }],
    ['SearchString is not allowed', { SearchString: 'x' }],
    ['SearchString is required', { Type: 'HTTP_STR_MATCH' }],
    ['at least 3 regions', { Regions: ['us-east-1', 'us-west-1'] }],
    ['Port is required', { Type: 'TCP', Port: undefined, ResourcePath: undefined }],
    ['IPAddress is not allowed', { Type: 'CALCULATED' }],
    ['MeasureLatency is not supported', { MeasureLatency: true }],
  ];
  for (const [message, settings] of refused)
    it(`are refused: ${message}`, async () => {
      expect(await failure(create({ ...http, ...settings })))
        .to.match(/^InvalidInput/)
        .and.contain(message);
    });

  it('are needed by a primary that is no alias, and have to be there', async () => {
    const primary = record('first', '203.0.113.1', { Failover: 'PRIMARY' });
    expect(await failure(change(primary))).to.contain(
      'A non-alias primary ResourceRecordSet must have an associated health check.',
    );
    expect(await failure(change({ ...primary, HealthCheckId: 'none' }))).to.match(/^NoSuchHealthCheck/);
  });

  it('groups of records keep the rules of their policy', async () => {
    const HealthCheckId = await create();
    const primary = record('first', '203.0.113.1', { Failover: 'PRIMARY', HealthCheckId });
    const twin = { ...primary, SetIdentifier: 'twin' };
    const wrong: readonly (readonly [string, ResourceRecordSet[]])[] = [
      ['another PRIMARY set exists', [primary, twin]],
      [
        'cannot be created as a non-weighted set exists',
        [primary, record('w', '203.0.113.2', { Weight: 1 })],
      ],
      ['cannot be created as other RRSets exist', [primary, record('', '203.0.113.2', noPolicy)]],
      ['multivalue answer alias records', [{ ...multivalueAlias }]],
      ['a weighted set has one value', [record('w', '203.0.113.1', { Weight: 1, ...twoValues })]],
      ['Missing field SetIdentifier', [record('', '203.0.113.1', { Weight: 1, SetIdentifier: undefined })]],
      ['but found none', [record('id', '203.0.113.1', {})]],
      ['but found more than one', [record('id', '203.0.113.1', { Weight: 1, Region: 'eu-west-1' })]],
      ['Invalid weight: 256', [record('id', '203.0.113.1', { Weight: 256 })]],
      [
        'another eu-west-1 set exists',
        ['one', 'two'].map((id) => record(id, '203.0.113.1', { Region: 'eu-west-1' })),
      ],
    ];
    for (const [message, sets] of wrong) expect(await failure(change(...sets))).to.contain(message);
    await change(primary, record('second', '203.0.113.2', { Failover: 'SECONDARY' }));
    // Both change their roles at once.
    await change(
      { ...primary, Failover: 'SECONDARY' },
      record('second', '203.0.113.2', { Failover: 'PRIMARY', HealthCheckId }),
    );
    expect(answers()).to.deep.equal(['203.0.113.2']);
  });

  const noPolicy = { SetIdentifier: undefined };
  const twoValues = { ResourceRecords: [{ Value: '203.0.113.1' }, { Value: '203.0.113.2' }] };
  const multivalueAlias: ResourceRecordSet = {
    Name: 'www.shop.example',
    Type: 'A',
    SetIdentifier: 'a',
    MultiValueAnswer: true,
    AliasTarget: { HostedZoneId: 'Z215JYRZR1TBD5', DNSName: balancer, EvaluateTargetHealth: false },
  };
});
