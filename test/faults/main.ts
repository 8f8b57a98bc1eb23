/**
 * `npm run test:faults`: every policy with every fault at every step, on several local clouds at once. Prints a row
 * for each as it ends. `FAULTS=from:120` goes on where an earlier run ended, `FAULTS=only:Rolling,` takes those whose
 * title holds the text, `FAULTS=sample:40` draws some (the same ones for the same `FAULTS_SEED`), `FAULTS_CLOUDS` is how many clouds there are at once.
 */
import { availableParallelism } from 'node:os';
import { attempt } from './attempt.ts';
import { combinations, sample, titleOf, type Combination } from './combinations.ts';
import { Stage } from './stage.ts';

const seed = Number(process.env.FAULTS_SEED ?? 1);
const chosen = choose(process.env.FAULTS ?? 'all');
const clouds = Number(process.env.FAULTS_CLOUDS ?? 2 * availableParallelism());
const startedAt = performance.now();
const queue = [...chosen];
const failed: Combination[] = [];
let isStopping = false;

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    isStopping = true;
    console.error('Ending what is under way; then the clouds are removed.');
  });

console.log(`${chosen.length} of ${combinations.length} combinations, ${clouds} clouds at once`);
await Promise.all(Array.from({ length: Math.min(clouds, chosen.length) }, work));
report();

function choose(wish: string): readonly Combination[] {
  const [, from] = /^from:(\d+)$/.exec(wish) ?? [];
  if (from !== undefined) return combinations.filter(({ number }) => number >= Number(from));
  const [, drawn] = /^sample:(\d+)$/.exec(wish) ?? [];
  if (drawn !== undefined) return sample(combinations, Number(drawn), seed);
  const [, only] = /^only:(.+)$/.exec(wish) ?? [];
  if (only !== undefined) return combinations.filter((each) => titleOf(each).includes(only));
  if (wish === 'all') return combinations;
  console.error(`FAULTS=${wish}: allowed are all, from:<number>, sample:<count> and only:<part of a title>.`);
  process.exit(2);
}

/** One cloud, as long as there is something to try; a new one when it was spoilt. */
async function work(): Promise<void> {
  let stage: Stage | undefined;
  try {
    while (queue.length > 0 && !isStopping) {
      stage ??= await Stage.create();
      const combination = queue.shift();
      if (combination && !(await tryOut(stage, combination))) {
        await stage.remove();
        stage = undefined;
      }
    }
  } finally {
    await stage?.remove();
  }
}

async function tryOut(stage: Stage, combination: Combination): Promise<boolean> {
  const start = performance.now();
  try {
    const { status, lost } = await attempt(stage, combination);
    row(combination, status, start, lost > 0 ? `${lost} lost with it` : '');
    return true;
  } catch (error) {
    failed.push(combination);
    row(combination, 'FAILED', start, '');
    console.log((error as Error).message.replace(/^/gm, '    '));
    return false;
  }
}

function row(combination: Combination, status: string, start: number, note: string): void {
  const { number } = combination;
  const seconds = `${((performance.now() - start) / 1000).toFixed(0)} s`;
  console.log(
    `${String(number).padStart(4)}  ${status.padEnd(10)} ${seconds.padStart(5)}  ${titleOf(combination)}${note && ` (${note})`}`,
  );
}

function report(): void {
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  const left = queue[0];
  console.log(
    `\n${chosen.length - queue.length - failed.length} as they must be, ${failed.length} not, in ${minutes} minutes.`,
  );
  if (left)
    console.log(`Left out from number ${left.number}: FAULTS=from:${left.number} npm run test:faults`);
  for (const each of failed) console.log(`FAULTS='only:${titleOf(each)}' npm run test:faults`);
  if (failed.length > 0 || left) process.exitCode = 1;
}
