import { invalidValue } from './errors.ts';
import { memoryOf } from './engines.ts';
import type { StoredGroup, StoredParameterGroup } from './state.ts';

/** The parameters of a parameter group that the server acts on. */
interface Definition {
  readonly default: string;
  readonly type: 'string' | 'integer';
  /** As AWS lists them: values with commas, or a range `0-100`. */
  readonly allowed: string;
  readonly description: string;
}

const yesNo = 'yes,no';
const anyCount = '0-2147483647';

export const definitions: Readonly<Record<string, Definition>> = {
  activedefrag: {
    default: 'no',
    type: 'string',
    allowed: yesNo,
    description: 'Active memory defragmentation.',
  },
  'lazyfree-lazy-eviction': {
    default: 'no',
    type: 'string',
    allowed: yesNo,
    description: 'Evicts in the background.',
  },
  'lazyfree-lazy-expire': {
    default: 'no',
    type: 'string',
    allowed: yesNo,
    description: 'Expires in the background.',
  },
  'lfu-decay-time': {
    default: '1',
    type: 'integer',
    allowed: anyCount,
    description: 'Minutes until a counter of uses is halved.',
  },
  'lfu-log-factor': {
    default: '10',
    type: 'integer',
    allowed: '1-2147483647',
    description: 'How slowly counters of uses grow.',
  },
  'maxmemory-policy': {
    default: 'volatile-lru',
    type: 'string',
    allowed:
      'volatile-lru,allkeys-lru,volatile-lfu,allkeys-lfu,volatile-random,allkeys-random,volatile-ttl,noeviction',
    description: 'What is removed when memory is full.',
  },
  'maxmemory-samples': {
    default: '3',
    type: 'integer',
    allowed: '1-2147483647',
    description: 'Keys looked at for each eviction.',
  },
  'notify-keyspace-events': {
    default: '',
    type: 'string',
    allowed: '',
    description: 'Events that are published.',
  },
  'reserved-memory-percent': {
    default: '25',
    type: 'integer',
    allowed: '0-100',
    description: 'Memory kept for other than data.',
  },
  'slowlog-log-slower-than': {
    default: '10000',
    type: 'integer',
    allowed: '-1-2147483647',
    description: 'Microseconds after which a command is slow.',
  },
  'slowlog-max-len': {
    default: '128',
    type: 'integer',
    allowed: anyCount,
    description: 'Length of the slow log.',
  },
  'tcp-keepalive': {
    default: '300',
    type: 'integer',
    allowed: anyCount,
    description: 'Seconds between probes of a quiet connection.',
  },
  timeout: {
    default: '0',
    type: 'integer',
    allowed: '0,20-2147483647',
    description: 'Seconds after which an idle connection is closed; 0: never.',
  },
};

export function checkParameter(name: string, value: string): void {
  const definition = definitions[name];
  if (!definition)
    throw invalidValue(`The parameter ${name} cannot be modified: this region has no such parameter.`);
  const { allowed } = definition;
  if (allowed === '' ? !/^[KEg$lshzxetdmnA]*$/.test(value) : !isAllowed(allowed, value))
    throw invalidValue(
      `The value '${value}' for the parameter ${name} is not allowed: ${allowed || 'event classes'}.`,
    );
}

function isAllowed(allowed: string, value: string): boolean {
  return allowed.split(',').some((part) => {
    const range = /^(-?\d+)-(\d+)$/.exec(part);
    if (!range) return part === value;
    return /^-?\d+$/.test(value) && Number(value) >= Number(range[1]) && Number(value) <= Number(range[2]);
  });
}

/** What the server of a group's nodes is configured with. Pure. */
export function settingsOf(
  { nodeType }: Pick<StoredGroup, 'nodeType'>,
  { values }: Pick<StoredParameterGroup, 'values'>,
): Record<string, string> {
  const all = Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [name, values[name] ?? definition.default]),
  );
  const { 'reserved-memory-percent': reserved, ...settings } = all;
  const maxmemory = Math.floor(memoryOf(nodeType) * (1 - Number(reserved) / 100));
  return { ...settings, maxmemory: String(maxmemory) };
}
