import { validation } from '../errors.ts';
import { findFunction, repeat, type Surroundings } from './functions.ts';
import { combine, isList, isSeries, type Series, type Value } from './series.ts';
import type { Expression } from './syntax.ts';

const yes = (holds: boolean): number => (holds ? 1 : 0);

const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => a ** b,
  '<': (a, b) => yes(a < b),
  '>': (a, b) => yes(a > b),
  '<=': (a, b) => yes(a <= b),
  '>=': (a, b) => yes(a >= b),
  '==': (a, b) => yes(a === b),
  '!=': (a, b) => yes(a !== b),
  '&&': (a, b) => yes(a !== 0 && b !== 0),
  AND: (a, b) => yes(a !== 0 && b !== 0),
  '||': (a, b) => yes(a !== 0 || b !== 0),
  OR: (a, b) => yes(a !== 0 || b !== 0),
};

/** The value of an expression; `valueOf` finds what other queries of the request are. */
export function evaluateExpression(
  expression: Expression,
  valueOf: (name: string) => Value,
  surroundings: Surroundings,
): Value {
  const value = (part: Expression): Value => {
    switch (part.kind) {
      case 'number':
        return part.value;
      case 'name':
        return valueOf(part.name);
      case 'text':
        throw validation(`The text "${part.value}" is no value.`);
      case 'list':
        return part.items.flatMap((item) => listOf(value(item)));
      case 'negative':
        return combine(0, value(part.of), (a, b) => a - b);
      case 'operation': {
        const join = operators[part.operator];
        if (!join) throw validation(`The operator ${part.operator} is not valid.`);
        return combine(value(part.left), value(part.right), join);
      }
      case 'call':
        return call(part);
    }
  };

  function call({ name, parameters }: Extract<Expression, { kind: 'call' }>): Value {
    const [first, second] = parameters;
    if (name === 'METRICS') return findFunction(name)([], surroundings);
    // REPEAT looks like a metric's name.
    if (name === 'FILL' && first && second?.kind === 'name' && second.name === 'REPEAT') {
      const filled = value(first);
      if (isList(filled)) return filled.map((series) => repeat(series, surroundings));
      return isSeries(filled) ? repeat(filled, surroundings) : filled;
    }
    return findFunction(name)(parameters.map(value), surroundings);
  }

  return value(expression);
}

const listOf = (value: Value): readonly Series[] => {
  if (typeof value === 'number') throw validation('A list takes metrics only.');
  return isList(value) ? value : [value];
};

/** All metrics and functions that an expression names. */
export function namesIn(expression: Expression): { names: string[]; functions: string[] } {
  const names: string[] = [];
  const functions: string[] = [];
  const walk = (part: Expression): void => {
    if (part.kind === 'name' && part.name !== 'REPEAT') names.push(part.name);
    if (part.kind === 'list') part.items.forEach(walk);
    if (part.kind === 'negative') walk(part.of);
    if (part.kind === 'operation') [part.left, part.right].forEach(walk);
    if (part.kind !== 'call') return;
    functions.push(part.name);
    if (part.name !== 'METRICS') part.parameters.forEach(walk);
  };
  walk(expression);
  return { names, functions };
}
