import { displayName } from '../../model/names.ts';
import { command, flag, shared, text } from '../command.ts';
import type { Context } from '../context.ts';
import { startDetached } from '../deploy/detached.ts';
import { secondsFrom } from '../deploy/wished-options.ts';
import { findEnvironment } from '../environments.ts';
import { reportSwap } from '../swap/outcome.ts';
import { defaultWatchSeconds } from '../swap/plan.ts';
import { planFor, swap, type Pair } from '../swap/swap.ts';
import { swapPlanText } from '../ui/plan-text.ts';

export default command({
  name: 'swap',
  group: 'Deploy',
  summary: 'Exchange the names of two web environments of one stack: each gets the requests of the other.',
  argument: { name: 'stack/environment', summary: 'prod/web.', required: true },
  second: { name: 'stack/environment', summary: 'The other one: prod/next.', required: true },
  options: {
    watch: text('time', 'How long both are watched afterwards, to go back by itself: 0s, 60s (default), 5m.'),
    ignoreHealthCheck: flag('Swap also when one of them is unhealthy.'),
    wait: flag('Wait until it has ended; so it is unless --no-wait is given.'),
    noWait: flag('Return when it has begun; a process of its own goes on with it.'),
    waitForLock: flag('Wait for whoever deploys there now, instead of refusing.'),
    dryRun: flag('Print the plan and change nothing.'),
    json: flag('Print the plan, or how it ended, as JSON.'),
    application: shared.application,
  },
  examples: [
    { command: 'beanpole swap prod/web prod/next', effect: 'what was tried in next serves the world' },
    { command: 'beanpole swap prod/web prod/next', effect: 'once more: everything is as before' },
    { command: 'beanpole swap prod/web prod/next --dry-run', effect: 'shows each step and its undo' },
  ],

  async run(
    argument,
    { watch, ignoreHealthCheck, noWait, waitForLock, dryRun, json, application },
    context,
    second,
  ) {
    const watchSeconds = watch === undefined ? defaultWatchSeconds : secondsFrom('--watch', watch);
    const pair: Pair = [
      await findEnvironment(context, application, argument),
      await findEnvironment(context, application, second),
    ];
    const options = { watchSeconds, ignoreHealthCheck };
    // Also without --dry-run: what cannot be planned does not begin.
    const plan = await planFor(context, pair, options);
    if (dryRun && json) context.ui.json(plan);
    else if (dryRun) context.ui.data(swapPlanText(plan, context.ui.dataPaint));
    else if (noWait) await startDetached(context, pair.map(detached));
    else await swapAndWait(context, pair, { ...options, waits: waitForLock, json });
  },
});

const detached = (environment: Pair[0]) => ({
  environment,
  what: 'its name is being swapped',
  show: `beanpole status ${environment.stack}`,
});

interface HowToWait {
  readonly watchSeconds: number;
  readonly ignoreHealthCheck: boolean;
  readonly waits: boolean;
  readonly json: boolean;
}

async function swapAndWait(
  context: Context,
  pair: Pair,
  { waits, json, ...options }: HowToWait,
): Promise<void> {
  const { ui } = context;
  const board = ui.board();
  context.onLeave(() => leavingAdvice(pair));
  const record = await swap(context, pair, options, { board, waits }).finally(() => {
    board.close();
  });
  if (json) ui.json(record);
  reportSwap(context, record);
}

const leavingAdvice = (pair: Pair): string =>
  [
    'Both environments serve, and the record of each step is kept.',
    `Next: beanpole status ${pair[0].stack}   (what is true now; beanpole resume ${displayName(pair[0])} goes on, beanpole abort goes back)`,
  ].join('\n');
