import { displayName, type Slot } from '../../../model/names.ts';
import type { GroupSize } from '../../../model/schemas.ts';
import { hasElasticIp, hasLoadBalancer, otherSlot, type PlannedStep, type PolicyInput } from './policy.ts';
import { processSteps } from './processes.ts';

const empty: GroupSize = { minSize: 0, maxSize: 0, desiredCapacity: 0 };

/** Both slots are held at the size that they begin with. */
const held = ['AZRebalance', 'AlarmNotification', 'ScheduledActions'];

/** The idle slot is filled and checked, `traffic` lets the world in, the old slot is emptied. */
export function replacement(input: PolicyInput, traffic: readonly PlannedStep[]): PlannedStep[] {
  const idle = otherSlot(input.active);
  const [suspended, resumed] = processSteps(input, [input.active, idle], held);
  return [
    ...suspended,
    ...vacate(input, idle),
    ...useLatestTemplate(input, idle),
    pointIdleSlot(input, idle),
    ...fill(input, idle),
    ...traffic,
    emptyOldSlot(input),
    ...resumed,
  ];
}

/** Whoever an earlier deployment has left there would be taken for one that boots the new version. */
function vacate(input: PolicyInput, idle: Slot): PlannedStep[] {
  const { size, instances } = input.groups[idle];
  if (size.desiredCapacity === 0 && instances.every(({ state }) => state === 'Leaving')) return [];
  return [
    ...aside(input),
    {
      id: 'vacate',
      sentence: `Take away every instance that an earlier deployment has left in slot ${idle}.`,
      task: { action: 'Resize', slot: idle, size: empty },
      withoutUndo: 'Nothing: an idle slot is to be empty.',
    },
    {
      id: 'vacated',
      sentence: `Wait until slot ${idle} is empty.`,
      task: { action: 'AwaitEmpty', slot: idle },
      withoutUndo: 'Changes nothing.',
    },
  ];
}

/** What could not be taken back may still lead the world to the idle slot. */
function aside({ active, environment }: PolicyInput): PlannedStep[] {
  const step = (sentence: string, task: PlannedStep['task']): PlannedStep[] => [
    { id: 'aside', sentence, task, withoutUndo: 'Nothing: there it belongs.' },
  ];
  if (hasLoadBalancer(environment))
    return step(`Send all traffic to slot ${active}.`, {
      action: 'ShiftTraffic',
      slot: active,
      percent: 100,
    });
  return hasElasticIp(environment)
    ? step(`Have the Elastic IP at the instance in slot ${active}.`, { action: 'MoveAddress', slot: active })
    : [];
}

/** A changed image, instance type or user data is rolled out by the way. */
function useLatestTemplate({ environment, groups }: PolicyInput, idle: Slot): PlannedStep[] {
  const { launchTemplateVersion: version } = environment.slots[idle];
  if (groups[idle].launchTemplateVersion === version) return [];
  return [
    {
      id: 'launch-template',
      sentence: `Launch with version ${version} of the launch template in slot ${idle}.`,
      task: { action: 'UseLaunchTemplate', slot: idle, version },
      withoutUndo: 'Nothing: an empty slot may keep it.',
    },
  ];
}

const pointIdleSlot = ({ label }: PolicyInput, idle: Slot): PlannedStep => ({
  id: 'pointer',
  sentence: `Point slot ${idle} to ${label}, so that its instances boot with it.`,
  task: { action: 'PointSlot', slot: idle, to: 'Target' },
  undo: {
    id: 'return-pointer',
    sentence: `Point slot ${idle} to what it was.`,
    task: { action: 'PointSlot', slot: idle, to: 'Displaced' },
  },
});

function fill({ groups, active, label, environment, options }: PolicyInput, idle: Slot): PlannedStep[] {
  const { size } = groups[active];
  const count = size.desiredCapacity;
  const isJudged = hasLoadBalancer(environment) && !options.ignoreHealthCheck;
  return [
    {
      id: 'fill',
      sentence: `Launch ${instances(count)} in slot ${idle}, as many as slot ${active} has.`,
      task: { action: 'Resize', slot: idle, size },
      undo: {
        id: 'return-empty',
        sentence: `Take every instance of slot ${idle} away again.`,
        task: { action: 'Resize', slot: idle, size: empty },
      },
    },
    {
      id: 'filled',
      sentence: `Wait until ${instances(count)} with ${label} ${count === 1 ? 'is' : 'are'} in service${isJudged ? ' and the load balancer calls each one healthy' : ''}.`,
      task: { action: 'AwaitInstances', slot: idle, count },
      withoutUndo: 'Changes nothing.',
    },
  ];
}

export function shiftTraffic({ active, label }: PolicyInput, percent: number): PlannedStep {
  const idle = otherSlot(active);
  return {
    id: `traffic-${percent}`,
    sentence:
      percent === 100
        ? `Send all traffic to ${label} in slot ${idle}.`
        : `Send ${percent} percent of the traffic to ${label} in slot ${idle}.`,
    task: { action: 'ShiftTraffic', slot: idle, percent },
    undo: {
      id: 'return-traffic',
      sentence: `Send all traffic to slot ${active} again.`,
      task: { action: 'ShiftTraffic', slot: active, percent: 100 },
    },
  };
}

/** Established connections over an Elastic IP end when it moves: there is nobody in front of a single instance. */
function moveAddress({ active }: PolicyInput): PlannedStep {
  const idle = otherSlot(active);
  return {
    id: 'address',
    sentence: `Move the Elastic IP to the instance in slot ${idle}; connections that are open then are cut.`,
    task: { action: 'MoveAddress', slot: idle },
    undo: {
      id: 'return-address',
      sentence: `Move the Elastic IP back to the instance in slot ${active}.`,
      task: { action: 'MoveAddress', slot: active },
    },
  };
}

export function watch(input: PolicyInput, id: string, seconds: number, purpose: string): PlannedStep {
  const { alarms } = input.options;
  const what = alarms.length > 0 ? `its health and the alarms ${alarms.join(', ')}` : 'its health';
  return {
    id,
    sentence: `${purpose} for ${seconds} s, and watch ${what}.`,
    task: { action: 'Watch', slot: otherSlot(input.active), seconds },
    withoutUndo: 'Changes nothing.',
  };
}

/** From now on the environment is the new slot; also what a new instance in either slot goes by. */
export function activate(input: PolicyInput): PlannedStep[] {
  const { active, environment } = input;
  const idle = otherSlot(active);
  const step: PlannedStep = {
    id: 'activate',
    sentence: `Make slot ${idle} the active one of ${displayName({ application: '', ...environment })}.`,
    task: { action: 'Activate', slot: idle },
    undo: {
      id: 'return-active',
      sentence: `Make slot ${active} the active one again.`,
      task: { action: 'Activate', slot: active },
    },
  };
  return hasElasticIp(environment) ? [step, moveAddress(input)] : [step];
}

function emptyOldSlot({ active, previous }: PolicyInput): PlannedStep {
  return {
    id: 'empty',
    sentence: `Empty slot ${active}${previous === undefined ? '' : `, which ran ${previous}`}: its instances finish the requests they have, then they are terminated.`,
    task: { action: 'Resize', slot: active, size: empty },
    withoutUndo: `There is no way back by itself from here; deploying ${previous ?? 'another version'} is one.`,
    isPointOfNoReturn: true,
  };
}

const instances = (count: number): string => `${count} ${count === 1 ? 'instance' : 'instances'}`;
