import type { Context } from '../context.ts';
import { followLogs, readLogs, type LogLine } from './read-logs.ts';

export interface LogRequest {
  readonly groups: readonly string[];
  readonly from: number;
  readonly follow: boolean;
  readonly print: (line: LogLine) => void;
}

/** Prints what is there, or what arrives until Ctrl-C. Answers how many lines that were. */
export async function printLogs(
  { clients, clock, signal }: Context,
  { groups, from, follow, print }: LogRequest,
): Promise<number> {
  if (!follow) {
    const lines = await readLogs(clients.logs, groups, from);
    for (const line of lines) print(line);
    return lines.length;
  }
  let count = 0;
  for await (const line of followLogs(clients.logs, groups, from, clock, signal)) {
    print(line);
    count += 1;
  }
  return count;
}
