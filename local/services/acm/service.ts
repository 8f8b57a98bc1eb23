import type { Certificates, Parts } from '../parts.ts';
import { acmAuthorization } from './authorization.ts';
import { certificateOperations } from './certificates.ts';
import { importOperations } from './imports.ts';
import { issuing } from './issuing.ts';
import { requestOperations } from './requests.ts';
import { acmState } from './state.ts';
import { tagOperations } from './tags.ts';

/** Certificate Manager: certificates of the region's own authority, validated by DNS, or imported ones. */
export function createAcm(parts: Parts) {
  const state = acmState(parts);
  const listeners: ((arn: string) => void)[] = [];
  const tell = (arn: string) => {
    for (const listener of listeners) listener(arn);
  };
  const usersOf = (arn: string) => parts.services.elasticloadbalancing.usersOfCertificate(arn);
  const issue = issuing(parts, state, usersOf, tell);
  return {
    name: 'acm',
    authorization: acmAuthorization(parts, state),
    operations: {
      ...requestOperations(parts, state, issue),
      ...importOperations(parts, state, tell),
      ...certificateOperations(parts, state, usersOf),
      ...tagOperations(state),
    },
    certificate(arn: string) {
      const found = state.certificates.get(arn);
      return found?.issued && { names: found.names, ...found.issued };
    },
    hasCertificate: (arn: string) => state.certificates.has(arn),
    onCertificateChange: (listener: (arn: string) => void) => listeners.push(listener),
    async start() {
      issue.start();
    },
    async stop() {
      issue.stop();
    },
  } satisfies Certificates;
}
