import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { createAuthority } from './authority.ts';
import { systemClock, timeLapse } from './clock.ts';
import { frontDoorCertificates } from './daemon/front-door/certificates.ts';
import { createFrontDoor, type FrontDoorOptions } from './daemon/front-door/front-door.ts';
import { knownNames } from './daemon/front-door/known-names.ts';
import type { DoorPorts } from './daemon/front-door/names.ts';
import type { Settings } from './daemon/settings.ts';
import { createEndpoint } from './endpoint/endpoint.ts';
import { MetadataService } from './instances/metadata.ts';
import { serveMetadata } from './instances/metadata-server.ts';
import { createInstances } from './instances/plane.ts';
import { resolverAddress } from './network/addresses.ts';
import { serveDns, serveDnsOn, type ResolveFor } from './network/dns-server.ts';
import { createNetwork, type NetworkPlane } from './network/plane.ts';
import { endpointAddress, frontDoorAddress, publicResolverAddress } from './network/plan.ts';
import type { Refusal } from './network/ruleset.ts';
import type { Parts } from './services/parts.ts';
import { createServices, inStartOrder } from './services.ts';
import { createOutages } from './outages.ts';
import { openStore } from './store.ts';
import { publishRoot } from './trust.ts';

export interface CloudOptions {
  /** Where everything durable is kept. */
  readonly folder: string;
  readonly account: string;
  readonly region: string;
  /** The endpoint's port, the same outside, on the simulated internet and on every instance. */
  readonly port: number;
  /** Listening sockets of the world outside. */
  readonly endpointDescriptor: number;
  readonly frontDoorDescriptor: number;
  readonly secureFrontDoorDescriptor: number;
  /** A UDP socket: the public name server for the world outside. */
  readonly namesDescriptor: number;
  /** Where browsers reach the front doors. */
  readonly frontDoorPorts: DoorPorts;
  readonly refusal: Refusal;
  readonly timeLapse?: Settings['timeLapse'] | undefined;
}

export interface Cloud {
  readonly parts: Parts;
  /** Ends what runs, in order; the state is kept. */
  stop(): Promise<void>;
}

/**
 * The whole region: store, planes, services, and the doors to them. To be called inside the daemon's
 * namespaces. Doors that instances need open before the services that boot them start.
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { folder, account, region, port } = options;
  // Secrets are in there: the folder is its owner's alone.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of ['objects', 'disks', 'run']) mkdirSync(join(folder, name), { recursive: true });
  const origin = `http://127.0.0.1:${port}`;
  const clock = systemClock;
  const store = openStore(join(folder, 'state.sqlite'));
  const network = await createNetwork({ endpointPort: port, refusal: options.refusal });
  const authority = createAuthority(folder);
  publishRoot(folder, await authority.rootCertificate());
  const instances = createInstances({ folder, network, region, origin, clock, authority });
  const planes = { network, instances, authority, outages: createOutages() };
  const { factor, since } = options.timeLapse ?? {};
  const lapse = factor && since ? timeLapse(clock, factor, since) : undefined;
  const parts = await createServices({ store, clock, lapse, account, region, folder, origin, ...planes });
  const closeDoors = await openDoors(parts, network, options);
  await startServices(parts);
  return {
    parts,
    async stop() {
      await stopServices(parts);
      await instances.haltAll();
      await closeDoors();
      await store.settled();
      store.close();
    },
  };
}

/** Endpoint, name servers, metadata service and front door; the result closes them. */
async function openDoors(
  parts: Parts,
  network: NetworkPlane,
  options: CloudOptions,
): Promise<() => Promise<void>> {
  const { services, store, clock, account, region } = parts;
  const endpoint = createEndpoint({
    services,
    accessKey: (id) => services.iam.accessKey(id),
    store,
    clock,
    account,
    region,
    onFault: (error, operation) => {
      console.error(`${operation} failed:`, error);
    },
  });
  await endpoint.listen({ fd: options.endpointDescriptor });
  await endpoint.listen({ port: options.port, host: endpointAddress });
  const publicNames: ResolveFor = (_, name, type) => services.route53.resolve(name, type);
  const closers = await Promise.all([
    serveDns(publicResolverAddress, publicNames),
    serveDns(resolverAddress, (source, name, type) =>
      services.route53.resolve(name, type, vpcOf(network, source)),
    ),
  ]);
  closers.push(serveDnsOn(options.namesDescriptor, publicNames));
  const servers = [
    await serveMetadata(new MetadataService(services.ec2, clock), (source) => network.hostOf(source)),
    frontDoor(parts, options).listen({ fd: options.frontDoorDescriptor }),
    (await secureFrontDoor(parts, options)).listen({ fd: options.secureFrontDoorDescriptor }),
  ];
  return async () => {
    for (const close of closers) close();
    for (const server of servers) closeServer(server);
    await endpoint.close();
  };
}

function vpcOf(network: NetworkPlane, sourceAddress: string): string | undefined {
  const host = network.hostOf(sourceAddress);
  return host === undefined ? undefined : network.vpcOf(host);
}

const frontDoor = (parts: Parts, { frontDoorPorts }: CloudOptions): Server =>
  createFrontDoor({ ...insideOf(parts), ports: frontDoorPorts });

async function secureFrontDoor(parts: Parts, { frontDoorPorts }: CloudOptions): Promise<Server> {
  const contextOf = frontDoorCertificates(parts.authority, () => parts.clock.now());
  const tls = { contextOf, trusted: await parts.authority.rootCertificate() };
  return createFrontDoor({ ...insideOf(parts), ports: frontDoorPorts, tls });
}

function insideOf(parts: Parts): Omit<FrontDoorOptions, 'ports'> {
  return {
    addressesOf: (name) =>
      parts.services.route53
        .resolve(name, 'A')
        .records.flatMap(({ type, data }) => (type === 'A' ? [data] : [])),
    names: () => knownNames(parts),
    localAddress: frontDoorAddress,
  };
}

function closeServer(server: Server): void {
  server.close();
  server.closeAllConnections();
}

async function startServices(parts: Parts): Promise<void> {
  for (const service of inStartOrder(parts.services)) {
    try {
      await service.start?.();
    } catch (cause) {
      throw new Error(`The service ${service.name} did not start: ${(cause as Error).message}`, { cause });
    }
  }
}

/** In the reverse order; one that fails does not keep the others from being stopped. */
async function stopServices(parts: Parts): Promise<void> {
  for (const service of inStartOrder(parts.services).toReversed()) {
    try {
      await service.stop?.();
    } catch (error) {
      console.error(`The service ${service.name} did not stop in order:`, error);
    }
  }
}
