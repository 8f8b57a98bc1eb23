import type { Properties } from '../../protocol/values.ts';
import type { Context } from '../context.ts';

export default async function callerIdentity(_args: Properties, context: Context): Promise<Properties> {
  const sts = await context.clients.sts();
  const { Account, Arn, UserId } = await sts.getCallerIdentity({});
  return { id: Account, accountId: Account, arn: Arn, userId: UserId };
}
