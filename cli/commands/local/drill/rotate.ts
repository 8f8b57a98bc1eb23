import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { displayName, parameters } from '../../../../model/names.ts';
import { instanceDescriptor, type EnvironmentDescriptor } from '../../../../model/schemas.ts';
import { parseDocument } from '../../../aws/documents.ts';
import { command } from '../../../command.ts';
import type { Context } from '../../../context.ts';
import type { Fault } from '../../../drill/drill.ts';
import { drillOptions, localDrill } from '../../../drill/local-drill.ts';
import { parseTarget, selectEnvironments } from '../../../environments.ts';
import { UserError } from '../../../errors.ts';

/** Agents look every 30 s whether the password is another one, and then start the application anew. */
const everyoneHasIt = 45_000;

export default command({
  name: 'local drill rotate',
  group: 'Local cloud',
  summary: "Have the database's master password changed, as RDS does every week.",
  argument: { name: 'stack', summary: 'Whose database, such as prod.', required: true },
  options: drillOptions,
  examples: [
    {
      command: 'beanpole local drill rotate prod',
      effect: 'the applications are started anew with it; requests failed',
    },
  ],

  async run(stack, options, context) {
    await localDrill(context, { ...options, stack }, async (environments) => {
      const [first] = selectEnvironments(environments, parseTarget(stack));
      return rotation(await secretOf(context, first), stack, context);
    });
  },
});

async function secretOf({ clients }: Context, environment: EnvironmentDescriptor | undefined) {
  if (!environment) return undefined;
  const Name = parameters.instanceDescriptor(environment);
  const { Parameter } = await clients.ssm.send(new GetParameterCommand({ Name }));
  const { database } = parseDocument(`SSM parameter ${Name}`, Parameter?.Value ?? '', instanceDescriptor);
  if (database) return database.secretArn;
  throw new UserError(`The stack of ${displayName(environment)} has no database.`, {
    now: ['Nothing was changed.'],
    next: 'beanpole:database in the stack file, then pulumi up',
  });
}

function rotation(SecretId: string | undefined, stack: string, { clients, clock }: Context): Fault {
  let begunAt = 0;
  return {
    sentence: `The master password of the database of ${stack} is changed`,
    async begin() {
      const { SecretsManager } = await import('@aws-sdk/client-secrets-manager');
      await new SecretsManager({ region: clients.ssm.config.region }).rotateSecret({ SecretId });
      begunAt = clock.now();
    },
    missing: async () =>
      clock.now() - begunAt < everyoneHasIt ? 'agents have yet to look at the password' : undefined,
  };
}
