/** A component with one security-relevant input taken out, for each that there is. Pure. */
import ts from 'typescript';
import { securityInputs } from './security-inputs.ts';

export interface Mutant {
  /** Of what is taken out, from 1. */
  readonly line: number;
  /** What is taken out, in one line. */
  readonly removed: string;
  /** The component without it. */
  readonly source: string;
}

/**
 * Taken out is each input on the list, wherever it is set; each spread of a constant that holds some; each element of
 * a list in an input's value, also where a constant holds the value; and each statement of a policy.
 */
export function mutantsOf(source: string): Mutant[] {
  const file = ts.createSourceFile('', source, ts.ScriptTarget.Latest, true);
  const nodes = nodesIn(file);
  const constants = new Map(
    nodes.filter(isConstant).map(({ name, initializer }) => [name.text, initializer]),
  );
  const inputs = nodes.filter((node) => isSecurityInput(node) || spreadsInputs(node, constants));
  const elements = inputs.flatMap((input) => elementsOf(input, constants));
  const statements = nodes.filter(isStatement).map(withItsCall);
  return [...new Set([...inputs, ...elements, ...statements])]
    .sort((one, other) => one.pos - other.pos)
    .map((node) => ({
      line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1,
      removed: node.getText().replaceAll(/\s+/g, ' '),
      source: sourceWithout(node, source),
    }));
}

type Constants = ReadonlyMap<string, ts.Expression>;
type Constant = ts.VariableDeclaration & {
  readonly name: ts.Identifier;
  readonly initializer: ts.Expression;
};

/** Outputs are no inputs. */
function nodesIn(node: ts.Node): ts.Node[] {
  if (ts.isCallExpression(node) && node.expression.getText() === 'this.registerOutputs') return [];
  const children: ts.Node[] = [];
  node.forEachChild((child) => void children.push(child));
  return [node, ...children.flatMap(nodesIn)];
}

const isConstant = (node: ts.Node): node is Constant =>
  ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined;

const isProperty = (node: ts.Node): node is ts.PropertyAssignment | ts.ShorthandPropertyAssignment =>
  ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node);

const isNamed = (node: ts.Node, names: ReadonlySet<string>): boolean =>
  isProperty(node) &&
  (ts.isIdentifier(node.name) || ts.isStringLiteral(node.name)) &&
  names.has(node.name.text);

const isSecurityInput = (node: ts.Node): boolean => isNamed(node, securityInputs);

const spreadsInputs = (node: ts.Node, constants: Constants): boolean =>
  ts.isSpreadAssignment(node) && nodesIn(valueOf(node.expression, constants)).some(isSecurityInput);

/** What a constant of the file holds, else the expression itself. */
const valueOf = (node: ts.Expression, constants: Constants): ts.Expression =>
  (ts.isIdentifier(node) ? constants.get(node.text) : undefined) ?? node;

function elementsOf(input: ts.Node, constants: Constants): ts.Node[] {
  if (!isProperty(input)) return [];
  const given = ts.isPropertyAssignment(input) ? input.initializer : input.name;
  return nodesIn(valueOf(given, constants)).flatMap((part) =>
    ts.isArrayLiteralExpression(part) ? part.elements : [],
  );
}

const effect = new Set(['Effect']);

/** Of a policy. */
const isStatement = (node: ts.Node): boolean =>
  ts.isObjectLiteralExpression(node) && node.properties.some((property) => isNamed(property, effect));

/** A statement that is pushed goes with the call. */
const withItsCall = (statement: ts.Node): ts.Node =>
  ts.isCallExpression(statement.parent) ? statement.parent.parent : statement;

function sourceWithout(node: ts.Node, source: string): string {
  const [before, after] = [source.slice(0, node.getStart()), source.slice(node.end)];
  // The statement may be all that a condition is about.
  if (ts.isExpressionStatement(node)) return `${before};${after}`;
  // With its comma, which would leave a hole in a list.
  return before + after.replace(/^\s*,/, '');
}
