/** Arithmetic on IPv4 networks. */

const privateNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

interface Cidr {
  readonly address: number;
  readonly prefix: number;
}

function parseCidr(text: string): Cidr | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [prefix = 33, ...bytes] = [match[5], ...match.slice(1, 5)].map(Number);
  if (prefix > 32 || bytes.some((byte) => byte > 255)) return undefined;
  return { address: bytes.reduce((sum, byte) => sum * 256 + byte, 0), prefix };
}

const size = ({ prefix }: Cidr): number => 2 ** (32 - prefix);

const contains = (outer: Cidr, inner: Cidr): boolean =>
  inner.address >= outer.address && inner.address + size(inner) <= outer.address + size(outer);

/** Whether a VPC may have this range: private, /16 to /22 (smaller ones leave too few addresses per subnet), no host bits. */
export function isNetworkCidr(text: string): boolean {
  const cidr = parseCidr(text);
  if (!cidr || cidr.prefix < 16 || cidr.prefix > 22 || cidr.address % size(cidr) !== 0) return false;
  return privateNetworks.some((network) => {
    const outer = parseCidr(network);
    return outer !== undefined && contains(outer, cidr);
  });
}
