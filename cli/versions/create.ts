import { rm, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { keys } from '../../model/names.ts';
import { ArchiveError, openArchive } from '../../model/source-bundle/archive.ts';
import { extract } from '../../model/source-bundle/extract.ts';
import type {
  ApplicationDescriptor,
  EnvironmentDescriptor,
  Platform,
  Tier,
  VersionManifest,
} from '../../model/schemas.ts';
import { ConflictError, createDocuments, type Documents } from '../aws/documents.ts';
import { isoTime } from '../clock.ts';
import type { Context } from '../context.ts';
import { problemsError, UserError } from '../errors.ts';
import type { Board } from '../ui/board.ts';
import { size } from '../ui/duration.ts';
import { architectureOf } from './architecture.ts';
import { readDeleted, readVersion } from './catalogue.ts';
import { checkZip, inspectFolder, inspectZip, kindOf } from './inspect.ts';
import { ignoredModules, listEverything, listSource, type SourceFile } from './source.ts';
import { stage, temporaryFolder } from './staging.ts';
import {
  bundleProblems,
  hasOnceSteps,
  needsBuild,
  sizeProblems,
  type BundleContents,
} from './start-command.ts';
import { uploadBundle } from './upload.ts';
import { writeZip, type Archive } from './zip.ts';

export interface Source {
  readonly tier: Tier;
  /** A folder, or a ready bundle. */
  readonly path: string;
}

export interface VersionRequest {
  readonly label: string;
  readonly description: string;
  readonly sourceCommit: string | undefined;
  readonly sources: readonly Source[];
  readonly application: ApplicationDescriptor;
  readonly environments: readonly EnvironmentDescriptor[];
}

/** Checks, builds, uploads, and only then writes the manifest that makes the label exist. */
export async function createVersion(
  context: Context,
  request: VersionRequest,
  board: Board,
): Promise<VersionManifest> {
  const { label, application, environments, sources } = request;
  const documents = createDocuments(context.clients.s3, application.bucket);
  const architecture = architectureOf(environments, process.arch);
  await refuseTaken(documents, label);
  const problems = await Promise.all(sources.map((source) => problemsOf(source, environments)));
  if (problems.flat().length > 0) throw notCreated(label, problems.flat());
  const temporary = await temporaryFolder();
  try {
    const archives = await Promise.all(
      sources.map((source) => {
        const platforms = platformsOf(source.tier, environments);
        return build(context, source, { platforms, temporary: join(temporary, source.tier), board });
      }),
    );
    const tooLarge = archives.flatMap(({ bytes }, index) => sizeProblems(sources[index]?.path ?? '', bytes));
    if (tooLarge.length > 0) throw notCreated(label, tooLarge);
    await Promise.all(
      archives.map((archive, index) =>
        upload(context, application.bucket, archive, sources[index]?.tier ?? '', board),
      ),
    );
    const manifest = await writeManifest(context, documents, request, {
      architecture,
      bundles: bundlesOf(sources, archives),
      onceSteps: await tiersWithOnceSteps(sources),
    });
    // A bundle that was there already may have been deleted before the manifest named it.
    for (const archive of archives) await uploadBundle(context.clients.s3, application.bucket, archive);
    return manifest;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function problemsOf(
  { path, tier }: Source,
  environments: readonly EnvironmentDescriptor[],
): Promise<string[]> {
  const kind = kindOf(path);
  if (kind === 'missing') return [`${path} does not exist.`];
  if (kind === 'other') return [`${path} is neither a folder nor a .zip file.`];
  const contents = kind === 'folder' ? await inspectFolder(path) : await soundZip(path);
  if (typeof contents === 'string') return [contents];
  return bundleProblems(path, contents, needsStartCommand(platformsOf(tier, environments)));
}

/** A ready bundle goes to instances as it is: what they would refuse is refused here, all of it read. */
async function soundZip(path: string): Promise<BundleContents | string> {
  try {
    const contents = await inspectZip(path);
    await checkZip(path);
    return contents;
  } catch (error) {
    if (error instanceof ArchiveError) return `${path} ${error.message}.`;
    throw error;
  }
}

/** PHP and Python platforms know by themselves how an application starts. */
const needsStartCommand = (platforms: readonly Platform[]): boolean =>
  platforms.every((platform) => platform === 'nodejs' || platform === 'procfile');

const platformsOf = (tier: Tier, environments: readonly EnvironmentDescriptor[]): Platform[] =>
  environments.filter((environment) => environment.tier === tier).map(({ platform }) => platform);

const notCreated = (label: string, problems: readonly string[]): UserError =>
  problemsError(
    `Version ${label} was not created`,
    problems,
    `correct this, then: beanpole version create ${label}`,
  );

async function build(
  { environment, signal }: Context,
  { tier, path }: Source,
  { platforms, temporary, board }: { platforms: readonly Platform[]; temporary: string; board: Board },
): Promise<Archive> {
  const isZip = kindOf(path) === 'zip';
  if (isZip && !needsBuild(await inspectZip(path), platforms))
    return { path, bytes: (await stat(path)).size, sha256: await digestOf(path) };
  const say = (text: string) => {
    board.row(`build ${tier}`, `${tier}: ${text}`);
  };
  const found = isZip ? await filesOfZip(path, `${temporary}-unzipped`) : await listSource(path);
  const staging = { environment, signal, say };
  const isUnused = isZip ? () => false : ignoredModules(path);
  const files = await stage({ name: path, files: found, isUnused, platforms, temporary }, staging);
  say(`packing ${files.length} files`);
  const archive = await writeZip(files, `${temporary}.zip`);
  board.row(
    `build ${tier}`,
    `${tier}: ${files.length} files, ${size(archive.bytes)}, sha256 ${archive.sha256.slice(0, 12)}…`,
    'done',
  );
  return archive;
}

/** All of it: a ready bundle holds what it is to hold. */
async function filesOfZip(path: string, folder: string): Promise<SourceFile[]> {
  const archive = await openArchive(path);
  await extract(archive, folder).finally(() => {
    archive.close();
  });
  return listEverything(folder);
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function upload(
  { clients }: Context,
  bucket: string,
  archive: Archive,
  tier: string,
  board: Board,
): Promise<void> {
  const text = `${tier}: ${size(archive.bytes)} to s3://${bucket}/${keys.bundle(archive.sha256)}`;
  board.row(`upload ${tier}`, text);
  const uploaded = await uploadBundle(clients.s3, bucket, archive);
  board.row(`upload ${tier}`, uploaded ? text : `${tier}: this bundle was there already`, 'done');
}

/** Tiers whose bundles have something to do once per deployment. */
async function tiersWithOnceSteps(sources: readonly Source[]): Promise<Tier[]> {
  const found = await Promise.all(
    sources.map(async ({ tier, path }) => {
      const contents = await (kindOf(path) === 'zip' ? inspectZip(path) : inspectFolder(path));
      return hasOnceSteps(contents) ? [tier] : [];
    }),
  );
  return found.flat();
}

function bundlesOf(sources: readonly Source[], archives: readonly Archive[]): VersionManifest['bundles'] {
  const entries = sources.map(({ tier }, index) => {
    const { sha256 = '', bytes = 0 } = archives[index] ?? {};
    return [tier, { key: keys.bundle(sha256), sha256, bytes }] as const;
  });
  return Object.fromEntries(entries);
}

async function writeManifest(
  { clock, user }: Context,
  documents: Documents,
  { label, application, description, sourceCommit }: VersionRequest,
  built: Pick<VersionManifest, 'architecture' | 'bundles' | 'onceSteps'>,
): Promise<VersionManifest> {
  const manifest: VersionManifest = {
    label,
    application: application.application,
    createdAt: isoTime(clock.now()),
    createdBy: user,
    description,
    ...(sourceCommit !== undefined && { sourceCommit }),
    ...built,
  };
  try {
    return (await documents.create(keys.version(label), manifest)).value;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    await refuseTaken(documents, label);
    throw error;
  }
}

/** A label names one content for ever: it is never used again. */
async function refuseTaken(documents: Documents, label: string): Promise<void> {
  const deleted = await readDeleted(documents, label);
  if (deleted)
    throw new UserError(
      `Version ${label} existed until ${deleted.deletedBy} deleted it at ${deleted.deletedAt}. A label is never used again.`,
      { now: ['Nothing was uploaded.'], next: 'beanpole version create <another label>' },
    );
  const taken = await readVersion(documents, label);
  if (!taken) return;
  const commit = taken.sourceCommit ? ` from commit ${taken.sourceCommit.slice(0, 12)}` : '';
  throw new UserError(
    `Version ${label} exists already: ${taken.createdBy} made it at ${taken.createdAt}${commit}. A label is never used again.`,
    {
      now: ['Nothing was uploaded.'],
      next: `beanpole deploy <stack> --version ${label}   (to deploy it; or create one with another label)`,
    },
  );
}
