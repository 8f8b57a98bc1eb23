import type { EnvironmentDescriptor } from '../../../../model/schemas.ts';
import { command, text } from '../../../command.ts';
import type { Context } from '../../../context.ts';
import type { Fault } from '../../../drill/drill.ts';
import { inService } from '../../../drill/environment-part.ts';
import { drillOptions, localDrill, takeDown } from '../../../drill/local-drill.ts';
import { spotInstances } from '../../../drill/spot-instances.ts';
import { UserError } from '../../../errors.ts';

export default command({
  name: 'local drill spot',
  group: 'Local cloud',
  summary: 'Have EC2 take a spot instance back: a recommendation, a notice, two minutes later its end.',
  argument: {
    name: 'instance',
    summary: 'Its id; the first spot instance in service unless given.',
    required: false,
  },
  options: {
    ...drillOptions,
    warning: text('seconds', 'From the rebalance recommendation to the notice; 0 unless given.'),
  },
  examples: [
    {
      command: 'beanpole local drill spot --warning 60',
      effect: 'requests failed, seconds until another one serves',
    },
  ],

  async run(instance, { warning = '0', ...options }, context) {
    if (!/^\d{1,4}$/.test(warning))
      throw new UserError(`--warning is ${warning}; it is a whole number of seconds.`, {
        next: 'the same command with --help',
      });
    await localDrill(context, options, async (environments) =>
      interruption(instance || (await anyOf(context, environments)), warning, context, environments),
    );
  },
});

async function anyOf({ clients }: Context, environments: readonly EnvironmentDescriptor[]): Promise<string> {
  const serving = new Set((await inService(clients, environments)).map(({ id }) => id));
  for (const environment of environments) {
    const [first] = (await spotInstances(clients, environment)).filter((id) => serving.has(id));
    if (first !== undefined) return first;
  }
  throw new UserError('No spot instance is in service.', {
    now: ['Nothing was taken down.'],
    next: 'enableSpot: true in the stack file, then pulumi up',
  });
}

function interruption(
  instance: string,
  warning: string,
  context: Context,
  environments: readonly EnvironmentDescriptor[],
): Fault {
  return {
    sentence: `EC2 takes the spot instance ${instance} back`,
    begin: () => takeDown(context, 'spot', instance, warning),
    async missing() {
      const there = await inService(context.clients, environments);
      return there.some(({ id }) => id === instance) ? `${instance} is still in service` : undefined;
    },
  };
}
