/** `beanpole:cache` of a stack file. */
import { z } from 'zod';

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
});

export type CacheConfiguration = z.infer<typeof cacheSection>;
