import { unknown, type Answer, type Keys } from './keys.ts';

/** A text of a policy that values are compared with: `*` and `?` stand for others, `${…}` for a key's value. */
export interface Pattern {
  readonly text: string;
  matches(value: string, keys: Keys): Answer;
}

export interface PatternOptions {
  /** Whether `*` and `?` are wildcards. */
  readonly wildcards: boolean;
  /** Whether `${…}` is a variable: not in documents of the version 2008-10-17. */
  readonly variables: boolean;
  readonly ignoreCase?: boolean;
}

type Token =
  | { readonly literal: string }
  | { readonly wildcard: string }
  | { readonly key: string; readonly otherwise: string | undefined };

export function pattern(text: string, options: PatternOptions): Pattern {
  const tokens = tokensOf(text, options);
  if (tokens.some((token) => 'key' in token)) return withVariables(text, tokens, options);
  const matches = fixed(tokens, options);
  return { text, matches };
}

const variable = /\$\{([^}]*)\}/y;

function tokensOf(text: string, { wildcards, variables }: PatternOptions): Token[] {
  const tokens: Token[] = [];
  let literal = '';
  const push = (token: Token): void => {
    if (literal) tokens.push({ literal });
    literal = '';
    tokens.push(token);
  };
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    variable.lastIndex = at;
    const named = variables && character === '$' ? variable.exec(text) : null;
    if (named) {
      at += named[0].length - 1;
      const inside = named[1] ?? '';
      // ${*}, ${?} and ${$} are the characters themselves.
      if (/^[*?$]$/.test(inside)) literal += inside;
      else push(variableToken(inside));
    } else if (wildcards && character === '*') push({ wildcard: '[^]*' });
    else if (wildcards && character === '?') push({ wildcard: '[^]' });
    else literal += character;
  }
  if (literal) tokens.push({ literal });
  return tokens;
}

function variableToken(inside: string): Token {
  const found = /^\s*([^,\s]+)\s*(?:,\s*'(.*)'\s*)?$/.exec(inside);
  return { key: (found?.[1] ?? inside).toLowerCase(), otherwise: found?.[2] };
}

function fixed(tokens: readonly Token[], { ignoreCase = false }: PatternOptions): (value: string) => boolean {
  const [first] = tokens;
  if (!first) return (value) => value === '';
  if (tokens.length === 1 && 'wildcard' in first && first.wildcard === '[^]*') return () => true;
  if (tokens.length === 1 && 'literal' in first && !ignoreCase) return (value) => value === first.literal;
  const expression = expressionOf(tokens, ignoreCase);
  return (value) => expression.test(value);
}

function expressionOf(tokens: readonly Token[], ignoreCase: boolean): RegExp {
  const source = tokens.map((token) => ('wildcard' in token ? token.wildcard : escaped(token)));
  return new RegExp(`^${source.join('')}$`, ignoreCase ? 'i' : '');
}

const escaped = (token: Token): string =>
  'literal' in token ? token.literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&') : '';

/** A variable's value is taken literally; one that the call does not have lets nothing match. */
function withVariables(text: string, tokens: readonly Token[], options: PatternOptions): Pattern {
  return {
    text,
    matches(value, keys) {
      const resolved: Token[] = [];
      for (const token of tokens) {
        if (!('key' in token)) resolved.push(token);
        else {
          const found = keys.values(token.key);
          if (found === unknown) return undefined;
          const literal = found.length === 1 ? found[0] : token.otherwise;
          if (literal === undefined) return false;
          resolved.push({ literal });
        }
      }
      return fixed(resolved, options)(value);
    },
  };
}
