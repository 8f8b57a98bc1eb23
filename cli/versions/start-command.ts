import type { Platform } from '../../model/schemas.ts';
import { parseProcfile } from '../../model/source-bundle/procfile.ts';
import { archiveLimits } from '../../model/source-bundle/rules.ts';

/** Rules on what a source bundle must hold; pure, over the names in it and a few files. */

export interface BundleContents {
  /** Paths in the bundle. */
  readonly paths: readonly string[];
  readonly procfile: string | undefined;
  readonly packageJson: string | undefined;
  /** Texts of `.ebextensions/*.config`. */
  readonly extensions?: readonly string[];
}

export interface PackageJson {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly overrides?: unknown;
}

/** Everything that is wrong with a bundle, each as a sentence about it. */
export function bundleProblems(
  where: string,
  contents: BundleContents,
  needsStartCommand: boolean,
): string[] {
  if (contents.paths.length === 0) return [`${where} is empty (or everything in it is ignored).`];
  const parsed = parseProcfile(contents.procfile ?? '');
  const hasProcesses = 'problem' in parsed || Object.keys(parsed.commands).length > 0;
  return [
    ...('problem' in parsed ? [`${where}: ${parsed.problem}`] : []),
    ...startProblems(where, contents, needsStartCommand && !hasProcesses),
  ];
}

/** Something is to be done on one instance only: the Procfile's `release`, or container commands for the leader. */
export function hasOnceSteps({ procfile = '', extensions = [] }: BundleContents): boolean {
  const parsed = parseProcfile(procfile);
  return (
    ('commands' in parsed && parsed.commands.release !== undefined) ||
    extensions.some((text) => /\bleader_only["']?\s*:\s*["']?true\b/.test(text))
  );
}

/** A ready bundle lacks what Elastic Beanstalk would install on its instances. */
export function needsBuild({ paths, packageJson }: BundleContents, platforms: readonly Platform[]): boolean {
  const has = (folder: string) => paths.some((path) => path.startsWith(`${folder}/`));
  const { dependencies = {} } = (packageJson === undefined ? undefined : parsePackageJson(packageJson)) ?? {};
  return (
    (Object.keys(dependencies).length > 0 && !has('node_modules')) ||
    (platforms.includes('python') &&
      paths.some((path) => path.endsWith('.py')) &&
      !has('.python_packages')) ||
    (platforms.includes('php') && paths.includes('composer.json') && !has('vendor'))
  );
}

export const sizeProblems = (where: string, bytes: number): string[] =>
  bytes > archiveLimits.compressedBytes
    ? [
        `${where}: the bundle has ${Math.ceil(bytes / 1024 / 1024)} MB; a source bundle may have 512 MB. List what does not belong to it in .ebignore.`,
      ]
    : [];

function startProblems(
  where: string,
  { procfile, packageJson, paths }: BundleContents,
  needsStartCommand: boolean,
): string[] {
  const parsed = packageJson === undefined ? {} : parsePackageJson(packageJson);
  if (parsed === undefined) return [`${where}: package.json is not JSON.`];
  if (!needsStartCommand || parsed.scripts?.start) return [];
  const nested = paths.find((path) => /^[^/]+\/(Procfile|package\.json)$/.test(path));
  const hint =
    nested && procfile === undefined && packageJson === undefined
      ? ` ${nested} lies too deep: it belongs to the top of the bundle.`
      : '';
  return [
    `${where} has no start command: no Procfile with "web: <command>", and no package.json with a start script.${hint}`,
  ];
}

export function parsePackageJson(text: string): PackageJson | undefined {
  try {
    return JSON.parse(text) as PackageJson;
  } catch {
    return undefined;
  }
}
