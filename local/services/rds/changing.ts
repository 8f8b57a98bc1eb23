import type { Parts, SecretRotation } from '../parts.ts';
import { invalidCombination, invalidValue } from './errors.ts';
import { keepSecret } from './groups.ts';
import type { Keeping } from './keeping.ts';
import type { DatabasePlane } from './mariadb/plane.ts';
import { checkPassword, newPassword, secretText } from './passwords.ts';
import { findSecurityGroups } from './placement.ts';
import { serversOf, update, type DatabaseState, type Status } from './state.ts';

/** What an instance and a cluster have done to them alike. */
export interface Changing {
  /** Puts a group and its instances into a state on the way to another. */
  begin(key: string, status?: Status): void;
  /** Changes security groups and the master password. */
  modify(key: string, owner: string, arn: string, input: GroupChanges): Promise<void>;
  /** The final snapshot of what is deleted, unless it is to be skipped. */
  finish(input: FinalSnapshot, make: () => void): void;
  /** Gives the writer's part to another server. */
  failOver(key: string, successor?: string): void;
  rotate: SecretRotation;
}

interface GroupChanges {
  readonly VpcSecurityGroupIds?: string[] | undefined;
  readonly MasterUserPassword?: string | undefined;
  readonly ManageMasterUserPassword?: boolean | undefined;
  readonly RotateMasterUserPassword?: boolean | undefined;
}

interface FinalSnapshot {
  readonly SkipFinalSnapshot?: boolean | undefined;
  readonly FinalDBSnapshotIdentifier?: string | undefined;
}

export function changing(
  parts: Parts,
  state: DatabaseState,
  keeper: Keeping,
  plane: DatabasePlane,
): Changing {
  function begin(key: string, status?: Status): void {
    if (status) {
      update(state.groups, key, { status });
      for (const { instance } of serversOf(state, key))
        if (state.instances.get(instance)?.status === 'available' || status !== 'modifying')
          update(state.instances, instance, { status });
    }
    void keeper.bringUp(key);
  }

  async function changePassword(key: string, owner: string, arn: string, input: GroupChanges): Promise<void> {
    const group = state.groups.get(key);
    if (!group) return;
    const isManaged = input.ManageMasterUserPassword ?? group.secretArn !== undefined;
    const given = input.MasterUserPassword;
    if (isManaged && given !== undefined)
      throw invalidCombination(
        'You can not specify MasterUserPassword when ManageMasterUserPassword is true.',
      );
    if (input.RotateMasterUserPassword && group.secretArn === undefined)
      throw invalidCombination('RotateMasterUserPassword needs a password that RDS manages.');
    if (isManaged && group.secretArn === undefined) {
      const password = newPassword();
      const secretArn = keepSecret(parts, owner, arn, group.username, password);
      update(state.groups, key, { secretArn, password, isPrepared: false });
    } else if (!isManaged && group.secretArn !== undefined) {
      if (given === undefined)
        throw invalidValue('MasterUserPassword must be provided when RDS no longer manages it.');
      parts.services.secretsmanager.forget(group.secretArn);
      const { secretArn: _, ...rest } = group;
      state.groups.set(key, { ...rest, password: checkPassword(given), isPrepared: false });
    } else if (given !== undefined)
      update(state.groups, key, { password: checkPassword(given), isPrepared: false });
    else if (input.RotateMasterUserPassword && group.secretArn !== undefined) propose(group.secretArn);
  }

  function propose(arn: string, versionId?: string): { key: string; id: string } {
    const group = [...state.groups.values()].find(({ secretArn }) => secretArn === arn);
    if (!group) throw invalidValue(`No database has the secret ${arn}.`);
    const text = secretText(group.username, newPassword());
    const id = parts.services.secretsmanager.propose(arn, text, versionId);
    update(state.groups, group.key, { isPrepared: false });
    return { key: group.key, id };
  }

  return {
    begin,
    async modify(key, owner, arn, input) {
      const group = state.groups.get(key);
      if (input.VpcSecurityGroupIds && group) {
        const securityGroups = await findSecurityGroups(input.VpcSecurityGroupIds, group.vpcId, parts);
        await changePassword(key, owner, arn, input);
        update(state.groups, key, { securityGroups });
        for (const { hostId, address } of serversOf(state, key))
          if (address !== undefined) await parts.services.ec2.setSecurityGroups(hostId, securityGroups);
      } else await changePassword(key, owner, arn, input);
    },
    finish({ SkipFinalSnapshot: isSkipped = false, FinalDBSnapshotIdentifier: id }, make) {
      if (isSkipped && id !== undefined)
        throw invalidCombination(
          'FinalDBSnapshotIdentifier can not be specified when SkipFinalSnapshot is true.',
        );
      if (!isSkipped && id === undefined)
        throw invalidCombination(
          'FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.',
        );
      if (!isSkipped) make();
    },
    failOver(key, successor) {
      const { writer = '' } = state.groups.get(key) ?? {};
      const { instance = '' } = state.servers.get(writer) ?? {};
      update(state.groups, key, { status: 'failing-over', ...(successor !== undefined && { successor }) });
      update(state.instances, instance, { status: 'failing-over' });
      // Nothing more is acknowledged; what was acknowledged is on a replica already. The rest is as with a fault.
      void keeper
        .inTurn(key, async () => {
          await plane.query(writer, 'set global read_only = 1');
          await plane.kill(writer);
        })
        .catch(() => undefined)
        .then(() => keeper.bringUp(key));
    },
    async rotate(arn, versionId) {
      const { key, id } = propose(arn, versionId);
      await keeper.bringUp(key);
      return id;
    },
  };
}
