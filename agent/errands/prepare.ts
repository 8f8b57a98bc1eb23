import { access, cp, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { instancePaths } from '../../model/names.ts';
import { processEnvironment } from '../deploy/environment.ts';
import { fetchBundle } from '../deploy/fetch.ts';
import { pointCurrent, preparedFolder, releaseFolder } from '../deploy/release-folders.ts';
import { upstreamPort } from '../deploy/switch.ts';
import { unpack } from '../deploy/unpack.ts';
import { listHooks, runHooks, type HookKind, type Surroundings } from '../preparation/hooks.ts';
import { hasSteps, runPreparation } from '../preparation/prepare-release.ts';
import { describeProcesses, readBundle, type BundleFacts } from '../preparation/release-processes.ts';
import type { ErrandInput, Phase, Prepared } from './contract.ts';
import { resolveProperties } from './properties.ts';

type Input = ErrandInput<'prepare'>;
type Say = (line: string) => void;
type Timed = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Everything of a deployment that does not touch what serves. */
export async function prepareRelease(input: Input, progress: Say): Promise<Prepared> {
  const phases: Phase[] = [];
  const timed: Timed = async (name, work) => {
    const start = performance.now();
    const result = await work();
    phases.push({ name, milliseconds: Math.round(performance.now() - start) });
    return result;
  };
  const resolved = timed('Configuration', () => resolve(input));
  const properties = resolved.then((found) => found.properties);
  properties.catch(() => undefined);
  const { folder, facts } = await releaseOf(input, properties, timed, progress);
  const defaults = { ...facts.options.properties };
  const around = surroundings(input, { folder, properties: await properties, defaults });
  const ownFolder = path.join(input.ownFolders, String(input.firstPort));
  await rm(ownFolder, { recursive: true, force: true });
  const release = { folder, facts, firstPort: input.firstPort, ownFolder };
  return {
    ...(await describeProcesses(release, around, progress)),
    folder,
    defaults,
    cron: [...facts.cron],
    ...(await resolved),
    hasPostdeployHooks: (await listHooks(folder, hookKind(input), 'postdeploy')).length > 0,
    phases,
    notes: [...facts.notes],
  };
}

interface Made {
  readonly folder: string;
  readonly facts: BundleFacts;
}

/** Its folder; made unless an earlier attempt at the same deployment, or the same bundle without steps, left it. */
async function releaseOf(
  input: Input,
  properties: Promise<Record<string, string>>,
  timed: Timed,
  progress: Say,
): Promise<Made> {
  const { platform } = input.descriptor;
  const plain = releaseFolder(input.releases, input.bundle.sha256);
  const prepared = preparedFolder(plain, input.deployment);
  for (const folder of [prepared, plain])
    if (await exists(folder)) {
      progress('The release folder is there already.');
      return { folder, facts: await readBundle(folder, platform) };
    }
  // An errand whose agent was killed may still be busy with a folder of its own.
  const staging = `${prepared}.${process.pid}.preparing`;
  await mkdir(path.dirname(staging), { recursive: true });
  try {
    await fillStaging(input, staging, timed, progress);
    const facts = await readBundle(staging, platform);
    const isPrepared = await hasSteps(staging, facts.processes.release);
    if (isPrepared)
      await timed('Prepare', async () => runSteps(input, staging, facts, await properties, progress));
    const folder = isPrepared ? prepared : plain;
    await rename(staging, folder);
    return { folder, facts };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** With only its properties changed a release begins as what the live one has become. */
async function fillStaging(
  { bundle, descriptor, liveFolder }: Input,
  staging: string,
  timed: Timed,
  progress: Say,
): Promise<void> {
  if (liveFolder !== null) {
    await timed('Copy', () =>
      cp(liveFolder, staging, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true }),
    );
    return;
  }
  const archive = `${staging}.zip`;
  try {
    await timed('Download', () =>
      fetchBundle({ bucket: descriptor.bucket, bundle, file: archive, progress }),
    );
    await timed('Unpack', () => unpack(archive, staging, progress));
  } finally {
    await rm(archive, { force: true });
  }
}

/** `/var/app/staging` is the release while it is being prepared, as Elastic Beanstalk's documentation has it. */
async function runSteps(
  input: Input,
  staging: string,
  { options, processes, extensions }: BundleFacts,
  properties: Record<string, string>,
  say: Say,
): Promise<void> {
  await pointCurrent(instancePaths.staging, staging);
  const preparation = {
    staging,
    kind: hookKind(input),
    extensions,
    isLeader: input.isLeader,
    release: processes.release,
    around: surroundings(input, { folder: instancePaths.staging, properties, defaults: options.properties }),
    say,
  };
  await runPreparation(preparation).finally(() => rm(instancePaths.staging, { force: true }));
}

/** The hooks that run when the release serves. */
export async function runPostdeployHooks(input: ErrandInput<'postdeploy'>, progress: Say): Promise<number> {
  const { folder, defaults } = input;
  const { properties } = await resolve(input);
  const around = surroundings(input, { folder: instancePaths.current, properties, defaults });
  const count = await runHooks(folder, hookKind(input), 'postdeploy', around);
  if (count > 0) progress(`${count} postdeploy hook${count === 1 ? '' : 's'} ran.`);
  return count;
}

const resolve = ({ configuration, descriptor: { database } }: Pick<Input, 'configuration' | 'descriptor'>) =>
  resolveProperties({ configuration, database: database ?? null });

const hookKind = ({ liveFolder }: Pick<Input, 'liveFolder'>): HookKind =>
  liveFolder === null ? 'hooks' : 'confighooks';

interface Where {
  readonly folder: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly defaults: Readonly<Record<string, string>>;
}

/** What a command of the bundle sees: what the application sees, and whether it is the one that does things once. */
function surroundings(
  {
    descriptor,
    identity,
    versionLabel,
    nodeFolder,
    isLeader,
  }: Pick<Input, 'descriptor' | 'identity' | 'versionLabel' | 'nodeFolder' | 'isLeader'>,
  { folder, properties, defaults }: Where,
): Surroundings {
  const environment = processEnvironment({
    inherited: process.env,
    descriptor,
    identity,
    versionLabel,
    properties: { ...defaults, ...properties },
    folder,
    port: upstreamPort,
    nodeFolder,
  });
  const log = path.join(instancePaths.logs, 'hooks.log');
  return { folder, environment: { ...environment, EB_IS_COMMAND_LEADER: String(isLeader) }, log };
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
