import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type {
  CreateHealthCheckCommandInput,
  CreateHealthCheckCommandOutput,
  DeleteHealthCheckCommandInput,
  GetHealthCheckCommandInput,
  GetHealthCheckCommandOutput,
  GetHealthCheckCountCommandOutput,
  GetHealthCheckLastFailureReasonCommandInput,
  GetHealthCheckLastFailureReasonCommandOutput,
  GetHealthCheckStatusCommandInput,
  GetHealthCheckStatusCommandOutput,
  HealthCheck,
  HealthCheckConfig,
  HealthCheckObservation,
  ListHealthChecksCommandInput,
  ListHealthChecksCommandOutput,
  UpdateHealthCheckCommandInput,
  UpdateHealthCheckCommandOutput,
} from '@aws-sdk/client-route-53';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { healthCheckerAddress } from '../../network/plan.ts';
import type { Parts } from '../parts.ts';
import { invalidInput, noSuchHealthCheck } from './errors.ts';
import type { HealthCheckers } from './health-checkers.ts';
import type { Opinion, Report } from './health.ts';
import { checkConfig, withDefaults } from './health-check-rules.ts';
import type { DnsState, StoredHealthCheck } from './state.ts';
import { pageSize } from './zones.ts';

/** AWS's quota for one account. */
const mostHealthChecks = 200;

/** Health checks. */
export function healthCheckOperations({ region }: Parts, state: DnsState, checkers: HealthCheckers) {
  const surroundings = { region, hasHealthCheck: (id: string) => state.healthChecks.has(id) };

  /** What each checker reported, as far as it has. */
  function observations(
    id: string | undefined,
    reportOf: (opinion: Opinion) => Report | undefined,
  ): HealthCheckObservation[] {
    const { id: found, config } = findHealthCheck(state, id);
    if (config.Type === 'CALCULATED')
      throw invalidInput('The status of a CALCULATED health check is that of its child health checks.');
    return Object.entries(state.opinions.get(found) ?? {}).flatMap(([Region, opinion]) => {
      const report = reportOf(opinion);
      return report ? [observation(Region, report)] : [];
    });
  }

  return {
    async CreateHealthCheck(
      input: CreateHealthCheckCommandInput,
    ): Promise<Answer<CreateHealthCheckCommandOutput>> {
      const given = input.HealthCheckConfig ?? ({} as HealthCheckConfig);
      checkConfig(given, surroundings);
      const config = withDefaults(given);
      const earlier = [...state.healthChecks.values()].find(
        ({ callerReference }) => callerReference === input.CallerReference,
      );
      if (earlier && !isDeepStrictEqual(earlier.config, config))
        throw new AwsError(
          'HealthCheckAlreadyExists',
          'A health check with the same caller reference and other settings already exists.',
          409,
        );
      const check = earlier ?? make(input.CallerReference ?? '', config);
      const Location = `https://route53.amazonaws.com/2013-04-01/healthcheck/${check.id}`;
      return { HealthCheck: view(check), Location };
    },

    async GetHealthCheck(input: GetHealthCheckCommandInput): Promise<Answer<GetHealthCheckCommandOutput>> {
      return { HealthCheck: view(findHealthCheck(state, input.HealthCheckId)) };
    },

    async ListHealthChecks(
      input: ListHealthChecksCommandInput,
    ): Promise<Answer<ListHealthChecksCommandOutput>> {
      const all = [...state.healthChecks.values()];
      const size = pageSize(input.MaxItems, 100);
      const start = input.Marker === undefined ? 0 : all.findIndex(({ id }) => id === input.Marker);
      if (start < 0) throw invalidInput(`The marker ${input.Marker ?? ''} is not valid.`);
      const next = all[start + size];
      return {
        HealthChecks: all.slice(start, start + size).map(view),
        Marker: input.Marker ?? '',
        IsTruncated: next !== undefined,
        ...(next && { NextMarker: next.id }),
        MaxItems: size,
      };
    },

    async GetHealthCheckCount(): Promise<Answer<GetHealthCheckCountCommandOutput>> {
      return { HealthCheckCount: state.healthChecks.size };
    },

    async UpdateHealthCheck(
      input: UpdateHealthCheckCommandInput,
    ): Promise<Answer<UpdateHealthCheckCommandOutput>> {
      const before = findHealthCheck(state, input.HealthCheckId);
      const { HealthCheckId: id, HealthCheckVersion: version, ResetElements: reset = [], ...rest } = input;
      if (version !== undefined && version !== before.version)
        throw new AwsError(
          'HealthCheckVersionMismatch',
          `The health check ${id ?? ''} has version ${before.version}, not ${version}.`,
          409,
        );
      const given = Object.entries(rest).filter(([, value]) => value !== undefined);
      const kept = Object.entries(before.config).filter(
        ([member]) => !(reset as readonly string[]).includes(member),
      );
      const config = Object.fromEntries([...kept, ...given]) as unknown as HealthCheckConfig;
      checkConfig(config, surroundings);
      const check = { ...before, config, version: before.version + 1 };
      state.healthChecks.set(check.id, check);
      checkers.watch(check.id);
      return { HealthCheck: view(check) };
    },

    async DeleteHealthCheck(input: DeleteHealthCheckCommandInput): Promise<Record<string, never>> {
      const { id } = findHealthCheck(state, input.HealthCheckId);
      state.healthChecks.delete(id);
      checkers.forget(id);
      return {};
    },

    async GetHealthCheckStatus(
      input: GetHealthCheckStatusCommandInput,
    ): Promise<Answer<GetHealthCheckStatusCommandOutput>> {
      return { HealthCheckObservations: observations(input.HealthCheckId, ({ last }) => last) };
    },

    async GetHealthCheckLastFailureReason(
      input: GetHealthCheckLastFailureReasonCommandInput,
    ): Promise<Answer<GetHealthCheckLastFailureReasonCommandOutput>> {
      return { HealthCheckObservations: observations(input.HealthCheckId, ({ lastFailure }) => lastFailure) };
    },
  };

  function make(callerReference: string, config: HealthCheckConfig): StoredHealthCheck {
    if (state.healthChecks.size >= mostHealthChecks)
      throw new AwsError('TooManyHealthChecks', `An account has at most ${mostHealthChecks} health checks.`);
    const check = { id: randomUUID(), callerReference, version: 1, config, tags: [] };
    state.healthChecks.set(check.id, check);
    checkers.watch(check.id);
    return check;
  }
}

export function findHealthCheck(state: DnsState, id = ''): StoredHealthCheck {
  const found = state.healthChecks.get(id);
  if (!found) throw noSuchHealthCheck(id);
  return found;
}

const view = ({ id, callerReference, version, config }: StoredHealthCheck): HealthCheck => ({
  Id: id,
  CallerReference: callerReference,
  HealthCheckConfig: config,
  HealthCheckVersion: version,
});

const observation = (region: string, { status, at }: Report): HealthCheckObservation => ({
  Region: region as NonNullable<HealthCheckObservation['Region']>,
  IPAddress: healthCheckerAddress,
  StatusReport: { Status: status, CheckedTime: new Date(at) },
});
