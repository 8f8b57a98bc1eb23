import type {
  InstanceStateChange,
  RebootInstancesCommandInput,
  RunInstancesCommandInput,
  RunInstancesCommandOutput,
  StartInstancesCommandInput,
  StartInstancesCommandOutput,
  StopInstancesCommandInput,
  StopInstancesCommandOutput,
  TerminateInstancesCommandInput,
  TerminateInstancesCommandOutput,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { find, type Ec2Context } from './context.ts';
import { invalidValue, wouldSucceed } from './errors.ts';
import { newId } from './ids.ts';
import { shownInstance, stateOf } from './instance-shape.ts';
import { makeInstance, planLaunch } from './launch.ts';
import { accept, once } from './requests.ts';
import type { InstanceRow, InstanceState } from './state.ts';

/** What changes instances: each operation writes what is wanted, the lifecycle makes it so. */
export function instanceChangeOperations(context: Ec2Context) {
  const { state, parts, lifecycle, network } = context;

  const rows = (ids: readonly string[] | undefined): InstanceRow[] =>
    (ids ?? []).map((id) => find(state.instances, 'instance', id));

  /** Moves instances into a state; those already there or past it stay as they are. */
  const move = (
    instances: readonly InstanceRow[],
    to: InstanceState,
    from: readonly InstanceState[],
    changes: Partial<InstanceRow>,
  ): InstanceStateChange[] =>
    instances.map((row) => {
      if (from.includes(row.state)) {
        lifecycle.enter(row.id, to, changes);
        void lifecycle.settle(row.id);
      }
      const now = find(state.instances, 'instance', row.id);
      return { InstanceId: row.id, PreviousState: stateOf(row), CurrentState: stateOf(now) };
    });

  const byUser = (what: string, code: string): Partial<InstanceRow> => {
    const at = new Date(parts.clock.now()).toISOString().replace('T', ' ').slice(0, 19);
    return {
      transitionReason: `User initiated (${at} GMT)`,
      stateReason: { code, message: `${code}: ${what}` },
    };
  };

  return {
    async RunInstances(
      input: RunInstancesCommandInput,
      call: Call,
    ): Promise<Answer<RunInstancesCommandOutput>> {
      const least = input.MinCount ?? 1;
      const count = input.MaxCount ?? 1;
      if (least < 1 || count < least)
        throw invalidValue(
          `Value (${count}) for parameter maxCount is invalid. It must be at least minCount (${least}) and 1.`,
        );
      const ids = await once(context, 'RunInstances', input, async () => {
        const launch = await planLaunch(context, input, call);
        if (input.DryRun === true) throw wouldSucceed();
        const reservationId = newId('r');
        return Array.from({ length: launch.privateAddress === undefined ? count : 1 }, (_, launchIndex) =>
          makeInstance(context, launch, { reservationId, launchIndex, clientToken: input.ClientToken }),
        );
      });
      const instances = ids.map((id) => find(state.instances, 'instance', id));
      const answer = instances.map((row) => shownInstance(context, row));
      void network.changed();
      for (const id of ids) void lifecycle.settle(id);
      return {
        ReservationId: instances[0]?.reservationId,
        OwnerId: parts.account,
        Groups: [],
        Instances: answer,
      };
    },

    TerminateInstances(input: TerminateInstancesCommandInput): Answer<TerminateInstancesCommandOutput> {
      accept('TerminateInstances', input, ['InstanceIds', 'Force']);
      const instances = rows(input.InstanceIds);
      const kept = instances.find((row) => row.disableApiTermination && row.state !== 'terminated');
      if (kept)
        throw new AwsError(
          'OperationNotPermitted',
          `The instance '${kept.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
        );
      const changes = byUser('User initiated shutdown', 'Client.UserInitiatedShutdown');
      const from: InstanceState[] = ['pending', 'running', 'stopping', 'stopped'];
      return { TerminatingInstances: move(instances, 'shutting-down', from, changes) };
    },

    StopInstances(input: StopInstancesCommandInput): Answer<StopInstancesCommandOutput> {
      accept('StopInstances', input, ['InstanceIds', 'Force']);
      const instances = rows(input.InstanceIds);
      for (const row of instances) {
        if (row.disableApiStop)
          throw new AwsError(
            'OperationNotPermitted',
            `The instance '${row.id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
          );
        ensureState(row, ['running', 'stopping', 'stopped'], 'stopped');
      }
      const changes = byUser('User initiated shutdown', 'Client.UserInitiatedShutdown');
      return { StoppingInstances: move(instances, 'stopping', ['running'], changes) };
    },

    StartInstances(input: StartInstancesCommandInput): Answer<StartInstancesCommandOutput> {
      accept('StartInstances', input, ['InstanceIds']);
      const instances = rows(input.InstanceIds);
      for (const row of instances) ensureState(row, ['pending', 'running', 'stopped'], 'started');
      for (const row of instances) {
        if (row.state !== 'stopped') continue;
        const { stateReason: _reason, transitionReason: _transition, ...rest } = row;
        state.instances.set(row.id, rest);
      }
      const changes = { isImpaired: false, needsBoot: true, launchedAt: parts.clock.now() };
      return { StartingInstances: move(instances, 'pending', ['stopped'], changes) };
    },

    RebootInstances(input: RebootInstancesCommandInput) {
      accept('RebootInstances', input, ['InstanceIds']);
      const instances = rows(input.InstanceIds);
      for (const row of instances) ensureState(row, ['pending', 'running'], 'rebooted');
      for (const row of instances) {
        state.instances.set(row.id, { ...row, needsBoot: true });
        void lifecycle.settle(row.id);
      }
      return {};
    },
  };
}

function ensureState({ id, state }: InstanceRow, allowed: readonly InstanceState[], what: string): void {
  if (!allowed.includes(state))
    throw new AwsError(
      'IncorrectInstanceState',
      `The instance '${id}' is not in a state from which it can be ${what}.`,
    );
}
