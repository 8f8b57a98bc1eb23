import { invalid } from './state.ts';

/**
 * A filter pattern for unstructured text as a test of messages: all terms must be in it, `?term` any of
 * them, `-term` must not; quotes hold a phrase together. Patterns for JSON and columns are refused.
 */
export function parsePattern(pattern: string): (message: string) => boolean {
  const text = pattern.trim();
  if (text.startsWith('{') || text.startsWith('[')) {
    throw invalid(
      `Invalid filter pattern: ${pattern}. This region filters by terms, not by JSON or columns.`,
    );
  }
  const terms = [...text.matchAll(/([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)].map(([, sign, phrase, word]) => ({
    sign,
    text: phrase?.replaceAll(/\\(.)/g, '$1') ?? word ?? '',
  }));
  const of = (sign: string) => terms.filter((term) => term.sign === sign).map((term) => term.text);
  const [all, any, none] = [of(''), of('?'), of('-')];
  return (message) =>
    all.every((term) => message.includes(term)) &&
    (any.length === 0 || any.some((term) => message.includes(term))) &&
    !none.some((term) => message.includes(term));
}
