import { command } from '../../../command.ts';
import { inService } from '../../../drill/environment-part.ts';
import { drillOptions, localDrill, takeDown } from '../../../drill/local-drill.ts';

export default command({
  name: 'local drill instance',
  group: 'Local cloud',
  summary: 'End an instance by force; its Auto Scaling group replaces it.',
  argument: { name: 'instance', summary: 'Its id; beanpole status lists them.', required: true },
  options: drillOptions,
  examples: [
    {
      command: 'beanpole local drill instance i-0c58015e02af9f39d',
      effect: 'requests failed, seconds until replaced',
    },
  ],

  async run(instance, options, context) {
    await localDrill(context, options, async (environments) => ({
      sentence: `Instance ${instance} goes down`,
      begin: () => takeDown(context, 'instance', instance),
      async missing() {
        const there = await inService(context.clients, environments);
        const isThere = there.some(({ id }) => id === instance);
        return isThere ? `${instance} still counts as in service` : undefined;
      },
    }));
  },
});
