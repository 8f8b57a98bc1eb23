import type { Due, ErrandInput } from '../errands/contract.ts';
import { cronOf } from './cron-file.ts';

/** Runs missed longer ago than this are not made up for. */
const oldestMilliseconds = 7 * 24 * 3600_000;
const mostPerTask = 100;

/** Due times of all tasks, in order; of each task the newest hundred. */
export function dueTimes({ tasks, until }: ErrandInput<'due'>): Due[] {
  const end = Date.parse(until);
  const due = tasks.flatMap((task) => {
    const cron = cronOf(task);
    const times: string[] = [];
    let next = cron.nextRun(new Date(Math.max(Date.parse(task.after), end - oldestMilliseconds)));
    while (next && next.getTime() <= end) {
      times.push(next.toISOString());
      next = cron.nextRun(next);
    }
    return times.slice(-mostPerTask).map((at) => ({ task: task.name, at }));
  });
  return due.sort((left, right) => (left.at < right.at ? -1 : 1));
}
