import { displayName } from '../../model/names.ts';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import { shared, text, type OptionValues } from '../command.ts';
import type { Context } from '../context.ts';
import { listEnvironments } from '../environments.ts';
import { exitCodes, UserError } from '../errors.ts';
import { cloudFolders } from '../local-cloud/folders.ts';
import { throughFrontDoor } from '../local-cloud/front-door.ts';
import { runProgram } from '../local-cloud/program.ts';
import { applicationOf } from '../project.ts';
import { runDrill, NotCalmError, type Drill, type Fault } from './drill.ts';
import { dataParts } from './data-parts.ts';
import { environmentPart } from './environment-part.ts';

/** What all drills can be told. */
export const drillOptions = {
  stack: text('stack', 'Whose web environment is asked meanwhile; otherwise the one that is load-balanced.'),
  rate: text('number', 'Requests per second; 50 unless given.'),
  path: text('path', 'What is asked for; / unless given.'),
  timeout: text('seconds', 'Longest wait until everything is whole again; 300 unless given.'),
  application: shared.application,
  json: shared.json,
} as const;

/** What a drill takes down, once it is known which environments there are. */
export type MakeFault = (environments: readonly EnvironmentDescriptor[]) => Promise<Fault>;

/** Runs a drill and prints what came of it; exit code 4 when it did not get whole in time. */
export async function localDrill(
  context: Context,
  options: OptionValues<typeof drillOptions>,
  makeFault: MakeFault,
): Promise<void> {
  const { clients, clock, environment, project, signal, ui } = context;
  const numbers = readNumbers(options);
  const all = await listEnvironments(clients.ssm, applicationOf(project, options.application));
  const watched = watchedEnvironment(all, options.stack);
  const parts = [
    ...all
      .filter(({ stack }) => stack === watched.stack)
      .map((each) => environmentPart(clients, each, clock)),
    ...(await dataParts(clients, watched)),
  ];
  const site = throughFrontDoor(watched.url, environment.LOCAL_CLOUD_FRONT_DOOR);
  const url = new URL(options.path ?? '/', site).href;
  const say = (line: string) => {
    ui.note(line);
  };
  try {
    const fault = await makeFault(all);
    const result = await runDrill({ ...numbers, fault, parts, url, clock, signal, say });
    if (options.json) ui.json(result);
    else ui.data(sentenceOf(result));
    if (result.secondsUntilWhole === null) throw notWhole(result, watched);
  } catch (error) {
    if (error instanceof NotCalmError) throw notCalm(error, url, watched);
    throw error;
  }
}

/** Takes a part of this machine's cloud down. */
export const takeDown = (context: Context, ...words: readonly string[]): Promise<void> =>
  runProgram(
    'local/main.ts',
    ['drill', ...words, '--folder', cloudFolders(context).state],
    context.environment,
    'stderr',
  );

function readNumbers({ rate = '50', timeout = '300' }: OptionValues<typeof drillOptions>) {
  const [perSecond, seconds] = [Number(rate), Number(timeout)];
  const problems = [
    ...(perSecond >= 1 && perSecond <= 1000 ? [] : [`--rate is ${rate}; it is a number from 1 to 1000.`]),
    ...(seconds >= 1 && seconds <= 3600 ? [] : [`--timeout is ${timeout}; it is seconds from 1 to 3600.`]),
  ];
  if (problems.length > 0) throw new UserError(problems.join('\n'), { next: 'the same command with --help' });
  return { perSecond, deadlineMilliseconds: seconds * 1000 };
}

type Web = EnvironmentDescriptor & { readonly url: string };

function watchedEnvironment(all: readonly EnvironmentDescriptor[], stack: string | undefined): Web {
  const sites = all.filter((each): each is Web => each.url !== undefined);
  const wanted = sites.filter((each) => stack === undefined || each.stack === stack);
  const found = wanted.find(({ type }) => type === 'LoadBalanced') ?? wanted[0];
  if (found) return found;
  throw new UserError(
    stack === undefined
      ? 'There is no web environment to ask while something is down.'
      : `The stack ${stack} has no web environment to ask while something is down.`,
    {
      now: ['Nothing was taken down.', ...sites.map((each) => `${displayName(each)} is one.`)],
      next: 'pulumi up -s prod',
    },
  );
}

function sentenceOf({ requests, failed, percentFailed, longestAnswer, failures, ...drill }: Drill): string {
  const kinds = Object.entries(failures).map(([kind, count]) => `${count} × ${kind}`);
  const span =
    drill.firstFailure === null || drill.lastFailure === null
      ? []
      : [
          `failures from ${seconds(drill.firstFailure)} to ${seconds(drill.lastFailure)}: ${kinds.join(', ')}`,
        ];
  return [
    `${requests} requests, ${failed} failed (${percentFailed.toFixed(2)} %), longest answer ${seconds(longestAnswer)}`,
    ...span,
    drill.secondsUntilWhole === null
      ? 'not whole again'
      : `whole again after ${drill.secondsUntilWhole.toFixed(1)} s`,
  ].join('\n');
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

const notWhole = ({ missing }: Drill, { stack }: Web): UserError =>
  new UserError('Not everything was whole again in time:', {
    now: missing.map((line) => `  ${line}`),
    next: `beanpole status ${stack}`,
    exitCode: exitCodes.notRolledBack,
  });

const notCalm = ({ message }: NotCalmError, url: string, { stack }: Web): UserError =>
  new UserError(`${url} fails already (${message}): a drill would prove nothing.`, {
    now: ['Nothing was taken down.'],
    next: `beanpole status ${stack}`,
  });
