import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { internetHost } from '../network/wiring.ts';
import { pathWithSystem } from './checks.ts';
import { trusting } from '../trust.ts';
import { askDaemon } from './control.ts';
import { crashable } from './drill.ts';
import { Refusal } from './failure.ts';
import { start as startDaemon } from './launcher.ts';
import { enterCommand } from './namespaces.ts';
import { readSettings } from './settings.ts';
import { renderStatus, type RunningStatus, type Status } from './status.ts';
import { deleteState, stop as stopDaemon } from './stop.ts';
import { wording } from './wording.ts';

interface StartValues {
  readonly port?: string | undefined;
  readonly 'front-door'?: string | undefined;
  readonly 'secure-front-door'?: string | undefined;
  readonly 'time-lapse'?: string | undefined;
  readonly refused: string;
}

/** Each command returns the program's exit code; data goes to stdout, the rest to stderr. */
export async function start(folder: string, values: StartValues): Promise<number> {
  if (!['reject', 'drop'].includes(values.refused)) {
    throw new Refusal(`--refused is '${values.refused}'; it is reject or drop.`, 'leave it out for reject');
  }
  const { status, wasRunning } = await startDaemon({
    folder,
    port: portNumber('--port', values.port),
    frontDoorPort: portNumber('--front-door', values['front-door']),
    secureFrontDoorPort: portNumber('--secure-front-door', values['secure-front-door']),
    timeLapse: lapseFactor(values['time-lapse']),
    refused: values.refused,
    region: process.env.AWS_REGION ?? 'eu-central-1',
    account: '123456789012',
  });
  console.error(`The local cloud ${wasRunning ? 'runs already' : 'is up'}.`);
  console.error(
    `  endpoint    ${status.endpoint}\n  front door  ${status.frontDoor}  ${status.secureFrontDoor}\n  state       ${folder}`,
  );
  return 0;
}

function lapseFactor(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const factor = Number(text);
  if (!/^\d+$/.test(text) || factor < 1 || factor > 60)
    throw new Refusal(
      `--time-lapse is '${text}'; it is a number from 1 (none) to 60.`,
      `${wording.command} start --time-lapse 10`,
    );
  return factor;
}

function portNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new Refusal(
      `${option} is '${text}'; it is a number from 0 (any) to 65535.`,
      `${wording.command} start ${option} 8081`,
    );
  }
  return port;
}

export async function stop(folder: string): Promise<number> {
  const outcome = await stopDaemon(folder);
  if (outcome === 'killed')
    console.error('The local cloud did not stop in order and was ended. Its state is kept.');
  else
    console.error(
      outcome === 'stopped'
        ? 'The local cloud is stopped. Its state is kept.'
        : 'The local cloud does not run.',
    );
  return 0;
}

export async function status(folder: string, isJson: boolean): Promise<number> {
  const stopped = { running: false, folder, hasState: readSettings(folder) !== undefined };
  const answer = ((await askDaemon(folder, 'GET', '/status')) ?? stopped) as Status;
  console.log(isJson ? JSON.stringify(answer, undefined, 2) : renderStatus(answer));
  if (!answer.running) console.error(`Next: ${wording.command} start`);
  return 0;
}

/** A shell, or one command, on a host of the simulated internet. */
export async function shell(folder: string, command: readonly string[]): Promise<number> {
  const running = (await askDaemon(folder, 'GET', '/status')) as RunningStatus | undefined;
  if (!running) throw new Refusal(`The local cloud in ${folder} does not run.`, `${wording.command} start`);
  const onHost = ['nsenter', `--net=/run/netns/${internetHost}`, '--'];
  const wanted = command.length > 0 ? command : ['bash', '--norc'];
  const [program = '', ...args] = enterCommand(running.pid, [...onHost, ...wanted], process.getuid?.() ?? 0);
  const env = {
    ...process.env,
    ...trusting(running.authority),
    PATH: pathWithSystem(process.env.PATH),
    PS1: 'internet:\\w\\$ ',
  };
  const child = spawn(program, args, { stdio: 'inherit', env });
  // Ctrl-C is for what runs in the shell.
  process.on('SIGINT', () => undefined);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 130;
}

/**
 * Takes a part down as a fault would: `instance i-…` by force, `zone eu-central-1a down` without network and power
 * until `zone eu-central-1a up`. A restart of the daemon brings zones back, too. `spot i-… 60` is no fault but EC2
 * that takes a spot instance back: a recommendation now, the notice 60 seconds later, the end two minutes after it.
 */
export async function drill(folder: string, words: readonly string[]): Promise<number> {
  const [kind = '', id, detail = ''] = words;
  const kinds = [...Object.keys(crashable), 'spot', 'zone'];
  const details: Readonly<Record<string, RegExp>> = { zone: /^(down|up)$/, spot: /^\d*$/ };
  const isKnown = kinds.includes(kind) && (details[kind] ?? /^$/).test(detail);
  if (id === undefined || !isKnown)
    throw new Refusal(
      `What should go down? ${kinds.join(', ')}, and which one.`,
      `${wording.command} drill zone eu-central-1a down, or drill instance i-…`,
    );
  const path = `/drill/${words.map(encodeURIComponent).join('/')}`;
  const answer = (await askDaemon(folder, 'POST', path)) as { found: boolean } | undefined;
  if (!answer) throw new Refusal(`The local cloud in ${folder} does not run.`, `${wording.command} start`);
  if (!answer.found)
    throw new Refusal(
      kind === 'spot'
        ? `${id} is no spot instance that runs.`
        : `The ${kind} ${id} does not exist, or does not run.`,
      `${wording.command} status`,
    );
  return 0;
}

export async function reset(folder: string, isSure: boolean): Promise<number> {
  if (!isSure) await confirm(folder);
  await stopDaemon(folder);
  deleteState(folder);
  console.error('The local cloud is stopped and its state is deleted.');
  return 0;
}

async function confirm(folder: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new Refusal(
      'Without a terminal a reset must be confirmed by --yes; nothing was deleted.',
      `${wording.command} reset --yes`,
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(
    `This deletes everything in the cloud of ${folder}. Type reset to go on: `,
  );
  terminal.close();
  if (answer.trim() !== 'reset')
    throw new Refusal('Nothing was deleted.', `${wording.command} reset   (and then type reset)`);
}
