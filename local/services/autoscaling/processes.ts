import type {
  DescribeScalingActivitiesCommandInput,
  DescribeScalingActivitiesCommandOutput,
  DescribeScalingProcessTypesCommandOutput,
  DescribeTerminationPolicyTypesCommandOutput,
  ResumeProcessesCommandInput,
  SetDesiredCapacityCommandInput,
  SuspendProcessesCommandInput,
} from '@aws-sdk/client-auto-scaling';
import type { Answer } from '../../endpoint/service.ts';
import { shownActivity } from './activities.ts';
import { setDesired, type AutoScalingContext } from './context.ts';
import { accept, findGroup, invalid } from './errors.ts';
import { paged } from './paging.ts';
import { terminationPolicies } from './termination.ts';

/** AWS's processes; those that nothing here runs yet can be suspended all the same. */
const processes = [
  ...['AddToLoadBalancer', 'AlarmNotification', 'AZRebalance', 'HealthCheck', 'InstanceRefresh'],
  ...['Launch', 'ReplaceUnhealthy', 'ScheduledActions', 'Terminate'],
];

/** Desired capacity, suspended processes and the log of activities. */
export function processOperations(context: AutoScalingContext) {
  const { state, reconciler } = context;

  const named = (wanted: readonly string[] | undefined): readonly string[] => {
    if (!wanted?.length) return processes;
    const unknown = wanted.find((name) => !processes.includes(name));
    if (unknown !== undefined) throw invalid(`${unknown} is not a valid process name.`);
    return wanted;
  };

  const suspend = (
    groupName: string | undefined,
    change: (suspended: readonly string[]) => readonly string[],
  ): void => {
    const group = findGroup(state, groupName);
    state.groups.set(group.name, { ...group, suspended: change(group.suspended) });
    void reconciler.poke(group.name);
  };

  return {
    SetDesiredCapacity(input: SetDesiredCapacityCommandInput) {
      const group = findGroup(state, input.AutoScalingGroupName);
      const desired = input.DesiredCapacity ?? 0;
      if (desired > group.maxSize)
        throw invalid(
          `New SetDesiredCapacity value ${desired} is above max value ${group.maxSize} for the AutoScalingGroup.`,
        );
      if (desired < group.minSize)
        throw invalid(
          `New SetDesiredCapacity value ${desired} is below min value ${group.minSize} for the AutoScalingGroup.`,
        );
      setDesired(context, group, desired, 'a user request explicitly set group desired capacity');
      void reconciler.poke(group.name);
      return {};
    },

    SuspendProcesses(input: SuspendProcessesCommandInput) {
      const names = named(input.ScalingProcesses);
      suspend(input.AutoScalingGroupName, (suspended) => [...new Set([...suspended, ...names])]);
      return {};
    },

    ResumeProcesses(input: ResumeProcessesCommandInput) {
      const names = named(input.ScalingProcesses);
      suspend(input.AutoScalingGroupName, (suspended) => suspended.filter((name) => !names.includes(name)));
      return {};
    },

    DescribeScalingProcessTypes(): Answer<DescribeScalingProcessTypesCommandOutput> {
      return { Processes: processes.map((ProcessName) => ({ ProcessName })) };
    },

    DescribeTerminationPolicyTypes(): Answer<DescribeTerminationPolicyTypesCommandOutput> {
      return { TerminationPolicyTypes: [...terminationPolicies] };
    },

    /** Newest first. Activities of deleted groups are kept and shown when asked for. */
    DescribeScalingActivities(
      input: DescribeScalingActivitiesCommandInput,
    ): Answer<DescribeScalingActivitiesCommandOutput> {
      accept(input, [
        ...['ActivityIds', 'AutoScalingGroupName', 'IncludeDeletedGroups', 'MaxRecords', 'NextToken'],
      ]);
      const { ActivityIds: ids, AutoScalingGroupName: name } = input;
      if (name !== undefined && input.IncludeDeletedGroups !== true) findGroup(state, name);
      const rows = [...state.activities.values()]
        .filter((row) => name === undefined || row.groupName === name)
        .filter(
          (row) =>
            input.IncludeDeletedGroups === true || state.groups.get(row.groupName)?.arn === row.groupArn,
        )
        .filter((row) => !ids?.length || ids.includes(row.id))
        .reverse();
      const { items, next } = paged(rows, { ...input, MaxRecords: input.MaxRecords ?? 100 });
      return { Activities: items.map(shownActivity), ...next };
    },
  };
}
