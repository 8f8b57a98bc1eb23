import { randomUUID } from 'node:crypto';
import type { InstanceMarketOptionsRequest, _InstanceType } from '@aws-sdk/client-ec2';
import type { Clock } from '../../clock.ts';
import { AwsError } from '../../endpoint/service.ts';
import type { Activities } from './activities.ts';
import { countsAsCapacity } from './capacity.ts';
import type { Neighbours } from './neighbours.ts';
import type { Action } from './plan.ts';
import { chooseType } from './purchases.ts';
import {
  instancesOf,
  type AutoScalingState,
  type GroupRow,
  type InstanceRow,
  type LaunchRow,
  type TemplateRow,
} from './state.ts';

type Decision = Extract<Action, { kind: 'decide-launch' }>;

interface Pinned {
  readonly template: TemplateRow;
  /** Of a mixed group; undefined: the template's. */
  readonly instanceType: string | undefined;
}

const leastBackoff = 5000;
const mostBackoff = 5 * 60 * 1000;

/** Launches of a group's instances: decided, carried out, put off after failures. */
export class Launches {
  readonly #state: AutoScalingState;
  readonly #clock: Clock;
  readonly #neighbours: Neighbours;
  readonly #activities: Activities;

  constructor(state: AutoScalingState, clock: Clock, neighbours: Neighbours, activities: Activities) {
    this.#state = state;
    this.#clock = clock;
    this.#neighbours = neighbours;
    this.#activities = activities;
  }

  /** Writes down that an instance is to be launched; the next round carries it out. */
  decide(group: GroupRow, { subnet, isExtra, isSpot, because }: Decision): void {
    const token = randomUUID();
    const description = 'Launching a new EC2 instance';
    const activity = this.#activities.begin(
      group,
      description,
      this.#launchCause(group, isExtra, because),
      subnet.zone,
    );
    this.#state.launches.set(token, {
      token,
      groupName: group.name,
      subnet,
      isExtra,
      isSpot,
      activityId: activity.id,
    });
  }

  #launchCause(group: GroupRow, isExtra: boolean, because: string | undefined): string {
    if (because !== undefined)
      return this.#activities.at(
        because.replace('taken out of service', 'launched to take the place of another one'),
      );
    if (isExtra)
      return this.#activities.at(
        'availability zones had different numbers of instances, and an instance was launched to aid in balancing them',
      );
    if (group.change === undefined)
      return this.#activities.at(
        'an instance was launched in response to an unhealthy instance needing to be replaced',
      );
    const now = instancesOf(this.#state, group.name).filter(({ state }) => countsAsCapacity(state)).length;
    const coming = [...this.#state.launches.values()].filter(
      ({ groupName }) => groupName === group.name,
    ).length;
    const from = now + coming;
    const started = `an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${from} to ${from + 1}`;
    return `${group.change}  ${this.#activities.at(started)}`;
  }

  /** Asks EC2 for the instance; repeated with the same token it finds the one already made. */
  async carryOut(group: GroupRow, token: string): Promise<void> {
    const launch = this.#state.launches.get(token);
    if (!launch) return;
    try {
      const { template, instanceType: InstanceType } = await this.#pinned(group, launch);
      const instance = await this.#neighbours.runInstance({
        LaunchTemplate: { LaunchTemplateId: template.id, Version: template.version },
        ...(InstanceType !== undefined && { InstanceType: InstanceType as _InstanceType }),
        ...(launch.isSpot === true && { InstanceMarketOptions: spotMarket(group) }),
        SubnetId: launch.subnet.id,
        ClientToken: token,
        TagSpecifications: [{ ResourceType: 'instance', Tags: instanceTags(group) }],
      });
      this.#launched(group, launch, {
        id: instance.InstanceId ?? '',
        template,
        instanceType: instance.InstanceType ?? '',
        imageId: instance.ImageId ?? '',
      });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#state.launches.delete(token);
      const message = `${error.message} Launching EC2 instance failed.`;
      this.#activities.end(launch.activityId, 'Failed', message);
      this.backOff(group.name, launch.subnet.zone);
    }
  }

  /** `$Latest` becomes a number once, so that a repeated launch asks for the same. */
  async #pinned(group: GroupRow, launch: LaunchRow): Promise<Pinned> {
    if (launch.template) return { template: launch.template, instanceType: launch.instanceType };
    const version = await this.#neighbours.templateVersion(group.template);
    const template = { ...group.template, version: String(version.VersionNumber ?? group.template.version) };
    const instanceType = group.mixed?.instanceTypes.length
      ? chooseType(group.mixed, launch.isSpot === true, (type) =>
          this.#neighbours.spotPool(type, launch.subnet.zone),
        )
      : undefined;
    const pinned = { ...launch, template, ...(instanceType !== undefined && { instanceType }) };
    this.#state.launches.set(launch.token, pinned);
    return { template, instanceType };
  }

  #launched(
    group: GroupRow,
    launch: LaunchRow,
    made: Pick<InstanceRow, 'id' | 'instanceType' | 'imageId'> & {
      template: NonNullable<LaunchRow['template']>;
    },
  ): void {
    this.#state.launches.delete(launch.token);
    this.#activities.update(launch.activityId, {
      description: `Launching a new EC2 instance: ${made.id}`,
      status: 'PreInService',
    });
    this.#state.instances.set(made.id, {
      ...made,
      groupName: group.name,
      zone: launch.subnet.zone,
      state: 'Pending',
      isHealthy: true,
      isProtected: group.newInstancesProtected,
      createdAt: this.#clock.now(),
      isExtra: launch.isExtra,
      ...(launch.isSpot === true && { isSpot: true }),
      skipsLaunchHooks: false,
      isForced: false,
      registeredWith: [],
      deregisteredFrom: [],
      waits: [],
      activityId: launch.activityId,
    });
  }

  /** Puts off the next launch, longer with each failure in a row. */
  backOff(groupName: string, zone: string): void {
    const group = this.#state.groups.get(groupName);
    if (!group) return;
    const failures = (group.backoff?.failures ?? 0) + 1;
    const until = this.#clock.now() + Math.min(mostBackoff, leastBackoff * 2 ** (failures - 1));
    this.#state.groups.set(groupName, { ...group, backoff: { failures, until, zone } });
  }
}

const instanceTags = (group: GroupRow): { Key: string; Value: string }[] => [
  ...group.tags
    .filter(({ propagateAtLaunch }) => propagateAtLaunch)
    .map(({ key, value }) => ({ Key: key, Value: value })),
  { Key: 'aws:autoscaling:groupName', Value: group.name },
];

const spotMarket = ({ mixed }: GroupRow): InstanceMarketOptionsRequest => ({
  MarketType: 'spot',
  ...(mixed?.spotMaxPrice !== undefined && { SpotOptions: { MaxPrice: mixed.spotMaxPrice } }),
});
