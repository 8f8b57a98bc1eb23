import { execFile } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

/** A tool that builds a bundle did not end with 0. */
export class ToolFailedError extends Error {
  /** The end of what it said. */
  readonly lines: readonly string[];

  constructor(tool: string, output: string, cause: unknown) {
    super(`${tool} failed`, { cause });
    this.name = 'ToolFailedError';
    this.lines = output.trimEnd().split('\n').slice(-15);
  }
}

export interface ToolSurroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Runs a tool to its end; the answer is its standard output. It finds the Node that runs this command first. */
export function runTool(
  tool: string,
  words: readonly string[],
  folder: string,
  { environment, signal }: ToolSurroundings,
): Promise<string> {
  const PATH = [dirname(process.execPath), environment.PATH ?? ''].join(delimiter);
  const options = { cwd: folder, env: { ...environment, PATH }, signal, maxBuffer: 64 << 20 };
  return new Promise((resolve, reject) => {
    execFile(tool, words, options, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (signal.aborted) reject(signal.reason as Error);
      else reject(new ToolFailedError(tool, stderr || stdout || error.message, error));
    });
  });
}
