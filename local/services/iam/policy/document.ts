import { all, any, condition, type Condition } from './conditions.ts';
import type { Answer, Keys } from './keys.ts';
import { pattern, type Pattern } from './pattern.ts';
import { meaningOf, type Meaning, type PrincipalNames } from './principals.ts';

/** A policy document, made ready to be asked many times. */
export interface PolicyDocument {
  /** The statements that speak of an action, whose name is given in lower case. */
  about(action: string): readonly Statement[];
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** Whether it speaks of a resource. */
  covers(resource: string, keys: Keys): Answer;
  /** Whether its conditions hold. */
  applies(keys: Keys): Answer;
  /** How it means a caller; identity policies mean whom they hang on. */
  means(caller: PrincipalNames): Meaning;
}

interface Written {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const remembered = new Map<string, PolicyDocument>();
const mostRemembered = 1000;

/** Reads a document; the same text is read once. One that is no policy says nothing. */
export function policyDocument(text: string): PolicyDocument {
  let document = remembered.get(text);
  if (!document) {
    document = read(text);
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(text, document);
  }
  return document;
}

function read(text: string): PolicyDocument {
  const { Version, Statement = [] } = parsed(text);
  const variables = Version === '2012-10-17';
  const statements = [Statement].flat().map((written) => ({
    speaksOf: actionTest(written),
    statement: statementOf(written, variables),
  }));
  const byAction = new Map<string, readonly Statement[]>();
  return {
    about(action) {
      let about = byAction.get(action);
      if (!about) {
        about = statements.filter(({ speaksOf }) => speaksOf(action)).map(({ statement }) => statement);
        byAction.set(action, about);
      }
      return about;
    },
  };
}

function parsed(text: string): { Version?: unknown; Statement?: Written | Written[] } {
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null ? document : {};
  } catch {
    return {};
  }
}

const noKeys: Keys = { values: () => [] };

function actionTest({ Action, NotAction }: Written): (action: string) => boolean {
  const patterns = list(Action ?? NotAction).map((action) =>
    pattern(action.toLowerCase(), { wildcards: true, variables: false }),
  );
  const isNamed = (action: string): boolean => patterns.some((one) => one.matches(action, noKeys) === true);
  return NotAction === undefined ? isNamed : (action) => !isNamed(action);
}

function statementOf(written: Written, variables: boolean): Statement {
  const conditions = conditionsOf(written, variables);
  return {
    effect: written.Effect === 'Allow' ? 'Allow' : 'Deny',
    covers: resourceTest(written, variables),
    applies: (keys) => (conditions.length === 0 ? true : all(conditions.map((holds) => holds(keys)))),
    means(caller) {
      if (written.NotPrincipal !== undefined)
        return meaningOf(written.NotPrincipal, caller) ? undefined : meaningOf('*', caller);
      return written.Principal === undefined ? 'itself' : meaningOf(written.Principal, caller);
    },
  };
}

/** Trust policies name no resource: they speak of the role that they hang on. */
function resourceTest(
  { Resource, NotResource }: Written,
  variables: boolean,
): (resource: string, keys: Keys) => Answer {
  if (Resource === undefined && NotResource === undefined) return () => true;
  const patterns = list(Resource ?? NotResource).map((text) => pattern(text, { wildcards: true, variables }));
  const isNamed = (resource: string, keys: Keys): Answer => anyMatch(patterns, resource, keys);
  if (Resource !== undefined) return isNamed;
  return (resource, keys) => {
    const answer = isNamed(resource, keys);
    return answer === undefined ? undefined : !answer;
  };
}

function anyMatch(patterns: readonly Pattern[], resource: string, keys: Keys): Answer {
  const [only] = patterns;
  return patterns.length === 1 && only
    ? only.matches(resource, keys)
    : any(patterns.map((one) => one.matches(resource, keys)));
}

function conditionsOf({ Condition: written = {} }: Written, variables: boolean): Condition[] {
  return Object.entries(written).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => condition(operator, key, list(values), variables)),
  );
}

const list = (value: unknown): string[] => (value === undefined ? [] : [value].flat().map(String));
