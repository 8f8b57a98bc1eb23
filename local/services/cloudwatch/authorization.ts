import {
  anywhere,
  each,
  fromList,
  on,
  onAll,
  tagging,
  type Authorization,
} from '../../endpoint/authorization.ts';
import type { Parts } from '../parts.ts';
import type { CloudWatchState } from './state.ts';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html */
export function cloudWatchAuthorization({ region, account }: Parts, state: CloudWatchState): Authorization {
  const alarmArn = (name: string): string => `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
  const dashboardArn = (name: string): string => `arn:aws:cloudwatch::${account}:dashboard/${name}`;
  const alarm = on(({ AlarmName = '*' }: { AlarmName?: string }) => alarmArn(AlarmName));
  const alarms = onAll(({ AlarmNames = [] }: { AlarmNames?: string[] }) =>
    AlarmNames.length > 0 ? AlarmNames.map(alarmArn) : [alarmArn('*')],
  );
  const dashboard = on(({ DashboardName }: { DashboardName: string }) => dashboardArn(DashboardName));
  const tagged = on(({ ResourceARN }: { ResourceARN: string }) => ResourceARN);
  const collections = [state.alarms, state.composites, state.dashboards];
  return {
    prefix: 'cloudwatch',
    operations: {
      ...each(['PutMetricData', 'ListMetrics', 'GetMetricStatistics', 'GetMetricData'], anywhere),
      ...each(['DescribeAlarmsForMetric', 'ListDashboards'], anywhere),
      ...each(['PutMetricAlarm', 'PutCompositeAlarm'], tagging('TagResource', alarm)),
      ...each(['DescribeAlarms', 'DeleteAlarms', 'EnableAlarmActions', 'DisableAlarmActions'], alarms),
      ...each(['DescribeAlarmHistory', 'SetAlarmState'], alarm),
      ...each(['PutDashboard', 'GetDashboard'], dashboard),
      DeleteDashboards: onAll(({ DashboardNames = [] }: { DashboardNames?: string[] }) =>
        DashboardNames.map(dashboardArn),
      ),
      ...each(['TagResource', 'UntagResource', 'ListTagsForResource'], tagged),
    },
    keys: {
      'cloudwatch:namespace': ({ Namespace }: { Namespace?: string }) => Namespace,
      'cloudwatch:AlarmActions': ({ AlarmActions }: { AlarmActions?: string[] }) => AlarmActions,
    },
    tagsOf: (arn) =>
      fromList(
        collections.flatMap(
          (collection) => [...collection.values()].find((one) => one.arn === arn)?.tags ?? [],
        ),
      ),
  };
}
