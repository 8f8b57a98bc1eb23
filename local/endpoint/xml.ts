import { InputFault, under } from './faults.ts';
import { readText, writeText } from './scalars.ts';
import type { ListShape, MapShape, Member, Shape, StructureShape, Traits } from './shapes.ts';
import { parseXml, type Element } from './xml-parser.ts';

/** Reads an XML body into a structure; unknown elements are refused. */
export function readXml(shape: StructureShape, body: Buffer, path = ''): unknown {
  return readStructure(shape, parseXml(body.toString()), path);
}

function readStructure(shape: StructureShape, element: Element, path: string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const attribute = member.traits.xmlAttribute && element.attributes[member.xmlName];
    if (attribute) result[member.name] = attribute;
  }
  for (const [name, children] of grouped(element)) {
    const member = shape.byXmlName.get(name);
    if (!member) throw new InputFault('unknown', under(path, name));
    result[member.name] = readMember(member, children, under(path, member.name));
  }
  return result;
}

function grouped(element: Element): Map<string, Element[]> {
  return Map.groupBy(element.children, ({ name }) => name);
}

function readMember({ shape, traits }: Member, elements: Element[], path: string): unknown {
  const [first] = elements;
  if (shape.type === 'list') {
    const items = traits.xmlFlattened ? elements : (first?.children ?? []);
    return items.map((item, index) => readValue(shape.item, item, `${path}[${index}]`));
  }
  if (shape.type === 'map')
    return readMap(shape, traits.xmlFlattened ? elements : (first?.children ?? []), path);
  if (!first || elements.length > 1) throw new InputFault('malformed', path, 'occurs more than once');
  return readValue(shape, first, path);
}

function readMap(shape: MapShape, entries: Element[], path: string): unknown {
  return Object.fromEntries(
    entries.map(({ children }) => {
      const key = children.find(({ name }) => name === (shape.keyTraits.xmlName ?? 'key'))?.text ?? '';
      const value = children.find(({ name }) => name === (shape.valueTraits.xmlName ?? 'value'));
      return [key, value && readValue(shape.value, value, under(path, key))];
    }),
  );
}

function readValue(shape: Shape, element: Element, path: string): unknown {
  switch (shape.type) {
    case 'structure':
      return readStructure(shape, element, path);
    case 'list':
      return element.children.map((item, index) => readValue(shape.item, item, `${path}[${index}]`));
    case 'map':
      return readMap(shape, element.children, path);
    default:
      if (element.children.length > 0) throw new InputFault('malformed', path, 'expected text, not elements');
      return readText(shape, element.text, path, 'date-time');
  }
}

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
  '\u0085': '&#x85;',
  '\u2028': '&#x2028;',
};

/** Text for an XML document. */
export function escapeXml(text: string): string {
  return /[&<>"\r\u0085\u2028]/.test(text)
    ? text.replace(/[&<>"\r\u0085\u2028]/g, (found) => escapes[found] ?? found)
    : text;
}

/** An element with a text. */
export function textElement(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`;
}

/** The members of a structure as elements, without the root. HTTP-bound members are left out. */
export function writeMembers(shape: StructureShape, value: unknown): string {
  const object = value as Record<string, unknown>;
  let xml = '';
  for (const member of shape.members) {
    const item = object[member.name];
    if (item === undefined || item === null || member.traits.xmlAttribute || isBound(member.traits)) continue;
    xml += writeNamed(member.xmlName, member.shape, member.traits, item);
  }
  return xml;
}

function isBound(traits: Traits): boolean {
  return Boolean(traits.httpHeader ?? traits.httpPrefixHeaders ?? traits.httpResponseCode);
}

/** A structure with a root element of the given name. */
export function writeXml(name: string, shape: StructureShape, value: unknown, attributes = ''): string {
  return `<${name}${attributes}>${writeMembers(shape, value)}</${name}>`;
}

function writeNamed(name: string, shape: Shape, traits: Traits, value: unknown): string {
  switch (shape.type) {
    case 'structure':
      return writeXml(name, shape, value, attributesOf(shape, traits, value));
    case 'list':
      return writeList(name, shape, traits, value as unknown[]);
    case 'map':
      return writeMap(name, shape, traits, value as object);
    default:
      return textElement(name, writeText(shape, value, 'date-time'));
  }
}

function attributesOf(shape: StructureShape, traits: Traits, value: unknown): string {
  const [prefix, uri] = traits.xmlNamespace ?? [];
  const namespace = uri ? ` xmlns${prefix ? `:${prefix}` : ''}="${uri}"` : '';
  const attributes = shape.members.filter((member) => member.traits.xmlAttribute);
  return attributes.reduce(
    (text, { name, xmlName }) =>
      `${text} ${xmlName}="${escapeXml(String((value as Record<string, unknown>)[name]))}"`,
    namespace,
  );
}

function writeList(name: string, shape: ListShape, traits: Traits, values: unknown[]): string {
  const itemName = traits.xmlFlattened ? name : (shape.itemTraits.xmlName ?? 'member');
  let items = '';
  for (const value of values) items += writeNamed(itemName, shape.item, shape.itemTraits, value);
  return traits.xmlFlattened ? items : `<${name}>${items}</${name}>`;
}

function writeMap(name: string, shape: MapShape, traits: Traits, value: object): string {
  const entryName = traits.xmlFlattened ? name : 'entry';
  const keyName = shape.keyTraits.xmlName ?? 'key';
  const valueName = shape.valueTraits.xmlName ?? 'value';
  let entries = '';
  for (const [key, item] of Object.entries(value) as [string, unknown][]) {
    const inner = textElement(keyName, key) + writeNamed(valueName, shape.value, shape.valueTraits, item);
    entries += `<${entryName}>${inner}</${entryName}>`;
  }
  return traits.xmlFlattened ? entries : `<${name}>${entries}</${name}>`;
}
