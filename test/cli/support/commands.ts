/** Commands as they are typed, run in an account behind mocked clients. */
import { commands } from '../../../cli/commands/index.ts';
import type { UserError } from '../../../cli/errors.ts';
import { createProgram } from '../../../cli/program.ts';
import { keys } from '../../../model/names.ts';
import { expect } from 'chai';
import type { CurrentPointer, DeploymentLock, DeploymentRecord } from '../../../model/schemas.ts';
import { account, type Account } from './account.ts';
import { environment, name, version } from './fixtures.ts';

export const run = (self: Account, line: string) =>
  createProgram(commands, () => self.context, { out: () => undefined, err: () => undefined }).parseAsync(
    line.split(' '),
    { from: 'user' },
  );

export const errorOf = async (self: Account, line: string) =>
  run(self, line).then(
    () => {
      throw new Error(`"beanpole ${line}" succeeded`);
    },
    (error: unknown) => error as UserError,
  );

export function shop(): Account {
  const self = account();
  self.add(environment(), 'i-1');
  self.bucket.put(keys.version('v1'), version('v1'));
  self.bucket.put(keys.version('v2'), version('v2'));
  return self;
}

export const current = (self: Account) => self.bucket.json(keys.current(name)) as CurrentPointer;
export const record = (self: Account, number: number) =>
  self.bucket.json(keys.deployment(name, number)) as DeploymentRecord;

/** As after kill -9 in the middle of deployment 2 of v2: the lease has run out, the command is in flight. */
export async function interrupted(): Promise<Account> {
  const self = shop();
  await run(self, 'deploy dev/web --version v1');
  let writes = 0;
  self.bucket.beforePut = (key) => {
    if (key === keys.deployment(name, 2) && (writes += 1) === 4) throw new Error('killed');
    if (writes >= 4) throw new Error('killed');
  };
  await errorOf(self, 'deploy dev/web --version v2');
  self.bucket.beforePut = () => undefined;
  const lock = self.bucket.json(keys.lock(name)) as DeploymentLock;
  self.bucket.put(keys.lock(name), { ...lock, expiresAt: '2026-05-01T11:00:00.000Z' });
  expect(record(self, 2).status).to.equal('InProgress');
  return self;
}
