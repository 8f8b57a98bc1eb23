/** What exists in the account before the program registers anything; the components get it as plain values. */
import { RunError } from '@pulumi/pulumi';
import { displayName } from '../model/names.ts';
import type { EnvironmentName, Slot } from '../model/names.ts';
import type { ApplicationDescriptor, Architecture, DeploymentLock } from '../model/schemas.ts';

/** Where the program runs: what ARNs are made of. */
export interface Account {
  /** Twelve digits. */
  readonly id: string;
  /** `aws`, `aws-cn` or `aws-us-gov`. */
  readonly partition: string;
  /** As `aws:region` of the stack file says. */
  readonly region: string;
}

/** What instances boot. */
export interface Image {
  /** Such as ami-0123456789abcdef0. */
  readonly id: string;
  /** `x86_64` or `arm64`; that of the instance types must be the same. */
  readonly architecture: Architecture;
}

/** What deployments and earlier updates have left in the account. */
export interface ObservedEnvironment {
  /** The slot that takes the traffic; blue until a first deployment says otherwise. */
  readonly activeSlot: Slot;
  /** That of the stack file, else the one that the environment has, else the newest Amazon Linux 2023. */
  readonly image: Image;
  /** Launch template version that the active slot's group runs; undefined before the first `up`. */
  readonly runningTemplateVersion: string | undefined;
  /** Of a deployment; while somebody holds it, an `up` refuses. */
  readonly lock: DeploymentLock | undefined;
}

export interface Observed {
  readonly account: Account;
  readonly application: ApplicationDescriptor;
  readonly environments: Readonly<Record<string, ObservedEnvironment>>;
}

export const applicationStackMissing = (application: string, region: string): RunError =>
  new RunError(
    [
      `The application ${application} has no shared resources in ${region}: its descriptor was not found, so the version bucket and the agent are unknown.`,
      'Nothing was changed.',
      'Next: make them with `pulumi up -s application`.',
    ].join('\n'),
  );

/** Whether a lease is in force: it has a holder and has not run out. */
export const isHeld = (lock: DeploymentLock | undefined, now: Date): lock is DeploymentLock =>
  lock?.holder != null && new Date(lock.expiresAt) > now;

/** Why `up` has to wait: a deployment moves the very properties that a change would be planned against. */
export function lockSentence(
  name: EnvironmentName,
  { holder, reason, acquiredAt, expiresAt }: DeploymentLock,
): string {
  return `${displayName(name)} is locked by ${holder ?? 'nobody'} since ${acquiredAt}: ${reason}. The lock runs out at ${expiresAt} unless it is renewed.`;
}

export const lockHeld = (sentences: readonly string[], stack: string): RunError =>
  new RunError(
    [
      ...sentences,
      'Nothing was changed.',
      `Next: wait for it (\`beanpole status ${stack}\` shows it), then run \`pulumi up -s ${stack}\` again.`,
    ].join('\n'),
  );

/** A name outside the hosted zone would be written where nobody asks for it. */
export function ensureDomainInZone(
  domain: string,
  zone: ApplicationDescriptor['hostedZone'],
  stack: string,
): void {
  if (zone && (domain === zone.name || domain.endsWith(`.${zone.name}`))) return;
  const present = zone
    ? `the application's hosted zone is ${zone.name}`
    : 'the application has no hosted zone';
  throw new RunError(
    [
      `Pulumi.${stack}.yaml: beanpole:domain.name is ${domain}, but ${present}.`,
      'Nothing was changed.',
      `Next: set beanpole:shared.hostedZone to ${domain} in Pulumi.application.yaml and run \`pulumi up -s application\`, or correct beanpole:domain.name.`,
    ].join('\n'),
  );
}
