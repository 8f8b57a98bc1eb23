import { X509Certificate } from 'node:crypto';
import type { Parts } from '../parts.ts';
import type { AcmState, Issued, StoredCertificate } from './state.ts';
import { isValidated } from './validation.ts';

/** Issues certificates whose names are validated, and renews those in use before they end. */
export interface Issuing {
  /** Looks for the records of pending certificates, now and until they are there. */
  watch(): void;
  start(): void;
  stop(): void;
}

/** AWS looks every few minutes; here nobody has to wait so long. */
const lookMilliseconds = 200;
const renewalMilliseconds = 3_600_000;
const day = 86_400_000;
/** AWS gives up after three days. */
const patience = 3 * day;
/** Validity of public certificates since February 2026. */
const validDays = 198;
const renewedAhead = 60 * day;

export function issuing(
  parts: Parts,
  state: AcmState,
  usersOf: (arn: string) => readonly string[],
  onChange: (arn: string) => void,
): Issuing {
  let looking: (() => void) | undefined;
  let renewing: (() => void) | undefined;

  const pending = (): StoredCertificate[] =>
    [...state.certificates.values()].filter((one) => isPending(one) && !one.timedOut);

  async function look(): Promise<void> {
    const now = parts.clock.now();
    for (const certificate of pending()) {
      const validated = certificate.names.filter((name) => isValidated(parts, name));
      if (validated.length === certificate.names.length) await issue({ ...certificate, validated });
      else if (now - certificate.created > patience)
        state.certificates.set(certificate.arn, { ...certificate, validated, timedOut: true });
      else if (validated.length !== certificate.validated.length)
        state.certificates.set(certificate.arn, { ...certificate, validated });
    }
  }

  async function issue(certificate: StoredCertificate): Promise<void> {
    const { arn } = certificate;
    const issued = await newCertificate(certificate);
    // It may have been deleted meanwhile.
    if (!state.certificates.has(arn)) return;
    state.certificates.set(arn, { ...certificate, issued });
    onChange(arn);
  }

  async function newCertificate({ names, keyAlgorithm }: StoredCertificate): Promise<Issued> {
    const now = parts.clock.now();
    const made = await parts.authority.issue({
      names: names as [string, ...string[]],
      notBefore: new Date(now - day),
      notAfter: new Date(now + validDays * day),
      keyAlgorithm,
    });
    const notAfter = new X509Certificate(made.certificate).validToDate.getTime();
    return { at: now, key: made.privateKey, certificate: made.certificate, chain: made.chain, notAfter };
  }

  /** As AWS: only what is in use and whose records are still there. */
  async function renew(): Promise<void> {
    const now = parts.clock.now();
    for (const certificate of [...state.certificates.values()]) {
      const { issued, type, arn } = certificate;
      if (!issued || type !== 'AMAZON_ISSUED' || issued.notAfter - now > renewedAhead) continue;
      if (usersOf(arn).length === 0) continue;
      const isSure = certificate.names.every((name) => isValidated(parts, name));
      if (isSure) await issue({ ...certificate, renewal: { status: 'SUCCESS', at: now } });
      else if (certificate.renewal?.status !== 'PENDING_VALIDATION')
        state.certificates.set(arn, { ...certificate, renewal: { status: 'PENDING_VALIDATION', at: now } });
    }
  }

  function watch(): void {
    if (looking || pending().length === 0) return;
    looking = parts.clock.after(lookMilliseconds, () => {
      void logged(look()).then(() => {
        looking = undefined;
        watch();
      });
    });
  }

  function scheduleRenewals(): void {
    renewing = parts.clock.after(renewalMilliseconds, () => {
      void logged(renew()).then(scheduleRenewals);
    });
  }

  return {
    watch,
    start() {
      watch();
      scheduleRenewals();
    },
    stop() {
      looking?.();
      renewing?.();
    },
  };
}

export const isPending = ({ type, issued }: StoredCertificate): boolean =>
  type === 'AMAZON_ISSUED' && issued === undefined;

const logged = (work: Promise<void>): Promise<void> =>
  work.catch((error: unknown) => {
    console.error('Certificate Manager could not issue:', error);
  });
