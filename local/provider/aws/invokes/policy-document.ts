import { createHash } from 'node:crypto';
import type { Properties } from '../../protocol/values.ts';

interface Statement {
  sid?: string;
  effect?: string;
  actions?: string[];
  notActions?: string[];
  resources?: string[];
  notResources?: string[];
  principals?: Principal[];
  notPrincipals?: Principal[];
  conditions?: { test: string; variable: string; values: string[] }[];
}
interface Principal {
  type: string;
  identifiers: string[];
}
type Written = Record<string, unknown>;

/** An IAM policy from statements; documents it is based on come first, those that override come last. */
export default async function policyDocument(args: Properties): Promise<Properties> {
  const statements = (args.statements ?? []) as unknown as Statement[];
  const sources = documents(args.sourceJson, args.sourcePolicyDocuments);
  const overrides = documents(args.overrideJson, args.overridePolicyDocuments);
  const own = statements.map(toStatement);
  const version = args.version ?? '2012-10-17';
  const document = {
    Version: version,
    ...(args.policyId ? { Id: args.policyId } : {}),
    Statement: merged([...sources.flatMap(statementsOf), ...own, ...overrides.flatMap(statementsOf)]),
  };
  const json = JSON.stringify(document, null, 2);
  return {
    ...args,
    version,
    json,
    minifiedJson: JSON.stringify(document),
    id: String(createHash('sha256').update(json).digest().readUInt32BE()),
  };
}

function documents(single: unknown, several: unknown): Written[] {
  const texts = [...(typeof single === 'string' ? [single] : []), ...((several ?? []) as string[])];
  return texts.filter(Boolean).map((text) => JSON.parse(text) as Written);
}

function statementsOf(document: Written): Written[] {
  const statement = document.Statement;
  return Array.isArray(statement) ? (statement as Written[]) : statement ? [statement as Written] : [];
}

/** A later statement takes the place of an earlier one with the same Sid. */
function merged(statements: readonly Written[]): Written[] {
  const result: Written[] = [];
  for (const statement of statements) {
    const sid = statement.Sid;
    const index = sid ? result.findIndex((item) => item.Sid === sid) : -1;
    if (index >= 0) result[index] = statement;
    else result.push(statement);
  }
  return result;
}

function toStatement(statement: Statement): Written {
  return {
    ...(statement.sid ? { Sid: statement.sid } : {}),
    Effect: statement.effect ?? 'Allow',
    ...several('Action', statement.actions),
    ...several('NotAction', statement.notActions),
    ...several('Resource', statement.resources?.map(variables)),
    ...several('NotResource', statement.notResources?.map(variables)),
    ...principals('Principal', statement.principals),
    ...principals('NotPrincipal', statement.notPrincipals),
    ...conditions(statement.conditions),
  };
}

/** IAM writes one value bare. */
const bareOne = (values: readonly string[]): unknown =>
  values.length === 1 ? values[0] : [...values].sort();

const several = (key: string, values: readonly string[] | undefined): Written =>
  values?.length ? { [key]: bareOne(values) } : {};

/** `&{aws:username}` stands for a policy variable, since `${…}` is the program's own. */
const variables = (text: string): string => text.replaceAll('&{', '${');

function principals(key: string, list: readonly Principal[] | undefined): Written {
  if (!list?.length) return {};
  const everyone = list.find(({ type, identifiers }) => type === '*' && identifiers.includes('*'));
  if (everyone) return { [key]: '*' };
  return { [key]: Object.fromEntries(list.map(({ type, identifiers }) => [type, bareOne(identifiers)])) };
}

function conditions(list: Statement['conditions']): Written {
  if (!list?.length) return {};
  const result: Record<string, Written> = {};
  for (const { test, variable, values } of list)
    (result[test] ??= {})[variable] = bareOne(values.map(variables));
  return { Condition: result };
}
