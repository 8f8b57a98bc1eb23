/** What is wrong with a request's input, before a protocol puts it in AWS's words. */
export class InputFault extends Error {
  readonly kind: 'missing' | 'unknown' | 'malformed';
  /** `Tags[0].Key`, in the SDK's names. */
  readonly path: string;

  constructor(kind: InputFault['kind'], path: string, detail = '') {
    super(detail);
    this.kind = kind;
    this.path = path;
  }
}

/** Joins a path: `Tags` + `Key` = `Tags.Key`. */
export function under(path: string, name: string): string {
  return path ? `${path}.${name}` : name;
}
