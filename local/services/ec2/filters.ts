import type { Filter } from '@aws-sdk/client-ec2';
import { invalidValue } from './errors.ts';

type Answered = string | number | boolean | undefined;

/** Names of a resource's filters with what each compares. */
export type FilterTable<R> = Readonly<Record<string, (row: R) => Answered | readonly Answered[]>>;

/** The rows that pass all filters; several values of one filter are alternatives, `*` and `?` are wildcards. */
export function select<
  R extends {
    readonly Tags?: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined;
  },
>(rows: readonly R[], filters: readonly Filter[] | undefined, table: FilterTable<R>): R[] {
  const tests = (filters ?? []).map((filter) => testOf(filter, table));
  return rows.filter((row) => tests.every((test) => test(row)));
}

function testOf<
  R extends {
    readonly Tags?: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined;
  },
>({ Name: name = '', Values: values = [] }: Filter, table: FilterTable<R>): (row: R) => boolean {
  const patterns = values.map(wildcard);
  const read = table[name] ?? tagFilter(name);
  if (!read) throw invalidValue(`The filter '${name}' is invalid`);
  return (row) => {
    const answered: readonly Answered[] = [read(row)].flat();
    return answered.some(
      (value) => value !== undefined && patterns.some((pattern) => pattern.test(String(value))),
    );
  };
}

function tagFilter(
  name: string,
):
  | ((row: {
      readonly Tags?: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined;
    }) => readonly Answered[])
  | undefined {
  if (name === 'tag-key') return (row) => (row.Tags ?? []).map(({ Key }) => Key);
  if (!name.startsWith('tag:')) return undefined;
  const key = name.slice('tag:'.length);
  return (row) => (row.Tags ?? []).filter((tag) => tag.Key === key).map(({ Value }) => Value);
}

/** `*` is any text, `?` one character, `\` takes the next one literally. */
export function wildcard(pattern: string): RegExp {
  const source = pattern.replace(/\\?[\s\S]/g, (piece) => {
    if (piece === '*') return '[\\s\\S]*';
    if (piece === '?') return '[\\s\\S]';
    return piece.slice(-1).replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  });
  return new RegExp(`^${source}$`);
}
