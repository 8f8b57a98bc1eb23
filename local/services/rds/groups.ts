import { randomBytes, randomUUID } from 'node:crypto';
import type { Tag } from '@aws-sdk/client-rds';
import type { Parts } from '../parts.ts';
import { invalidCombination, invalidValue } from './errors.ts';
import { checkPassword, checkUsername, newPassword, secretText } from './passwords.ts';
import type { Place } from './placement.ts';
import type { StoredGroup, StoredServer } from './state.ts';

/** Who the master user is, as instances and clusters are told alike. */
interface Credentials {
  readonly MasterUsername?: string | undefined;
  readonly MasterUserPassword?: string | undefined;
  readonly ManageMasterUserPassword?: boolean | undefined;
}

export type Master = Pick<StoredGroup, 'username' | 'password' | 'secretArn'>;

/** Checks first; makes the managed secret when everything else is right. */
export function masterOf(input: Credentials): (parts: Parts, owner: string, arn: string) => Master {
  const username = checkUsername(input.MasterUsername);
  const isManaged = input.ManageMasterUserPassword ?? false;
  if (isManaged && input.MasterUserPassword !== undefined)
    throw invalidCombination('You can not specify MasterUserPassword when ManageMasterUserPassword is true.');
  if (!isManaged && input.MasterUserPassword === undefined)
    throw invalidValue('The parameter MasterUserPassword must be provided and must not be blank.');
  const password = isManaged ? newPassword() : checkPassword(input.MasterUserPassword ?? '');
  return (parts, owner, arn) => ({
    username,
    password,
    ...(isManaged && { secretArn: keepSecret(parts, owner, arn, username, password) }),
  });
}

/** The managed secret of an instance (`db`) or a cluster. */
export function keepSecret(
  { services }: Parts,
  owner: string,
  arn: string,
  username: string,
  password: string,
): string {
  const tag = owner === 'db' ? 'aws:rds:primaryDBInstanceArn' : 'aws:rds:primaryDBClusterArn';
  return services.secretsmanager.keep(`rds!${owner}-${randomUUID()}`, {
    owner: 'rds',
    value: secretText(username, password),
    description: `Secret associated with primary RDS ${owner === 'db' ? 'DB instance' : 'DB cluster'}: ${arn}`,
    tags: [{ Key: tag, Value: arn }],
  });
}

export const newGroup = (
  facts: Omit<StoredGroup, 'status' | 'isPrepared' | 'replicationPassword'>,
): StoredGroup => ({
  ...facts,
  status: 'creating',
  isPrepared: false,
  replicationPassword: randomBytes(16).toString('hex'),
});

export const newServer = (
  group: string,
  instance: { readonly id: string; readonly promotionTier: number },
  place: Place,
  created: number,
): StoredServer => ({
  hostId: `db-${randomBytes(6).toString('hex')}`,
  group,
  instance: instance.id,
  promotionTier: instance.promotionTier,
  created,
  isLeaving: false,
  isSynchronized: false,
  ...place,
});

export function checkPort(port = 3306): number {
  if (!Number.isInteger(port) || port < 1150 || port > 65_535)
    throw invalidValue(`Invalid database port: ${port}; it is between 1150 and 65535.`);
  return port;
}

export function checkDatabaseName(name: string | undefined): { databaseName?: string } {
  if (name === undefined || name === '') return {};
  if (!/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(name))
    throw invalidValue(
      `The parameter DatabaseName '${name}' is not valid: a letter, then letters, digits and _.`,
    );
  return { databaseName: name };
}

export function checkRetention(days = 1, least = 0): number {
  if (!Number.isInteger(days) || days < least || days > 35)
    throw invalidValue(`Invalid backup retention period: ${days}. It must be between ${least} and 35.`);
  return days;
}

interface Windows {
  readonly PreferredBackupWindow?: string | undefined;
  readonly PreferredMaintenanceWindow?: string | undefined;
}

export function checkWindows(
  { PreferredBackupWindow: backup, PreferredMaintenanceWindow: maintenance }: Windows,
  before = { backupWindow: '02:00-02:30', maintenanceWindow: 'sun:04:00-sun:04:30' },
): { backupWindow: string; maintenanceWindow: string } {
  const time = '([01]\\d|2[0-3]):[0-5]\\d';
  const day = '(mon|tue|wed|thu|fri|sat|sun)';
  if (backup !== undefined && !new RegExp(`^${time}-${time}$`).test(backup))
    throw invalidValue(`The parameter PreferredBackupWindow is not of the form hh24:mi-hh24:mi: ${backup}.`);
  if (maintenance !== undefined && !new RegExp(`^${day}:${time}-${day}:${time}$`, 'i').test(maintenance))
    throw invalidValue(
      `The parameter PreferredMaintenanceWindow is not of the form ddd:hh24:mi-ddd:hh24:mi: ${maintenance}.`,
    );
  return {
    backupWindow: backup ?? before.backupWindow,
    maintenanceWindow: (maintenance ?? before.maintenanceWindow).toLowerCase(),
  };
}

/** Tags that a user gave; those of AWS's own are not theirs to give. */
export const ownTags = (tags: readonly Tag[]): Tag[] => tags.filter(({ Key }) => !Key?.startsWith('aws:'));
