import { execFileSync, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { carrierAddress } from './addresses.ts';
import {
  addressesOf,
  changesTo,
  outsideAddresses,
  type Changes,
  type Router,
  type WiredHost,
} from './changes.ts';
import { inNamespace, inParallel, ip, kernel } from './kernel.ts';
import type { Network } from './network.ts';
import { internetHostAddress, type HostPlan, type NetworkPlan, type VpcPlan } from './plan.ts';
import { rulesetOf, type Refusal } from './ruleset.ts';
import {
  coreLines,
  coreRoute,
  coreRuleset,
  forwarding,
  hostReaddress,
  hostRoute,
  hostSetUp,
  internetHost,
  routerLines,
  routerSetUp,
  wireLines,
} from './wiring.ts';

export interface NetworkOptions {
  /** The port of the region's endpoint, which every host reaches as 127.0.0.1:PORT. */
  readonly endpointPort: number;
  readonly refusal?: Refusal;
}

/** Sets up the core in the daemon's own namespace and returns the plane, without any VPC yet. */
export async function createNetwork(options: NetworkOptions): Promise<NetworkPlane> {
  await ip(coreLines());
  await Promise.all([
    kernel(['sh', '-e'], forwarding),
    kernel(['nft', '-f', '-'], coreRuleset),
    kernel(inNamespace(internetHost, ['sh', '-e']), hostSetUp([internetHostAddress], options.endpointPort)),
  ]);
  return new NetworkPlane(options);
}

/** The network on the real kernel: a namespace per VPC's router and per host, joined by veth pairs. */
export class NetworkPlane implements Network {
  readonly #options: NetworkOptions;
  readonly #routers = new Map<string, Router>();
  readonly #hostByCarrier = new Map<string, string>();
  readonly #vpcByHost = new Map<string, string>();
  #lastIndex = 0;
  #wanted: NetworkPlan | undefined;
  #working: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  apply(plan: NetworkPlan): Promise<void> {
    this.#wanted = plan;
    this.#next ??= this.#afterWork();
    return this.#next;
  }

  /** Waits for the plan that is being worked on, then takes the newest one there is. */
  async #afterWork(): Promise<void> {
    await this.#working?.catch(() => undefined); // its own caller is told
    this.#next = undefined;
    const plan = this.#wanted;
    if (!plan) return;
    this.#working = this.#make(plan);
    await this.#working;
  }

  async #make(plan: NetworkPlan): Promise<void> {
    const changes = changesTo(this.#routers, plan);
    await this.#remove(changes);
    await inParallel(changes.routersToAdd, 2, async (vpc) => {
      await this.#addRouter(vpc);
    });
    await this.#addHosts(changes);
    for (const change of changes.hostsToReaddress) await this.#readdress(change);
    for (const vpc of plan.vpcs) await this.#rule(vpc);
  }

  /** A host's wire goes with its namespace, when the kernel gets to it; the rules shut it out at once. */
  async #remove({ hostsToRemove, routersToRemove }: Changes): Promise<void> {
    for (const [vpcId, group] of Map.groupBy(hostsToRemove, ({ vpcId }) => vpcId)) {
      await ip(
        group.flatMap(({ host }) => host.addresses.map((one) => `route del ${one}/32`)),
        vpcId,
      );
    }
    await ip(hostsToRemove.map(({ host }) => `netns del ${host.id}`));
    for (const { vpcId, host } of hostsToRemove) this.#forget(vpcId, host);
    await ip(routersToRemove.flatMap(({ id, coreLink }) => [`link del ${coreLink}`, `netns del ${id}`]));
    for (const { id } of routersToRemove) this.#routers.delete(id);
  }

  #forget(vpcId: string, host: WiredHost): void {
    this.#routers.get(vpcId)?.hosts.delete(host.id);
    this.#hostByCarrier.delete(host.carrier);
    if (this.#vpcByHost.get(host.id) === vpcId) this.#vpcByHost.delete(host.id);
  }

  async #addRouter(vpc: VpcPlan): Promise<void> {
    const coreLink = `c${++this.#lastIndex}`;
    await ip(routerLines(vpc.id, coreLink));
    await kernel(inNamespace(vpc.id, ['sh', '-e']), routerSetUp);
    this.#routers.set(vpc.id, { id: vpc.id, coreLink, hosts: new Map(), outside: new Set(), ruleset: '' });
  }

  /** All namespaces in one go, then all wires of a router in one go, then each host's inside. */
  async #addHosts({ hostsToAdd }: Changes): Promise<void> {
    const wanted = hostsToAdd.map(({ vpcId, host }) => ({ vpcId, wired: this.#wire(host) }));
    try {
      await this.#addWired(wanted);
    } catch (cause) {
      const unfinished = wanted.filter(({ wired }) => !this.#vpcByHost.has(wired.id));
      for (const { wired } of unfinished) await ip([`netns del ${wired.id}`]).catch(() => undefined);
      throw cause;
    }
  }

  async #addWired(wanted: readonly { vpcId: string; wired: WiredHost }[]): Promise<void> {
    await ip(wanted.map(({ wired }) => `netns add ${wired.id}`));
    for (const [vpcId, group] of Map.groupBy(wanted, ({ vpcId }) => vpcId)) {
      await ip(
        group.flatMap(({ wired }) => [...wireLines(wired.id, wired.link), ...routesTo(wired)]),
        vpcId,
      );
    }
    await inParallel(wanted, 4, async ({ vpcId, wired }) => {
      const script = hostSetUp(wired.addresses, this.#options.endpointPort);
      await kernel(inNamespace(wired.id, ['sh', '-e']), script);
      this.#routers.get(vpcId)?.hosts.set(wired.id, wired);
      this.#hostByCarrier.set(wired.carrier, wired.id);
      this.#vpcByHost.set(wired.id, vpcId);
    });
  }

  #wire(host: HostPlan): WiredHost {
    const index = ++this.#lastIndex;
    return { id: host.id, link: `v${index}`, carrier: carrierAddress(index), addresses: addressesOf(host) };
  }

  async #readdress({ vpcId, host, wired }: Changes['hostsToReaddress'][number]): Promise<void> {
    const addresses = addressesOf(host);
    const gone = wired.addresses.filter((address) => !addresses.includes(address));
    const come = addresses.filter((address) => !wired.addresses.includes(address));
    const cut = host.interfaces.flatMap(({ isCut, privateAddress }) => (isCut ? [privateAddress] : []));
    const script = hostReaddress({ gone, come, cut, primary: addresses[0] ?? '' });
    await kernel(inNamespace(wired.id, ['sh', '-e']), script);
    await ip(
      [...gone.map((one) => `route del ${one}/32`), ...come.map((one) => hostRoute(one, wired.link))],
      vpcId,
    );
    this.#routers.get(vpcId)?.hosts.set(wired.id, { ...wired, addresses });
  }

  /** Rules first, so that what the core leads to the router meets them. */
  async #rule(vpc: VpcPlan): Promise<void> {
    const router = this.#routers.get(vpc.id);
    if (!router) return;
    const ruleset = rulesetOf(vpc, router.hosts, this.#options.refusal ?? 'reject');
    if (ruleset !== router.ruleset) {
      await kernel(inNamespace(vpc.id, ['nft', '-f', '-']), ruleset);
      router.ruleset = ruleset;
    }
    await this.#lead(vpc, router);
  }

  async #lead(vpc: VpcPlan, router: Router): Promise<void> {
    const outside = outsideAddresses(vpc, router.hosts);
    const gone = [...router.outside].filter((address) => !outside.has(address));
    const come = [...outside].filter((address) => !router.outside.has(address));
    const elsewhere = new Set(
      [...this.#routers.values()].filter((one) => one !== router).flatMap((one) => [...one.outside]),
    );
    await ip([
      ...gone.filter((address) => !elsewhere.has(address)).map((address) => `route del ${address}/32`),
      ...come.map((address) => coreRoute(address, router.coreLink)),
    ]);
    router.outside = outside;
  }

  spawn(hostId: string, command: readonly string[], options: SpawnOptions = {}): ChildProcess {
    if (!this.#vpcByHost.has(hostId) && hostId !== internetHost) {
      throw new Error(`The network has no host ${hostId}.`);
    }
    const [program = '', ...args] = inNamespace(hostId, command);
    return spawn(program, args, options);
  }

  traffic(hostId: string): { received: number; sent: number } {
    if (!this.#vpcByHost.has(hostId)) return { received: 0, sent: 0 };
    const answer = execFileSync('ip', ['-n', hostId, '-s', '-j', 'link', 'show', 'eth0'], {
      encoding: 'utf8',
    });
    const [link] = JSON.parse(answer) as { stats64?: Record<'rx' | 'tx', { bytes: number }> }[];
    return { received: link?.stats64?.rx.bytes ?? 0, sent: link?.stats64?.tx.bytes ?? 0 };
  }

  hostOf(sourceAddress: string): string | undefined {
    return this.#hostByCarrier.get(sourceAddress.replace(/^::ffff:/, ''));
  }

  /** The VPC of a host. */
  vpcOf(hostId: string): string | undefined {
    return this.#vpcByHost.get(hostId);
  }
}

const routesTo = ({ addresses, link }: WiredHost): string[] =>
  addresses.map((address) => hostRoute(address, link));
