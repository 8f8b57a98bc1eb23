import { connect } from 'node:net';

const answerDeadline = 5000;

/** Sends one line to HAProxy's runtime socket and answers what it says. */
export function command(socket: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const connection = connect(socket);
    let text = '';
    connection.setEncoding('utf8');
    connection.setTimeout(answerDeadline, () => {
      connection.destroy(new Error(`HAProxy did not answer on ${socket}: ${line}`));
    });
    connection.on('data', (chunk: string) => (text += chunk));
    connection.on('error', reject);
    connection.on('end', () => {
      resolve(text);
    });
    // The master's socket stays open until the caller closes its side.
    connection.end(`${line}\n`);
  });
}

/** HAProxy cuts a line that is too long: commands go in portions. */
const commandsPerLine = 40;

/** Sends several commands, in order. */
export async function commands(socket: string, list: readonly string[]): Promise<string> {
  let answers = '';
  for (let start = 0; start < list.length; start += commandsPerLine) {
    answers += await command(socket, list.slice(start, start + commandsPerLine).join('; '));
  }
  return answers;
}

/** Replaces a whole map at once. */
export async function replaceMap(socket: string, file: string, text: string): Promise<void> {
  const version = /New version created: (\d+)/.exec(await command(socket, `prepare map ${file}`))?.[1];
  if (version === undefined) throw new Error(`HAProxy has no map ${file}.`);
  const adds = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `add map @${version} ${file} ${line}`);
  await commands(socket, [...adds, `commit map @${version} ${file}`]);
}

/** What HAProxy last saw of a server. */
export interface ServerStatus {
  readonly up: boolean;
  readonly inFlight: number;
  /** `L7OK`, `L7STS`, `L4CON`, …; empty before the first check. */
  readonly check: string;
  readonly code: string;
}

/** Reads `show stat`: the servers by `backend/name`. */
export function parseStatus(csv: string): Map<string, ServerStatus> {
  const lines = csv.split('\n').filter((line) => line !== '');
  const columns = (lines[0] ?? '').replace(/^# /, '').split(',');
  const at = (fields: readonly string[], column: string) => fields[columns.indexOf(column)] ?? '';
  return new Map(
    lines.slice(1).map((line) => {
      const fields = line.split(',');
      const check = at(fields, 'check_status').replace(/^\* /, '');
      return [
        `${at(fields, 'pxname')}/${at(fields, 'svname')}`,
        {
          up: at(fields, 'status').startsWith('UP'),
          inFlight: Number(at(fields, 'scur')),
          check: check === 'INI' ? '' : check,
          code: at(fields, 'check_code'),
        },
      ];
    }),
  );
}

export const statusOfServers = async (socket: string): Promise<Map<string, ServerStatus>> =>
  parseStatus(await command(socket, 'show stat -1 4 -1'));
