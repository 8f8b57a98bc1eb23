/** Environment properties as they are typed, or written in a file: parsed and checked. Pure. */

export interface Property {
  readonly name: string;
  readonly value: string;
}

export interface ParsedProperties {
  readonly properties: readonly Property[];
  /** Everything that is wrong, one sentence each; values are never repeated: they may be secrets. */
  readonly problems: readonly string[];
}

/** Parameter Store's limit for a standard parameter. */
const mostBytes = 4096;
const namePattern = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** What the agent decides; a property of that name would have no effect. */
const reserved = /^(PORT|PATH|AWS_REGION|INSTANCE_ID|AVAILABILITY_ZONE|VERSION_LABEL|WORKER_QUEUE_URL)$/;

/** `NAME=value` words. */
export function parseAssignments(words: readonly string[]): ParsedProperties {
  const problems: string[] = [];
  const properties = words.flatMap((word, index) => {
    const equals = word.indexOf('=');
    if (equals > 0) return [{ name: word.slice(0, equals), value: word.slice(equals + 1) }];
    problems.push(`The ${ordinal(index)} word is not NAME=value.`);
    return [];
  });
  return check(properties, problems);
}

/** Lines `NAME=value`, with or without `export` and quotes; `#` begins a comment line. */
export function parsePropertyFile(text: string): ParsedProperties {
  const problems: string[] = [];
  const properties = text.split(/\r?\n/).flatMap((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    const [, name, value] = /^(?:export\s+)?([^=\s]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) return [{ name, value: unquoted(value) }];
    problems.push(`Line ${index + 1} is not NAME=value.`);
    return [];
  });
  return check(properties, problems);
}

/** In double quotes `\n` is a line end; in single quotes everything is as it is. */
function unquoted(value: string): string {
  const double = /^"(.*)"$/.exec(value)?.[1];
  if (double !== undefined)
    return double.replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
  return /^'(.*)'$/.exec(value)?.[1] ?? value;
}

function check(properties: readonly Property[], problems: readonly string[]): ParsedProperties {
  const found = properties.flatMap(({ name, value }, index) => [
    ...nameProblems(name),
    ...(properties.findIndex((other) => other.name === name) < index ? [`${name} is given twice.`] : []),
    ...(value === ''
      ? [`${name} is empty: Parameter Store keeps no empty values. To remove it: config unset.`]
      : []),
    ...(Buffer.byteLength(value) > mostBytes
      ? [`${name} has ${Buffer.byteLength(value)} bytes: Parameter Store keeps ${mostBytes}.`]
      : []),
  ]);
  return { properties, problems: [...problems, ...found] };
}

/** What is wrong with a property's name. */
export function nameProblems(name: string): string[] {
  if (!namePattern.test(name))
    return [
      `"${name}" is no name of an environment variable: letters, digits and _, at most 128, no digit first.`,
    ];
  return reserved.test(name)
    ? [`${name} is set by the agent: a property of that name would have no effect.`]
    : [];
}

const ordinal = (index: number): string => ['first', 'second', 'third'][index] ?? `${index + 1}th`;
