import { command } from '../../../command.ts';
import { inService } from '../../../drill/environment-part.ts';
import { drillOptions, localDrill, takeDown } from '../../../drill/local-drill.ts';

export default command({
  name: 'local drill zone',
  group: 'Local cloud',
  summary: 'Cut an availability zone off: network and power of everything in it.',
  argument: { name: 'zone', summary: 'Such as eu-central-1a; it comes back at the end.', required: true },
  options: drillOptions,
  examples: [
    {
      command: 'beanpole local drill zone eu-central-1a --rate 200',
      effect: 'requests failed, seconds until whole',
    },
  ],

  async run(zone, options, context) {
    await localDrill(context, options, async (environments) => ({
      sentence: `Zone ${zone} goes down`,
      begin: () => takeDown(context, 'zone', zone, 'down'),
      end: () => takeDown(context, 'zone', zone, 'up'),
      async missing() {
        const there = await inService(context.clients, environments);
        const count = there.filter((each) => each.zone === zone).length;
        return count === 0 ? undefined : `${count} instances of ${zone} still count as in service`;
      },
    }));
  },
});
