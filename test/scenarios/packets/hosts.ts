import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathWithSystem } from '../../../local/daemon/checks.ts';
import { enterCommand } from '../../../local/daemon/namespaces.ts';

/** A network namespace of the cloud: an instance, a load balancer, a database, a cache node, a mount target. */
export interface Host {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** One connection to be tried. */
export interface Attempt {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

/** The hosts of a running cloud as the kernel has them, given the daemon's first process. */
export async function hostsOf(daemon: number): Promise<Host[]> {
  const names = (await inside(daemon, ['ls', '/run/netns'])).trim().split('\n');
  const hosts = await Promise.all(
    names.map(async (name) => ({ name, addresses: await addressesOf(daemon, name) })),
  );
  // Routers bear a VPC's name; what is in there belongs to nobody.
  return hosts.filter(({ name, addresses }) => !name.startsWith('vpc-') && addresses.length > 0);
}

async function addressesOf(daemon: number, name: string): Promise<string[]> {
  const links = JSON.parse(await inside(daemon, ['ip', '-n', name, '-4', '-j', 'address'])) as {
    ifname: string;
    addr_info: { local: string }[];
  }[];
  return links
    .filter(({ ifname }) => ifname === 'eth0')
    .flatMap(({ addr_info }) => addr_info.map(({ local }) => local));
}

/** Which of the connections got through, tried from within the host. */
export async function probe(
  daemon: number,
  host: Host,
  attempts: readonly Attempt[],
): Promise<(boolean | string)[]> {
  const program = [process.execPath, join(import.meta.dirname, 'probe.js')];
  const input = JSON.stringify(attempts.map(({ from, to, port }) => [from, to, port]));
  const onHost = ['nsenter', `--net=/run/netns/${host.name}`, '--', ...program];
  return JSON.parse(await inside(daemon, onHost, input)) as (boolean | string)[];
}

/** Runs a program in the daemon's namespaces. */
export function inside(daemon: number, command: readonly string[], input = ''): Promise<string> {
  const [program = '', ...args] = enterCommand(daemon, command, process.getuid?.() ?? 0);
  const env = { ...process.env, PATH: pathWithSystem(process.env.PATH) };
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let [said, complained] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => {
      if (code === 0) done(said);
      else fail(new Error(`${command.slice(0, 4).join(' ')} ended with ${String(code)}: ${complained}`));
    });
  });
}
