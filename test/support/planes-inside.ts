/** The program of `startPlanes`, inside the namespaces. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { createAuthority } from '../../local/authority.ts';
import { systemClock } from '../../local/clock.ts';
import type { Terminal } from '../../local/instances/instances.ts';
import { MetadataService } from '../../local/instances/metadata.ts';
import { serveMetadata } from '../../local/instances/metadata-server.ts';
import { createInstances } from '../../local/instances/plane.ts';
import { resolverAddress } from '../../local/network/addresses.ts';
import { serveDns } from '../../local/network/dns-server.ts';
import { endpointAddress, publicResolverAddress } from '../../local/network/plan.ts';
import { createNetwork } from '../../local/network/plane.ts';
import type { Resolution } from '../../local/network/dns-answer.ts';
import type { PlanesApi } from './planes.ts';

const [folder = ''] = process.argv.slice(2);
const port = 4566;
const network = await createNetwork({ endpointPort: port });
const instances = createInstances({
  folder,
  network,
  region: 'eu-central-1',
  clock: systemClock,
  authority: createAuthority(folder),
  origin: `http://127.0.0.1:${port}`,
});
const deaths: string[] = [];
instances.onDeath((id) => deaths.push(id));

createServer((message, response) => response.end(message.socket.remoteAddress)).listen(port, endpointAddress);
const metadata = new MetadataService(
  {
    metadata: (id) => ({ 'meta-data/instance-id': id }),
    credentials: async () => undefined,
    metadataOptions: () => ({ httpEndpoint: 'enabled', httpTokens: 'optional' }),
  },
  systemClock,
);
await serveMetadata(metadata, (source) => network.hostOf(source));

/** `who.example` tells who asks; everything else has one address. */
const answer = (name: string, type: string, asker: string): Resolution => ({
  code: 'NOERROR',
  records: [
    ...(type === 'A' ? [{ name, type, ttl: 5, data: '203.0.113.200' }] : []),
    ...(type === 'TXT' ? [{ name, type, ttl: 5, data: `"${asker}"` }] : []),
  ],
});
await serveDns(publicResolverAddress, (_, name, type) => answer(name, type, 'the public'));
await serveDns(resolverAddress, (source, name, type) => {
  const host = network.hostOf(source) ?? 'nobody';
  return answer(name, type, `${host} in ${network.vpcOf(host) ?? 'no VPC'}`);
});

const webServer = `require('node:http')
  .createServer((message, response) => response.end(process.argv[1] + ' ' + message.socket.remoteAddress))
  .listen(Number(process.argv[2]), '0.0.0.0', () => console.log('ready'))`;

const terminals: {
  terminal: Terminal;
  shown: Buffer[];
  exitCode: { value: number | undefined };
}[] = [];

const api: PlanesApi = {
  apply: (plan) => network.apply(plan),
  async exec(hostId, argv) {
    const child = network.spawn(hostId, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (text) => (stdout += String(text)));
    child.stderr?.on('data', (text) => (stderr += String(text)));
    const [code] = (await once(child, 'close')) as [number | null];
    return { exitCode: code ?? -1, stdout, stderr };
  },
  async listen(hostId, onPort) {
    const command = [process.execPath, '-e', webServer, hostId, String(onPort)];
    const child = network.spawn(hostId, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.stdout) await once(child.stdout, 'data');
  },
  boot: (machine) => instances.boot(machine),
  halt: (instanceId) => instances.halt(instanceId),
  discard: (instanceId) => instances.discard(instanceId),
  run: (instanceId, argv) => instances.run(instanceId, { argv }),
  async openTerminal(instanceId, argv) {
    const shown: Buffer[] = [];
    const terminal = await instances.openTerminal(instanceId, {
      argv,
      onOutput: (bytes) => shown.push(bytes),
    });
    const exitCode = { value: undefined as number | undefined };
    void terminal.ended.then((code) => (exitCode.value = code));
    terminals.push({ terminal, shown, exitCode });
    return terminals.length - 1;
  },
  async type(id, text) {
    terminals[id]?.terminal.write(Buffer.from(text));
  },
  async resize(id, columns, rows) {
    terminals[id]?.terminal.resize({ columns, rows });
  },
  async hangUp(id) {
    terminals[id]?.terminal.hangUp();
  },
  async seen(id) {
    const found = terminals[id];
    return { text: Buffer.concat(found?.shown ?? []).toString(), exitCode: found?.exitCode.value };
  },
  isRunning: async (instanceId) => instances.isRunning(instanceId),
  usage: async (instanceId) => instances.usage(instanceId),
  deaths: async () => deaths,
};

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: unknown[];
}

process.on('message', ({ id, method, args }: Call) => {
  (api as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>)[method]?.(...args).then(
    (value) => process.send?.({ id, value }),
    (error: unknown) => process.send?.({ id, error: (error as Error).message }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.({ id: 0 });
