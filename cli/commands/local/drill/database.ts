import { command } from '../../../command.ts';
import { drillOptions, localDrill, takeDown } from '../../../drill/local-drill.ts';

export default command({
  name: 'local drill database',
  group: 'Local cloud',
  summary: 'End a database instance by force; a reader takes over from a writer.',
  argument: { name: 'instance', summary: 'Its DB instance identifier.', required: true },
  options: drillOptions,
  examples: [
    {
      command: 'beanpole local drill database mywordpress-prod-database-1',
      effect: 'requests failed, seconds until whole',
    },
  ],

  async run(instance, options, context) {
    await localDrill(context, options, async () => ({
      sentence: `Database instance ${instance} goes down`,
      begin: () => takeDown(context, 'database', instance),
      missing: async () => undefined,
    }));
  },
});
