import { decode, encode, type Answer, type DecodedPacket, type Packet } from 'dns-packet';
import { flagsOf, responseCodes } from './dns-codes.ts';

/** A record with its data as zone files write it. */
export interface ResolvedRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly data: string;
}

export interface Resolution {
  readonly code: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL';
  readonly records: readonly ResolvedRecord[];
}

export type Resolve = (name: string, type: string) => Resolution;

/** Largest answer over UDP to a client that does not say that it takes more (RFC 1035). */
const plainUdpBytes = 512;

/** Answers a message of the DNS protocol; undefined when it is not one. */
export function answerMessage(
  message: Buffer,
  resolve: Resolve,
  limit: number | 'stream',
): Buffer | undefined {
  const query = parse(message);
  if (query?.type !== 'query') return undefined;
  const [question] = query.questions ?? [];
  if (operationOf(query) !== 0 || !question) return reply(query, 'NOTIMP', []);
  const { code, records } = safely(resolve, question.name, question.type);
  const answer = reply(query, code, records.flatMap(recordOf));
  const most = limit === 'stream' ? 65_535 : Math.min(limit, advertised(query));
  return answer.length <= most ? answer : reply(query, code, [], true);
}

function parse(message: Buffer): DecodedPacket | undefined {
  try {
    return decode(message);
  } catch {
    return undefined;
  }
}

/** 0 is a standard query; updates, notifications and the like are not served. */
const operationOf = ({ flags = 0 }: DecodedPacket): number => (flags >> 11) & 15;

function safely(resolve: Resolve, name: string, type: string): Resolution {
  try {
    return resolve(name, type);
  } catch (error) {
    console.error(`The name ${name} (${type}) could not be resolved:`, error);
    return { code: 'SERVFAIL', records: [] };
  }
}

function reply(
  query: DecodedPacket,
  code: keyof typeof responseCodes,
  answers: Answer[],
  isTruncated = false,
): Buffer {
  const packet: Packet = {
    type: 'response',
    id: query.id ?? 0,
    flags: flagsOf(query.flag_rd, isTruncated) | responseCodes[code],
    questions: query.questions ?? [],
    answers,
  };
  return encode(packet);
}

/** What the client takes over UDP, as its EDNS record says. */
function advertised(query: DecodedPacket): number {
  const extension = (query.additionals ?? []).find(({ type }) => type === 'OPT');
  const size = extension?.type === 'OPT' ? extension.udpPayloadSize : 0;
  return Math.max(plainUdpBytes, size);
}

/** A record for the wire; none for a type that is not served. */
export function recordOf({ name, type, ttl, data }: ResolvedRecord): Answer[] {
  const head = { name, ttl, class: 'IN' } as const;
  const words = data.split(/\s+/);
  const [first = '', second = ''] = words;
  switch (type) {
    case 'A':
    case 'AAAA':
      return [{ ...head, type, data }];
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return [{ ...head, type, data: withoutDot(data) }];
    case 'TXT':
      return [{ ...head, type, data: strings(data) }];
    case 'MX':
      return [{ ...head, type, data: { preference: Number(first), exchange: withoutDot(second) } }];
    case 'SRV': {
      const [priority = 0, weight = 0, port = 0] = words.slice(0, 3).map(Number);
      return [{ ...head, type, data: { priority, weight, port, target: withoutDot(words[3] ?? '') } }];
    }
    case 'SOA': {
      const [serial = 0, refresh = 0, retry = 0, expire = 0, minimum = 0] = words.slice(2).map(Number);
      const names = { mname: withoutDot(first), rname: withoutDot(second) };
      return [{ ...head, type, data: { ...names, serial, refresh, retry, expire, minimum } }];
    }
    case 'CAA': {
      const tag = second as 'issue' | 'issuewild' | 'iodef';
      const value = strings(words.slice(2).join(' '))[0] ?? '';
      return [{ ...head, type, data: { flags: Number(first), tag, value, issuerCritical: first === '128' } }];
    }
    default:
      return [];
  }
}

/** The quoted strings of a TXT record; an unquoted one is taken as it is. */
function strings(data: string): string[] {
  const quoted = [...data.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    text.replace(/\\(.)/g, '$1'),
  );
  return quoted.length > 0 ? quoted : [data];
}

const withoutDot = (name: string): string => name.replace(/\.$/, '');
