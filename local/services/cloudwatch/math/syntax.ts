import { validation } from '../errors.ts';

/** Reads metric math: text to a tree. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'negative'; readonly of: Expression }
  | {
      readonly kind: 'operation';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'call'; readonly name: string; readonly parameters: readonly Expression[] };

/** From what binds least to what binds most. */
const levels: readonly (readonly string[])[] = [
  ['||', 'OR'],
  ['&&', 'AND'],
  ['==', '!=', '<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/'],
  ['^'],
];
const tokenPattern = /\s*(\d+(?:\.\d+)?|[A-Za-z]\w*|"[^"]*"|'[^']*'|\|\||&&|[=!<>]=|[-+*/^()[\],<>])/y;

export function parseExpression(text: string): Expression {
  const tokens = tokensOf(text);
  let place = 0;
  const fail = () => validation(`The expression ${text} is not valid.`);
  const next = (): string => {
    const token = tokens[place++];
    if (token === undefined) throw fail();
    return token;
  };
  const expect = (wanted: string): void => {
    if (next() !== wanted) throw fail();
  };

  function level(depth: number): Expression {
    const operators = levels[depth];
    if (!operators) return single();
    let left = level(depth + 1);
    for (let token = tokens[place]; token !== undefined && operators.includes(token); token = tokens[place]) {
      place += 1;
      left = { kind: 'operation', operator: token, left, right: level(depth + 1) };
    }
    return left;
  }

  function single(): Expression {
    const token = next();
    if (token === '-') return { kind: 'negative', of: single() };
    if (token === '(') {
      const inner = level(0);
      expect(')');
      return inner;
    }
    if (token === '[') return { kind: 'list', items: sequence(']') };
    if (/^\d/.test(token)) return { kind: 'number', value: Number(token) };
    if (/^["']/.test(token)) return { kind: 'text', value: token.slice(1, -1) };
    if (!/^[A-Za-z]/.test(token)) throw fail();
    if (tokens[place] !== '(') return { kind: 'name', name: token };
    place += 1;
    return { kind: 'call', name: token, parameters: sequence(')') };
  }

  /** Expressions between commas, up to the closing bracket. */
  function sequence(end: string): Expression[] {
    const items: Expression[] = [];
    if (tokens[place] === end) {
      place += 1;
      return items;
    }
    for (;;) {
      items.push(level(0));
      const token = next();
      if (token === end) return items;
      if (token !== ',') throw fail();
    }
  }

  const tree = level(0);
  if (place < tokens.length) throw fail();
  return tree;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < end) {
    const found = tokenPattern.exec(text)?.[1];
    if (found === undefined) throw validation(`The expression ${text} is not valid.`);
    tokens.push(found);
  }
  return tokens;
}
