import { randomBytes } from 'node:crypto';
import {
  ResumeSessionCommand,
  StartSessionCommand,
  TerminateSessionCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { Context } from '../context.ts';
import { InterruptedError, UserError } from '../errors.ts';
import { DataChannel, type ChannelEnd, type ChannelKey } from './data-channel.ts';
import { ExitCode, remoteCommand } from './remote-command.ts';
import { signHandshake } from './sign.ts';

export interface SessionWish {
  readonly instanceId: string;
  /** A line for bash; undefined: a login shell. */
  readonly line: string | undefined;
}

/** The document whose sessions run one command on a terminal, as any line that `sh` understands. */
const document = 'AWS-StartInteractiveCommand';
/** How long an agent may take to close a session whose command has ended. */
const closingMilliseconds = 1000;

/**
 * Runs a session on an instance through Session Manager, in the terminal of whoever typed the command; resolves
 * with the exit code of what ran there. However it ends, the session is over and the terminal as it was.
 */
export async function runSession(context: Context, { instanceId, line }: SessionWish): Promise<number> {
  const { clients, clock, terminal, signal } = context;
  const { ssm } = clients;
  const mark = randomBytes(8).toString('hex');
  const command = remoteCommand({ line, size: terminal.size() }, mark);
  const { sessionId, key } = await startSession(ssm, instanceId, command);
  const exitCode = new ExitCode(mark);
  const told = Promise.withResolvers<undefined>();
  let release = (): void => undefined;
  const channel = new DataChannel({
    clock,
    key,
    sign: (url) => signHandshake(ssm.config, url),
    resume: () => resumeSession(ssm, sessionId, key.url),
    onReady() {
      if (terminal.size()) release = capture(context, channel);
    },
    onOutput(bytes) {
      const shown = exitCode.take(bytes);
      if (shown.length > 0) terminal.show(shown);
      if (exitCode.value !== undefined) told.resolve(undefined);
    },
  });
  const isAborted = aborted(signal);
  const over = new AbortController();
  try {
    await channel.open();
    const end = await Promise.race([channel.ended, told.promise, isAborted]);
    // Its last word is said; the agent closes the session now.
    if (!end)
      await Promise.race([channel.ended, clock.sleep(closingMilliseconds, over.signal).catch(noMatter)]);
    return codeOf(exitCode, end, instanceId);
  } finally {
    over.abort();
    release();
    channel.close();
    // It is over by itself when its command has ended; otherwise nothing of it may stay behind.
    if (exitCode.value === undefined) await terminateSession(ssm, sessionId);
  }
}

const noMatter = (): void => undefined;

async function startSession(
  ssm: SSMClient,
  instanceId: string,
  command: string,
): Promise<{ sessionId: string; key: ChannelKey }> {
  try {
    const { SessionId, StreamUrl, TokenValue } = await ssm.send(
      new StartSessionCommand({
        Target: instanceId,
        DocumentName: document,
        Parameters: { command: [command] },
        Reason: 'beanpole ssh',
      }),
    );
    return { sessionId: SessionId ?? '', key: { url: StreamUrl ?? '', token: TokenValue ?? '' } };
  } catch (error) {
    if ((error as Error).name !== 'TargetNotConnected') throw error;
    throw new UserError(`${instanceId} is not connected to Systems Manager.`, {
      now: ['It is booting, or has ended, or its SSM agent does not run or cannot reach AWS.'],
      next: 'beanpole status   (shows the instances there are)',
      cause: error,
    });
  }
}

async function resumeSession(
  ssm: SSMClient,
  sessionId: string,
  url: string,
): Promise<ChannelKey | undefined> {
  const { StreamUrl, TokenValue } = await ssm.send(new ResumeSessionCommand({ SessionId: sessionId }));
  return TokenValue ? { url: StreamUrl ?? url, token: TokenValue } : undefined;
}

async function terminateSession(ssm: SSMClient, sessionId: string): Promise<void> {
  try {
    await ssm.send(new TerminateSessionCommand({ SessionId: sessionId }));
  } catch {
    // Without a client it ends by itself, after AWS's idle time-out.
  }
}

/** Connects keyboard and window to the session; the result gives them back. */
function capture({ terminal }: Context, channel: DataChannel): () => void {
  const tellSize = (): void => {
    const size = terminal.size();
    if (size) channel.resize(size);
  };
  tellSize();
  return terminal.capture((bytes) => {
    channel.write(bytes);
  }, tellSize);
}

function aborted(signal: AbortSignal): Promise<never> {
  const reason = new Promise<never>((_, fail) => {
    const interrupt = (): void => {
      fail(new InterruptedError('Interrupted; the session is ended.'));
    };
    if (signal.aborted) interrupt();
    else signal.addEventListener('abort', interrupt, { once: true });
  });
  reason.catch(() => undefined); // told to whoever waits for it
  return reason;
}

function codeOf({ value }: ExitCode, end: ChannelEnd | undefined, instanceId: string): number {
  if (value !== undefined) return value;
  const [problem] = end?.problems ?? [];
  if (problem !== undefined)
    throw new UserError(`This session cannot be had: ${problem}`, {
      next: `aws ssm start-session --target ${instanceId}   (with AWS's session-manager-plugin)`,
    });
  throw new UserError(`The session on ${instanceId} was ended before what ran in it.`, {
    now: [...(end?.said ? [end.said] : []), 'What the instance is doing now is not known from here.'],
    next: 'beanpole status',
  });
}
