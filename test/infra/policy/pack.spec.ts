import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const folder = fileURLToPath(new URL('../../../infra/policy', import.meta.url));

describe('the policy pack', () => {
  it("is loaded by Pulumi's own host, which compiles TypeScript in its way, and by Node alone", async () => {
    const host = createRequire(import.meta.url).resolve('@pulumi/pulumi/cmd/run-policy-pack');
    const loaded = [
      [host, '127.0.0.1:1', folder],
      [folder, '127.0.0.1:1'],
    ].map(firstOutput);
    for (const first of await Promise.all(loaded)) expect(first).to.match(/^\d+\n$/);
  });
});

/** What a host says first: the port where the pack listens, or why there is none. */
async function firstOutput(program: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, program, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  const ended = once(child, 'close').then(() => errors);
  const answer = once(child.stdout, 'data').then(([text]) => String(text));
  const first = await Promise.race([answer, ended]);
  child.kill();
  await ended;
  return first;
}
