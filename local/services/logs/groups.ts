import type {
  CreateLogGroupCommandInput,
  DeleteLogGroupCommandInput,
  DeleteRetentionPolicyCommandInput,
  DescribeLogGroupsCommandInput,
  DescribeLogGroupsCommandOutput,
  LogGroup,
  PutRetentionPolicyCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import type { EventStore } from './events.ts';
import { exists, findGroup, invalid, invalidToken, type LogsState, type StoredGroup } from './state.ts';
import { checkTags } from './tags.ts';

const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Log groups. */
export function groupOperations(parts: Parts, state: LogsState, events: EventStore) {
  return {
    async CreateLogGroup(input: CreateLogGroupCommandInput): Promise<Record<string, never>> {
      const name = input.logGroupName ?? '';
      if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name)) {
        throw invalid(
          `1 validation error detected: Value '${name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
        );
      }
      if (input.kmsKeyId !== undefined) throw unsupported('kmsKeyId');
      if (input.deletionProtectionEnabled) throw unsupported('deletionProtectionEnabled');
      if (input.logGroupClass !== undefined && input.logGroupClass !== 'STANDARD')
        throw unsupported(`logGroupClass ${input.logGroupClass}`);
      if (state.groups.has(name)) throw exists('log group');
      state.groups.set(name, { name, created: parts.clock.now(), tags: checkTags(input.tags ?? {}) });
      return {};
    },

    async DescribeLogGroups(
      input: DescribeLogGroupsCommandInput,
    ): Promise<Answer<DescribeLogGroupsCommandOutput>> {
      const {
        logGroupNamePrefix: prefix,
        logGroupNamePattern: pattern,
        logGroupIdentifiers: identifiers,
      } = input;
      if (prefix !== undefined && pattern !== undefined)
        throw invalid('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
      const chosen = identifiers
        ? identifiers.map((one) => findGroup(state, one))
        : [...state.groups.values()];
      const all = chosen
        .filter(
          ({ name }) =>
            name.startsWith(prefix ?? '') && name.toLowerCase().includes((pattern ?? '').toLowerCase()),
        )
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, nextToken } = page(all, input.limit ?? 50, input.nextToken, invalidToken);
      return { logGroups: items.map((group) => view(group)), ...(nextToken && { nextToken }) };
    },

    async DeleteLogGroup(input: DeleteLogGroupCommandInput): Promise<Record<string, never>> {
      const { name } = findGroup(state, input.logGroupName);
      for (const [key, stream] of [...state.streams.entries()])
        if (stream.group === name) state.streams.delete(key);
      state.groups.delete(name);
      events.deleteGroup(name);
      return {};
    },

    async PutRetentionPolicy(input: PutRetentionPolicyCommandInput): Promise<Record<string, never>> {
      const group = findGroup(state, input.logGroupName);
      const days = input.retentionInDays ?? 0;
      if (!retentions.includes(days)) {
        throw invalid(
          `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${retentions.join(', ')}]`,
        );
      }
      state.groups.set(group.name, { ...group, retentionInDays: days });
      return {};
    },

    async DeleteRetentionPolicy(input: DeleteRetentionPolicyCommandInput): Promise<Record<string, never>> {
      const group = { ...findGroup(state, input.logGroupName) };
      delete group.retentionInDays;
      state.groups.set(group.name, group);
      return {};
    },
  };

  function view(group: StoredGroup): LogGroup {
    const arn = groupArn(parts, group.name);
    return {
      logGroupName: group.name,
      creationTime: group.created,
      ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
      metricFilterCount: 0,
      arn: `${arn}:*`,
      logGroupArn: arn,
      storedBytes: events.bytes(group.name),
      logGroupClass: 'STANDARD',
    };
  }
}

const unsupported = (what: string) =>
  new AwsError(
    'InvalidParameterException',
    `${what} is not supported by this region: nothing would act on it.`,
  );

export const groupArn = ({ region, account }: Parts, name: string): string =>
  `arn:aws:logs:${region}:${account}:log-group:${name}`;
