/** Has the agent made into its one file. `agent/` knows how; it is run as a program, not imported. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RunError } from '@pulumi/pulumi';

/** The agent as instances fetch it. */
export interface AgentBundle {
  /** One JavaScript module, with all that it imports. */
  readonly code: string;
  /** Of the code: its key in the bucket, and what an instance checks. */
  readonly sha256: string;
}

const bundler = fileURLToPath(new URL('../../agent/bundle.ts', import.meta.url));

export async function bundleAgent(): Promise<AgentBundle> {
  const folder = await mkdtemp(path.join(tmpdir(), 'agent-'));
  try {
    const file = path.join(folder, 'agent.mjs');
    await promisify(execFile)(process.execPath, [bundler, file]).catch(explain);
    const code = await readFile(file, 'utf8');
    return { code, sha256: createHash('sha256').update(code).digest('hex') };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function explain(error: unknown): never {
  const { stderr = '', message } = error as Error & { stderr?: string };
  throw new RunError(
    `The agent could not be bundled: ${stderr.trim() || message}\nNothing was changed.\nNext: correct agent/ and run \`pulumi up -s application\` again.`,
  );
}
