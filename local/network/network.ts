import type { ChildProcess, SpawnOptions } from 'node:child_process';
import type { NetworkPlan } from './plan.ts';

/** The network plane: namespaces, addresses, translation and security groups on the real kernel. */
export interface Network {
  /**
   * Makes the kernel agree with the plan: adds what is missing, removes what is gone, replaces the rules
   * of each VPC in one step. Idempotent; calls are run one after the other, a waiting one is overtaken by
   * the newest.
   */
  apply(plan: NetworkPlan): Promise<void>;
  /** Starts a program inside a host's namespace (an ELB node's HAProxy, an instance's machine). */
  spawn(hostId: string, command: readonly string[], options?: SpawnOptions): ChildProcess;
  /** Bytes received and sent by a host since it was made. */
  traffic(hostId: string): { received: number; sent: number };
  /** The host behind the source address that a caller of IMDS or DNS shows to the daemon. */
  hostOf(sourceAddress: string): string | undefined;
}
