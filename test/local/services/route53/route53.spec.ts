import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
  type Change,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';
import { expect } from 'chai';
import type { Parts } from '../../../../local/services/parts.ts';
import { createRoute53 } from '../../../../local/services/route53/service.ts';
import { startEndpoint, type TestCloud } from '../../../support/endpoint.ts';

describe('Route 53', () => {
  let cloud: TestCloud;
  let route53: Route53Client;
  let HostedZoneId: string;
  const balancer = 'shop-1.eu-central-1.elb.amazonaws.com';

  beforeEach(async () => {
    const elasticloadbalancing = {
      operations: {},
      resolve: (name: string) => (name === balancer ? ['203.0.113.7', '203.0.113.8'] : undefined),
    };
    const ec2 = {
      operations: {},
      resolve: (name: string) => (name.startsWith('ip-10-0-1-5.') ? ['10.0.1.5'] : undefined),
      usesPrivateZones: () => true,
    };
    const elasticache = { operations: {}, resolve: () => undefined };
    const elasticfilesystem = elasticache;
    const rds = elasticache;
    const services = {
      elasticloadbalancing,
      elasticache,
      elasticfilesystem,
      rds,
      ec2,
    } as unknown as Parts['services'];
    cloud = await startEndpoint({ route53: createRoute53 }, { services });
    route53 = new Route53Client(cloud.client);
    const made = await route53.send(
      new CreateHostedZoneCommand({ Name: 'shop.example', CallerReference: 'one' }),
    );
    HostedZoneId = made.HostedZone?.Id ?? '';
  });
  afterEach(() => cloud.stop());

  const change = (...changes: [Change['Action'], ResourceRecordSet][]) =>
    route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId,
        ChangeBatch: {
          Changes: changes.map(([Action, ResourceRecordSet]) => ({ Action, ResourceRecordSet })),
        },
      }),
    );
  const record = (Name: string, Type: 'A' | 'CNAME' | 'TXT', ...values: string[]): ResourceRecordSet => ({
    Name,
    Type,
    TTL: 60,
    ResourceRecords: values.map((Value) => ({ Value })),
  });
  const alias = (Name: string, extra: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
    Name,
    Type: 'A',
    AliasTarget: {
      DNSName: `dualstack.${balancer}.`,
      HostedZoneId: 'Z215JYRZR1TBD5',
      EvaluateTargetHealth: true,
    },
    ...extra,
  });
  const resolve = (name: string, type = 'A', vpcId?: string) => {
    const { code, records } = cloud.parts.services.route53.resolve(name, type, vpcId);
    return code === 'NOERROR' ? records.map(({ data }) => data) : code;
  };
  const messageOf = (promise: Promise<unknown>) =>
    promise
      .then(() => 'no error')
      .catch((error: unknown) => `${(error as Error).name}: ${(error as Error).message}`);

  it('answers what was put into a zone, until it is deleted', async () => {
    const www = record('www.shop.example', 'A', '203.0.113.5');
    const { ChangeInfo } = await change(['CREATE', www]);
    expect((await route53.send(new GetChangeCommand({ Id: ChangeInfo?.Id }))).ChangeInfo?.Status).to.equal(
      'INSYNC',
    );
    expect(resolve('WWW.shop.example.')).to.deep.equal(['203.0.113.5']);
    expect(resolve('www.shop.example', 'AAAA')).to.deep.equal([]);
    expect(resolve('no.shop.example')).to.equal('NXDOMAIN');
    await change(['DELETE', www]);
    expect(resolve('www.shop.example')).to.equal('NXDOMAIN');
  });

  it('answers for a zone below another one when that one names its servers, and of two alike for the first', async () => {
    const zone = async (Name: string, CallerReference: string) =>
      await route53.send(new CreateHostedZoneCommand({ Name, CallerReference }));
    const below = await zone('eu.shop.example', 'below');
    expect(resolve('eu.shop.example', 'NS')).to.equal('NXDOMAIN');
    const servers = below.DelegationSet?.NameServers ?? [];
    await change(['CREATE', { ...record('eu.shop.example', 'TXT', ...servers), Type: 'NS' }]);
    expect(resolve('eu.shop.example', 'NS')).to.have.members(servers.map((server) => `${server}.`));
    await change(['CREATE', record('www.shop.example', 'A', '203.0.113.5')]);
    await zone('shop.example', 'twin');
    expect(resolve('www.shop.example')).to.deep.equal(['203.0.113.5']);
  });

  it('follows CNAMEs and aliases to load balancers, also at the apex', async () => {
    await change(
      ['CREATE', alias('shop.example')],
      ['CREATE', record('www.shop.example', 'CNAME', 'shop.example')],
    );
    expect(resolve('shop.example')).to.deep.equal(['203.0.113.7', '203.0.113.8']);
    expect(resolve('www.shop.example')).to.deep.equal(['shop.example', '203.0.113.7', '203.0.113.8']);
    expect(resolve(balancer)).to.deep.equal(['203.0.113.7', '203.0.113.8']);
  });

  it('ends a circle of CNAMEs', async () => {
    await change(
      ['CREATE', record('a.shop.example', 'CNAME', 'b.shop.example')],
      ['CREATE', record('b.shop.example', 'CNAME', 'a.shop.example')],
    );
    expect(resolve('a.shop.example')).to.equal('SERVFAIL');
  });

  it('lets a wildcard answer where there is no name of its own', async () => {
    await change(
      ['CREATE', record('*.shop.example', 'A', '203.0.113.9')],
      ['CREATE', record('a.b.shop.example', 'TXT', '"x"')],
    );
    expect(resolve('any.shop.example')).to.deep.equal(['203.0.113.9']);
    expect(resolve('b.shop.example')).to.deep.equal([]);
    const { ResourceRecordSets } = await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
    expect(ResourceRecordSets?.map(({ Name }) => Name)).to.include('\\052.shop.example.');
  });

  it('divides among weighted records, and never gives one of weight 0', async () => {
    const weighted = (SetIdentifier: string, Weight: number, value: string) => ({
      ...record('w.shop.example', 'A', value),
      SetIdentifier,
      Weight,
    });
    await change(
      ['CREATE', weighted('old', 0, '203.0.113.1')],
      ['CREATE', weighted('new', 10, '203.0.113.2')],
    );
    const answers = new Set(Array.from({ length: 50 }, () => String(resolve('w.shop.example'))));
    expect([...answers]).to.deep.equal(['203.0.113.2']);
  });

  it("answers an instance's own name inside a VPC only", () => {
    const name = 'ip-10-0-1-5.eu-central-1.compute.internal';
    expect(resolve(name, 'A', 'vpc-1')).to.deep.equal(['10.0.1.5']);
    expect(resolve(name)).to.equal('NXDOMAIN');
  });

  it('changes all of a batch or nothing, and names every problem', async () => {
    const good = record('good.shop.example', 'A', '203.0.113.5');
    const message = await messageOf(
      change(
        ['CREATE', good],
        ['CREATE', record('bad.shop.example', 'A', 'not-an-address')],
        ['DELETE', record('none.shop.example', 'A', '203.0.113.1')],
        ['CREATE', record('www.other.example', 'A', '203.0.113.1')],
      ),
    );
    expect(message).to.match(/^InvalidChangeBatch/);
    expect(message).to.contain('not-an-address');
    expect(message).to.contain("none.shop.example.', type='A'] but it was not found");
    expect(message).to.contain('is not permitted in zone shop.example.');
    expect(resolve('good.shop.example')).to.equal('NXDOMAIN');
  });

  it('refuses a CNAME beside other records, at the apex, and a second simple record', async () => {
    await change(['CREATE', record('www.shop.example', 'A', '203.0.113.5')]);
    expect(await messageOf(change(['CREATE', record('www.shop.example', 'CNAME', 'x.example')]))).to.contain(
      'a conflicting RRSet of type A',
    );
    expect(await messageOf(change(['CREATE', record('shop.example', 'CNAME', 'x.example')]))).to.contain(
      'apex',
    );
    expect(await messageOf(change(['CREATE', record('www.shop.example', 'A', '203.0.113.6')]))).to.contain(
      'already exists',
    );
  });

  it('lists in the order of the labels from the right, page by page', async () => {
    await change(
      ['CREATE', record('b.shop.example', 'A', '203.0.113.5')],
      ['CREATE', record('a.b.shop.example', 'A', '203.0.113.5')],
      ['CREATE', record('c.shop.example', 'A', '203.0.113.5')],
    );
    const first = await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId, MaxItems: 3 }));
    const { NextRecordName, NextRecordType } = first;
    const second = await route53.send(
      new ListResourceRecordSetsCommand({
        HostedZoneId,
        StartRecordName: NextRecordName,
        StartRecordType: NextRecordType,
      }),
    );
    const names = [first, second].map(({ ResourceRecordSets }) =>
      ResourceRecordSets?.map(({ Name, Type }) => `${Name} ${Type}`),
    );
    expect(names).to.deep.equal([
      ['shop.example. NS', 'shop.example. SOA', 'b.shop.example. A'],
      ['a.b.shop.example. A', 'c.shop.example. A'],
    ]);
  });

  it('deletes a zone only when it is empty', async () => {
    const www = record('www.shop.example', 'A', '203.0.113.5');
    await change(['CREATE', www]);
    expect(await messageOf(route53.send(new DeleteHostedZoneCommand({ Id: HostedZoneId })))).to.match(
      /^HostedZoneNotEmpty/,
    );
    await change(['DELETE', www]);
    await route53.send(new DeleteHostedZoneCommand({ Id: HostedZoneId }));
    expect(await messageOf(route53.send(new GetHostedZoneCommand({ Id: HostedZoneId })))).to.match(
      /^NoSuchHostedZone/,
    );
  });

  it('finds zones by name, and makes one only once for a caller reference', async () => {
    const { HostedZones } = await route53.send(new ListHostedZonesByNameCommand({ DNSName: 'shop.example' }));
    expect(HostedZones?.map(({ Name }) => Name)).to.deep.equal(['shop.example.']);
    const again = route53.send(new CreateHostedZoneCommand({ Name: 'shop.example', CallerReference: 'one' }));
    expect(await messageOf(again)).to.match(/^HostedZoneAlreadyExists/);
  });
});
