import { AwsError } from '../../endpoint/service.ts';
import { publicCidr } from '../../network/plan.ts';
import { formatAddress, parseAddress, parseCidr } from './cidr.ts';
import type { Ec2State } from './state.ts';

const pointer = 'public-address';

/** Takes the next free public address; freed ones come round last. */
export function takePublicAddress(state: Ec2State): string {
  const pool = parseCidr(publicCidr);
  const taken = takenAddresses(state);
  const size = (pool?.size ?? 0) - 2;
  const first = (pool?.first ?? 0) + 1;
  const start = (parseAddress(state.pointers.get(pointer) ?? '') ?? first - 1) - first + 1;
  for (let step = 0; step < size; step++) {
    const address = formatAddress(first + ((start + step) % size));
    if (taken.has(address)) continue;
    state.pointers.set(pointer, address);
    return address;
  }
  throw new AwsError(
    'InsufficientAddressCapacity',
    `All ${size} public addresses of ${publicCidr} are in use.`,
  );
}

function takenAddresses(state: Ec2State): Set<string> {
  const taken = new Set<string>();
  for (const { publicAddress } of state.addresses.values()) taken.add(publicAddress);
  for (const { publicAddress } of state.interfaces.values()) if (publicAddress) taken.add(publicAddress);
  return taken;
}
