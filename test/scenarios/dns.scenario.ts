import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { awsOf, type Aws } from '../support/aws.ts';
import { ask, until } from '../support/client.ts';
import { edit, must, startCloud, type TestCloud } from '../support/cloud.ts';
import { resourcesOf, toldBy, type StateResource } from '../support/stack-state.ts';

const domain = 'mywordpress.example';
const www = `www.${domain}`;

/** dev with two web environments that share a name, a name divided by weight, and names of its own network. */
const stackFile = `config:
  aws:region: eu-central-1
  beanpole:application: mywordpress
  beanpole:network:
    cidr: 10.10.0.0/16
    availabilityZones: 2
    natGateways: None
    privateZone: dev.internal
  beanpole:domain:
    name: ${domain}
    records:
      old:
        record: shop
        addresses: [192.0.2.80]
        ttlSeconds: 5
        routing: { policy: Weighted, weight: 90 }
      new:
        record: shop
        addresses: [192.0.2.81]
        ttlSeconds: 5
        routing: { policy: Weighted, weight: 10 }
  beanpole:cache:
    engine: valkey
  beanpole:environments:
    web:
      tier: WebServer
      type: SingleInstance
      record: www
      routing:
        policy: Failover
        failover: PRIMARY
        healthCheck: { path: /, intervalSeconds: 10, failureThreshold: 1 }
    standby:
      tier: WebServer
      type: SingleInstance
      record: www
      routing: { policy: Failover, failover: SECONDARY }
`;

/** Names under Route 53's routing policies, by the DNS that everybody asks. Each step builds on the one before. */
describe('names that several share', () => {
  let cloud: TestCloud;
  let aws: Aws;
  let resources: StateResource[];
  const options = ['--yes', '--skip-preview', '--stack', 'dev'];

  before(async () => {
    cloud = await startCloud();
    aws = awsOf(cloud);
    edit(join(cloud.project, 'Pulumi.dev.yaml'), () => stackFile);
    await cloud.up('application');
    await cloud.up('dev');
    resources = await resourcesOf(cloud, 'dev');
  });
  after(() => cloud.remove());

  /** What the public name server answers. */
  async function answers(name: string): Promise<string[]> {
    const resolver = new Resolver();
    resolver.setServers([cloud.env.LOCAL_CLOUD_NAME_SERVER ?? '']);
    return (await resolver.resolve4(name)).sort();
  }
  const addressOf = (environment: string): string => {
    const eip = resources.find(
      ({ type, name }) => type === 'aws:ec2/eip:Eip' && name === `mywordpress-dev-${environment}`,
    );
    return String(eip?.outputs.publicIp);
  };
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);

  it('come up, and a second up and a refresh find nothing to change', async () => {
    await cloud.atRest('dev');
    expect(await answers(www)).to.deep.equal([addressOf('web')]);
    expect(addressOf('web')).to.not.equal(addressOf('standby'));
  });

  it('lead to the standby while nobody gets through to the primary, and back when pulumi has repaired it', async () => {
    const [HealthCheckId = ''] = ofType('aws:route53/healthCheck:HealthCheck').map(({ id }) => id);
    const rule = ofType('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule').find(
      ({ name, inputs }) => name.startsWith('mywordpress-dev-web') && inputs.cidrIpv4 === '0.0.0.0/0',
    );
    await until('somebody looked', 30, async () => (await status(HealthCheckId)).includes('Success: HTTP'));
    await aws.ec2.revokeSecurityGroupIngress({
      GroupId: String(rule?.inputs.securityGroupId),
      SecurityGroupRuleIds: [String(rule?.outputs.securityGroupRuleId)],
    });
    await until('the name leads to the standby', 60, async () =>
      (await answers(www)).includes(addressOf('standby')),
    );
    expect(await status(HealthCheckId)).to.contain('Failure: ');
    expect((await ask(cloud.frontDoorPort, www)).status).to.equal(200);

    await must(cloud.pulumi('up', '--refresh', ...options));
    await until('the name leads to the primary again', 60, async () =>
      (await answers(www)).includes(addressOf('web')),
    );
    expect((await ask(cloud.frontDoorPort, www)).status).to.equal(200);
  });

  async function status(HealthCheckId: string): Promise<string> {
    const { HealthCheckObservations = [] } = await aws.route53.getHealthCheckStatus({ HealthCheckId });
    return HealthCheckObservations.map(({ StatusReport }) => StatusReport?.Status).join('\n');
  }

  it('are divided by weight, until the stack file says otherwise', async () => {
    const counts = await countAnswers(`shop.${domain}`, 1000);
    // Five standard deviations around 900.
    expect(counts['192.0.2.80']).to.be.within(852, 948);
    expect(counts['192.0.2.81']).to.equal(1000 - (counts['192.0.2.80'] ?? 0));

    edit(join(cloud.project, 'Pulumi.dev.yaml'), (text) => text.replace('weight: 90', 'weight: 0'));
    const told = toldBy(await must(cloud.pulumi('up', ...options)));
    expect(told.map(({ name, result, shows }) => ({ name, result, shows }))).to.deep.equal([
      { name: 'mywordpress-dev-old', result: 'updated', shows: 'weightedRoutingPolicies' },
    ]);
    expect(await countAnswers(`shop.${domain}`, 50)).to.deep.equal({ '192.0.2.81': 50 });
  });

  async function countAnswers(name: string, times: number): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (let query = 0; query < times; query++)
      for (const address of await answers(name)) counts[address] = (counts[address] ?? 0) + 1;
    return counts;
  }

  it('of a private zone are known in its VPC, and nowhere else', async () => {
    const { Reservations = [] } = await aws.ec2.describeInstances({
      Filters: [{ Name: 'instance-state-name', Values: ['running'] }],
    });
    const [instance] = Reservations.flatMap(({ Instances = [] }) => Instances);
    const line = 'getent ahostsv4 cache.dev.internal';
    const inside = await runOn(instance?.InstanceId ?? '', line);
    expect(inside).to.match(/^10\.10\.\d+\.\d+ /);
    const outside = await cloud.beanpole('local', 'shell', '-c', line);
    expect({ code: outside.code, stdout: outside.stdout }).to.deep.equal({ code: 2, stdout: '' });
    const failure = await answers('cache.dev.internal').catch((error: unknown) => error);
    expect(failure).to.include({ code: 'ENOTFOUND' });
  });

  async function runOn(InstanceId: string, line: string): Promise<string> {
    const { Command } = await aws.ssm.sendCommand({
      DocumentName: 'AWS-RunShellScript',
      InstanceIds: [InstanceId],
      Parameters: { commands: [line] },
    });
    const CommandId = Command?.CommandId ?? '';
    let output = '';
    await until('the command has ended', 30, async () => {
      const found = await aws.ssm.getCommandInvocation({ CommandId, InstanceId });
      output = found.StandardOutputContent ?? '';
      return found.Status === 'Success' || found.Status === 'Failed';
    });
    return output;
  }

  const file = () => join(cloud.project, 'Pulumi.dev.yaml');
  const weighted = (text: string) =>
    text
      .replace('policy: Failover\n        failover: PRIMARY', 'policy: Weighted\n        weight: 3')
      .replace('policy: Failover, failover: SECONDARY', 'policy: Weighted, weight: 1');

  it('keep their policy while two have it: another one is refused before anything is made', async () => {
    const before = readFileSync(file(), 'utf8');
    edit(file(), weighted);
    const refused = await cloud.pulumi('up', ...options);
    edit(file(), () => before);
    expect(refused.stdout + refused.stderr).to.contain(
      `${www} cannot be routed by the policy Weighted: 2 records have another one (dev-standby: Failover, dev-web: Failover).`,
    );
    expect(refused.code).to.not.equal(0);
    await cloud.atRest('dev');
  });

  it('get another one when one record has the name alone, and may then be shared again', async () => {
    const before = readFileSync(file(), 'utf8');
    const alone = before.replace(
      'record: www\n      routing: { policy: Failover, failover: SECONDARY }\n',
      '',
    );
    for (const text of [alone, weighted(alone), weighted(before)]) {
      edit(file(), () => text);
      await must(cloud.pulumi('up', ...options));
    }
    await cloud.atRest('dev');
    expect(Object.keys(await countAnswers(www, 60))).to.have.members([
      addressOf('web'),
      addressOf('standby'),
    ]);
  });
});
