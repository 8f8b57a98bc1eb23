/** `beanpole:database` of a stack file. */
import { z } from 'zod';

const onlyAurora = { only: { engine: 'aurora-mysql' } } as const;
const onlyMysql = { only: { engine: 'mysql' } } as const;
const wholeNumber = (from: number, to: number) => z.number().int().min(from).max(to);
/** Aurora capacity units come in halves. */
const capacity = z
  .number()
  .min(0)
  .max(256)
  .multipleOf(0.5)
  .meta({ allowed: 'Aurora capacity units from 0 to 256 in steps of 0.5' });

export const databaseAlarmsSection = z.strictObject({
  cpuPercent: wholeNumber(1, 100).default(90).meta({ description: 'CPU of an instance for five minutes.' }),
  connections: wholeNumber(1, 100_000).optional().meta({
    description: 'Connections to one instance. Default: four fifths of what its memory allows.',
  }),
  freeableMemoryPercent: wholeNumber(1, 99)
    .default(5)
    .meta({ description: 'Memory of an instance that is left. Not for Serverless v2, which grows.' }),
  capacityPercent: wholeNumber(1, 100).default(90).meta({
    description: 'Serverless v2: how much of `maxCapacity` an instance has grown to, for 15 minutes.',
  }),
  replicaLagSeconds: wholeNumber(1, 86_400)
    .default(10)
    .meta({ description: 'How far a reader or read replica is behind.' }),
  freeStoragePercent: wholeNumber(1, 99)
    .default(10)
    .meta({ description: '`mysql`: storage that is left. Aurora storage grows by itself.' }),
});

export const databaseSection = z.strictObject({
  engine: z.enum(['aurora-mysql', 'mysql']).meta({
    description:
      '`aurora-mysql`: a cluster with a writer and readers over zones, which fails over by itself. `mysql`: an RDS instance, cheaper.',
  }),
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/)
    .default('ebdb')
    .meta({
      allowed: 'letters, digits and _, a letter first, at most 64 characters',
      description: 'Database made at the beginning; the application gets it as RDS_DB_NAME.',
    }),
  instances: wholeNumber(1, 16)
    .default(2)
    .meta({
      description:
        'A writer and readers, spread over the zones. With one there is nobody to fail over to. Each costs at least its minimum capacity.',
      ...onlyAurora,
    }),
  minCapacity: capacity.default(0.5).meta({
    description:
      'Smallest size of each instance; 0 lets an idle cluster pause. 0.5 costs about 44 USD a month and instance (us-east-1).',
    ...onlyAurora,
  }),
  maxCapacity: capacity
    .default(4)
    .meta({ description: 'Largest size of each instance; 1 to 256.', ...onlyAurora }),
  instanceClass: z
    .string()
    .regex(/^db\.[a-z0-9-]+\.[a-z0-9-]+$/)
    .optional()
    .meta({
      allowed: 'a DB instance class such as db.t4g.micro',
      description:
        'For `mysql` db.t4g.micro by default, about 12 USD a month (us-east-1). For `aurora-mysql` Serverless v2 by default; a class makes it provisioned.',
    }),
  multiAz: z
    .boolean()
    .default(false)
    .meta({
      description: 'A standby in another zone, which takes over by itself. Doubles the cost.',
      ...onlyMysql,
    }),
  readReplicas: wholeNumber(0, 5)
    .default(0)
    .meta({
      description:
        'Copies to read from, each at the price of the instance; the first is RDS_READER_HOSTNAME. RDS does not manage the password of an instance that has any: it is in a secret of the stack then, and is not rotated. Decide at the beginning: a change between 0 and more changes the password.',
      ...onlyMysql,
    }),
  allocatedStorageGb: wholeNumber(20, 65536)
    .default(20)
    .meta({ description: 'gp3 storage. 0.115 USD per GB and month (us-east-1).', ...onlyMysql }),
  backupRetentionDays: wholeNumber(1, 35)
    .default(7)
    .meta({ description: 'Days for which any moment can be restored.' }),
  protection: z.boolean().default(true).meta({
    description:
      '`pulumi destroy` and AWS refuse to delete it. To delete it, set false and run `pulumi up` first.',
  }),
  finalSnapshot: z.boolean().default(true).meta({
    description:
      'Leaves a snapshot when it is deleted. Snapshots cost 0.095 USD per GB and month (us-east-1).',
  }),
  restoreFromSnapshot: z
    .string()
    .regex(/^[A-Za-z0-9:_-]{1,255}$/)
    .optional()
    .meta({
      allowed: 'the identifier or ARN of a snapshot',
      description: 'What the database begins with. Changes nothing once it is there.',
    }),
  alarms: databaseAlarmsSection.prefault({}).meta({
    allowed: 'a mapping, see below',
    description: "Limits beyond which the application stack's alarm topic is told.",
  }),
});

export type DatabaseConfiguration = z.infer<typeof databaseSection>;
