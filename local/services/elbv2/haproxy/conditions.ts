import type { ConditionModel } from './model.ts';

/** Listener rules' conditions as HAProxy's anonymous ACLs. */

/** Text that HAProxy takes as it is. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** ACLs that all hold when the conditions do. */
export const acls = (conditions: readonly ConditionModel[]): string => conditions.map(acl).join(' ');

function acl(condition: ConditionModel): string {
  switch (condition.kind) {
    case 'path':
      return braces('path -m reg', condition.values.map(wildcard));
    case 'host':
      return braces('req.hdr(host),host_only -m reg -i', condition.values.map(wildcard));
    case 'header':
      return braces(`req.fhdr(${condition.name}) -m reg -i`, condition.values.map(wildcard));
    case 'query':
      return braces('query -m reg -i', condition.values.map(queryPattern));
    case 'method':
      return braces('method', condition.values);
    case 'source':
      return braces('src', condition.values);
  }
}

const braces = (fetch: string, patterns: readonly string[]): string =>
  `{ ${fetch} -- ${patterns.map(quote).join(' ')} }`;

/** `*` is any text, `?` any character; everything else is itself. */
export const wildcard = (pattern: string): string => `^${wildcards(pattern, '.')}$`;

function queryPattern({ key, value }: { readonly key?: string; readonly value: string }): string {
  const name = key === undefined ? '[^&=]*' : wildcards(key, '[^&=]');
  return `(^|&)${name}=${wildcards(value, '[^&]')}(&|$)`;
}

const wildcards = (pattern: string, any: string): string =>
  pattern.replaceAll(/\\([*?])|[*?]|[\\^$.|+()[\]{}]/g, (found, escaped: string | undefined) =>
    escaped !== undefined ? `\\${escaped}` : found === '*' ? `${any}*` : found === '?' ? any : `\\${found}`,
  );
