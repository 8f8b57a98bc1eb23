import { malformedPolicy, validationError } from './errors.ts';
import { isOperator } from './policy/conditions.ts';
import type { Tags } from './state.ts';

/** Refuses a name that IAM would refuse. */
export function checkName(member: string, name: string, longest: number): void {
  if (name.length < 1 || name.length > longest) {
    throw validationError(
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${longest}`,
    );
  }
  if (!/^[\w+=,.@-]+$/.test(name)) {
    throw validationError(
      `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
    );
  }
}

/** A path as it is stored: `/` unless given. */
export function checkPath(path = '/'): string {
  if (!/^\/(?:[\x21-\x7e]+\/)?$/.test(path) || path.length > 512) {
    throw validationError(
      'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
    );
  }
  return path;
}

interface Statement {
  readonly Effect?: string;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Condition?: unknown;
}

/** Refuses a policy document that IAM would refuse; trust policies name principals, others resources. */
export function checkDocument(document: string, kind: 'trust' | 'identity'): void {
  const statements = statementsOf(document);
  if (statements.length === 0) throw malformedPolicy('Syntax errors in policy.');
  for (const statement of statements) checkStatement(statement, kind);
}

/** A document's length as quotas count it: without white space. */
export const sizeOf = (document: string): number => document.replaceAll(/\s/g, '').length;

/** The statements of a document, as a list. */
export function statementsOf(document: string): readonly Statement[] {
  let parsed: { Statement?: Statement | Statement[] } | null;
  try {
    parsed = JSON.parse(document) as typeof parsed;
  } catch {
    throw malformedPolicy('This policy contains invalid Json');
  }
  if (typeof parsed !== 'object' || parsed === null) throw malformedPolicy('Syntax errors in policy.');
  return parsed.Statement === undefined ? [] : [parsed.Statement].flat();
}

function checkStatement(statement: Statement, kind: 'trust' | 'identity'): void {
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny')
    throw malformedPolicy('Syntax errors in policy.');
  if (statement.Action === undefined && statement.NotAction === undefined) {
    throw malformedPolicy('Policy statement must contain actions.');
  }
  const unknownOperator = Object.keys(statement.Condition ?? {}).find((name) => !isOperator(name));
  if (unknownOperator !== undefined) throw malformedPolicy(`Invalid Condition type : ${unknownOperator}.`);
  const hasPrincipal = statement.Principal !== undefined || statement.NotPrincipal !== undefined;
  const hasResource = statement.Resource !== undefined || statement.NotResource !== undefined;
  if (kind === 'trust' && hasResource) throw malformedPolicy('Has prohibited field Resource');
  if (kind === 'trust' && !hasPrincipal) throw malformedPolicy('AssumeRole policy must contain principals.');
  if (kind === 'identity' && hasPrincipal)
    throw malformedPolicy('Policy document should not specify a principal.');
  if (kind === 'identity' && !hasResource) throw malformedPolicy('Policy statement must contain resources.');
}

interface WireTag {
  readonly Key: string | undefined;
  readonly Value: string | undefined;
}

export function readTags(tags: readonly WireTag[] = []): Tags {
  const read = Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
  if (Object.keys(read).length !== tags.length) {
    throw validationError('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  return read;
}

export function writeTags(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** A policy document as IAM answers it: percent-encoded. */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
