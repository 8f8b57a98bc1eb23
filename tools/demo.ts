/**
 * `npm run demo`: from a stopped local cloud to two environments with a version running, and a second
 * version deployed under load. Every step is a command that a user could type; it can be repeated.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, keepAsking, type Tally } from './demo/client.ts';
import { beanpole, localEnvironment, project, run } from './demo/programs.ts';
import { bold, dim, green, say, step } from './demo/terminal.ts';
import { until } from './demo/until.ts';

const prodHost = 'www.mywordpress.example';
const devHost = 'dev.mywordpress.example';
const started = Date.now();

say(bold('Beanpole: an Elastic Beanstalk of your own, here on a cloud inside this machine.'));

await step('Starting the local cloud', () => beanpole(['local', 'start']));
const env = await localEnvironment();
const frontDoor = Number(env.LOCAL_CLOUD_FRONT_DOOR?.split(':').at(-1));

await step('pulumi up -s application (bucket, hosted zone, agent)', () => up('application'));
const [first, second] = await nextLabels();
await step(
  'pulumi up -s dev and -s prod at once (networks, load balancer, instances, databases, caches, files, queues, names)',
  () => up('dev', 'prod'),
);
await step(`beanpole version create ${first}`, () => beanpole(['version', 'create', first], env));
await step(`beanpole deploy dev --version ${first}`, () =>
  beanpole(['deploy', 'dev', '--version', first], env),
);
await step(`beanpole deploy prod --version ${first}, the same bytes promoted`, () =>
  beanpole(['deploy', 'prod', '--version', first], env),
);
await step(`Both sites answer with ${first}`, async () => {
  await answers(devHost, first);
  await answers(prodHost, first);
});
await step('An entry in the form becomes a job, and the worker handles it', handleOneJob);

await step(`beanpole version create ${second}`, () =>
  withChangedApplication((folder) => beanpole(['version', 'create', second, '--web', folder], env)),
);
const tally = await step(
  `beanpole deploy prod --version ${second}, while four clients keep asking`,
  async () => {
    const clients = keepAsking(frontDoor, prodHost);
    await beanpole(['deploy', 'prod', '--version', second], env);
    await answers(prodHost, second);
    return await clients.stop();
  },
);
report(tally);

const drill = await step('beanpole local drill instance: one of prod dies under load', drillOneInstance);
say(`    ${drill}`);

process.stdout.write(`\n${await beanpole(['status'], env)}\n`);
say(bold(`Done in ${((Date.now() - started) / 1000).toFixed(0)} s. It goes on running:`));
say(`  prod  ${green(`http://${prodHost}.localhost:${frontDoor}/`)}`);
say(`  dev   ${green(`http://${devHost}.localhost:${frontDoor}/`)}`);
say(bold('Try next:'));
say(`  eval "$(npx beanpole local env)"            ${dim('this shell talks to the local cloud')}`);
say(`  npx beanpole deploy prod --version ${first.padEnd(8)} ${dim('go back')}`);
say(`  npx beanpole logs prod/worker --follow      ${dim('what the worker does')}`);
say(
  `  npx beanpole local shell                    ${dim(`a host on the simulated internet: curl http://${prodHost}/`)}`,
);
say(`  npx beanpole local drill zone eu-central-1b ${dim('a zone goes down: what fails, and for how long')}`);
say(`  npx beanpole local stop                     ${dim('its state stays')}`);
process.exitCode = tally.failures.length === 0 ? 0 : 1;

/** Several stacks at once; each of them comes to its end, whatever happens to another. */
async function up(...stacks: string[]): Promise<void> {
  for (const stack of stacks) await run('pulumi', ['stack', 'select', '--create', stack], env);
  const ups = stacks.map((stack) =>
    run('pulumi', ['up', '--yes', '--skip-preview', '--non-interactive', '--stack', stack], env),
  );
  for (const end of await Promise.allSettled(ups)) if (end.status === 'rejected') throw end.reason;
}

/** Two labels that no version has yet, so that the demo can be run again on top of itself. */
async function nextLabels(): Promise<[string, string]> {
  const versions = JSON.parse(await beanpole(['version', 'list', '--json'], env)) as { label: string }[];
  const taken = versions.map(({ label }) => Number(/^v(\d+)$/.exec(label)?.[1] ?? 0));
  const next = Math.max(0, ...taken) + 1;
  return [`v${next}`, `v${next + 1}`];
}

async function answers(host: string, version: string): Promise<void> {
  await until(`${host} answers with ${version}`, 30, async () =>
    (await ask(frontDoor, host, '/')).body.includes(version),
  );
}

async function handleOneJob(): Promise<void> {
  const entry = `Hello from the demo at ${new Date().toISOString()}`;
  const reply = await ask(frontDoor, prodHost, '/entries', undefined, { author: 'demo', text: entry });
  if (reply.status >= 400) throw new Error(`The form answered ${reply.status}: ${reply.body.slice(0, 200)}`);
  await until('the worker logs the entry', 30, async () =>
    (await beanpole(['logs', 'prod/worker', '--kind', 'application'], env)).includes(entry),
  );
}

/** Ends one of prod's web instances by force; the sentence that the drill ends with. */
async function drillOneInstance(): Promise<string> {
  const [web] = JSON.parse(await beanpole(['status', 'prod/web', '--json'], env)) as {
    instances: { id: string }[];
  }[];
  const told = await beanpole(['local', 'drill', 'instance', web?.instances[0]?.id ?? ''], env);
  return told.trim().split('\n').join('; ');
}

/** The application with another line above its title: a developer's small change. */
async function withChangedApplication(action: (folder: string) => Promise<unknown>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mywordpress-'));
  try {
    cpSync(join(project, 'app'), folder, {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    });
    const page = join(folder, 'views/front.js');
    const changed = readFileSync(page, 'utf8').replace(
      /(<p class="kicker">)[^<]*/,
      `$1This is ${second}: deployed while you were reading`,
    );
    writeFileSync(page, changed);
    await action(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function report({ requests, failures, versions }: Tally): void {
  const counts = [...versions]
    .map(([version, count]) => `${count} by ${version || 'the placeholder'}`)
    .join(', ');
  say(`    ${requests} requests: ${counts}; ${bold(`${failures.length} failed`)}`);
  for (const failure of new Set(failures)) say(`    failed: ${failure}`);
}
