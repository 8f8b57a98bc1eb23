/** What a call says of itself under the names of condition keys (`aws:PrincipalArn`, `s3:prefix`, …). */
export interface Keys {
  /**
   * The values under a key, whose name is given in lower case; none: the call has no such key. `unknown`: it
   * might have it on AWS, but nothing here tells.
   */
  values(key: string): readonly string[] | typeof unknown;
}

export const unknown = Symbol('unknown key');

/** Whether something holds; undefined: it cannot be known here. */
export type Answer = boolean | undefined;
