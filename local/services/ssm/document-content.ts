import type { DocumentFormat, DocumentParameter } from '@aws-sdk/client-ssm';
import { parse as parseYaml } from 'yaml';
import { AwsError } from '../../endpoint/service.ts';
import { invalidContent, invalidParameters } from './errors.ts';

/** A command document (schema 2.2) after it has been read and checked. */
export interface DocumentContent {
  readonly description?: string;
  readonly parameters: Readonly<Record<string, ParameterDefinition>>;
  readonly steps: readonly ShellStep[];
}

export interface ParameterDefinition {
  readonly type: 'String' | 'StringList' | 'Integer' | 'Boolean';
  readonly description?: string;
  readonly default?: readonly string[];
  readonly allowedValues?: readonly string[];
  readonly allowedPattern?: string;
  readonly minChars?: number;
  readonly maxChars?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** `ENV_VAR`: passed as `SSM_<name>` and not pasted into the script. */
  readonly interpolationType?: string;
}

/** One aws:runShellScript step. Texts may hold `{{ parameter }}`. */
export interface ShellStep {
  readonly name: string;
  readonly runCommand: readonly string[] | string;
  readonly timeoutSeconds?: string;
  readonly workingDirectory?: string;
}

const maximumBytes = 64 * 1024;
// AWS-RunShellScript's only step is named after its action, with a colon.
const stepName = /^(?:aws:runShellScript|[a-zA-Z0-9_]{1,50})$/;
const types = ['String', 'StringList', 'Integer', 'Boolean'];

/** Reads a document's text, or throws AWS's refusal naming what is wrong with it. */
export function readContent(text: string, format: DocumentFormat): DocumentContent {
  if (Buffer.byteLength(text) > maximumBytes) {
    throw new AwsError('MaxDocumentSizeExceeded', 'The size limit of a document is 64 KB.');
  }
  const document = members(parseText(text, format), 'The document');
  refuseUnknown(document, ['schemaVersion', 'description', 'parameters', 'mainSteps'], 'The document');
  if (document.schemaVersion !== '2.2') {
    throw new AwsError(
      'InvalidDocumentSchemaVersion',
      `The version of the document schema isn't supported: ${String(document.schemaVersion)}. Command documents are schema 2.2 here.`,
    );
  }
  const parameters = Object.entries(members(document.parameters ?? {}, 'parameters')).map(
    ([name, definition]) => [name, readParameter(name, definition)] as const,
  );
  const steps = document.mainSteps;
  if (!Array.isArray(steps) || steps.length === 0)
    throw invalidContent('mainSteps must be a list of at least one step.');
  const content = {
    ...(typeof document.description === 'string' && { description: document.description }),
    parameters: Object.fromEntries(parameters),
    steps: steps.map(readStep),
  };
  checkReferences(content);
  return content;
}

function parseText(text: string, format: DocumentFormat): unknown {
  try {
    return format === 'YAML' ? (parseYaml(text) as unknown) : (JSON.parse(text) as unknown);
  } catch (error) {
    throw invalidContent(`The content isn't valid ${format}: ${(error as Error).message}`);
  }
}

function readParameter(name: string, given: unknown): ParameterDefinition {
  const where = `The parameter ${name}`;
  if (!/^[a-zA-Z0-9_-]+$/.test(name))
    throw invalidContent(`${where} has a name with characters that are not allowed.`);
  const definition = members(given, where);
  const known = ['type', 'description', 'default', 'allowedValues', 'allowedPattern', 'minChars', 'maxChars'];
  refuseUnknown(definition, [...known, 'minItems', 'maxItems', 'displayType', 'interpolationType'], where);
  if (!types.includes(String(definition.type))) {
    throw invalidContent(`${where} has type ${String(definition.type)}; allowed are ${types.join(', ')}.`);
  }
  const pattern = definition.allowedPattern;
  if (pattern !== undefined && !isPattern(pattern))
    throw invalidContent(`${where} has an invalid allowedPattern.`);
  const { default: fallback, ...rest } = definition;
  const read = {
    ...rest,
    ...(fallback !== undefined && { default: asList(fallback) }),
  } as unknown as ParameterDefinition;
  if (read.default) checkValue(name, read, read.default, invalidContent);
  return read;
}

function readStep(given: unknown, index: number): ShellStep {
  const where = `mainSteps[${index}]`;
  const step = members(given, where);
  refuseUnknown(step, ['action', 'name', 'inputs'], where);
  if (step.action !== 'aws:runShellScript') {
    throw invalidContent(`${where} has action ${String(step.action)}; this region runs aws:runShellScript.`);
  }
  if (typeof step.name !== 'string' || !stepName.test(step.name)) {
    throw invalidContent(`${where} needs a name of letters, digits and underscores.`);
  }
  const inputs = members(step.inputs, `${where}.inputs`);
  refuseUnknown(inputs, ['runCommand', 'timeoutSeconds', 'workingDirectory'], `${where}.inputs`);
  const { runCommand, timeoutSeconds, workingDirectory } = inputs;
  if (typeof runCommand !== 'string' && !isTexts(runCommand))
    throw invalidContent(`${where}.inputs.runCommand must be a list of lines.`);
  return {
    name: step.name,
    runCommand,
    ...(timeoutSeconds !== undefined && { timeoutSeconds: asText(timeoutSeconds) }),
    ...(workingDirectory !== undefined && { workingDirectory: asText(workingDirectory) }),
  };
}

/** A reference to a parameter that is not declared would run as it stands: refused, as on AWS. */
function checkReferences({ parameters, steps }: DocumentContent): void {
  for (const step of steps) {
    const texts = [step.runCommand, step.timeoutSeconds ?? '', step.workingDirectory ?? ''].flat();
    for (const match of texts.join('\n').matchAll(reference)) {
      const name = match[1] ?? '';
      if (!(name in parameters))
        throw invalidContent(
          `The step ${step.name} uses {{ ${name} }}, which is not a parameter of the document.`,
        );
    }
  }
}

export const reference = /\{\{\s*([a-zA-Z0-9_-]+)\s*\}\}/g;

/** Throws when a value breaks its definition. */
export function checkValue(
  name: string,
  definition: ParameterDefinition,
  values: readonly string[],
  refuse: (message: string) => Error = invalidParameters,
): void {
  const { type, allowedValues, allowedPattern, minChars, maxChars, minItems, maxItems } = definition;
  if (type !== 'StringList' && values.length > 1) throw refuse(`Parameter "${name}" takes one value.`);
  if (values.length < (minItems ?? 0) || values.length > (maxItems ?? Infinity))
    throw refuse(`Parameter "${name}" has ${values.length} items.`);
  for (const value of values) {
    if (type === 'Integer' && !/^-?\d+$/.test(value))
      throw refuse(`Parameter "${name}" has value "${value}" that is not an integer.`);
    if (type === 'Boolean' && !/^(true|false)$/.test(value))
      throw refuse(`Parameter "${name}" has value "${value}" that is not true or false.`);
    if (allowedValues && !allowedValues.map(String).includes(value)) {
      throw refuse(`Parameter "${name}" has value "${value}" not in [${allowedValues.join(', ')}].`);
    }
    if (allowedPattern && !new RegExp(`^(?:${allowedPattern})$`).test(value)) {
      throw refuse(
        `Parameter "${name}" has value "${value}" that does not match the pattern ${allowedPattern}.`,
      );
    }
    if (value.length < (minChars ?? 0) || value.length > (maxChars ?? Infinity))
      throw refuse(`Parameter "${name}" has a value of ${value.length} characters.`);
  }
}

/** What AWS answers about a document's parameters. */
export function describeParameters({ parameters }: DocumentContent): DocumentParameter[] {
  return Object.entries(parameters).map(([name, { type, description, default: fallback }]) => ({
    Name: name,
    Type: type === 'StringList' ? 'StringList' : 'String',
    ...(description !== undefined && { Description: description }),
    ...(fallback && { DefaultValue: type === 'StringList' ? JSON.stringify(fallback) : fallback.join(',') }),
  }));
}

function members(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw invalidContent(`${where} must be an object.`);
}

function refuseUnknown(value: Record<string, unknown>, known: readonly string[], where: string): void {
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw invalidContent(`${where} has unsupported members: ${unknown.join(', ')}.`);
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((line) => typeof line === 'string');
const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const asList = (value: unknown): string[] => (Array.isArray(value) ? value.map(asText) : [asText(value)]);

function isPattern(value: unknown): value is string {
  try {
    return typeof value === 'string' && Boolean(new RegExp(value));
  } catch {
    return false;
  }
}
