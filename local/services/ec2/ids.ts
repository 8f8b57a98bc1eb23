import { randomBytes } from 'node:crypto';

/** A new id as EC2 writes them: a prefix and 17 hexadecimal digits. */
export const newId = (prefix: string): string => `${prefix}-${randomBytes(9).toString('hex').slice(0, 17)}`;

/** A locally administered MAC address, the same for the same interface. */
export function macAddress(interfaceId: string): string {
  const digits = interfaceId.slice(-10).match(/../g) ?? [];
  return ['02', ...digits].join(':');
}
