import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { UserError } from './errors.ts';

/** A folder with stack files. */
export interface Project {
  readonly folder: string;
  /** Every application that the stack files name; one, unless they disagree. */
  readonly applications: readonly string[];
  readonly region: string | undefined;
}

const stackFile = /^Pulumi\.[^.]+\.yaml$/;

/** The nearest folder upwards that holds a Pulumi.yaml or stack files; else the folder itself. */
export function findProject(from: string): Project {
  const folder = nearestWithStackFiles(resolve(from)) ?? resolve(from);
  const configs = filesOf(folder).map((file) => configOf(join(folder, file)));
  const values = (key: string) => [
    ...new Set(configs.map((config) => config.get(key)).filter((value) => value !== undefined)),
  ];
  const regions = values('aws:region');
  return {
    folder,
    applications: values('beanpole:application'),
    region: regions.length === 1 ? regions[0] : undefined,
  };
}

/** The application that a command is about. */
export function applicationOf(project: Project, given: string | undefined): string {
  if (given !== undefined) return given;
  const [only, ...more] = project.applications;
  if (only === undefined)
    throw new UserError(
      `No application is named: ${project.folder} has no stack file that sets beanpole:application.`,
      {
        next: 'the same command with --application <name>, or in the folder that holds Pulumi.yaml',
      },
    );
  if (more.length > 0)
    throw new UserError(
      `The stack files in ${project.folder} name several applications: ${project.applications.join(', ')}.`,
      {
        next: 'the same command with --application <name>',
      },
    );
  return only;
}

function nearestWithStackFiles(folder: string): string | undefined {
  if (filesOf(folder).length > 0) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : nearestWithStackFiles(parent);
}

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file === 'Pulumi.yaml' || stackFile.test(file))
    .sort();
}

/** The plain texts under `config:`; Pulumi.yaml may wrap each in `value` or `default`. */
function configOf(path: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(parseYaml(path).config ?? {})) {
    const plain = typeof value === 'object' && value !== null ? unwrap(value) : value;
    if (typeof plain === 'string') found.set(key, plain);
  }
  return found;
}

const unwrap = (value: object): unknown =>
  'value' in value ? value.value : 'default' in value ? value.default : undefined;

function parseYaml(path: string): { config?: Record<string, unknown> | null } {
  try {
    return (parse(readFileSync(path, 'utf8')) as { config?: Record<string, unknown> } | null) ?? {};
  } catch (error) {
    throw new UserError(`${path} is not YAML: ${(error as Error).message}`, { cause: error });
  }
}
