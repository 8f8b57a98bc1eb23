import { spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { ErrandError, type ErrandAnswer, type SendErrand } from './contract.ts';

/**
 * Sends errands to a child of the same agent file; its memory goes with it. What Node has compiled is kept in a folder
 * from one child to the next, which saves a third of an errand's time.
 */
export function errandsBy(agentFile: string, compileCache: string): SendErrand {
  return async (name, input, { signal, onProgress } = {}) => {
    signal?.throwIfAborted();
    const child = spawn(process.execPath, [agentFile, 'errand'], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
      // A group of its own: the commands of a bundle that it runs end with it.
      detached: true,
    });
    const endAll = () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    };
    signal?.addEventListener('abort', endAll);
    const ended = new Promise<string>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, endedBy) => {
        signal?.removeEventListener('abort', endAll);
        resolve(endedBy ?? `status ${code ?? 0}`);
      });
    });
    const lastLines: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      lastLines.splice(0, Math.max(0, lastLines.length - 5));
      lastLines.push(line);
      onProgress?.(line);
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(JSON.stringify({ name, input }));
    const [output, how] = await Promise.all([text(child.stdout), ended]);
    const answer = parseAnswer(output);
    if (!answer)
      throw new ErrandError(`The errand ${name} ended with ${how}: ${lastLines.join(' | ')}`, false);
    if (!answer.ok) throw new ErrandError(answer.message, answer.isFinal, answer.lines);
    return answer.output as never;
  };
}

function parseAnswer(output: string): ErrandAnswer | undefined {
  try {
    return JSON.parse(output) as ErrandAnswer;
  } catch {
    return undefined;
  }
}
