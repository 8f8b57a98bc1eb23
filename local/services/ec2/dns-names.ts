import type { Ec2State } from './state.ts';
import { parseAddress } from './cidr.ts';

const privateDomain = (region: string): string =>
  region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`;
const publicDomain = (region: string): string =>
  region === 'us-east-1' ? 'compute-1.amazonaws.com' : `${region}.compute.amazonaws.com`;

const dashed = (address: string): string => address.replaceAll('.', '-');

/** `ip-10-0-1-5`. */
export const hostname = (address: string): string => `ip-${dashed(address)}`;

export const privateName = (region: string, address: string): string =>
  `${hostname(address)}.${privateDomain(region)}`;

export const publicName = (region: string, address: string): string =>
  `ec2-${dashed(address)}.${publicDomain(region)}`;

/** The address in a name that EC2's own DNS answers, as long as some interface has it. */
export function resolveName(state: Ec2State, region: string, name: string): readonly string[] | undefined {
  const lower = name.toLowerCase().replace(/\.$/, '');
  const dot = lower.indexOf('.');
  const [label, domain] = [lower.slice(0, dot), lower.slice(dot + 1)];
  const isPrivate = domain === privateDomain(region) && label.startsWith('ip-');
  const isPublic = domain === publicDomain(region) && label.startsWith('ec2-');
  if (!isPrivate && !isPublic) return undefined;
  const address = label.slice(label.indexOf('-') + 1).replaceAll('-', '.');
  if (parseAddress(address) === undefined) return undefined;
  const interfaces = [...state.interfaces.values()];
  const isKnown = isPrivate
    ? interfaces.some((row) => row.privateAddress === address)
    : interfaces.some((row) => row.publicAddress === address) ||
      [...state.addresses.values()].some(
        (row) => row.publicAddress === address && row.interfaceId !== undefined,
      );
  return isKnown ? [address] : undefined;
}
