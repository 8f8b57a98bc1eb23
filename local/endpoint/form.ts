import { InputFault, under } from './faults.ts';
import { readText } from './scalars.ts';
import type { ListShape, MapShape, Member, Shape, StructureShape, Traits } from './shapes.ts';

/** Form fields as a tree: `Tags.member.1.Key=a` is Tags → member → 1 → Key. */
export interface FormNode {
  text?: string;
  children?: Map<string, FormNode>;
}

export type FormDialect = 'query' | 'ec2';

/** Parses a form body; repeated keys keep the last value, as AWS does. */
export function parseForm(body: string): FormNode {
  const root: FormNode = {};
  for (const pair of body.split('&')) {
    if (!pair) continue;
    const equals = pair.indexOf('=');
    const key = decode(equals < 0 ? pair : pair.slice(0, equals));
    let node = root;
    for (const part of key.split('.')) {
      const children: Map<string, FormNode> = (node.children ??= new Map());
      let child = children.get(part);
      if (!child) children.set(part, (child = {}));
      node = child;
    }
    node.text = equals < 0 ? '' : decode(pair.slice(equals + 1));
  }
  return root;
}

function decode(text: string): string {
  if (!/[%+]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new InputFault('malformed', '', `${JSON.stringify(text)} is not URL-encoded`);
  }
}

/** Reads a form into an operation's input; unknown fields are refused. */
export function readForm(shape: StructureShape, form: FormNode, dialect: FormDialect): unknown {
  const fields = new Map(form.children);
  fields.delete('Action');
  fields.delete('Version');
  return readStructure(shape, { children: fields }, '', dialect);
}

function membersOf(shape: StructureShape, dialect: FormDialect): ReadonlyMap<string, Member> {
  return dialect === 'ec2' ? shape.byEc2Name : shape.byXmlName;
}

function readStructure(shape: StructureShape, node: FormNode, path: string, dialect: FormDialect): unknown {
  const result: Record<string, unknown> = {};
  const members = membersOf(shape, dialect);
  for (const [key, child] of node.children ?? []) {
    const member = members.get(key);
    if (!member) throw new InputFault('unknown', under(path, key));
    result[member.name] = readValue(member.shape, member.traits, child, under(path, member.name), dialect);
  }
  return result;
}

function readValue(
  shape: Shape,
  traits: Traits,
  node: FormNode,
  path: string,
  dialect: FormDialect,
): unknown {
  switch (shape.type) {
    case 'structure':
      return readStructure(shape, node, path, dialect);
    case 'list':
      return readList(shape, traits, node, path, dialect);
    case 'map':
      return readMap(shape, traits, node, path, dialect);
    default:
      if (node.text === undefined) throw new InputFault('malformed', path, 'expected a single value');
      return readText(shape, node.text, path, 'date-time');
  }
}

function readList(
  shape: ListShape,
  traits: Traits,
  node: FormNode,
  path: string,
  dialect: FormDialect,
): unknown[] {
  const isFlat = dialect === 'ec2' || traits.xmlFlattened;
  const items = isFlat ? node : node.children?.get(shape.itemTraits.xmlName ?? 'member');
  // Present but empty (`Tags=`) is the empty list.
  return numbered(items, path).map(([, child], index) =>
    readValue(shape.item, shape.itemTraits, child, `${path}[${index}]`, dialect),
  );
}

function readMap(
  shape: MapShape,
  traits: Traits,
  node: FormNode,
  path: string,
  dialect: FormDialect,
): unknown {
  const entries = numbered(traits.xmlFlattened ? node : node.children?.get('entry'), path);
  return Object.fromEntries(
    entries.map(([, { children }]) => {
      const key = children?.get(shape.keyTraits.xmlName ?? 'key')?.text ?? '';
      const value = children?.get(shape.valueTraits.xmlName ?? 'value') ?? {};
      return [key, readValue(shape.value, shape.valueTraits, value, under(path, key), dialect)];
    }),
  );
}

function numbered(node: FormNode | undefined, path: string): [string, FormNode][] {
  const children = [...(node?.children ?? [])];
  const stray = children.find(([key]) => !/^\d+$/.test(key));
  if (stray) throw new InputFault('unknown', under(path, stray[0]));
  return children.sort(([a], [b]) => Number(a) - Number(b));
}
