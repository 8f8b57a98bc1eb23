import { abortRequest } from '../../model/schemas.ts';
import { ConflictError, type Documents } from '../aws/documents.ts';
import { isoTime, type Clock } from '../clock.ts';
import { AbortRequestedError } from './runner.ts';

const lookEveryMilliseconds = 1500;

/** Asks the command that runs a deployment or a swap to undo it; answers who has asked for it before. */
export async function requestAbort(
  documents: Documents,
  key: string,
  { user, clock }: { readonly user: string; readonly clock: Clock },
): Promise<string | undefined> {
  try {
    await documents.create(key, { requestedBy: user, requestedAt: isoTime(clock.now()) });
    return undefined;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return (await documents.read(key, abortRequest))?.value.requestedBy;
  }
}

/** Aborted when somebody asks for it to be undone. */
export function watchForAbort(
  documents: Documents,
  key: string,
  clock: Clock,
): { readonly signal: AbortSignal; stop(): void } {
  const requested = new AbortController();
  const stopped = new AbortController();
  async function look(): Promise<void> {
    for (;;) {
      await clock.sleep(lookEveryMilliseconds, stopped.signal);
      // What cannot be read now is read next time; the deployment itself tells when AWS does not answer.
      const found = await documents.read(key, abortRequest).catch(() => undefined);
      if (found) {
        requested.abort(new AbortRequestedError(found.value.requestedBy));
        return;
      }
    }
  }
  // Sleeping ends with an exception when the deployment is over.
  look().catch(() => undefined);
  return {
    signal: requested.signal,
    stop: () => {
      stopped.abort();
    },
  };
}
