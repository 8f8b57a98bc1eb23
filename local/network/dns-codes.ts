/** Numbers of the DNS protocol (RFC 1035, section 4.1.1). */
export const responseCodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4 } as const;

const truncated = 1 << 9;
const recursionDesired = 1 << 8;
const recursionAvailable = 1 << 7;

/** Flags of an answer: recursion is offered to who asks for it. */
export function flagsOf(isRecursionDesired: boolean, isTruncated: boolean): number {
  return recursionAvailable | (isRecursionDesired ? recursionDesired : 0) | (isTruncated ? truncated : 0);
}
