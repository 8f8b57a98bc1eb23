import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { startCloud, type Cloud } from '../cloud.ts';
import type { Refusal } from '../network/ruleset.ts';
import { serveControls } from './control.ts';
import { drill } from './drill.ts';
import { listInstances, listLoadBalancers } from './inventory.ts';
import { takeLock } from './lock.ts';
import { memoryOfAll } from './memory.ts';
import { readSettings, writeSettings, type Settings } from './settings.ts';
import { publishedRoot } from '../trust.ts';
import type { RunningStatus } from './status.ts';

/** Descriptors that the launcher hands to the daemon. */
export const descriptors = { endpoint: 3, frontDoor: 4, ready: 5, secureFrontDoor: 6, names: 7 } as const;

/** The daemon itself, inside its namespaces: runs the cloud of a folder until it is told to stop. */
export async function serve(folder: string, refusal: Refusal): Promise<void> {
  const settings = readSettings(folder);
  const firstPid = Number(process.env.OUTER_PID);
  if (!settings || !firstPid) throw new Error('serve is what start runs; run start.');
  const releaseLock = takeLock(folder, 'daemon');
  if (!releaseLock) throw new Error(`Another daemon holds ${folder}.`);
  process.on('unhandledRejection', (reason) => {
    console.error('A task of the daemon failed and nobody was waiting for it:', reason);
  });
  // On a full disk the log ends, not the cloud.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const { port, region, account, timeLapse } = settings;
  const cloud = await startCloud({
    folder: join(folder, 'region'),
    port,
    region,
    account,
    refusal,
    timeLapse,
    endpointDescriptor: descriptors.endpoint,
    frontDoorDescriptor: descriptors.frontDoor,
    secureFrontDoorDescriptor: descriptors.secureFrontDoor,
    namesDescriptor: descriptors.names,
    frontDoorPorts: { http: settings.frontDoorPort, https: settings.secureFrontDoorPort },
  });
  // Made now if it is the first start, and durable before anyone is told.
  cloud.parts.services.iam.rootAccessKey();
  await cloud.parts.store.settled();
  writeSettings(folder, { ...settings, firstPid });
  const stop = stopOnce(cloud);
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, stop);
  const startedAt = new Date().toISOString();
  serveControls(folder, {
    stop,
    drill: (words) => drill(cloud.parts, words),
    status: () => statusOf(cloud, folder, { ...settings, firstPid }, startedAt),
  });
  createWriteStream('', { fd: descriptors.ready }).end(JSON.stringify({ ready: true }));
  console.error(`${startedAt} ready`);
}

function stopOnce(cloud: Cloud): () => void {
  let isStopping = false;
  return () => {
    if (isStopping) return;
    isStopping = true;
    cloud.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error('The cloud did not stop in order:', error);
        process.exit(1);
      },
    );
  };
}

async function statusOf(
  { parts }: Cloud,
  folder: string,
  settings: Settings,
  startedAt: string,
): Promise<RunningStatus> {
  return {
    running: true,
    folder,
    pid: settings.firstPid ?? 0,
    startedAt,
    endpoint: parts.origin,
    frontDoor: `http://127.0.0.1:${settings.frontDoorPort}`,
    secureFrontDoor: `https://127.0.0.1:${settings.secureFrontDoorPort}`,
    nameServer: `127.0.0.1:${settings.nameServerPort}`,
    authority: publishedRoot(parts.folder),
    region: parts.region,
    account: parts.account,
    ...parts.services.iam.rootAccessKey(),
    timeLapse: settings.timeLapse?.factor ?? 1,
    instances: await listInstances(parts),
    loadBalancers: await listLoadBalancers(parts),
    memoryBytes: memoryOfAll(),
  };
}
