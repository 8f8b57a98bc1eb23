/**
 * Resident memory of the agent, beside what a bare Node needs, on an instance of each tier after deployments,
 * requests and messages. `node bench/agent.ts`; prints one table.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import type { InstanceDescriptor } from '../model/schemas.ts';
import { rudeBundle } from '../test/agent/support/bundles.ts';
import { startLoad, until } from '../test/agent/support/load.ts';
import { Machine, webDescriptor, workerDescriptor } from '../test/agent/support/machine.ts';
import { isInside, runInside } from '../test/agent/support/sandbox.ts';

const limitMegabytes = 70;
const messages = 2000;
/** Long enough for a few health checks and shipments after the work. */
const restMilliseconds = 25_000;

if (isInside) await measure(process.argv[2] === 'Worker' ? workerDescriptor : webDescriptor);
else {
  console.log(`agent, resident memory (limit ${limitMegabytes} MB)`);
  for (const tier of ['WebServer', 'Worker']) {
    const code = await runInside([process.execPath, import.meta.filename, tier]);
    if (code !== 0) process.exitCode = code;
  }
}

async function measure(descriptor: InstanceDescriptor): Promise<void> {
  const bare = await bareNode();
  const machine = await Machine.create(descriptor);
  machine.startAgent();
  await until('the agent answers', () => machine.status().catch(() => undefined));
  for (const deployment of [1, 2, 3]) {
    const version = `v${deployment}`;
    const { result } = await machine.deploy({
      deployment,
      token: deployment,
      version,
      bundle: await rudeBundle(version),
    });
    if (result.outcome !== 'Deployed') throw new Error(`The deployment failed: ${result.reason ?? ''}`);
  }
  const atFirst = residentMegabytes(machine.agentPid);
  const seconds = descriptor.tier === 'Worker' ? await handleMessages(machine) : await handleRequests();
  const busy = residentMegabytes(machine.agentPid);
  await new Promise((resolve) => setTimeout(resolve, restMilliseconds));
  const rested = residentMegabytes(machine.agentPid);
  const work =
    descriptor.tier === 'Worker' ? `${Math.round(messages / seconds)} messages/s` : 'requests for 5 s';
  console.log(
    `  ${descriptor.tier.padEnd(10)} bare node ${bare.toFixed(1)} MB, after 3 deployments ${atFirst.toFixed(1)} MB, after ${work} ${busy.toFixed(1)} MB, at rest ${rested.toFixed(1)} MB = ${(rested / limitMegabytes).toFixed(2)} of the limit`,
  );
  process.exit(rested <= limitMegabytes ? 0 : 1);
}

async function handleMessages({ aws }: Machine): Promise<number> {
  const start = performance.now();
  for (let index = 0; index < messages; index++) aws.send(JSON.stringify({ index }));
  await until('all messages are handled', () => aws.messages.size === 0, 120_000);
  return (performance.now() - start) / 1000;
}

async function handleRequests(): Promise<number> {
  const load = startLoad({ keepAlive: 4, single: 4 });
  await new Promise((resolve) => setTimeout(resolve, 5000));
  await load.stop();
  return 5;
}

async function bareNode(): Promise<number> {
  const node = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const megabytes = residentMegabytes(node.pid ?? 0);
  node.kill();
  return megabytes;
}

/** VmRSS, in MB of 1,000,000 bytes. */
function residentMegabytes(pid: number): number {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (Number(kilobytes) * 1024) / 1e6;
}
