/** `beanpole:cache` of a stack file. */
import { z } from 'zod';

const wholeNumber = (from: number, to: number) => z.number().int().min(from).max(to);

export const cacheAlarmsSection = z.strictObject({
  cpuPercent: wholeNumber(1, 100)
    .default(90)
    .meta({ description: "CPU of a node's engine, which has one thread, for five minutes." }),
  memoryPercent: wholeNumber(1, 100)
    .default(90)
    .meta({ description: 'Memory of a node that holds data, for five minutes.' }),
  evictions: wholeNumber(1, 100_000_000).default(1000).meta({
    description: 'Keys thrown away in a minute because the memory is full, in three of five minutes.',
  }),
  replicationLagSeconds: wholeNumber(1, 86_400)
    .default(10)
    .meta({ description: 'How far a replica is behind.' }),
});

export const cacheSection = z.strictObject({
  engine: z.enum(['valkey', 'redis']).default('valkey').meta({
    description: '`valkey` is about a fifth cheaper than `redis`; both speak the same protocol.',
  }),
  nodeType: z
    .string()
    .regex(/^cache\.[a-z0-9-]+\.[a-z0-9-]+$/)
    .default('cache.t4g.micro')
    .meta({
      allowed: 'a cache node type such as cache.t4g.micro',
      description: 'cache.t4g.micro costs about 9 USD a month and node (us-east-1).',
    }),
  replicas: z.number().int().min(0).max(5).default(0).meta({
    description: 'Copies in other zones; with at least one a replica takes over from a failed primary.',
  }),
  alarms: cacheAlarmsSection.prefault({}).meta({
    allowed: 'a mapping, see below',
    description: "Limits beyond which the application stack's alarm topic is told.",
  }),
});

export type CacheConfiguration = z.infer<typeof cacheSection>;
