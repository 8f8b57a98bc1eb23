/** Addresses that the plumbing itself uses; link-local ones, so that no VPC can contain them. */

/** The instance metadata service. */
export const metadataAddress = '169.254.169.254';
/** Amazon's resolver under its second address; a VPC's base address plus two is translated to it. */
export const resolverAddress = '169.254.169.253';
/** A host's next hop: its VPC's router. */
export const hostGateway = '169.254.1.1';
/** The link between a VPC's router and the core, which plays the internet. */
export const coreEnd = '169.254.2.1';
export const routerEnd = '169.254.2.2';

/** The router's interface towards the core. */
export const uplink = 'core';

/**
 * The address under which a host's questions reach metadata service and resolver: unique in the cloud
 * even where VPCs have the same CIDR. From the range carriers use behind their own translation (RFC 6598).
 */
export function carrierAddress(index: number): string {
  const value = 0x64400000 + index;
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
}
