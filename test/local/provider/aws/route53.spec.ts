import { expect } from 'chai';
import type { Properties } from '../../../../local/provider/protocol/values.ts';
import { lives, openAccount, replacing, type Account } from './account.ts';

describe('resources of Route 53', () => {
  let account: Account;
  before(async () => {
    account = await openAccount();
  });
  after(() => account.stop());

  it('Zone and Record', async () => {
    const route53 = await account.clients.route53();
    await lives(account, {
      type: 'aws:route53/zone:Zone',
      inputs: { name: 'one.example' },
      changed: { name: 'one.example', comment: 'ours', tags: { a: '1' } },
      drift: ({ id }) => route53.updateHostedZoneComment({ Id: id, Comment: 'theirs' }),
      shows: ['comment'],
    });
    const zone = await account.make('aws:route53/zone:Zone', { name: 'two.example', forceDestroy: true });
    const inputs = { zoneId: zone.id, name: 'www', type: 'A', ttl: 60, records: ['192.0.2.1'] };
    const other = {
      Name: 'www.two.example',
      Type: 'A',
      TTL: 5,
      ResourceRecords: [{ Value: '192.0.2.9' }],
    } as const;
    await lives(account, {
      type: 'aws:route53/record:Record',
      inputs,
      changed: { ...inputs, name: 'WWW', ttl: 30, records: ['192.0.2.2', '192.0.2.1'] },
      drift: () =>
        route53.changeResourceRecordSets({
          HostedZoneId: zone.id,
          ChangeBatch: {
            Changes: [
              {
                Action: 'UPSERT',
                ResourceRecordSet: { ...other, ResourceRecords: [...other.ResourceRecords] },
              },
            ],
          },
        }),
      shows: ['ttl', 'records'],
    });
    const record = await account.make('aws:route53/record:Record', inputs);
    await record.update({ ...inputs, type: 'TXT', records: ['hello'] });
    const { ResourceRecordSets = [] } = await route53.listResourceRecordSets({ HostedZoneId: zone.id });
    expect(ResourceRecordSets.map(({ Type }) => Type)).to.have.members(['NS', 'SOA', 'TXT']);
    await zone.remove();
    expect(await zone.refresh()).to.equal(false);
  });

  it('Record under each routing policy, and the HealthCheck that it goes by', async () => {
    const route53 = await account.clients.route53();
    const zone = await account.make('aws:route53/zone:Zone', { name: 'three.example', forceDestroy: true });
    const http = { type: 'HTTP', ipAddress: '203.0.113.5', port: 80, requestInterval: 10 };
    await lives(account, {
      type: 'aws:route53/healthCheck:HealthCheck',
      inputs: { ...http, resourcePath: '/health', tags: { a: '1' } },
      changed: { ...http, fqdn: 'www.three.example', failureThreshold: 5, disabled: true, tags: { b: '2' } },
      drift: ({ id }) =>
        route53.updateHealthCheck({ HealthCheckId: id, Inverted: true, FailureThreshold: 7 }),
      shows: ['invertHealthcheck', 'failureThreshold'],
    });
    const check = await account.make('aws:route53/healthCheck:HealthCheck', http);
    expect(await replacing(check, http, [{ requestInterval: 30 }, { type: 'TCP' }])).to.deep.equal([
      'requestInterval',
      'type',
    ]);
    await lives(account, {
      type: 'aws:route53/healthCheck:HealthCheck',
      inputs: { type: 'CALCULATED', childHealthchecks: [check.id], childHealthThreshold: 1 },
      changed: { type: 'CALCULATED', childHealthchecks: [check.id], childHealthThreshold: 0 },
      drift: ({ id }) =>
        route53.updateHealthCheck({ HealthCheckId: id, ResetElements: ['ChildHealthChecks'] }),
      shows: ['childHealthchecks'],
    });
    const record = {
      zoneId: zone.id,
      name: 'www',
      type: 'A',
      ttl: 60,
      records: ['203.0.113.5'],
      setIdentifier: 'one',
      healthCheckId: check.id,
    };
    const policies: readonly Properties[] = [
      { weightedRoutingPolicies: [{ weight: 90 }] },
      { failoverRoutingPolicies: [{ type: 'PRIMARY' }] },
      { latencyRoutingPolicies: [{ region: 'eu-west-1' }] },
      { geolocationRoutingPolicies: [{ country: '*' }] },
      { multivalueAnswerRoutingPolicy: true },
    ];
    for (const [index, policy] of policies.entries())
      await lives(account, {
        type: 'aws:route53/record:Record',
        inputs: { ...record, ...policy },
        changed: { ...record, setIdentifier: 'two', ...policies[(index + 1) % policies.length] },
        drift: async ({ id }) => {
          const { ResourceRecordSets = [] } = await route53.listResourceRecordSets({ HostedZoneId: zone.id });
          const found = ResourceRecordSets.find(({ SetIdentifier }) => SetIdentifier !== undefined);
          if (!found) throw new Error(`${id} is not there.`);
          const ResourceRecordSet = { ...found, TTL: 5 };
          return route53.changeResourceRecordSets({
            HostedZoneId: zone.id,
            ChangeBatch: { Changes: [{ Action: 'UPSERT', ResourceRecordSet }] },
          });
        },
        shows: ['ttl'],
      });
    await check.remove();
    await zone.remove();
  });

  it('Zone of VPCs, and ZoneAssociation', async () => {
    const [route53, ec2] = [await account.clients.route53(), await account.clients.ec2()];
    const vpcs = [];
    for (const CidrBlock of ['10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16'])
      vpcs.push((await ec2.createVpc({ CidrBlock })).Vpc?.VpcId ?? '');
    const [first = '', second = '', third = ''] = vpcs;
    const VPCRegion = 'eu-central-1' as const;
    await lives(account, {
      type: 'aws:route53/zone:Zone',
      inputs: { name: 'internal.example', vpcs: [{ vpcId: first }, { vpcId: second }] },
      changed: { name: 'internal.example', vpcs: [{ vpcId: third }] },
      drift: ({ id }) =>
        route53.associateVPCWithHostedZone({ HostedZoneId: id, VPC: { VPCId: first, VPCRegion } }),
      shows: ['vpcs'],
    });
    const zone = await account.make('aws:route53/zone:Zone', {
      name: 'internal.example',
      vpcs: [{ vpcId: first }],
    });
    await lives(account, {
      type: 'aws:route53/zoneAssociation:ZoneAssociation',
      inputs: { zoneId: zone.id, vpcId: second },
      drift: () =>
        route53.disassociateVPCFromHostedZone({ HostedZoneId: zone.id, VPC: { VPCId: second, VPCRegion } }),
      shows: 'gone',
    });
    await zone.remove();
  });
});
