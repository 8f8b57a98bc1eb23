/**
 * `npm run test:mutations`: takes every security-relevant input out of the components of infra/, one at a time, and
 * runs their specs: one must fail. Prints a row for each component and, below it, what nobody missed.
 * `MUTATIONS=only:infra/data` takes those whose line holds the text; `MUTATIONS_PROCESSES` is how many run at once.
 */
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { mutantsOf, type Mutant } from './mutants.ts';
import { Runner } from './runner.ts';

const project = new URL('../../', import.meta.url);
/** What a stack file may hold and what a policy pack asks for are no inputs; the rest of infra/ sets them. */
const exclude = ['infra/policy/**', 'infra/config*.ts', 'infra/**/*-section.ts', 'infra/**/*-rules.ts'];
const components = globSync('infra/**/*.ts', { cwd: project, exclude }).sort();
const specs = globSync('test/infra/**/*.spec.ts', { cwd: project }).sort();

const startedAt = performance.now();
const queue = chosen(process.env.MUTATIONS ?? 'all');
const total = queue.reduce((sum, { mutants }) => sum + mutants.length, 0);
const processes = Number(process.env.MUTATIONS_PROCESSES ?? availableParallelism());
const survivors: string[] = [];

await ensureSpecsPass();
console.log(`${total} mutants of ${queue.length} components, ${processes} at once`);
await Promise.all(Array.from({ length: Math.min(processes, queue.length) }, work));
report();

interface Task {
  readonly component: string;
  readonly mutants: readonly Mutant[];
}

function chosen(wish: string): Task[] {
  const [, only = ''] = /^only:(.+)$/.exec(wish) ?? [];
  if (wish !== 'all' && only === '') {
    console.error(`MUTATIONS=${wish}: allowed are all and only:<part of a line, such as infra/data>.`);
    process.exit(2);
  }
  return components
    .map((component) => {
      const all = mutantsOf(readFileSync(new URL(component, project), 'utf8'));
      return { component, mutants: all.filter((mutant) => lineOf(component, mutant).includes(only)) };
    })
    .filter(({ mutants }) => mutants.length > 0);
}

function lineOf(component: string, { line, removed }: Mutant): string {
  return `${component}:${line}  ${removed}`;
}

/** Where a spec fails anyway, no mutant would survive. */
async function ensureSpecsPass(): Promise<void> {
  const runner = new Runner();
  const { killer } = await runner.run({ component: '', source: '', specs: specs.map(urlOf) });
  runner.stop();
  if (!killer) return;
  console.error(`The specs must pass first: "${killer.test}" fails. ${killer.message}`);
  console.error('Next: correct it; `npm run test:unit` shows all that fail.');
  process.exit(1);
}

async function work(): Promise<void> {
  const runner = new Runner();
  for (let task = queue.shift(); task; task = queue.shift()) await examine(runner, task);
  runner.stop();
}

/** Whichever spec killed a mutant is likely to kill the next one of the same component. */
async function examine(runner: Runner, { component, mutants }: Task): Promise<void> {
  const start = performance.now();
  const alive: string[] = [];
  let order = specsFor(component).map(urlOf);
  for (const mutant of mutants) {
    const { killer } = await runner.run({ component: urlOf(component), source: mutant.source, specs: order });
    if (!killer) alive.push(lineOf(component, mutant));
    else order = order.toSorted((one, other) => Number(other === killer.spec) - Number(one === killer.spec));
  }
  survivors.push(...alive);
  const seconds = `${((performance.now() - start) / 1000).toFixed(0)} s`;
  const killed = `${mutants.length - alive.length} of ${mutants.length} killed`;
  console.log([component.padEnd(45), killed.padEnd(20), seconds.padStart(5)].join(' '));
  for (const line of alive) console.log(`    ${line}`);
}

/** Those of its own folder first. */
function specsFor(component: string): readonly string[] {
  const folder = `test/${component.split('/').slice(0, -1).join('/')}/`;
  return specs.toSorted((one, other) => Number(other.startsWith(folder)) - Number(one.startsWith(folder)));
}

function urlOf(file: string): string {
  return new URL(file, project).href;
}

function report(): void {
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  console.log(`\n${total - survivors.length} of ${total} mutants killed in ${minutes} minutes.`);
  if (survivors.length === 0) return;
  console.log('Nobody missed:');
  for (const line of survivors) console.log(`    ${line}`);
  console.log('Next: assert in test/infra that each is there, or take out what does nothing.');
  process.exitCode = 1;
}
