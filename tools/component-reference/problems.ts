/** What a component has to say of itself before there can be a page on it. */
import type { Docstring } from './docstring.ts';
import type { Identities } from './identities.ts';
import type { Component, Field, TypeDeclaration } from './source.ts';
import { keyAt } from './stack-file.ts';

export function problemsOfComponent(component: Component, identities: Identities): string[] {
  const { name, file, doc, args, outputs, token } = component;
  const where = `${file}: ${name}`;
  return [
    ...missing(doc, where),
    ...(doc.cost === undefined
      ? [`${where} does not say what it costs: end its docstring with "Cost: …".`]
      : []),
    ...(doc.see === undefined
      ? [`${where} names no page of AWS's documentation: add "@see https://…".`]
      : []),
    ...(identities.namesOf(token).size === 0
      ? [
          `${where} (${token || 'without a type'}) is in none of the stored stacks: see test/infra/identities/.`,
        ]
      : []),
    ...(args ? ofFields(args.fields ?? [], `${args.file}: ${args.name}`) : []),
    ...ofFields(outputs, where),
  ];
}

export const problemsOfType = ({ file, name, doc, fields = [] }: TypeDeclaration): string[] => [
  ...missing(doc, `${file}: ${name}`),
  ...ofFields(fields, `${file}: ${name}`),
];

const ofFields = (fields: readonly Field[], where: string): string[] =>
  fields.flatMap(({ name, doc }) => [
    ...missing(doc, `${where}.${name}`),
    ...doc.stackFile
      .filter((path) => !keyAt(path))
      .map((path) => `${where}.${name}: the stack file has no key ${path}.`),
  ]);

const missing = ({ paragraphs }: Docstring, where: string): string[] =>
  paragraphs.length > 0 ? [] : [`${where} has no docstring.`];
