import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createDocuments } from '../../cli/aws/documents.ts';
import { readReport } from '../../cli/deploy/aws-fleet.ts';
import { readCurrent } from '../../cli/deploy/pointers.ts';
import { readLatest } from '../../cli/deploy/records.ts';
import { parameters } from '../../model/names.ts';
import {
  environmentDescriptor,
  type DeploymentLock,
  type DeploymentRecord,
  type EnvironmentDescriptor,
} from '../../model/schemas.ts';
import { awsOf, type Aws } from '../support/aws.ts';
import { until } from '../support/client.ts';
import { edit, must, startCloud, type Finished, type TestCloud } from '../support/cloud.ts';
import { writeTinyApp } from '../support/tiny-app.ts';
import { pictureOf } from './picture.ts';

export const host = 'www.mywordpress.example';
const name = { application: 'mywordpress', stack: 'prod', environment: 'web' } as const;

/** A cloud of its own with `prod/web`: four instances behind a load balancer, and versions to deploy to them. */
export class Stage {
  readonly cloud: TestCloud;
  readonly aws: Aws;
  /** The version that the environment runs. */
  running = 'v1';
  #environment: EnvironmentDescriptor | undefined;
  /** What Pulumi has found nothing to do for. */
  readonly #unchanged = new Set<string>();

  private constructor(cloud: TestCloud) {
    this.cloud = cloud;
    this.aws = awsOf(cloud);
  }

  static async create(): Promise<Stage> {
    const stage = new Stage(await startCloud());
    try {
      await stage.#build();
      return stage;
    } catch (error) {
      await stage.cloud.remove();
      throw error;
    }
  }

  async #build(): Promise<void> {
    const { cloud } = this;
    edit(join(cloud.project, 'Pulumi.prod.yaml'), () => stackFile);
    for (const stack of ['application', 'prod']) await cloud.up(stack);
    for (const version of ['v1', 'v2', 'broken']) {
      writeTinyApp(join(cloud.project, 'app'), { mark: version, isBroken: version === 'broken' });
      await must(cloud.beanpole('version', 'create', version));
    }
    await until('four instances are up', 180, async () => (await this.inService()).length === 4);
    await must(this.deploy('v1'));
  }

  /** The version that does not run. */
  get other(): string {
    return this.running === 'v1' ? 'v2' : 'v1';
  }

  deploy(version: string, ...options: string[]): Promise<Finished> {
    return this.cloud.beanpole('deploy', 'prod/web', '--version', version, ...options);
  }

  async status(): Promise<EnvironmentStatus | undefined> {
    const shown = await must(this.cloud.beanpole('status', 'prod/web', '--json'));
    return (JSON.parse(shown) as EnvironmentStatus[])[0];
  }

  /** The newest deployment, and who holds the lock. */
  async latest(): Promise<{ lock: DeploymentLock | undefined; record: DeploymentRecord }> {
    const { lock, record } = await readLatest(await this.#documents(), name);
    if (!record) throw new Error('there is no deployment');
    return { lock, record };
  }

  async #documents() {
    return createDocuments(this.aws.s3, (await this.#descriptor()).bucket);
  }

  async #descriptor(): Promise<EnvironmentDescriptor> {
    if (this.#environment) return this.#environment;
    const { Parameter } = await this.aws.ssm.getParameter({ Name: parameters.environmentDescriptor(name) });
    return (this.#environment = environmentDescriptor.parse(JSON.parse(Parameter?.Value ?? '')));
  }

  async groups() {
    const { AutoScalingGroups = [] } = await this.aws.autoscaling.describeAutoScalingGroups({
      Filters: [{ Name: 'tag:beanpole:environment', Values: ['web'] }],
    });
    return AutoScalingGroups;
  }

  /** Instances of both slots that come up or serve. */
  async instances(): Promise<string[]> {
    return (await this.groups())
      .flatMap(({ Instances = [] }) => Instances)
      .filter(({ LifecycleState = '' }) => /^(Pending|InService)/.test(LifecycleState))
      .map(({ InstanceId = '' }) => InstanceId);
  }

  async inService(): Promise<string[]> {
    return (await this.groups())
      .flatMap(({ Instances = [] }) => Instances)
      .filter(({ LifecycleState }) => LifecycleState === 'InService')
      .map(({ InstanceId = '' }) => InstanceId);
  }

  /** Instances in service, each with the version that its agent reports. */
  async bootedVersions(): Promise<{ readonly id: string; readonly version: string }[]> {
    const documents = await this.#documents();
    const ids = await this.inService();
    const reports = await Promise.all(ids.map((id) => readReport(documents, name, id)));
    return reports.flatMap((report) =>
      report?.versionLabel ? [{ id: report.instanceId, version: report.versionLabel }] : [],
    );
  }

  /** Somebody wants one instance more in each slot that has any, whatever the deployment is doing. */
  async addInstances(): Promise<void> {
    for (const { AutoScalingGroupName, DesiredCapacity = 0 } of await this.groups())
      if (DesiredCapacity > 0)
        await this.aws.autoscaling.setDesiredCapacity({
          AutoScalingGroupName,
          DesiredCapacity: DesiredCapacity + 1,
        });
  }

  /** Instances that have a disk, whatever AWS says of them. */
  disks(): string[] {
    return readdirSync(join(this.cloud.folder, 'region/disks'));
  }

  /** Four instances serve the version from one slot, the other is empty, and nothing is locked or suspended. */
  async ensureWhole(version: string): Promise<void> {
    await until(`four instances are left, with ${version}`, 120, async () => {
      const problem = await this.#problem(version);
      if (problem !== undefined) throw new Error(problem);
      return true;
    });
    const shown = await this.status();
    expect(shown?.version).to.equal(version);
    expect(shown?.instances.map((each) => each.version)).to.deep.equal(Array(4).fill(version));
  }

  async #problem(version: string): Promise<string | undefined> {
    const { slots } = await this.#descriptor();
    const documents = await this.#documents();
    const current = await readCurrent(documents, name);
    const { lock, record } = await this.latest();
    if (lock?.holder) return `the lock is held by ${lock.holder}`;
    if (record.status === 'InProgress') return `deployment ${record.number} is in progress`;
    if (!current || current.slots[current.active]?.versionLabel !== version)
      return `current.json says ${JSON.stringify(current)}`;
    const groups = await this.groups();
    for (const slot of ['blue', 'green'] as const) {
      const group = groups.find((each) => each.AutoScalingGroupName === slots[slot].autoScalingGroup);
      const wanted = slot === current.active ? 4 : 0;
      const { DesiredCapacity, SuspendedProcesses = [], Instances = [] } = group ?? {};
      const serving = Instances.filter(({ LifecycleState }) => LifecycleState === 'InService');
      if (DesiredCapacity !== wanted) return `slot ${slot} wants ${DesiredCapacity ?? 'nothing'}`;
      if (Instances.length !== wanted || serving.length !== wanted)
        return `slot ${slot} has ${Instances.length} instances, ${serving.length} in service`;
      if (SuspendedProcesses.length > 0) return `slot ${slot}: ${JSON.stringify(SuspendedProcesses)}`;
      const { TargetHealthDescriptions = [] } = await this.aws.elb.describeTargetHealth({
        TargetGroupArn: slots[slot].targetGroupArn ?? '',
      });
      const states = TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.State);
      if (states.length !== wanted || states.some((state) => state !== 'healthy'))
        return `targets of slot ${slot}: ${states.join(', ')}`;
    }
    const { Reservations = [] } = await this.aws.ec2.describeInstances({});
    const alive = Reservations.flatMap(({ Instances = [] }) => Instances).filter(
      ({ State }) => State?.Name !== 'terminated',
    );
    return alive.length === 4 ? undefined : `there are ${alive.length} instances in EC2`;
  }

  /** Pulumi finds nothing to do. It is asked once for each picture that the account shows. */
  async ensureUnchanged(): Promise<void> {
    const picture = await pictureOf(this.aws);
    if (this.#unchanged.has(picture)) return;
    await this.cloud.atRest('prod');
    this.#unchanged.add(picture);
  }

  remove(): Promise<void> {
    return this.cloud.remove();
  }
}

export interface EnvironmentStatus {
  readonly version: string | null;
  readonly instances: readonly { readonly version: string | null }[];
  readonly infrastructureChangePending: boolean;
}

const stackFile = `config:
  aws:region: eu-central-1
  beanpole:application: mywordpress
  beanpole:network: { cidr: 10.20.0.0/16, availabilityZones: 2, natGateways: Single }
  beanpole:domain: { name: mywordpress.example }
  beanpole:environments:
    web:
      tier: WebServer
      type: LoadBalanced
      record: www
      instanceTypes: [t3.small]
      minSize: 4
      maxSize: 8
      startTimeoutSeconds: 20
      drainTimeoutSeconds: 2
      healthCheckIntervalSeconds: 5
      healthCheckTimeoutSeconds: 2
      healthyThresholdCount: 2
      deregistrationDelaySeconds: 2
      evaluationTimeSeconds: 2
      keepWarmSeconds: 2
`;
