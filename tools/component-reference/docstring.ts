/** What a docstring says, taken apart. */
import ts from 'typescript';

export interface Docstring {
  /** Paragraphs, without what it costs. */
  readonly paragraphs: readonly string[];
  /** What follows `Cost:`. */
  readonly cost: string | undefined;
  /** AWS's page on it. */
  readonly see: string | undefined;
  /** Keys of the stack file that it comes from, such as `environments.*.maxRetries`. */
  readonly stackFile: readonly string[];
}

export const emptyDocstring: Docstring = { paragraphs: [], cost: undefined, see: undefined, stackFile: [] };

/** The docstring directly above a declaration. */
export function docstringOf(node: ts.Node): Docstring {
  const doc = ts.getJSDocCommentsAndTags(node).findLast(ts.isJSDoc);
  if (!doc) return emptyDocstring;
  const [text = '', cost] = textOf(doc.comment).split(/\bCost: /);
  const tag = (name: string) => textOf(doc.tags?.find(({ tagName }) => tagName.text === name)?.comment);
  return {
    paragraphs: text
      .split(/\n\s*\n/)
      .map(inOneLine)
      .filter(Boolean),
    cost: cost === undefined ? undefined : sentence(inOneLine(cost)),
    // TypeScript takes the beginning of `@see https://…` for a name.
    see: /@see (\S+)/.exec(doc.getText())?.[1],
    stackFile: tag('stackFile')
      .split(/[\s,]+/)
      .filter(Boolean),
  };
}

const textOf = (comment: string | ts.NodeArray<ts.JSDocComment> | undefined): string =>
  ts.getTextOfJSDocComment(comment) ?? '';

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
