/** The components as their TypeScript source says them: syntax alone, nothing is run or type-checked. */
import { dirname, join } from 'node:path/posix';
import ts from 'typescript';
import { docstringOf, emptyDocstring, type Docstring } from './docstring.ts';

/** A declaration: two files may use the same name. */
export interface Reference {
  readonly file: string;
  readonly name: string;
}

export interface Field {
  readonly name: string;
  readonly type: string;
  /** Types of ours that the type names. */
  readonly references: readonly Reference[];
  readonly optional: boolean;
  readonly doc: Docstring;
}

/** An interface, or a type that is given a name. */
export interface TypeDeclaration extends Reference {
  readonly doc: Docstring;
  /** Of an interface, with those of the interfaces that it extends. */
  readonly fields: readonly Field[] | undefined;
  /** Of a named type: its declaration. */
  readonly text: string | undefined;
  /** What zod makes of a schema, which says it better. */
  readonly inferred: boolean;
  readonly references: readonly Reference[];
}

export interface Component extends Reference {
  readonly doc: Docstring;
  /** Pulumi's type of it, such as `beanpole:network:Network`. */
  readonly token: string;
  readonly args: TypeDeclaration | undefined;
  readonly outputs: readonly Field[];
}

export interface Source {
  readonly components: readonly Component[];
  /** By `keyOf`. */
  readonly types: ReadonlyMap<string, TypeDeclaration>;
}

export const keyOf = ({ file, name }: Reference): string => `${file}#${name}`;

type Named = ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

/** Reads sources, given by their paths in the repository. */
export function readSource(texts: ReadonlyMap<string, string>): Source {
  const reader = new Reader(texts);
  return { components: reader.components(), types: reader.types() };
}

class Reader {
  readonly #files: ReadonlyMap<string, ts.SourceFile>;

  constructor(texts: ReadonlyMap<string, string>) {
    this.#files = new Map(
      [...texts].map(([file, text]) => [
        file,
        ts.createSourceFile(file, text, ts.ScriptTarget.Latest, /* setParentNodes: */ true),
      ]),
    );
  }

  components(): Component[] {
    return this.#statements(ts.isClassDeclaration)
      .filter(({ heritageClauses }) =>
        heritageClauses?.some((clause) => /\bComponentResource\b/.test(clause.getText())),
      )
      .map((declaration) => this.#component(declaration));
  }

  types(): Map<string, TypeDeclaration> {
    const named = [
      ...this.#statements(ts.isInterfaceDeclaration),
      ...this.#statements(ts.isTypeAliasDeclaration),
    ].map((declaration) => this.#type(declaration));
    return new Map(named.map((type) => [keyOf(type), type]));
  }

  #statements<T extends ts.Statement>(is: (node: ts.Statement) => node is T): T[] {
    return [...this.#files.values()].flatMap((file) => file.statements.filter(is));
  }

  #component(declaration: ts.ClassDeclaration): Component {
    const constructor = declaration.members.find(ts.isConstructorDeclaration);
    const argsType = constructor?.parameters.find(({ name }) => name.getText() === 'args')?.type;
    const args = argsType && this.#declared(argsType);
    const implemented = (declaration.heritageClauses ?? [])
      .filter(({ token }) => token === ts.SyntaxKind.ImplementsKeyword)
      .flatMap(({ types }) => types.flatMap((type) => this.#inherited(type)));
    return {
      ...referenceTo(declaration),
      doc: docstringOf(declaration),
      token: /super\(\s*'([^']+)'/.exec(constructor?.getText() ?? '')?.[1] ?? '',
      args: args && this.#type(args),
      outputs: declaration.members
        .filter((member) => ts.isPropertyDeclaration(member) || ts.isGetAccessorDeclaration(member))
        .filter(isPublic)
        .map((member) => this.#output(member, implemented)),
    };
  }

  /** What an output does not say itself, an interface says that the class implements. */
  #output(member: ts.PropertyDeclaration | ts.GetAccessorDeclaration, implemented: readonly Field[]): Field {
    const own = this.#field(member);
    const inherited = implemented.find(({ name }) => name === own.name);
    return {
      ...(member.type ? own : (inherited ?? own)),
      doc: own.doc.paragraphs.length > 0 ? own.doc : (inherited?.doc ?? emptyDocstring),
    };
  }

  #type(declaration: Named): TypeDeclaration {
    const isInterface = ts.isInterfaceDeclaration(declaration);
    return {
      ...referenceTo(declaration),
      doc: docstringOf(declaration),
      fields: isInterface ? this.#fields(declaration) : undefined,
      text: isInterface ? undefined : declaration.getText().replace(/^export /, ''),
      inferred: !isInterface && declaration.type.getText().startsWith('z.infer'),
      references: isInterface ? [] : this.#references(declaration.type),
    };
  }

  #fields(declaration: ts.InterfaceDeclaration): Field[] {
    const own = declaration.members.filter(ts.isPropertySignature).map((member) => this.#field(member));
    const inherited = (declaration.heritageClauses ?? []).flatMap(({ types }) =>
      types.flatMap((type) => this.#inherited(type)),
    );
    return [...own, ...inherited.filter(({ name }) => own.every((field) => field.name !== name))];
  }

  #inherited(type: ts.ExpressionWithTypeArguments): Field[] {
    const declaration = this.#declared(type);
    return declaration && ts.isInterfaceDeclaration(declaration) ? this.#fields(declaration) : [];
  }

  #field(member: ts.PropertySignature | ts.PropertyDeclaration | ts.GetAccessorDeclaration): Field {
    const text = member.type?.getText() ?? '';
    return {
      name: member.name.getText(),
      type: readable(text),
      references: member.type ? this.#references(member.type) : [],
      optional: !ts.isGetAccessorDeclaration(member) && (!!member.questionToken || orUndefined.test(text)),
      doc: docstringOf(member),
    };
  }

  /** All types of ours that a type names, each once. */
  #references(type: ts.Node): Reference[] {
    const found: Reference[] = [];
    const visit = (node: ts.Node) => {
      // `aws.lb.LoadBalancer` is not ours.
      if (ts.isQualifiedName(node)) return;
      const reference = ts.isIdentifier(node) ? this.#resolve(node) : undefined;
      if (reference && !found.some((other) => keyOf(other) === keyOf(reference))) found.push(reference);
      ts.forEachChild(node, visit);
    };
    visit(type);
    return found;
  }

  #declared(type: ts.TypeNode | ts.ExpressionWithTypeArguments): Named | undefined {
    const name = ts.isTypeReferenceNode(type)
      ? type.typeName
      : ts.isExpressionWithTypeArguments(type)
        ? type.expression
        : undefined;
    const reference = name && ts.isIdentifier(name) ? this.#resolve(name) : undefined;
    return reference && this.#find(reference, (node) => isNamed(node));
  }

  /** Where the type that an identifier stands for is declared; undefined where it is none of ours. */
  #resolve(identifier: ts.Identifier): Reference | undefined {
    const { text } = identifier;
    const source = identifier.getSourceFile();
    const own = { file: source.fileName, name: text };
    if (this.#find(own, isDeclaration)) return own;
    for (const statement of source.statements.filter(ts.isImportDeclaration)) {
      const from = (statement.moduleSpecifier as ts.StringLiteral).text;
      const bindings = statement.importClause?.namedBindings;
      if (!from.startsWith('.') || !bindings || !ts.isNamedImports(bindings)) continue;
      const imported = bindings.elements.find(({ name }) => name.text === text);
      if (!imported) continue;
      const file = join(dirname(source.fileName), from);
      const there = { file, name: imported.propertyName?.text ?? text };
      return this.#find(there, isDeclaration) && there;
    }
    return undefined;
  }

  #find<T extends ts.Statement>(
    { file, name }: Reference,
    is: (node: ts.Statement) => node is T & { readonly name: ts.Identifier },
  ): T | undefined {
    return this.#files
      .get(file)
      ?.statements.filter(is)
      .find((node) => node.name.text === name);
  }
}

const isNamed = (node: ts.Statement): node is Named =>
  ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);

const isDeclaration = (
  node: ts.Statement,
): node is (Named | ts.ClassDeclaration) & { readonly name: ts.Identifier } =>
  isNamed(node) || ts.isClassDeclaration(node);

function referenceTo(declaration: Named | ts.ClassDeclaration): Reference {
  return { file: declaration.getSourceFile().fileName, name: declaration.name?.text ?? '' };
}

const isPublic = (member: ts.ClassElement): boolean =>
  !(member.name && ts.isPrivateIdentifier(member.name)) &&
  (ts.getCombinedModifierFlags(member) &
    (ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Static)) ===
    0;

const orUndefined = /\s*\|\s*undefined$/;

/** A type without the words that say nothing to a reader: Pulumi's prefix, `readonly`, `| undefined`. */
const readable = (type: string): string =>
  type
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\bpulumi\.|\breadonly /g, '')
    .replace(/^Readonly<(.*)>$/, '$1')
    .replaceAll(/\s*\| undefined\b/g, '')
    .replaceAll('; }', ' }')
    .replace(/^\| /, '');
