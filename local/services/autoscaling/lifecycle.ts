import type { Action, GroupView, InstanceView } from './plan.ts';
import type { HookRow } from './state.ts';

/** The next step of one instance on its way through the lifecycle states. */
export function instanceActions(view: GroupView, instance: InstanceView): Action[] {
  switch (instance.row.state) {
    case 'Pending':
    case 'Pending:Wait':
    case 'Pending:Proceed':
      return pending(view, instance);
    case 'InService':
      return inService(view, instance);
    case 'Terminating':
    case 'Terminating:Wait':
    case 'Terminating:Proceed':
      return terminating(view, instance);
    case 'EnteringStandby':
      return leaving(view, instance, { kind: 'stand-by', instanceId: instance.row.id });
    case 'Detaching':
      return leaving(view, instance, { kind: 'detach', instanceId: instance.row.id });
    case 'Standby':
      return isEnded(instance) ? [{ kind: 'forget', instanceId: instance.row.id }] : [];
    default:
      return [];
  }
}

const isEnded = ({ machine }: InstanceView): boolean =>
  machine.state === 'terminated' || machine.state === 'gone';

const isSuspended = ({ group }: GroupView, process: string): boolean => group.suspended.includes(process);

const hooksFor = ({ hooks }: GroupView, transition: HookRow['transition']): readonly HookRow[] =>
  hooks.filter((hook) => hook.transition === transition);

/** Launch hooks first, then the target groups, then in service: nobody sends requests to what is not ready. */
function pending(view: GroupView, instance: InstanceView): Action[] {
  const { row, machine } = instance;
  if (machine.state !== 'pending' && machine.state !== 'running')
    return [
      {
        kind: 'fail-launch',
        instanceId: row.id,
        because: `Instance became ${machine.state} while it was launching.`,
        isCancelled: false,
      },
    ];
  const hooks = row.skipsLaunchHooks ? [] : hooksFor(view, 'autoscaling:EC2_INSTANCE_LAUNCHING');
  if (row.state === 'Pending' && hooks.length) return [{ kind: 'await-hooks', instanceId: row.id, hooks }];
  if (row.state === 'Pending:Wait') return waiting(view, instance);
  if (machine.state !== 'running') return [];
  const missing = missingRegistrations(view, instance);
  return missing.length ? missing : [{ kind: 'serve', instanceId: row.id }];
}

function waiting({ now }: GroupView, { row }: InstanceView): Action[] {
  const overdue = row.waits.filter((wait) => wait.result === undefined && wait.deadline <= now);
  if (overdue.length) return overdue.map(({ token }) => ({ kind: 'time-out', instanceId: row.id, token }));
  const isLaunch = row.state === 'Pending:Wait';
  const abandoned = isLaunch ? row.waits.find(({ result }) => result === 'ABANDON') : undefined;
  if (abandoned) {
    const why = abandoned.isTimedOut ? 'Heartbeat Timeout' : 'Lifecycle Action Completed with ABANDON Result';
    const because = `Instance failed to complete user's Lifecycle Action: Lifecycle Action with token ${abandoned.token} was abandoned: ${why}`;
    return [{ kind: 'fail-launch', instanceId: row.id, because, isCancelled: true }];
  }
  return row.waits.every(({ result }) => result !== undefined)
    ? [{ kind: 'proceed', instanceId: row.id }]
    : [];
}

function inService(view: GroupView, instance: InstanceView): Action[] {
  const { row } = instance;
  const { group } = view;
  const because = row.isHealthy ? illness(view, instance) : row.unhealthyBecause;
  if (row.isHealthy && because !== undefined)
    return [{ kind: 'mark-unhealthy', instanceId: row.id, because }];
  const mayReplace = !isSuspended(view, 'ReplaceUnhealthy') && !isSuspended(view, 'Terminate');
  if (!row.isHealthy && mayReplace && !isWaitedFor(view, instance))
    return [{ kind: 'retire', instanceId: row.id, because: because ?? '' }];
  if (
    group.capacityRebalance === true &&
    instance.machine.spotRisk === 'interruption' &&
    !isSuspended(view, 'Terminate')
  )
    return [{ kind: 'retire', instanceId: row.id, because: interrupted }];
  if (row.isExtra && isReady(view, instance)) return [{ kind: 'count', instanceId: row.id }];
  const gone = row.registeredWith.filter((arn) => !group.targetGroupArns.includes(arn));
  return [
    ...missingRegistrations(view, instance),
    ...gone.map((targetGroupArn): Action => ({ kind: 'deregister', instanceId: row.id, targetGroupArn })),
  ];
}

const interrupted =
  'an instance was taken out of service in response to an EC2 spot instance interruption notice';

/** A machine that runs may serve somebody yet: under a maintenance policy its successor comes first. */
const isWaitedFor = ({ group }: GroupView, { row, machine }: InstanceView): boolean =>
  group.maintenance !== undefined && !row.isExtra && machine.state === 'running' && !machine.isImpaired;

/** Serves wherever it is registered; a target group that no traffic goes to asks for nothing. */
const isReady = ({ group }: GroupView, { row, targets }: InstanceView): boolean =>
  group.targetGroupArns.every((arn) => {
    const health = targets.get(arn);
    return row.registeredWith.includes(arn) && (health === 'healthy' || health === 'unused');
  });

/** Why an instance in service counts as unhealthy; the grace period covers all but a machine that is not there. */
function illness(view: GroupView, { row, machine, targets }: InstanceView): string | undefined {
  const { group, now } = view;
  if (isSuspended(view, 'HealthCheck')) return undefined;
  const atEc2 = 'an instance was taken out of service in response to an EC2';
  if (machine.state !== 'running')
    return `${atEc2} health check indicating it has been terminated or stopped`;
  if (now < (row.inServiceAt ?? row.createdAt) + group.healthCheckGracePeriod * 1000) return undefined;
  if (machine.isImpaired) return `${atEc2} instance status checks failure`;
  const isSick = [...targets.values()].some(
    (health) => health === 'unhealthy' || health === 'unhealthy.draining',
  );
  return group.healthCheckType.includes('ELB') && isSick
    ? 'an instance was taken out of service in response to an ELB system health check failure'
    : undefined;
}

function missingRegistrations(view: GroupView, { row }: InstanceView): Action[] {
  if (isSuspended(view, 'AddToLoadBalancer')) return [];
  return view.group.targetGroupArns
    .filter((arn) => !row.registeredWith.includes(arn))
    .map((targetGroupArn) => ({ kind: 'register', instanceId: row.id, targetGroupArn }));
}

/** Out of the target groups and drained first, then the hooks, then the machine. */
function terminating(view: GroupView, instance: InstanceView): Action[] {
  const { row, machine } = instance;
  const instanceId = row.id;
  if (row.state === 'Terminating:Wait' && !row.isForced) return waiting(view, instance);
  if (row.state === 'Terminating') {
    const first = leaving(view, instance, { kind: 'proceed', instanceId });
    if (first[0]?.kind !== 'proceed') return first;
    const hooks = row.isForced ? [] : hooksFor(view, 'autoscaling:EC2_INSTANCE_TERMINATING');
    return hooks.length ? [{ kind: 'await-hooks', instanceId, hooks }] : first;
  }
  if (isEnded(instance)) return [{ kind: 'forget', instanceId }];
  return machine.state === 'shutting-down' ? [] : [{ kind: 'terminate', instanceId }];
}

/** Deregisters everywhere, waits until no target group drains the instance any more, then goes on. */
function leaving({ group }: GroupView, instance: InstanceView, then: Action): Action[] {
  const { row, targets } = instance;
  if (row.registeredWith.length)
    return row.registeredWith.map((targetGroupArn) => ({
      kind: 'deregister',
      instanceId: row.id,
      targetGroupArn,
    }));
  const isDraining = row.deregisteredFrom.some((arn) => targets.has(arn));
  if (isDraining && !row.isForced && !group.isDeleting && !isEnded(instance)) return [];
  return [then];
}
