import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** What is to be found out: which of the specs fails when the component has another source. */
export interface Trial {
  /** Its URL. */
  readonly component: string;
  readonly source: string;
  /** URLs, in the order in which they are run, until the first test fails. */
  readonly specs: readonly string[];
}

export interface Verdict {
  /** Undefined: no test failed. */
  readonly killer?: Failure & { readonly spec: string };
}

export interface Failure {
  readonly test: string;
  readonly message: string;
  /** Whether the specs missed something; else the program broke off. */
  readonly isAssertion: boolean;
}

const deadlineSeconds = 120;
/** What is loaded anew for each trial is never freed. */
const trialsOfOneProcess = 60;

/**
 * Runs trials, one after the other, in a process that is replaced now and then, and always when a program broke off:
 * what it left behind must not decide about the next.
 */
export class Runner {
  private child: ChildProcess | undefined;
  private trials = 0;

  async run(trial: Trial): Promise<Verdict> {
    this.child ??= fork(new URL('specs.ts', import.meta.url), { silent: true });
    const answer = once(this.child, 'message', { signal: AbortSignal.timeout(deadlineSeconds * 1000) });
    this.child.send(trial);
    try {
      const [verdict] = (await answer) as [Verdict];
      const isSound = verdict.killer?.isAssertion ?? true;
      if (++this.trials % trialsOfOneProcess === 0 || !isSound) this.stop();
      return verdict;
    } catch {
      this.stop();
      const message = `Its specs did not end in ${deadlineSeconds} seconds.`;
      return { killer: { spec: '', test: '', message, isAssertion: false } };
    }
  }

  stop(): void {
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }
}
