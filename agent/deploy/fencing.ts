import type { ConfigurationSnapshot } from '../../model/schemas.ts';
import type { AgentState, Release } from '../state.ts';

export interface DeploymentOrder {
  /**
   * `Command`: the CLI sent it. `Pointer`: the instance boots and follows `current.json`, which knows no token.
   * `Rotation`: the database's password has changed; what serves is started anew.
   */
  readonly origin: 'Command' | 'Pointer' | 'Rotation';
  /** `Release`: on one instance, before the deployment proper; prepares and does what is done once, switches nothing. */
  readonly stage?: 'Release';
  readonly deployment: number;
  readonly token: number;
  readonly versionLabel: string;
  readonly bundle: { readonly key: string; readonly sha256: string };
  readonly configuration: ConfigurationSnapshot;
}

export type Decision =
  | { readonly kind: 'Run' }
  | { readonly kind: 'AlreadyServing' }
  | { readonly kind: 'Refuse'; readonly reason: string };

/**
 * Whether an order may be carried out. A token belongs to one holder of the deployment lock and only grows, so
 * an older one comes from a runner that has been replaced; under one token deployments only go forward, and the
 * same number again is a repetition or the way back to the version before.
 */
export function decide(state: Pick<AgentState, 'fencing' | 'live'>, order: DeploymentOrder): Decision {
  const { token, deployment } = state.fencing;
  const isFenced = order.origin === 'Command';
  if (order.origin === 'Rotation')
    return state.live && isSameRelease(state.live, order)
      ? { kind: 'Run' }
      : { kind: 'Refuse', reason: 'another deployment came first, and has the new password' };
  if (isFenced && order.token < token)
    return {
      kind: 'Refuse',
      reason: `fencing token ${order.token} is older than ${token}, which was seen here`,
    };
  if (isFenced && order.token === token && order.deployment < deployment)
    return {
      kind: 'Refuse',
      reason: `deployment ${order.deployment} is over: deployment ${deployment} came after it`,
    };
  if (!isFenced && state.live && state.live.deployment > order.deployment)
    return { kind: 'Refuse', reason: `deployment ${state.live.deployment} serves already, which is newer` };
  return state.live && isSameRelease(state.live, order) ? { kind: 'AlreadyServing' } : { kind: 'Run' };
}

/** The same bytes with the same configuration under the same label and number. */
export function isSameRelease(live: Release, order: DeploymentOrder): boolean {
  return (
    live.deployment === order.deployment &&
    live.versionLabel === order.versionLabel &&
    live.bundle.sha256 === order.bundle.sha256 &&
    canonical(live.configuration) === canonical(order.configuration)
  );
}

/** The version that serves, with other properties. */
export const isReconfiguration = (
  live: Release,
  { versionLabel, bundle, configuration }: DeploymentOrder,
): boolean =>
  live.versionLabel === versionLabel &&
  live.bundle.sha256 === bundle.sha256 &&
  canonical(live.configuration) !== canonical(configuration);

const canonical = ({ properties, parameters }: ConfigurationSnapshot): string =>
  JSON.stringify([
    Object.entries(properties).sort(([left], [right]) => (left < right ? -1 : 1)),
    parameters.map(({ name, parameter, version }) => [name, parameter, version]).sort(),
  ]);
