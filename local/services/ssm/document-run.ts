import { AwsError } from '../../endpoint/service.ts';
import { checkValue, reference, type DocumentContent, type ShellStep } from './document-content.ts';
import { invalidParameters } from './errors.ts';

/** A step with all parameters filled in, ready to be run by a shell. */
export interface ReadyStep {
  readonly name: string;
  readonly script: string;
  readonly timeoutSeconds: number;
  readonly workingDirectory: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

const defaultTimeout = 3600;
const maximumTimeout = 172_800;

/** Completes the given values by defaults, or throws what is wrong with them. */
export function fillParameters(
  { parameters }: DocumentContent,
  given: Readonly<Record<string, readonly string[]>>,
): Record<string, readonly string[]> {
  const unknown = Object.keys(given).filter((name) => !(name in parameters));
  if (unknown.length > 0)
    throw invalidParameters(`Document does not have parameters: ${unknown.join(', ')}.`);
  const filled: Record<string, readonly string[]> = {};
  for (const [name, definition] of Object.entries(parameters)) {
    const values = given[name] ?? definition.default;
    if (!values) throw invalidParameters(`Parameter "${name}" requires a value.`);
    checkValue(name, definition, values);
    filled[name] = values;
  }
  return filled;
}

/** The steps as they are run. */
export function readySteps(
  content: DocumentContent,
  given: Readonly<Record<string, readonly string[]>>,
): ReadyStep[] {
  const values = fillParameters(content, given);
  const environment = Object.fromEntries(
    Object.entries(content.parameters)
      .filter(([, { interpolationType }]) => interpolationType === 'ENV_VAR')
      .map(([name]) => [`SSM_${name}`, (values[name] ?? []).join(' ')]),
  );
  return content.steps.map((step) => readyStep(step, content, values, environment));
}

function readyStep(
  step: ShellStep,
  content: DocumentContent,
  values: Readonly<Record<string, readonly string[]>>,
  environment: Readonly<Record<string, string>>,
): ReadyStep {
  const insert = (text: string) =>
    text.replace(reference, (whole, name: string) =>
      content.parameters[name]?.interpolationType === 'ENV_VAR'
        ? `\${SSM_${name}}`
        : (values[name]?.join(' ') ?? whole),
    );
  const directory = insert(step.workingDirectory ?? '');
  return {
    name: step.name,
    script: scriptLines(step.runCommand, values).map(insert).join('\n'),
    timeoutSeconds: readTimeout(insert(step.timeoutSeconds ?? '')),
    workingDirectory: directory === '' ? undefined : directory,
    environment,
  };
}

/** `runCommand: "{{ commands }}"` stands for all lines of a list parameter. */
function scriptLines(
  command: ShellStep['runCommand'],
  values: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  const lines = typeof command === 'string' ? [command] : command;
  return lines.flatMap((line) => {
    const whole = /^\s*\{\{\s*([\w-]+)\s*\}\}\s*$/.exec(line)?.[1];
    return (whole === undefined ? undefined : values[whole]) ?? [line];
  });
}

function readTimeout(text: string): number {
  if (text === '') return defaultTimeout;
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= maximumTimeout) return seconds;
  throw new AwsError(
    'InvalidParameters',
    `The execution timeout must be from 1 to ${maximumTimeout} seconds: ${text}.`,
  );
}
