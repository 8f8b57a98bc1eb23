/** How several records share one name: `routing` of a record in a stack file, in Route 53's words. */
import { z } from 'zod';

const wholeNumber = (from: number, to: number) => z.number().int().min(from).max(to);

export const healthCheckSection = z.strictObject({
  path: z
    .string()
    .regex(/^\/[!-~]{0,254}$/)
    .optional()
    .meta({
      allowed: 'a path beginning with /, at most 255 characters',
      description:
        'What the health checkers ask for; 2xx and 3xx are healthy. Default: `healthCheckPath` of the environment, `/` of a record of `domain.records`.',
    }),
  intervalSeconds: z.literal([10, 30]).default(30).meta({
    description:
      'Between two requests of each health checker; there are eight or more, so requests are many. A change replaces the health check. 10 costs 1 USD a month more.',
  }),
  failureThreshold: wholeNumber(1, 10).default(3).meta({
    description: 'Requests in a row after which a health checker changes its mind, both ways.',
  }),
  searchString: z.string().min(1).max(255).optional().meta({
    allowed: 'a text of at most 255 characters',
    description:
      'Must stand in the first 5120 bytes of the answer for it to be healthy. Costs 1 USD a month more.',
  }),
});

export const routingSection = z.strictObject({
  policy: z.enum(['Weighted', 'Failover', 'MultivalueAnswer']).meta({
    description:
      '`Weighted`: each answer is drawn by weight. `Failover`: the primary while it is healthy, else the secondary. `MultivalueAnswer`: up to eight healthy addresses at once, for `SingleInstance` environments and addresses only. All records of one name have the same.',
  }),
  setIdentifier: z
    .string()
    .regex(/^[!-~]{1,128}$/)
    .optional()
    .meta({
      allowed: '1 to 128 characters without blanks',
      description:
        'Tells this record from others of the same name. Default: `<stack>-<environment>`, or `<stack>-<key>` under `domain.records`.',
    }),
  weight: wholeNumber(0, 255)
    .optional()
    .meta({
      description:
        'Share of the answers: this weight of the sum of all. 0: only when all others are unhealthy.',
      only: { policy: 'Weighted' },
    }),
  failover: z
    .enum(['PRIMARY', 'SECONDARY'])
    .optional()
    .meta({ description: 'Role. A name has one of each.', only: { policy: 'Failover' } }),
  healthCheck: healthCheckSection.optional().meta({
    allowed: 'a mapping, see below',
    description:
      'Asks from all over the world whether this record leads to something that works; `{}` takes all defaults. Without it the record counts as healthy. A `PRIMARY` needs one. 0.50 USD a month (the first 50 of an account free), by HTTPS 1 USD more; 0.25 USD more for an address outside AWS.',
  }),
});

/** A health check of something that is no environment: how to ask it cannot be known from elsewhere. */
export const outsideHealthCheckSection = healthCheckSection.extend({
  protocol: z.enum(['HTTP', 'HTTPS']).default('HTTP').meta({
    description: 'How it is asked. Certificates are not looked at.',
  }),
  port: wholeNumber(1, 65535).optional().meta({ description: 'Default: 80, for HTTPS 443.' }),
});

export const recordSection = z.strictObject({
  record: z
    .string()
    .regex(/^(@|[a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?)$/)
    .meta({
      allowed: 'a name such as www, or @ for the domain itself',
      description: 'DNS name below `domain.name`; may be the `record` of an environment, too.',
    }),
  addresses: z
    .array(z.ipv4().meta({ allowed: 'an IPv4 address' }))
    .min(1)
    .max(100)
    .meta({
      allowed: '1 to 100 IPv4 addresses',
      description: 'What the name leads to: something outside this stack, such as a static site.',
    }),
  ttlSeconds: wholeNumber(1, 604800).default(60).meta({
    description: 'How long resolvers keep the answer. Long ones make a failover slow.',
  }),
  routing: routingSection
    .extend({
      healthCheck: outsideHealthCheckSection.optional().meta({ ...routingSection.shape.healthCheck.meta() }),
    })
    .optional()
    .meta({
      allowed: 'a mapping, see below',
      description: 'How it shares its name with other records.',
    }),
});

export type HealthCheckConfiguration = z.infer<typeof outsideHealthCheckSection>;
export type RoutingConfiguration = z.infer<typeof routingSection>;
export type RecordConfiguration = z.infer<typeof recordSection>;
