/** The decision of a failover, without its effects. */

export interface Candidate {
  readonly hostId: string;
  /** The last transaction that it received. */
  readonly received: number;
  /** 0 is promoted first. */
  readonly promotionTier: number;
}

/**
 * Who writes next: whoever has most, since only that one surely has every acknowledged commit. Of equals the
 * one that was asked for, then the lowest promotion tier.
 */
export function successor(candidates: readonly Candidate[], wanted?: string): string | undefined {
  const rank = ({ hostId, promotionTier }: Candidate): number => (hostId === wanted ? -1 : promotionTier);
  return candidates.toSorted((a, b) => b.received - a.received || rank(a) - rank(b))[0]?.hostId;
}
