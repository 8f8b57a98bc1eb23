import type { DescribeAlarmsOutput, MetricAlarm, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type {
  DescribeInstancesCommandOutput,
  DescribeLaunchTemplateVersionsCommandOutput,
  DescribeSubnetsCommandOutput,
  Instance,
  LaunchTemplateVersion,
  RunInstancesCommandInput,
  RunInstancesCommandOutput,
} from '@aws-sdk/client-ec2';
import type { DescribeTargetHealthCommandOutput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../endpoint/service.ts';
import { ask, type Parts, type SpotPool, type SpotRisk } from '../parts.ts';
import type { SubnetRow } from './state.ts';

/** What Auto Scaling asks of EC2 and Elastic Load Balancing, through their own operations. */
export class Neighbours {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The subnets with their zones, in the order given. */
  async subnets(ids: readonly string[]): Promise<SubnetRow[]> {
    const { Subnets } = await this.#ec2<DescribeSubnetsCommandOutput>('DescribeSubnets', { SubnetIds: ids });
    return (Subnets ?? []).map(({ SubnetId = '', AvailabilityZone = '' }) => ({
      id: SubnetId,
      zone: AvailabilityZone,
    }));
  }

  async templateVersion(template: {
    id?: string | undefined;
    name?: string | undefined;
    version: string;
  }): Promise<LaunchTemplateVersion> {
    const { LaunchTemplateVersions } = await this.#ec2<DescribeLaunchTemplateVersionsCommandOutput>(
      'DescribeLaunchTemplateVersions',
      {
        ...(template.id === undefined
          ? { LaunchTemplateName: template.name }
          : { LaunchTemplateId: template.id }),
        Versions: [template.version],
      },
    );
    const [version] = LaunchTemplateVersions ?? [];
    if (!version)
      throw new AwsError('InvalidLaunchTemplateId.VersionNotFound', `No version ${template.version}.`);
    return version;
  }

  async runInstance(input: Omit<RunInstancesCommandInput, 'MinCount' | 'MaxCount'>): Promise<Instance> {
    const { Instances } = await this.#ec2<RunInstancesCommandOutput>('RunInstances', {
      ...input,
      MinCount: 1,
      MaxCount: 1,
    });
    const [instance] = Instances ?? [];
    if (!instance) throw new AwsError('InternalError', 'EC2 launched no instance.', 500);
    return instance;
  }

  /** Throws what EC2 would say to a launch of an instance. */
  async checkLaunch(
    template: { id: string; version: string },
    subnetId: string,
    InstanceType?: string,
  ): Promise<void> {
    const { id: LaunchTemplateId, version: Version } = template;
    const dryRun = {
      DryRun: true,
      LaunchTemplate: { LaunchTemplateId, Version },
      SubnetId: subnetId,
      ...(InstanceType !== undefined && { InstanceType }),
    };
    try {
      await this.#ec2('RunInstances', { ...dryRun, MinCount: 1, MaxCount: 1 });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'DryRunOperation') throw error;
    }
  }

  /** Those of the instances that EC2 still knows. */
  async instances(ids: readonly string[]): Promise<Map<string, Instance>> {
    if (!ids.length) return new Map();
    const { Reservations } = await this.#ec2<DescribeInstancesCommandOutput>('DescribeInstances', {
      Filters: [{ Name: 'instance-id', Values: ids }],
    });
    const found = (Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
    return new Map(found.map((instance) => [instance.InstanceId ?? '', instance]));
  }

  /** Those whose instance status check fails. */
  async impaired(): Promise<Set<string>> {
    const { InstanceStatuses } = await this.#ec2<{ InstanceStatuses?: { InstanceId?: string }[] }>(
      'DescribeInstanceStatus',
      { Filters: [{ Name: 'instance-status.status', Values: ['impaired'] }] },
    );
    return new Set((InstanceStatuses ?? []).map(({ InstanceId = '' }) => InstanceId));
  }

  spotRisk(id: string): SpotRisk | undefined {
    return this.#parts.services.ec2.spotRisk(id);
  }

  spotPool(instanceType: string, zone: string): SpotPool {
    return this.#parts.services.ec2.spotPool(instanceType, zone);
  }

  /** Ends an instance; protection against termination by its owner does not bind Auto Scaling. */
  async terminate(id: string): Promise<void> {
    await this.#ec2('ModifyInstanceAttribute', { InstanceId: id, DisableApiTermination: { Value: false } });
    await this.#ec2('TerminateInstances', { InstanceIds: [id] });
  }

  async register(targetGroupArn: string, id: string): Promise<void> {
    await this.#elb('RegisterTargets', { TargetGroupArn: targetGroupArn, Targets: [{ Id: id }] });
  }

  /** Deregisters a target; a target group that is gone has no targets. */
  async deregister(targetGroupArn: string, id: string): Promise<void> {
    await unlessGone(
      this.#elb('DeregisterTargets', { TargetGroupArn: targetGroupArn, Targets: [{ Id: id }] }),
    );
  }

  /** State of every target that a target group lists, by instance; draining ones are among them. */
  async targetStates(targetGroupArn: string): Promise<Map<string, string>> {
    const answer = await unlessGone(
      this.#elb<DescribeTargetHealthCommandOutput>('DescribeTargetHealth', {
        TargetGroupArn: targetGroupArn,
      }),
    );
    const listed = (answer?.TargetHealthDescriptions ?? []).map(
      ({ Target, TargetHealth }) => [Target?.Id ?? '', TargetHealth?.State ?? ''] as const,
    );
    return new Map(listed);
  }

  async targetGroupsExist(arns: readonly string[]): Promise<boolean> {
    if (!arns.length) return true;
    try {
      await this.#elb('DescribeTargetGroups', { TargetGroupArns: arns });
      return true;
    } catch (error) {
      if (error instanceof AwsError) return false;
      throw error;
    }
  }

  async putAlarm(alarm: PutMetricAlarmInput): Promise<void> {
    await ask(this.#parts, 'monitoring', 'PutMetricAlarm', alarm);
  }

  /** Deletes alarms; those that somebody deleted already are no error. */
  async deleteAlarms(names: readonly string[]): Promise<void> {
    if (!names.length) return;
    const { MetricAlarms } = await ask<DescribeAlarmsOutput>(this.#parts, 'monitoring', 'DescribeAlarms', {
      AlarmNames: names,
    });
    const AlarmNames = (MetricAlarms ?? []).map(({ AlarmName }) => AlarmName);
    if (AlarmNames.length) await ask(this.#parts, 'monitoring', 'DeleteAlarms', { AlarmNames });
  }

  /** Alarms that have a policy among their actions. */
  async alarmsCalling(policyArn: string): Promise<readonly MetricAlarm[]> {
    const { MetricAlarms } = await ask<DescribeAlarmsOutput>(this.#parts, 'monitoring', 'DescribeAlarms', {
      ActionPrefix: policyArn,
      MaxRecords: 100,
    });
    return MetricAlarms ?? [];
  }

  #ec2<T>(operation: string, input: object): Promise<T> {
    return ask<T>(this.#parts, 'ec2', operation, input);
  }

  #elb<T>(operation: string, input: object): Promise<T> {
    return ask<T>(this.#parts, 'elasticloadbalancing', operation, input);
  }
}

async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof AwsError && error.code.startsWith('TargetGroupNotFound')) return undefined;
    throw error;
  }
}
