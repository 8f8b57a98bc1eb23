import type { Parts } from '../parts.ts';
import { commandStatus, isOver, nextWave, tooManyErrors } from './command-plan.ts';
import { runInvocation } from './command-run.ts';
import type { Nodes } from './nodes.ts';
import type { SsmState, StoredCommand, StoredInvocation } from './state.ts';

/** Brings commands to their instances, in waves, until all is over. */
export interface Delivery {
  begin(commandId: string): void;
  cancel(commandId: string, instanceIds: readonly string[]): void;
  /** After a restart: closes what was running, goes on with what was never sent. */
  resume(): void;
  stop(): void;
}

/** AWS does not document the pace of its waves. */
const waveInterval = 100;
const retryInterval = 1000;

export function commandDelivery(parts: Parts, state: SsmState, nodes: Nodes): Delivery {
  const running = new Map<string, AbortController>();
  const timers = new Map<string, () => void>();
  const waves = new Map<string, number>();
  let stopped = false;

  const invocationsOf = ({ id, targetIds }: StoredCommand): StoredInvocation[] =>
    targetIds
      .map((instanceId) => state.invocations.get(`${id}/${instanceId}`))
      .filter((found) => found !== undefined);

  const save = (invocation: StoredInvocation): void => {
    state.invocations.set(`${invocation.commandId}/${invocation.instanceId}`, invocation);
  };

  /** Does what can be done now and comes back while something is left to send. */
  function advance(commandId: string): void {
    timers.get(commandId)?.();
    timers.delete(commandId);
    const command = state.commands.get(commandId);
    if (!command || stopped) return;
    const invocations = invocationsOf(command);
    closeUnsent(command, invocations);
    const wave = waves.get(commandId) ?? 0;
    const chosen = nextWave(command, invocations, wave);
    if (chosen.length > 0) waves.set(commandId, wave + 1);
    for (const invocation of invocations) {
      if (chosen.includes(invocation.instanceId) || invocation.status === 'Delayed')
        deliver(command, invocation);
    }
    Object.assign(command, commandStatus(command, invocations));
    state.commands.set(commandId, command);
    schedule(command, invocations);
  }

  function schedule(command: StoredCommand, invocations: readonly StoredInvocation[]): void {
    if (invocations.every(isOver)) {
      waves.delete(command.id);
      return;
    }
    const more = nextWave(command, invocations, 1).length > 0;
    const delayed = invocations.some(({ status }) => status === 'Delayed');
    const untilExpiry = Math.max(0, command.expires - parts.clock.now());
    const wait = Math.min(more ? waveInterval : delayed ? retryInterval : untilExpiry, untilExpiry);
    timers.set(
      command.id,
      parts.clock.after(wait, () => {
        advance(command.id);
      }),
    );
  }

  /** What will not be sent any more, and why. */
  function closeUnsent(command: StoredCommand, invocations: readonly StoredInvocation[]): void {
    const expired = parts.clock.now() >= command.expires;
    const failed = tooManyErrors(command, invocations);
    for (const invocation of invocations) {
      if (invocation.status !== 'Pending' && invocation.status !== 'Delayed') continue;
      if (command.cancelling) close(invocation, 'Cancelled', 'Cancelled');
      else if (expired) close(invocation, 'TimedOut', 'DeliveryTimedOut');
      else if (failed && invocation.status === 'Pending') close(invocation, 'Cancelled', 'Terminated');
    }
  }

  function close(
    invocation: StoredInvocation,
    status: StoredInvocation['status'],
    statusDetails: string,
  ): void {
    Object.assign(invocation, { status, statusDetails, finished: parts.clock.now() });
    save(invocation);
  }

  function deliver(command: StoredCommand, invocation: StoredInvocation): void {
    const key = `${command.id}/${invocation.instanceId}`;
    if (!nodes.isOnline(invocation.instanceId)) {
      Object.assign(invocation, { status: 'Delayed', statusDetails: 'Delayed' });
      save(invocation);
      return;
    }
    Object.assign(invocation, {
      status: 'InProgress',
      statusDetails: 'InProgress',
      started: parts.clock.now(),
    });
    save(invocation);
    const controller = new AbortController();
    running.set(key, controller);
    void runInvocation(parts, state, command, invocation, controller.signal).then(() => {
      running.delete(key);
      if (stopped) return;
      save(invocation);
      advance(command.id);
    });
  }

  return {
    begin: advance,

    cancel(commandId, instanceIds) {
      const command = state.commands.get(commandId);
      if (!command) return;
      const invocations = invocationsOf(command);
      const chosen = invocations.filter(
        ({ instanceId }) => instanceIds.length === 0 || instanceIds.includes(instanceId),
      );
      command.cancelling ||= chosen.length === invocations.length;
      for (const invocation of chosen) {
        if (invocation.status === 'InProgress') running.get(`${commandId}/${invocation.instanceId}`)?.abort();
        else if (!isOver(invocation)) close(invocation, 'Cancelled', 'Cancelled');
      }
      advance(commandId);
    },

    resume() {
      for (const command of [...state.commands.values()]) {
        const open = invocationsOf(command).filter((invocation) => !isOver(invocation));
        for (const invocation of open) {
          if (invocation.status === 'InProgress') closeInterrupted(invocation);
        }
        if (open.length > 0) advance(command.id);
      }
    },

    stop() {
      stopped = true;
      for (const cancelTimer of timers.values()) cancelTimer();
      for (const controller of running.values()) controller.abort();
    },
  };

  /** The machine went down while the command ran: nobody knows how far it came. */
  function closeInterrupted(invocation: StoredInvocation): void {
    const now = parts.clock.now();
    invocation.steps.push({
      name: 'aws:runShellScript',
      status: 'Failed',
      statusDetails: 'Failed',
      responseCode: -1,
      stdout: '',
      stderr: 'The instance was restarted while the command ran on it; how far it came is not known.',
      started: invocation.started ?? now,
      finished: now,
    });
    close(invocation, 'Failed', 'Failed');
  }
}
