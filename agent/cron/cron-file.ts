/** Elastic Beanstalk's `cron.yaml`, with time zones, catch-up and overlap. Pure. */
import { Cron } from 'croner';
import { isMap, isSeq, LineCounter, parseDocument, type Node } from 'yaml';
import { z } from 'zod';
import { FinalError } from '../errands/final-error.ts';
import type { CronTask } from '../../model/schemas.ts';

const task = z.strictObject({
  name: z.string().regex(/^[\w .-]{1,100}$/, 'must have letters, digits, _ . - and spaces, at most 100'),
  url: z.string().regex(/^\/[!-~]*$/, 'must be a path beginning with /'),
  schedule: z.string(),
  timezone: z.string().default('UTC'),
  catch_up: z.enum(['none', 'latest', 'all'], 'must be none, latest or all').default('latest'),
  overlap: z.boolean('must be true or false').default(true),
});

/** The tasks of a file; none without one. Throws with every problem, each with its line. */
export function readCronFile(text: string | undefined): CronTask[] {
  if (text === undefined) return [];
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (node: unknown): number => {
    const offset = (node as Node | null | undefined)?.range?.[0];
    return offset === undefined ? 1 : lines.linePos(offset).line;
  };
  const problems = document.errors.map(({ pos, message }) => ({
    line: lines.linePos(pos[0]).line,
    what: message.split('\n')[0]?.replace(/ at line \d+, column \d+:$/, '.') ?? message,
  }));
  if (problems.length > 0) refuse(problems);
  const root = document.contents;
  const list = isMap(root) ? root.get('cron', true) : undefined;
  if (!isMap(root) || document.get('version') !== 1 || !isSeq(list))
    return refuse([{ line: at(root), what: 'the file must have "version: 1" and a list "cron"' }]);
  const tasks: CronTask[] = [];
  const names = new Set<unknown>();
  for (const [index, item] of list.items.entries()) {
    const found = readTask(item, document.toJS(), index, at);
    problems.push(...found.problems);
    if (found.task) tasks.push(found.task);
    const name = isMap(item) ? item.get('name') : undefined;
    if (typeof name === 'string' && names.has(name))
      problems.push({ line: at(item), what: `there are two tasks named "${name}"` });
    names.add(name);
  }
  return problems.length > 0 ? refuse(problems) : tasks;
}

interface Problem {
  readonly line: number;
  readonly what: string;
}

function refuse(problems: readonly Problem[]): never {
  const all = problems.map(({ line, what }) => `line ${line}: ${what}`);
  throw new FinalError(`cron.yaml cannot be used: ${all.join('; ')}.`);
}

function readTask(
  item: unknown,
  file: unknown,
  index: number,
  at: (node: unknown) => number,
): { readonly task?: CronTask; readonly problems: readonly Problem[] } {
  const parsed = task.safeParse((file as { cron: unknown[] }).cron[index]);
  const lineOf = (key: PropertyKey | undefined) =>
    at((isMap(item) ? item.get(String(key), true) : undefined) ?? item);
  if (!parsed.success)
    return {
      problems: parsed.error.issues.map(({ path, message }) => ({
        line: lineOf(path[0]),
        what: `${path[0] === undefined ? 'a task' : `"${String(path[0])}"`}: ${message}`,
      })),
    };
  const { catch_up: catchUp, ...rest } = parsed.data;
  const reason = scheduleProblem(rest);
  if (reason !== undefined) return { problems: [{ line: lineOf(reason.key), what: reason.what }] };
  return { task: { ...rest, catchUp }, problems: [] };
}

function scheduleProblem({ schedule, timezone }: Pick<CronTask, 'schedule' | 'timezone'>) {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    return { key: 'timezone', what: `"timezone": there is no time zone "${timezone}"` };
  }
  try {
    if (cronOf({ schedule, timezone }).nextRun()) return undefined;
    return { key: 'schedule', what: `"schedule": "${schedule}" never comes` };
  } catch (error) {
    const reason = (error as Error).message.replace(/^CronPattern: /, '').replace(/\.$/, '');
    return { key: 'schedule', what: `"schedule": ${reason}` };
  }
}

/** Five fields, as in Elastic Beanstalk: minute, hour, day of month, month, day of week. */
export const cronOf = ({ schedule, timezone }: Pick<CronTask, 'schedule' | 'timezone'>): Cron =>
  new Cron(schedule, { timezone, mode: '5-part', paused: true });
