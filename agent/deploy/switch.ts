/**
 * The atomic switch: nginx always connects to 127.0.0.1:5000 and the kernel redirects that to the live process.
 * One nftables transaction moves it; connections under way keep their old way (docs/decisions/0004).
 */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

/** nginx's fixed upstream. */
export const upstreamPort = 5000;
/** Where nginx itself answers while no version serves. */
export const placeholderPort = 5001;
/** Processes get their PORT from here; below the kernel's range for outgoing connections. */
export const firstPort = 5101;
export const lastPort = 5999;

/** A script for `nft -f -`; nft applies the whole file or nothing. */
export function switchRules(port: number): string {
  return [
    'add table ip beanpole_agent',
    'add chain ip beanpole_agent live { type nat hook output priority -100 ; policy accept ; }',
    'flush chain ip beanpole_agent live',
    `add rule ip beanpole_agent live ip daddr 127.0.0.1 tcp dport ${upstreamPort} redirect to :${port}`,
    '',
  ].join('\n');
}

export async function switchTo(port: number): Promise<void> {
  const nft = spawn('nft', ['-f', '-'], { stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = new Promise<number>((resolve, reject) => {
    nft.on('error', reject);
    nft.on('close', (code) => {
      resolve(code ?? 1);
    });
  });
  nft.stdin.on('error', () => undefined);
  nft.stdin.end(switchRules(port));
  const [problem, code] = await Promise.all([text(nft.stderr), ended]);
  if (code !== 0)
    throw new Error(`nft could not redirect port ${upstreamPort} to ${port}: ${problem.trim()}`);
}

/**
 * Each redirected connection leaves an entry in the kernel's table for two minutes, enough to fill it at 2,000
 * requests per second. Five seconds serve the same purpose on the loopback. Where the kernel does not let us,
 * its own early drop of closing connections remains.
 */
export async function shortenConnectionTracking(): Promise<void> {
  const file = '/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_time_wait';
  await writeFile(file, '5').catch(() => undefined);
}
