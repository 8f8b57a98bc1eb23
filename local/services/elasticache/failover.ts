/** The decision of a failover, without its effects. */

export interface Candidate {
  readonly id: string;
  /** How much of the primary's stream of writes a replica has; undefined: it does not answer. */
  readonly offset: number | undefined;
}

/** The replica that lost least; undefined when none is left. Of equals the first, so that all runs agree. */
export function successor(candidates: readonly Candidate[]): string | undefined {
  let best: { id: string; offset: number } | undefined;
  for (const { id, offset } of candidates)
    if (offset !== undefined && (best === undefined || offset > best.offset)) best = { id, offset };
  return best?.id;
}
