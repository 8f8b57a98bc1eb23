import { and, anywhere, as, each, on, when, type Authorization } from '../../endpoint/authorization.ts';
import type { Parts } from '../parts.ts';
import type { LogsState } from './state.ts';

interface Input {
  readonly logGroupName?: string;
  readonly logGroupIdentifier?: string;
  readonly logStreamName?: string;
  readonly resourceArn?: string;
  readonly tags?: object;
}

/**
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html. A group's ARN
 * without anything after its name is meant by the tagging actions alone:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
 */
export function logsAuthorization({ region, account }: Parts, state: LogsState): Authorization {
  const prefix = `arn:aws:logs:${region}:${account}:log-group:`;
  const nameOf = ({ logGroupName, logGroupIdentifier = '' }: Input): string =>
    logGroupName ?? logGroupIdentifier.replace(/^arn:aws:logs:[^:]*:\d*:log-group:/, '').replace(/:\*$/, '');
  const stream = on((input: Input) => `${prefix}${nameOf(input)}:log-stream:${input.logStreamName ?? ''}`);
  const group = on((input: Input) => `${prefix}${nameOf(input)}:log-stream:`);
  const bare = on((input: Input) => input.resourceArn?.replace(/:\*$/, '') ?? `${prefix}${nameOf(input)}`);
  return {
    prefix: 'logs',
    operations: {
      CreateLogGroup: and(
        group,
        when(({ tags }: Input) => tags !== undefined, as('TagResource', bare)),
      ),
      DescribeLogGroups: anywhere,
      ...each(['DeleteLogGroup', 'PutRetentionPolicy', 'DeleteRetentionPolicy'], group),
      ...each(['DescribeLogStreams', 'FilterLogEvents'], group),
      ...each(['CreateLogStream', 'DeleteLogStream', 'PutLogEvents', 'GetLogEvents'], stream),
      ...each(['TagResource', 'UntagResource', 'ListTagsForResource'], bare),
      ...each(['TagLogGroup', 'UntagLogGroup', 'ListTagsLogGroup'], bare),
    },
    tagsOf: (arn) => state.groups.get(arn.slice(prefix.length).split(':', 1)[0] ?? '')?.tags,
  };
}
