import { readFile } from 'node:fs/promises';

/** ESTABLISHED, SYN_RECV and CLOSE_WAIT: a request may still be under way. */
const underWay = new Set(['01', '03', '08']);

/** Counts a port's connections under way in a table like /proc/net/tcp. */
export function connectionsOn(port: number, table: string): number {
  const local = port.toString(16).toUpperCase().padStart(4, '0');
  let count = 0;
  for (const line of table.split('\n').slice(1)) {
    const [, address, , state] = line.trim().split(/\s+/, 4);
    if (address?.endsWith(`:${local}`) && underWay.has(state ?? '')) count++;
  }
  return count;
}

/** IPv4 and IPv6: a server that listens on `::` has its IPv4 connections in the second table. */
export async function openConnections(port: number): Promise<number> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return tables.reduce((sum, table) => sum + connectionsOn(port, table), 0);
}
