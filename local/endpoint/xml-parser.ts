import { InputFault } from './faults.ts';

/** An element without its namespace prefix; text of mixed content is joined. */
export interface Element {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: Element[];
  text: string;
}

const token =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([^\s/>]+)((?:"[^"]*"|'[^']*'|[^>"'])*?)(\/?)>|([^<]+)/gy;
const attribute = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Parses a document into its root element. No entities but XML's own, no document type. */
export function parseXml(text: string): Element {
  const top: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match) throw malformed(`unexpected text at character ${at}`);
    const parent = open.at(-1) ?? top;
    const [, cdata, slash, name, attributes, selfClosing, characters] = match;
    if (cdata !== undefined) parent.text += cdata;
    else if (characters !== undefined) parent.text += unescape(characters);
    else if (name?.startsWith('!')) throw malformed('a document type is not allowed');
    else if (slash) close(open, name ?? '');
    else if (name) {
      const element = {
        name: local(name),
        attributes: readAttributes(attributes ?? ''),
        children: [],
        text: '',
      };
      parent.children.push(element);
      if (!selfClosing) open.push(element);
    }
  }
  const [root] = top.children;
  if (!root || open.length !== 1 || top.children.length !== 1)
    throw malformed('one root element was expected');
  return root;
}

function close(open: Element[], name: string): void {
  const element = open.pop();
  if (element?.name !== local(name) || open.length === 0)
    throw malformed(`</${name}> closes nothing that is open`);
  // Between elements only white space that means nothing.
  if (element.children.length > 0) element.text = element.text.trim();
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', double, single] of text.matchAll(attribute))
    attributes[name] = unescape(double ?? single ?? '');
  return attributes;
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function unescape(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex: string, decimal: string, name: string) => {
      if (hex) return String.fromCodePoint(parseInt(hex, 16));
      if (decimal) return String.fromCodePoint(Number(decimal));
      const found = named[name];
      if (!found) throw malformed(`unknown entity ${whole}`);
      return found;
    },
  );
}

function malformed(detail: string): InputFault {
  return new InputFault('malformed', '', `the body is not XML: ${detail}`);
}
