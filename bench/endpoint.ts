/**
 * How fast the endpoint answers: the same signed requests, replayed over 32 keep-alive connections, against a bare
 * node:http server, against ours (durable; called by root, and by a role whose policy is asked) and against MiniStack.
 * `node bench/endpoint.ts [seconds per measurement]`
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installMiniStack, startMiniStack } from './endpoint/ministack.ts';
import { replay, type Measured } from './endpoint/replay.ts';
import { signedRequests, type SignedRequest } from './endpoint/signed.ts';

const seconds = Number(process.argv[2] ?? 2);
const credentials = {
  accessKeyId: 'AKIABENCH00000000000',
  secretAccessKey: 'secret-of-the-bench-000000000000000000000',
};
const folder = mkdtempSync(join(tmpdir(), 'bench-endpoint-'));
const children: ChildProcess[] = [];

try {
  const bare = await serve('bare');
  const own = await serve('endpoint');
  const requests = await signedRequests({ port: own, credentials });
  const byRole = await signedRequests({
    port: own,
    credentials: { ...credentials, accessKeyId: 'AKIABENCHROLE0000000' },
  });
  const peer = await miniStack();
  const peerRequests = peer === undefined ? [] : await signedRequests({ port: peer, credentials });
  console.log(
    row('requests per second', 'bare', 'ours', 'of bare', 'by a role', 'MiniStack', 'times MiniStack'),
  );
  for (const [index, request] of requests.entries())
    await compare(request, byRole[index] ?? request, peerRequests[index], bare, own, peer);
  if (peer === undefined)
    console.log('MiniStack could not be installed or started here: the comparison with it was left out.');
  console.log('Targets: at least 0.20 of bare, at least 4 times MiniStack.');
} finally {
  for (const child of children) child.kill();
  rmSync(folder, { recursive: true, force: true });
}

async function compare(
  request: SignedRequest,
  roleRequest: SignedRequest,
  peerRequest: SignedRequest | undefined,
  bare: number,
  own: number,
  peer: number | undefined,
): Promise<void> {
  const limit = await warm(bare, request);
  const ours = await warm(own, request);
  const role = await warm(own, roleRequest);
  const theirs = peer !== undefined && peerRequest ? await warm(peer, peerRequest) : undefined;
  const times = theirs ? (ours.perSecond / theirs.perSecond).toFixed(1) : '-';
  console.log(
    row(
      request.name,
      shown(limit),
      shown(ours),
      (ours.perSecond / limit.perSecond).toFixed(2),
      `${shown(role)} (${(role.perSecond / ours.perSecond).toFixed(2)})`,
      theirs ? shown(theirs) : '-',
      times,
    ),
  );
}

/** As long unmeasured first: what is measured is a server whose code is compiled, as it is in a cloud that runs for days. */
async function warm(port: number, { bytes }: SignedRequest): Promise<Measured> {
  await replay(port, bytes, seconds);
  return replay(port, bytes, seconds);
}

function shown({ perSecond, failed }: Measured): string {
  return `${Math.round(perSecond)}${failed > 0 ? ` (${failed} failed)` : ''}`;
}

function row(...cells: string[]): string {
  return cells.map((cell, index) => (index === 0 ? cell.padEnd(24) : cell.padStart(16))).join('');
}

/** Starts a server of ours as a process of its own. */
function serve(kind: 'bare' | 'endpoint'): Promise<number> {
  const script = join(import.meta.dirname, 'endpoint', 'served.ts');
  const child = spawn(
    process.execPath,
    [script, kind, folder, credentials.accessKeyId, credentials.secretAccessKey],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.push(child);
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => {
      resolve(Number(/port (\d+)/.exec(text.toString())?.[1]));
    });
    child.once('exit', (code) => {
      reject(new Error(`the ${kind} server ended with exit code ${code ?? 'none'}`));
    });
  });
}

async function miniStack(): Promise<number | undefined> {
  try {
    const command = installMiniStack();
    if (command === undefined) return undefined;
    const started = await startMiniStack(command, folder);
    children.push(started.process);
    return started.port;
  } catch (error) {
    console.error((error as Error).message);
    return undefined;
  }
}
