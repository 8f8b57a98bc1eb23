import type {
  BatchDeleteScheduledActionCommandInput,
  BatchDeleteScheduledActionCommandOutput,
  BatchPutScheduledUpdateGroupActionCommandInput,
  BatchPutScheduledUpdateGroupActionCommandOutput,
  DeleteScheduledActionCommandInput,
  DescribeScheduledActionsCommandInput,
  DescribeScheduledActionsCommandOutput,
  FailedScheduledUpdateGroupActionRequest,
  PutScheduledUpdateGroupActionCommandInput,
  ScheduledUpdateGroupAction,
  ScheduledUpdateGroupActionRequest,
} from '@aws-sdk/client-auto-scaling';
import { randomUUID } from 'node:crypto';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import type { AutoScalingContext } from './context.ts';
import { accept, findGroup, invalid } from './errors.ts';
import { paged } from './paging.ts';
import { checkRecurrence, nextRun, type Scheduler } from './scheduler.ts';
import { scheduledKey, type GroupRow, type ScheduledRow } from './state.ts';

const mostActions = 125;
const mostPerBatch = 50;

/** Scheduled actions: sizes that a group gets at a time, once or again and again. */
export function scheduledActionOperations({ state, parts }: AutoScalingContext, scheduler: Scheduler) {
  function put(group: GroupRow, request: ScheduledUpdateGroupActionRequest): void {
    const key = scheduledKey(group.name, request.ScheduledActionName ?? '');
    const before = state.scheduled.get(key);
    const count = [...state.scheduled.values()].filter(({ groupName }) => groupName === group.name).length;
    if (!before && count >= mostActions)
      throw new AwsError('LimitExceeded', `A group can have at most ${mostActions} scheduled actions.`);
    check(request, parts.clock.now());
    const arn =
      before?.arn ??
      `arn:aws:autoscaling:${parts.region}:${parts.account}:scheduledUpdateGroupAction:${randomUUID()}:autoScalingGroupName/${group.name}:scheduledActionName/${request.ScheduledActionName ?? ''}`;
    const row = rowOf(group, request, arn);
    const nextAt = nextRun(row, parts.clock.now());
    if (nextAt === undefined) throw invalid('The scheduled action would never run.');
    state.scheduled.set(key, { ...row, nextAt });
    scheduler.look();
  }

  const remove = (group: GroupRow, name: string | undefined): void => {
    if (!state.scheduled.delete(scheduledKey(group.name, name ?? '')))
      throw invalid(`Scheduled action name not found: ${name ?? ''}`);
  };

  return {
    PutScheduledUpdateGroupAction(input: PutScheduledUpdateGroupActionCommandInput) {
      const { AutoScalingGroupName: name, Time, ...request } = input;
      // `Time` is the old name of the start.
      put(findGroup(state, name), { ...request, StartTime: request.StartTime ?? Time });
      return {};
    },

    BatchPutScheduledUpdateGroupAction(
      input: BatchPutScheduledUpdateGroupActionCommandInput,
    ): Answer<BatchPutScheduledUpdateGroupActionCommandOutput> {
      const group = findGroup(state, input.AutoScalingGroupName);
      const requests = input.ScheduledUpdateGroupActions ?? [];
      if (requests.length > mostPerBatch)
        throw invalid(`At most ${mostPerBatch} scheduled actions can be put with one request.`);
      return {
        FailedScheduledUpdateGroupActions: requests.flatMap((request) =>
          failed(request.ScheduledActionName, () => {
            put(group, request);
          }),
        ),
      };
    },

    DeleteScheduledAction(input: DeleteScheduledActionCommandInput) {
      remove(findGroup(state, input.AutoScalingGroupName), input.ScheduledActionName);
      return {};
    },

    BatchDeleteScheduledAction(
      input: BatchDeleteScheduledActionCommandInput,
    ): Answer<BatchDeleteScheduledActionCommandOutput> {
      const group = findGroup(state, input.AutoScalingGroupName);
      return {
        FailedScheduledActions: (input.ScheduledActionNames ?? []).flatMap((name) =>
          failed(name, () => {
            remove(group, name);
          }),
        ),
      };
    },

    DescribeScheduledActions(
      input: DescribeScheduledActionsCommandInput,
    ): Answer<DescribeScheduledActionsCommandOutput> {
      accept(input, [
        ...['AutoScalingGroupName', 'ScheduledActionNames', 'StartTime', 'EndTime'],
        ...['MaxRecords', 'NextToken'],
      ]);
      const { AutoScalingGroupName: groupName, ScheduledActionNames: names } = input;
      const rows = [...state.scheduled.values()].filter(
        (row) =>
          (groupName === undefined || row.groupName === groupName) &&
          // Named actions are listed whenever they run.
          (names?.length
            ? names.includes(row.name)
            : (row.nextAt ?? 0) >= (input.StartTime?.getTime() ?? 0) &&
              (row.nextAt ?? 0) <= (input.EndTime?.getTime() ?? Infinity)),
      );
      const { items, next } = paged(rows, input);
      return { ScheduledUpdateGroupActions: items.map(shown), ...next };
    },
  };
}

function check(request: ScheduledUpdateGroupActionRequest, now: number): void {
  const { ScheduledActionName: name = '', StartTime, EndTime, Recurrence, TimeZone } = request;
  if (!/^[^\p{Cc}]{1,255}$/u.test(name)) throw invalid(`The scheduled action name '${name}' is not valid.`);
  const sizes = [request.MinSize, request.MaxSize, request.DesiredCapacity];
  if (sizes.every((size) => size === undefined))
    throw invalid('At least one of MinSize, MaxSize and DesiredCapacity must be specified.');
  if (sizes.some((size) => (size ?? 0) < 0)) throw invalid('Sizes must not be negative.');
  if (StartTime === undefined && Recurrence === undefined)
    throw invalid('Either StartTime or Recurrence must be specified.');
  if (StartTime && StartTime.getTime() < now) throw invalid('Given start time is in the past');
  if (EndTime && EndTime.getTime() <= (StartTime?.getTime() ?? now))
    throw invalid('Given end time is before the start time, or in the past');
  checkRecurrence(Recurrence, TimeZone);
}

const rowOf = (group: GroupRow, request: ScheduledUpdateGroupActionRequest, arn: string): ScheduledRow => ({
  arn,
  name: request.ScheduledActionName ?? '',
  groupName: group.name,
  ...(request.StartTime && { startsAt: request.StartTime.getTime() }),
  ...(request.EndTime && { endsAt: request.EndTime.getTime() }),
  ...(request.Recurrence !== undefined && { recurrence: request.Recurrence }),
  ...(request.TimeZone !== undefined && { timeZone: request.TimeZone }),
  ...(request.MinSize !== undefined && { minSize: request.MinSize }),
  ...(request.MaxSize !== undefined && { maxSize: request.MaxSize }),
  ...(request.DesiredCapacity !== undefined && { desiredCapacity: request.DesiredCapacity }),
});

const shown = (row: ScheduledRow): ScheduledUpdateGroupAction => {
  const next =
    row.nextAt === undefined ? {} : { StartTime: new Date(row.nextAt), Time: new Date(row.nextAt) };
  return {
    AutoScalingGroupName: row.groupName,
    ScheduledActionName: row.name,
    ScheduledActionARN: row.arn,
    ...next,
    ...(row.endsAt !== undefined && { EndTime: new Date(row.endsAt) }),
    ...(row.recurrence !== undefined && { Recurrence: row.recurrence }),
    ...(row.timeZone !== undefined && { TimeZone: row.timeZone }),
    ...(row.minSize !== undefined && { MinSize: row.minSize }),
    ...(row.maxSize !== undefined && { MaxSize: row.maxSize }),
    ...(row.desiredCapacity !== undefined && { DesiredCapacity: row.desiredCapacity }),
  };
};

function failed(name: string | undefined, act: () => void): FailedScheduledUpdateGroupActionRequest[] {
  try {
    act();
    return [];
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return [{ ScheduledActionName: name, ErrorCode: error.code, ErrorMessage: error.message }];
  }
}
