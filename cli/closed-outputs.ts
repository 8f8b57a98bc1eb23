import { exitCodes, type ExitCode } from './errors.ts';

type Output = Pick<NodeJS.WriteStream, 'on'>;

export interface Outputs {
  readonly stdout: Output;
  readonly stderr: Output;
}

/** `beanpole status | head` closes the pipe, a terminal that is closed fails every write (EIO): neither is a failure. */
const closed = new Set(['EPIPE', 'EIO']);

/**
 * A command that nobody reads any more ends quietly, unless it has begun what it must bring to an end: a deployment
 * goes on, or back, without anybody listening.
 */
export function surviveClosedOutputs(
  { stdout, stderr }: Outputs,
  isAtWork: () => boolean,
  exit: (code: ExitCode) => void,
): void {
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!closed.has(error.code ?? '')) throw error;
    if (!isAtWork()) exit(exitCodes.done);
  });
  // Notes and progress only: what they tell is in the record, too.
  stderr.on('error', () => undefined);
}
