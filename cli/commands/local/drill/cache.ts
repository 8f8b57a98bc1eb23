import { command } from '../../../command.ts';
import { drillOptions, localDrill, takeDown } from '../../../drill/local-drill.ts';

export default command({
  name: 'local drill cache',
  group: 'Local cloud',
  summary: 'End a cache node by force; a replica takes over from a primary.',
  argument: { name: 'node', summary: 'Its id, such as sessions-001.', required: true },
  options: drillOptions,
  examples: [
    {
      command: 'beanpole local drill cache sessions-001',
      effect: 'requests failed, seconds until whole',
    },
  ],

  async run(node, options, context) {
    await localDrill(context, options, async () => ({
      sentence: `Cache node ${node} goes down`,
      begin: () => takeDown(context, 'cache', node),
      missing: async () => undefined,
    }));
  },
});
