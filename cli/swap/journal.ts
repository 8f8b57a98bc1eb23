import { keys } from '../../model/names.ts';
import { swapRecord, type SwapRecord } from '../../model/schemas.ts';
import { ConflictError, type Documents, type Stored } from '../aws/documents.ts';
import { isoTime, type Clock } from '../clock.ts';
import { exitCodes, UserError } from '../errors.ts';

type Step = SwapRecord['steps'][number];

/** The record of a swap, written before each step, so that anyone can resume or undo it. */
export interface SwapJournal {
  readonly record: SwapRecord;
  begin(step: Step['id']): Promise<void>;
  done(step: Step['id']): Promise<void>;
  /** The way back begins. */
  turnBack(reason: string): Promise<void>;
  end(status: SwapRecord['status'], reason?: string): Promise<void>;
}

export function openSwapJournal(documents: Documents, first: Stored<SwapRecord>, clock: Clock): SwapJournal {
  let stored = first;
  const { stack, number } = first.value;
  const now = () => isoTime(clock.now());
  const write = async (changes: Partial<SwapRecord>) => {
    stored = await documents
      .replace(keys.swap(stack, number), { ...stored.value, ...changes }, stored.etag)
      .catch((error: unknown) => {
        throw error instanceof ConflictError ? takenOver(stored.value) : error;
      });
  };
  const writeStep = (id: Step['id'], changes: Partial<Step>) =>
    write({ steps: stored.value.steps.map((step) => (step.id === id ? { ...step, ...changes } : step)) });
  return {
    get record() {
      return stored.value;
    },
    begin: (id) => writeStep(id, { status: 'InProgress', startedAt: now() }),
    done: (id) => writeStep(id, { status: 'Done', endedAt: now() }),
    turnBack: (reason) => write({ reason, steps: turnedBack(stored.value.steps, now()) }),
    end: (status, reason) => write({ status, endedAt: now(), ...(reason !== undefined && { reason }) }),
  };
}

/** What has not begun stays so; what was exchanged, or may have been, is exchanged back. */
function turnedBack(steps: readonly Step[], at: string): Step[] {
  const forward = steps.map((step): Step =>
    step.status === 'InProgress' ? { ...step, status: 'Failed', endedAt: at } : step,
  );
  const exchange = steps.find(({ id, status }) => id === 'exchange' && status !== 'Pending');
  return exchange?.undo === undefined
    ? forward
    : [...forward, { id: 'return-exchange', sentence: exchange.undo, status: 'Pending' }];
}

export const isSwapReturning = ({ reason }: Pick<SwapRecord, 'reason'>): boolean => reason !== undefined;

/** Numbers of the swaps of a stack, the newest first. */
export async function swapNumbers(documents: Documents, stack: string): Promise<number[]> {
  const found = await documents.list(keys.swaps(stack));
  return found
    .flatMap((key) => /\/(\d+)\.json$/.exec(key)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
}

/** A swap that an environment takes part in and that has not ended: only its newest one can be. */
export async function findUnfinishedSwap(
  documents: Documents,
  { stack, environment }: { readonly stack: string; readonly environment: string },
): Promise<Stored<SwapRecord> | undefined> {
  for (const number of await swapNumbers(documents, stack)) {
    const found = await documents.read(keys.swap(stack, number), swapRecord);
    if (found?.value.environments.includes(environment))
      return found.value.status === 'InProgress' ? found : undefined;
  }
  return undefined;
}

const takenOver = ({ number, stack, environments }: SwapRecord): UserError =>
  new UserError(`Another command goes on with swap ${number} of ${stack}.`, {
    exitCode: exitCodes.locked,
    now: ['This command has stopped where it was.'],
    next: `beanpole status ${stack}/${environments[0]}`,
  });
