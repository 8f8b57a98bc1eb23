import process from 'node:process';
import { displayName, type Slot } from '../model/names.ts';
import type { Health } from './health/status.ts';
import type { Facts } from './instance.ts';
import type { Problem } from './problems.ts';
import type { AgentState } from './state.ts';

export interface StatusParts {
  readonly facts: Facts | undefined;
  readonly slot: Slot;
  readonly isBooted: boolean;
  readonly health: Health | undefined;
  readonly deploying: string | undefined;
  readonly state: AgentState;
  readonly problems: readonly Problem[];
}

/** What `agent.mjs status` prints. */
export function agentStatus({ facts, slot, isBooted, health, deploying, state, problems }: StatusParts) {
  const { live, fencing, draining } = state;
  return {
    identity: facts?.identity ?? null,
    environment: facts ? displayName(facts.descriptor) : null,
    slot,
    isBooted,
    health: health ?? null,
    serving: live && {
      versionLabel: live.versionLabel,
      deployment: live.deployment,
      port: live.port,
      processes: live.processes,
    },
    deploying: deploying ?? null,
    draining,
    fencing,
    problems: problems.map(({ cause }) => cause),
    residentBytes: process.memoryUsage.rss(),
  };
}
