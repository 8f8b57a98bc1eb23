/** Has the agent made into its one file. `agent/` knows how; it is run as a program, not imported. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RunError } from '@pulumi/pulumi';

/** The agent as instances fetch it. */
export interface AgentBundle {
  /** One JavaScript module, with all that it imports. It is there as long as this process. */
  readonly file: string;
  /** Of the file: its key in the bucket, and what an instance checks. */
  readonly sha256: string;
}

const bundler = fileURLToPath(new URL('../../agent/bundle.ts', import.meta.url));

export async function bundleAgent(): Promise<AgentBundle> {
  const folder = await mkdtemp(path.join(tmpdir(), 'agent-'));
  // The provider reads the file when it uploads it; the program waits for that before it ends.
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const file = path.join(folder, 'agent.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [bundler, file]).catch(explain);
  const { sha256 } = JSON.parse(stdout) as AgentBundle;
  return { file, sha256 };
}

function explain(error: unknown): never {
  const { stderr = '', message } = error as Error & { stderr?: string };
  throw new RunError(
    `The agent could not be bundled: ${stderr.trim() || message}\nNothing was changed.\nNext: correct agent/ and run \`pulumi up -s application\` again.`,
  );
}
