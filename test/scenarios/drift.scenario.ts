import { join } from 'node:path';
import { expect } from 'chai';
import identities from '../infra/identities/dev.json' with { type: 'json' };
import { awsOf, type Aws } from '../support/aws.ts';
import { edit, must, startCloud, type TestCloud } from '../support/cloud.ts';
import { resourcesOf, shortType, toldBy, type StateResource } from '../support/stack-state.ts';
import { dataDrifts } from './drift/data.ts';
import type { Drifts } from './drift/drift.ts';
import { environmentDrifts } from './drift/environment.ts';
import { networkDrifts } from './drift/network.ts';
import { sharedDrifts } from './drift/shared.ts';

const drifts: Drifts = {
  ...sharedDrifts,
  ...networkDrifts,
  ...dataDrifts,
  ...environmentDrifts,
};

/** Somebody changes things by hand, one of every type at once: Pulumi sees each of them and repairs it. */
describe('changes behind the back of Pulumi', () => {
  let cloud: TestCloud;
  let aws: Aws;

  before(async () => {
    cloud = await startCloud();
    aws = awsOf(cloud);
    edit(join(cloud.project, 'Pulumi.prod.yaml'), (text) =>
      text
        .replace('minSize: 2', 'minSize: 1')
        .replace(
          'record: www',
          'record: www\n      routing: { policy: Failover, failover: PRIMARY, healthCheck: {} }',
        ),
    );
    await cloud.up('application');
    await cloud.up('prod');
  });
  after(() => cloud.remove());

  it('application: a refresh shows exactly what was changed, and an up repairs it', async () => {
    const changed = await changeOneOfEachType(await resourcesOf(cloud, 'application'));
    await showsAndRepairs('application', changed);
  });

  it('prod: also what was deleted, and not what only deployments move', async () => {
    const resources = await resourcesOf(cloud, 'prod');
    const doomed = [
      find(resources, ':Parameter', 'mywordpress-prod-web-instance'),
      find(resources, ':LogGroup', 'mywordpress-prod-web-logs-proxy'),
    ] as const;
    // What is deleted can show no change besides, and the engine's order of resources is not fixed.
    const changed = await changeOneOfEachType(resources.filter((resource) => !doomed.includes(resource)));
    const deleted = await deleteAll(...doomed);
    const weights = await moveAsDeploymentsDo(resources);
    await showsAndRepairs('prod', [...changed, ...deleted]);
    expect(await weightsOf(resources)).to.deep.equal(weights);
  });

  it('knows how to change every type of resource that a stack has', async () => {
    const used = [...(await resourcesOf(cloud, 'application')), ...(await resourcesOf(cloud, 'prod'))].map(
      ({ type }) => type,
    );
    const ofDev = identities.flatMap((identity) => /(aws:[\w/]+:\w+)::[^>]*$/.exec(identity)?.[1] ?? []);
    expect(Object.keys(drifts)).to.have.members([...new Set([...used, ...ofDev])]);
  });

  async function changeOneOfEachType(resources: readonly StateResource[]): Promise<string[]> {
    const chosen = firstOfEachType(resources);
    for (const resource of chosen) await drifts[resource.type]?.change(resource, aws);
    return chosen.map((resource) => lineOf(resource, drifts[resource.type]?.shows ?? 'nothing'));
  }

  async function deleteAll(parameter: StateResource, logGroup: StateResource): Promise<string[]> {
    await aws.ssm.deleteParameter({ Name: parameter.id });
    await aws.logs.deleteLogGroup({ logGroupName: logGroup.id });
    return [parameter, logGroup].map((resource) => lineOf(resource, 'gone'));
  }

  /** Pulumi leaves weights and sizes alone; answers the weights. */
  async function moveAsDeploymentsDo(resources: readonly StateResource[]) {
    const { id: ListenerArn } = find(resources, ':Listener', 'mywordpress-prod-web-http');
    const { id: AutoScalingGroupName } = find(resources, ':Group', 'mywordpress-prod-worker-green');
    const TargetGroups = (await weightsOf(resources)).map((target) => ({ ...target, Weight: 50 }));
    const DefaultActions = [{ Type: 'forward' as const, ForwardConfig: { TargetGroups } }];
    await aws.elb.modifyListener({ ListenerArn, DefaultActions });
    await aws.autoscaling.updateAutoScalingGroup({ AutoScalingGroupName, MaxSize: 3 });
    return TargetGroups;
  }

  async function weightsOf(resources: readonly StateResource[]) {
    const { id } = find(resources, ':Listener', 'mywordpress-prod-web-http');
    const { Listeners } = await aws.elb.describeListeners({ ListenerArns: [id] });
    return Listeners?.[0]?.DefaultActions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  }

  /** The lines name resource and property; `gone` for what has to be made again. */
  async function showsAndRepairs(stack: string, lines: readonly string[]): Promise<void> {
    const options = ['--yes', '--skip-preview', '--stack', stack];
    const shown = toldBy(await must(cloud.pulumi('refresh', ...options)));
    expect(shown.map(plain)).to.have.members(lines);

    const repaired = toldBy(await must(cloud.pulumi('up', ...options)));
    const names = lines.map((line) => line.replace(/: .*/, ''));
    expect(repaired.map(({ type, name }) => `${type} ${name}`)).to.include.members(names);
    const made = repaired
      .filter(({ result }) => result !== 'updated')
      .map(({ type, name }) => `${type} ${name}: gone`);
    expect(made).to.have.members(lines.filter((line) => line.endsWith(': gone')));

    await cloud.atRest(stack);
  }
});

function find(resources: readonly StateResource[], type: string, name: string): StateResource {
  const found = resources.find((resource) => resource.type.endsWith(type) && resource.name === name);
  if (!found) throw new Error(`There is no ${type} ${name}.`);
  return found;
}

const lineOf = ({ type, name }: StateResource, shows: string): string =>
  `${shortType(type)} ${name}: ${shows}`;

const firstOfEachType = (resources: readonly StateResource[]): StateResource[] =>
  resources.filter(({ type }, index) => resources.findIndex((other) => other.type === type) === index);

const plain = ({ type, name, result, shows }: ReturnType<typeof toldBy>[number]): string =>
  `${type} ${name}: ${result === 'deleted' ? 'gone' : shows}`;
