import { randomUUID } from 'node:crypto';
import type { RotateSecretCommandInput } from '@aws-sdk/client-secrets-manager';
import type { ManagedSecret, Parts, SecretRotation } from '../parts.ts';
import { invalidRequest, unsupported } from './errors.ts';
import { findLiving, findSecret } from './find.ts';
import { newSecret } from './secrets.ts';
import { addVersion, currentStage, moveStage, pendingStage, versionAt } from './staging.ts';
import type { SecretState, StoredSecret } from './state.ts';

const oneDay = 24 * 60 * 60 * 1000;
/** RDS rotates the passwords that it manages every seven days. */
const managedRotationDays = 7;

/** Secrets that another service makes, rotates and deletes. */
export function managedSecrets(parts: Parts, state: SecretState) {
  const { secrets } = state;
  const rotations = new Map<string, SecretRotation>();
  const nextRotation = () => parts.clock.now() + managedRotationDays * oneDay;

  function change(arn: string, changes: Partial<StoredSecret>): void {
    const secret = findSecret(state, arn);
    secrets.set(secret.name, { ...secret, changed: parts.clock.now(), ...changes });
  }

  return {
    operations: {
      async RotateSecret(input: RotateSecretCommandInput) {
        if (input.RotationLambdaARN !== undefined) throw unsupported('RotationLambdaARN');
        if (
          input.ExternalSecretRotationMetadata !== undefined ||
          input.ExternalSecretRotationRoleArn !== undefined
        )
          throw unsupported('Rotation of external secrets');
        const secret = findLiving(state, input.SecretId);
        const rotate = rotations.get(secret.owner ?? '');
        if (!rotate) throw invalidRequest('No Lambda rotation function ARN is associated with this secret.');
        if (input.RotationRules) change(secret.arn, { rotation: rotationAfter(secret, input.RotationRules) });
        const versionId =
          (input.RotateImmediately ?? true) ? await rotate(secret.arn, input.ClientRequestToken) : undefined;
        return { ARN: secret.arn, Name: secret.name, ...(versionId && { VersionId: versionId }) };
      },
    },

    service: {
      keep(name: string, { owner, value, description, tags = [] }: ManagedSecret): string {
        const made = newSecret(parts, name, { owner, description, tags: [...tags] });
        const id = randomUUID();
        made.versions = addVersion([], { id, created: made.created, text: value }, [currentStage]);
        made.rotation = { rules: { AutomaticallyAfterDays: managedRotationDays }, next: nextRotation() };
        secrets.set(name, made);
        return made.arn;
      },
      onRotate(owner: string, rotate: SecretRotation): void {
        rotations.set(owner, rotate);
      },
      value: (arn: string, stage: 'AWSCURRENT' | 'AWSPENDING' = currentStage): string | undefined => {
        const secret = [...secrets.values()].find((one) => one.arn === arn);
        return secret && versionAt(secret.versions, stage)?.text;
      },
      propose(arn: string, value: string, versionId: string = randomUUID()): string {
        const { versions } = findSecret(state, arn);
        const version = { id: versionId, created: parts.clock.now(), text: value };
        change(arn, { versions: addVersion(versions, version, [pendingStage]) });
        return versionId;
      },
      adopt(arn: string): void {
        const secret = findSecret(state, arn);
        const pending = versionAt(secret.versions, pendingStage);
        if (!pending) return;
        const rules = secret.rotation?.rules ?? { AutomaticallyAfterDays: managedRotationDays };
        change(arn, {
          versions: moveStage(secret.versions, currentStage, pending.id),
          rotation: { rules, last: parts.clock.now(), next: nextRotation() },
        });
      },
      forget(arn: string): void {
        const secret = [...secrets.values()].find((one) => one.arn === arn);
        if (secret) secrets.delete(secret.name);
      },
    },

    /** Rotates what is due. */
    async rotateDue(now: number): Promise<void> {
      for (const { arn, owner, rotation } of [...secrets.values()])
        if (rotation?.next !== undefined && rotation.next <= now) await rotations.get(owner ?? '')?.(arn);
    },
  };

  function rotationAfter(
    { rotation }: StoredSecret,
    rules: NonNullable<RotateSecretCommandInput['RotationRules']>,
  ): NonNullable<StoredSecret['rotation']> {
    if (rules.ScheduleExpression !== undefined || rules.Duration !== undefined)
      throw unsupported('ScheduleExpression');
    const days = rules.AutomaticallyAfterDays ?? managedRotationDays;
    return { ...rotation, rules: { AutomaticallyAfterDays: days }, next: parts.clock.now() + days * oneDay };
  }
}
