import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect } from 'chai';
import { AwsError } from '../../../../local/endpoint/service.ts';
import type { BalancerModel } from '../../../../local/services/elbv2/haproxy/model.ts';
import type { BalancerPlane } from '../../../../local/services/elbv2/haproxy/plane.ts';
import type { ServerStatus } from '../../../../local/services/elbv2/haproxy/runtime.ts';
import { createElbv2 } from '../../../../local/services/elbv2/service.ts';
import { addInstance, addSubnets, failure, startRegion, type TestRegion } from '../../../support/region.ts';

describe('Elastic Load Balancing', () => {
  let region: TestRegion;
  let elb: ElasticLoadBalancingV2;
  /** What the data plane was last told, and what it claims to see. */
  let applied: Map<string, BalancerModel>;
  let seen: Map<string, ServerStatus>;
  /** Why the data plane does not take what it is told. */
  let refusal: string | undefined;
  let Subnets: string[];

  const plane = (): BalancerPlane => ({
    apply: async (model) => {
      if (refusal !== undefined) throw new Error(refusal);
      applied.set(model.id, model);
    },
    status: async () => seen,
    remove: async (id) => {
      applied.delete(id);
    },
    stop: async () => undefined,
  });

  beforeEach(async () => {
    applied = new Map();
    seen = new Map();
    refusal = undefined;
    region = await startRegion({ elasticloadbalancing: (parts) => createElbv2(parts, plane) });
    Subnets = addSubnets(region, 'a', 'b', 'c');
    elb = new ElasticLoadBalancingV2(region.client);
  });
  afterEach(async () => {
    elb.destroy();
    await region.close();
  });

  const balancer = async (Name = 'shop') =>
    (await elb.createLoadBalancer({ Name, Subnets, SecurityGroups: ['sg-1'] })).LoadBalancers?.[0];
  const group = async (Name = 'web') =>
    (
      await elb.createTargetGroup({
        Name,
        Protocol: 'HTTP',
        Port: 80,
        VpcId: 'vpc-1',
        HealthCheckPath: '/health',
      })
    ).TargetGroups?.[0]?.TargetGroupArn ?? '';
  const listener = async (LoadBalancerArn: string | undefined, TargetGroupArn: string, Port = 80) =>
    (
      await elb.createListener({
        LoadBalancerArn,
        Protocol: 'HTTP',
        Port,
        DefaultActions: [{ Type: 'forward', TargetGroupArn }],
      })
    ).Listeners?.[0]?.ListenerArn ?? '';
  const health = async (TargetGroupArn: string) =>
    (await elb.describeTargetHealth({ TargetGroupArn })).TargetHealthDescriptions?.map(
      ({ Target, TargetHealth }) => [Target?.Id, TargetHealth?.State, TargetHealth?.Reason],
    );
  const modelOf = () => [...applied.values()][0];
  async function pass(milliseconds: number): Promise<void> {
    await region.settle();
    region.clock.advance(milliseconds);
    await region.settle();
  }

  it('makes a load balancer in each zone, and answers for its name', async () => {
    const made = await balancer();
    expect(made?.DNSName).to.match(/^shop-\d{9,10}\.eu-central-1\.elb\.amazonaws\.com$/);
    expect(made?.LoadBalancerArn).to.match(
      /^arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer\/app\/shop\/[0-9a-f]{16}$/,
    );
    await region.settle();
    const { LoadBalancers } = await elb.describeLoadBalancers({ Names: ['shop'] });
    expect(LoadBalancers?.[0]?.State?.Code).to.equal('active');
    expect(LoadBalancers?.[0]?.AvailabilityZones?.map(({ ZoneName }) => ZoneName)).to.have.length(3);
    const resolve = (name: string) => region.parts.services.elasticloadbalancing.resolve(name);
    expect(resolve(made?.DNSName ?? '')).to.deep.equal(['203.0.113.10', '203.0.113.11', '203.0.113.12']);
    expect(resolve('other.example')).to.equal(undefined);
  });

  it('makes the same one again without an error, but not another of its name', async () => {
    const first = await balancer();
    expect((await balancer())?.LoadBalancerArn).to.equal(first?.LoadBalancerArn);
    const other = elb.createLoadBalancer({ Name: 'shop', Subnets: Subnets.slice(1) });
    expect((await failure(other)).name).to.equal('DuplicateLoadBalancerNameException');
  });

  it('leaves nothing of one that cannot be made', async () => {
    const Tags = [{ Key: 'aws:x', Value: 'y' }];
    await failure(elb.createLoadBalancer({ Name: 'shop', Subnets, Tags }));
    expect(region.ec2.hosts.size, 'with tags that are refused').to.equal(0);
    const createInterfaces = region.ec2.service.createInterfaces.bind(region.ec2.service);
    region.ec2.service.createInterfaces = () => Promise.reject(new AwsError('NoAddress', 'none is left'));
    expect((await failure(balancer())).message).to.include('none is left');
    region.ec2.service.createInterfaces = createInterfaces;
    expect((await elb.describeLoadBalancers({})).LoadBalancers).to.deep.equal([]);
    expect((await balancer())?.LoadBalancerName).to.equal('shop');
  });

  it('goes on after a power cut with one that was being deleted', async () => {
    const LoadBalancerArn = (await balancer())?.LoadBalancerArn;
    const removeHost = region.ec2.service.removeHost.bind(region.ec2.service);
    region.ec2.service.removeHost = () => Promise.reject(new Error('the power went'));
    await failure(elb.deleteLoadBalancer({ LoadBalancerArn }));
    expect((await elb.describeLoadBalancers({})).LoadBalancers).to.deep.equal([]);
    region.ec2.service.removeHost = removeHost;
    expect(region.ec2.hosts.size).to.equal(1);
    region = await region.restart();
    expect(region.ec2.hosts.size).to.equal(0);
    expect(applied.size).to.equal(0);
  });

  it('keeps what was when HAProxy does not take a change', async () => {
    const TargetGroupArn = await group();
    const LoadBalancerArn = (await balancer())?.LoadBalancerArn;
    const ListenerArn = await listener(LoadBalancerArn, TargetGroupArn);
    refusal = 'not like this';
    await failure(listener(LoadBalancerArn, TargetGroupArn, 81));
    await failure(elb.modifyListener({ ListenerArn, Port: 82 }));
    await failure(elb.deleteListener({ ListenerArn }));
    await failure(elb.modifyTargetGroup({ TargetGroupArn, HealthCheckPath: '/other' }));
    const Attributes = [{ Key: 'slow_start.duration_seconds', Value: '30' }];
    await failure(elb.modifyTargetGroupAttributes({ TargetGroupArn, Attributes }));
    const { Listeners } = await elb.describeListeners({ LoadBalancerArn });
    expect(Listeners?.map(({ Port }) => Port)).to.deep.equal([80]);
    refusal = undefined;
    addInstance(region, 'i-1');
    await elb.registerTargets({ TargetGroupArn, Targets: [{ Id: 'i-1' }] });
    expect(modelOf()?.listeners.map(({ port }) => port)).to.deep.equal([80]);
    expect(modelOf()?.groups[0]).to.deep.include({ slowStartSeconds: 0 });
    expect(modelOf()?.groups[0]?.check.path).to.equal('/health');
  });

  it('refuses what AWS refuses', async () => {
    const create = (input: object) => failure(elb.createLoadBalancer({ Name: 'x', Subnets, ...input }));
    expect((await create({ Name: '-x' })).message).to.include('cannot begin or end with a hyphen');
    expect((await create({ Name: 'x'.repeat(33) })).message).to.include("longer than '32'");
    expect((await create({ Subnets: Subnets.slice(0, 1) })).message).to.include(
      'two different Availability Zones',
    );
    expect((await create({ Subnets: ['subnet-a', 'subnet-x'] })).name).to.equal('SubnetNotFoundException');
    expect((await create({ SecurityGroups: ['sg-x'] })).name).to.equal('InvalidSecurityGroupException');
    expect((await create({ Type: 'network' })).message).to.include('network');
    const targetGroup = (input: object) =>
      failure(elb.createTargetGroup({ Name: 'x', Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', ...input }));
    expect((await targetGroup({ HealthCheckIntervalSeconds: 4 })).message).to.include('between 5 and 300');
    expect(
      (await targetGroup({ HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 5 })).message,
    ).to.include('greater than the timeout');
    expect((await targetGroup({ Matcher: { HttpCode: '500' } })).message).to.include('200-499');
    expect((await targetGroup({ TargetType: 'ip' })).message).to.include('TargetType ip');
    const ListenerArn = await listener((await balancer())?.LoadBalancerArn, await group());
    const rule = (input: object) =>
      failure(elb.createRule({ ListenerArn, Priority: 1, Conditions: [], Actions: [], ...input }));
    for (const block of ['999.0.0.0/8', '10.0.0.0/33', '10.0.0.0'])
      expect(
        (await rule({ Conditions: [{ Field: 'source-ip', SourceIpConfig: { Values: [block] } }] })).message,
      ).to.include(`'${block}' is not valid`);
    const Conditions = [{ Field: 'path-pattern', Values: ['/'] }];
    for (const text of [{ Host: 'a\nb' }, { Path: '/a\r' }, { Query: 'a\u0000' }]) {
      const RedirectConfig = { StatusCode: 'HTTP_301', Protocol: 'HTTPS', ...text };
      expect(
        (await rule({ Conditions, Actions: [{ Type: 'redirect', RedirectConfig }] })).message,
      ).to.include('control characters');
    }
  });

  it('takes a new target into service after one good check', async () => {
    const TargetGroupArn = await group();
    await listener((await balancer())?.LoadBalancerArn, TargetGroupArn);
    addInstance(region, 'i-1');
    await elb.registerTargets({ TargetGroupArn, Targets: [{ Id: 'i-1' }] });
    expect(await health(TargetGroupArn)).to.deep.equal([['i-1', 'initial', 'Elb.InitialHealthChecking']]);
    const name = modelOf()?.groups[0]?.name ?? '';
    expect(modelOf()?.groups[0]?.targets).to.deep.include({
      name: 'i-1_80',
      address: '10.0.0.10',
      port: 80,
      phase: 'probing',
      startsHealthy: false,
    });
    seen.set(`${name}.new/i-1_80`, { up: true, inFlight: 0, check: 'L7OK', code: '200' });
    await pass(100);
    expect(modelOf()?.groups[0]?.targets[0]).to.include({ phase: 'serving', startsHealthy: true });
    seen.set(`${name}/i-1_80`, { up: true, inFlight: 0, check: '', code: '' });
    expect(await health(TargetGroupArn)).to.deep.equal([['i-1', 'healthy', undefined]]);
  });

  it('is healthy to Route 53 while each of its target groups has a healthy target', async () => {
    const TargetGroupArn = await group();
    const made = await balancer();
    await listener(made?.LoadBalancerArn, TargetGroupArn);
    const isHealthy = () => region.parts.services.elasticloadbalancing.isHealthy(`${made?.DNSName ?? ''}.`);
    addInstance(region, 'i-1');
    await elb.registerTargets({ TargetGroupArn, Targets: [{ Id: 'i-1' }] });
    const name = modelOf()?.groups[0]?.name ?? '';
    seen.set(`${name}.new/i-1_80`, { up: true, inFlight: 0, check: 'L7OK', code: '200' });
    await pass(100);
    seen.set(`${name}/i-1_80`, { up: true, inFlight: 0, check: '', code: '' });
    await pass(10_000);
    expect(isHealthy()).to.equal(true);
    seen.set(`${name}/i-1_80`, { up: false, inFlight: 0, check: 'L7STS', code: '503' });
    await pass(10_000);
    expect(isHealthy()).to.equal(false);
    seen.set(`${name}/i-1_80`, { up: true, inFlight: 0, check: '', code: '' });
    await listener(made?.LoadBalancerArn, await group('empty'), 81);
    await pass(10_000);
    expect(isHealthy(), 'with a group without targets').to.equal(false);
    expect(region.parts.services.elasticloadbalancing.isHealthy('other.example')).to.equal(undefined);
  });

  it('lets a target finish its requests for the deregistration delay', async () => {
    const TargetGroupArn = await group();
    await listener((await balancer())?.LoadBalancerArn, TargetGroupArn);
    await elb.modifyTargetGroupAttributes({
      TargetGroupArn,
      Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '20' }],
    });
    addInstance(region, 'i-1');
    await elb.registerTargets({ TargetGroupArn, Targets: [{ Id: 'i-1' }] });
    await elb.deregisterTargets({ TargetGroupArn, Targets: [{ Id: 'i-1' }] });
    expect(await health(TargetGroupArn)).to.deep.equal([
      ['i-1', 'draining', 'Target.DeregistrationInProgress'],
    ]);
    expect(modelOf()?.groups[0]?.targets[0]?.phase).to.equal('draining');
    await pass(20_000);
    expect(await health(TargetGroupArn)).to.deep.equal([]);
    const { TargetHealthDescriptions } = await elb.describeTargetHealth({
      TargetGroupArn,
      Targets: [{ Id: 'i-1' }],
    });
    expect(TargetHealthDescriptions?.[0]?.TargetHealth?.Reason).to.equal('Target.NotRegistered');
  });

  it('tells instances that are gone, stopped, or on no listener', async () => {
    const TargetGroupArn = await group();
    addInstance(region, 'i-1');
    expect((await failure(elb.registerTargets({ TargetGroupArn, Targets: [{ Id: 'i-9' }] }))).name).to.equal(
      'InvalidTargetException',
    );
    await elb.registerTargets({ TargetGroupArn, Targets: [{ Id: 'i-1' }] });
    expect(await health(TargetGroupArn)).to.deep.equal([['i-1', 'unused', 'Target.NotInUse']]);
    await listener((await balancer())?.LoadBalancerArn, TargetGroupArn);
    region.ec2.announce('i-1', 'stopped');
    expect(await health(TargetGroupArn)).to.deep.equal([['i-1', 'unused', 'Target.InvalidState']]);
    region.ec2.announce('i-1', 'running');
    expect(await health(TargetGroupArn)).to.deep.equal([['i-1', 'initial', 'Elb.InitialHealthChecking']]);
    region.ec2.announce('i-1', 'terminated');
    expect(await health(TargetGroupArn)).to.deep.equal([]);
  });

  it('keeps rules by priority, the default one last', async () => {
    const TargetGroupArn = await group();
    const ListenerArn = await listener((await balancer())?.LoadBalancerArn, TargetGroupArn);
    const rule = async (Priority: number, path: string) =>
      (
        await elb.createRule({
          ListenerArn,
          Priority,
          Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: [path] } }],
          Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
        })
      ).Rules?.[0]?.RuleArn ?? '';
    const first = await rule(10, '/a');
    const second = await rule(20, '/b');
    expect((await failure(rule(10, '/c'))).name).to.equal('PriorityInUseException');
    await elb.setRulePriorities({
      RulePriorities: [
        { RuleArn: first, Priority: 20 },
        { RuleArn: second, Priority: 10 },
      ],
    });
    const { Rules } = await elb.describeRules({ ListenerArn });
    expect(Rules?.map(({ Priority }) => Priority)).to.deep.equal(['10', '20', 'default']);
    expect(Rules?.[0]?.RuleArn).to.equal(second);
    expect(modelOf()?.listeners[0]?.rules.map(({ id }) => id)).to.deep.equal([
      '80.10',
      '80.20',
      '80.default',
    ]);
    expect((await failure(elb.deleteRule({ RuleArn: Rules?.[2]?.RuleArn }))).name).to.equal(
      'OperationNotPermittedException',
    );
    await elb.deleteRule({ RuleArn: first });
    expect(modelOf()?.listeners[0]?.rules).to.have.length(2);
  });

  it('shifts weights between groups', async () => {
    const [blue, green] = [await group('blue'), await group('green')];
    const ListenerArn = await listener((await balancer())?.LoadBalancerArn, blue);
    const shift = (Weight: number) =>
      elb.modifyListener({
        ListenerArn,
        DefaultActions: [
          {
            Type: 'forward',
            ForwardConfig: {
              TargetGroups: [
                { TargetGroupArn: blue, Weight: 100 - Weight },
                { TargetGroupArn: green, Weight },
              ],
            },
          },
        ],
      });
    await shift(30);
    const action = modelOf()?.listeners[0]?.rules[0]?.action;
    expect(action?.kind === 'forward' && action.groups.map(({ weight }) => weight)).to.deep.equal([70, 30]);
    expect((await failure(elb.deleteTargetGroup({ TargetGroupArn: green }))).name).to.equal(
      'ResourceInUseException',
    );
    const otherBalancer = await balancer('other');
    expect((await failure(listener(otherBalancer?.LoadBalancerArn, blue))).name).to.equal(
      'TargetGroupAssociationLimitException',
    );
  });

  it('tags everything, checks attributes, and deletes with all that hangs on it', async () => {
    const LoadBalancerArn = (await balancer())?.LoadBalancerArn ?? '';
    const TargetGroupArn = await group();
    const ListenerArn = await listener(LoadBalancerArn, TargetGroupArn);
    const ResourceArns = [LoadBalancerArn, TargetGroupArn, ListenerArn];
    await elb.addTags({ ResourceArns, Tags: [{ Key: 'team', Value: 'a' }] });
    const { TagDescriptions } = await elb.describeTags({ ResourceArns });
    expect(TagDescriptions?.map(({ Tags }) => Tags)).to.deep.equal(
      Array(3).fill([{ Key: 'team', Value: 'a' }]),
    );
    const modify = (Key: string, Value: string) =>
      elb.modifyLoadBalancerAttributes({ LoadBalancerArn, Attributes: [{ Key, Value }] });
    expect((await failure(modify('idle_timeout.timeout_seconds', '0'))).message).to.include(
      'not a valid value',
    );
    expect((await failure(modify('access_logs.s3.enabled', 'true'))).message).to.include(
      'nothing would act on it',
    );
    await modify('deletion_protection.enabled', 'true');
    expect((await failure(elb.deleteLoadBalancer({ LoadBalancerArn }))).name).to.equal(
      'OperationNotPermittedException',
    );
    await modify('deletion_protection.enabled', 'false');
    await elb.deleteLoadBalancer({ LoadBalancerArn });
    expect(applied.size).to.equal(0);
    expect(region.ec2.hosts.size).to.equal(0);
    expect((await failure(elb.describeListeners({ ListenerArns: [ListenerArn] }))).name).to.equal(
      'ListenerNotFoundException',
    );
    await elb.deleteTargetGroup({ TargetGroupArn });
  });

  it('checks all targets anew after a power cut', async () => {
    const TargetGroupArn = await group();
    await listener((await balancer())?.LoadBalancerArn, TargetGroupArn);
    addInstance(region, 'i-1');
    await elb.registerTargets({ TargetGroupArn, Targets: [{ Id: 'i-1' }] });
    const name = modelOf()?.groups[0]?.name ?? '';
    seen.set(`${name}.new/i-1_80`, { up: true, inFlight: 0, check: 'L7OK', code: '200' });
    await pass(100);
    applied.clear();
    region = await region.restart();
    expect(modelOf()?.groups[0]?.targets[0]).to.include({ phase: 'probing', startsHealthy: false });
  });
});
