/** `.ebextensions/*.config` and `env.yaml`: YAML or JSON in, checked sections out. Pure. */
import { parse } from 'yaml';
import { z } from 'zod';
import type { OptionSetting } from './option-settings.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const words = z.union([scalar, z.tuple([scalar], scalar)]);
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

const command = z.strictObject({
  command: words,
  env: z.record(z.string(), scalar).optional(),
  cwd: z.string().optional(),
  test: z.string().optional(),
  ignoreErrors: flag.optional(),
});
const containerCommand = command.extend({ leader_only: flag.optional() });

const file = z.strictObject({
  content: z.string().optional(),
  source: z.string().optional(),
  mode: z
    .union([z.string().regex(/^[0-7]{3,6}$/, 'octal digits'), z.number()])
    .transform(String)
    .optional(),
  owner: scalar.optional(),
  group: scalar.optional(),
  encoding: z.enum(['plain', 'base64']).optional(),
});

const service = z.strictObject({ enabled: flag.optional(), ensureRunning: flag.optional() });

const settings = z.union([
  z.array(
    z.strictObject({
      namespace: z.string().optional(),
      option_name: scalar,
      value: scalar,
      resource_name: z.string().optional(),
    }),
  ),
  z.record(z.string(), z.record(z.string(), scalar)),
]);

const extension = z.strictObject({
  option_settings: settings.nullish(),
  packages: z
    .record(z.string(), z.record(z.string(), z.union([scalar, z.array(scalar)]).nullable()))
    .nullish(),
  groups: z.record(z.string(), z.strictObject({ gid: scalar.optional() }).nullable()).nullish(),
  users: z
    .record(
      z.string(),
      z
        .strictObject({
          uid: scalar.optional(),
          groups: z.array(scalar).optional(),
          homeDir: z.string().optional(),
        })
        .nullable(),
    )
    .nullish(),
  sources: z.record(z.string().startsWith('/'), z.url()).nullish(),
  files: z.record(z.string().startsWith('/'), file).nullish(),
  commands: z.record(z.string(), command).nullish(),
  container_commands: z.record(z.string(), containerCommand).nullish(),
  services: z.record(z.string(), z.record(z.string(), service)).nullish(),
});

export type ExtensionCommand = z.output<typeof containerCommand>;
export type ExtensionSections = Omit<z.output<typeof extension>, 'option_settings'>;

export interface Extension {
  /** Path in the bundle. */
  readonly name: string;
  readonly sections: ExtensionSections;
  readonly settings: readonly OptionSetting[];
  readonly notes: readonly string[];
}

/** Resources of the environment: they belong to the Pulumi program. */
const cloudFormation = new Set([
  'Resources',
  'Parameters',
  'Outputs',
  'Mappings',
  'Conditions',
  'Description',
]);

/** The checked file, or everything that is wrong with it. */
export function parseExtension(name: string, text: string): Extension | { readonly problems: string[] } {
  const content = readYaml(text);
  if (typeof content === 'string') return { problems: [`${name}: ${content}`] };
  const own = Object.entries(content).filter(([key]) => !cloudFormation.has(key));
  const parsed = extension.safeParse(Object.fromEntries(own));
  if (!parsed.success)
    return {
      problems: parsed.error.issues.map(
        ({ path, message }) => `${name}: ${path.join('.') || 'all of it'}: ${message}`,
      ),
    };
  const { option_settings: options, ...sections } = parsed.data;
  const notes = Object.keys(content)
    .filter((key) => cloudFormation.has(key))
    .map((key) => `${name}: ${key} has no effect: resources belong to the Pulumi program.`);
  return { name, sections, settings: settingsOf(options), notes };
}

/** A mapping, or what is wrong. An empty file is an empty mapping. */
function readYaml(text: string): Record<string, unknown> | string {
  try {
    const content = parse(text, { uniqueKeys: true }) as unknown;
    if (content === null || content === undefined) return {};
    if (typeof content === 'object' && !Array.isArray(content)) return content as Record<string, unknown>;
    return 'must be a mapping of sections';
  } catch (error) {
    return `is neither YAML nor JSON: ${(error as Error).message.split('\n')[0] ?? ''}`;
  }
}

function settingsOf(options: z.output<typeof settings> | null | undefined): OptionSetting[] {
  if (!options) return [];
  if (Array.isArray(options))
    return options.map(
      ({ namespace = 'aws:elasticbeanstalk:application:environment', option_name: option, value }) => ({
        namespace,
        option,
        value,
      }),
    );
  return Object.entries(options).flatMap(([namespace, values]) =>
    Object.entries(values).map(([option, value]) => ({ namespace, option, value })),
  );
}

const manifest = z.looseObject({
  OptionSettings: z.record(z.string(), z.record(z.string(), scalar)).nullish(),
});

/** `env.yaml`: its option settings count like those of `.ebextensions`, which go before them. */
export function parseEnvironmentManifest(text: string): Extension | { readonly problems: string[] } {
  const name = 'env.yaml';
  const content = readYaml(text);
  if (typeof content === 'string') return { problems: [`${name}: ${content}`] };
  const parsed = manifest.safeParse(content);
  if (!parsed.success)
    return {
      problems: parsed.error.issues.map(({ path, message }) => `${name}: ${path.join('.')}: ${message}`),
    };
  const { OptionSettings, AWSConfigurationTemplateVersion: _version, ...others } = parsed.data;
  const notes = Object.keys(others).map(
    (key) => `${name}: ${key} has no effect: the stack file describes the environment.`,
  );
  return { name, sections: {}, settings: settingsOf(OptionSettings), notes };
}
