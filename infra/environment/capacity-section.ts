/** What an environment's instances are bought as, and how they are replaced, in Elastic Beanstalk's own words. */
import { z } from 'zod';

const wholeNumber = (from: number, to: number) => z.number().int().min(from).max(to);

export const instanceMaintenanceSection = z.strictObject({
  minHealthyPercentage: wholeNumber(0, 100).default(100).meta({
    description: 'Of the desired instances, how many serve at least while some are replaced.',
  }),
  maxHealthyPercentage: wholeNumber(100, 200).default(110).meta({
    description:
      'How many there are at most; above 100 the successor is launched first. At most 100 more than the minimum. One instance can always be replaced.',
  }),
});

const spotKey = 'With `enableSpot`: ';

/** Keys of an environment. */
export const capacityKeys = {
  instanceTypes: z
    .array(
      z
        .string()
        .regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/)
        .meta({ allowed: 'an instance type such as t3.small' }),
    )
    .min(1)
    .max(40)
    .default(['t3.small'])
    .meta({
      description:
        'EC2 instance types, of one architecture in a stack. Several: the first one that is there is launched on demand, and all are asked for on the spot market.',
    }),
  enableSpot: z.boolean().default(false).meta({
    description:
      'Launch a part of the instances on the spot market, at about a third of the price; EC2 takes them back with two minutes of notice.',
  }),
  spotFleetOnDemandBase: wholeNumber(0, 10000)
    .optional()
    .meta({ description: `${spotKey}how many instances are on demand in any case. Default: 0.` }),
  spotFleetOnDemandAboveBasePercentage: wholeNumber(0, 100)
    .optional()
    .meta({
      description: `${spotKey}percent of the instances above the base that are on demand, too, rounded up. Default: 70, or 0 for SingleInstance.`,
    }),
  spotMaxPrice: z
    .number()
    .min(0.001)
    .max(20)
    .optional()
    .meta({
      allowed: 'a number from 0.001 to 20',
      description: `${spotKey}most US dollars an hour for one instance. Default: its on-demand price.`,
    }),
  spotAllocationStrategy: z
    .enum([
      'capacity-optimized',
      'capacity-optimized-prioritized',
      'price-capacity-optimized',
      'lowest-price',
    ])
    .optional()
    .meta({
      description: `${spotKey}which of the types is launched. Default: capacity-optimized, which is interrupted least.`,
    }),
  enableCapacityRebalancing: z
    .boolean()
    .optional()
    .meta({
      description: `${spotKey}launch the successor when EC2 warns that an interruption is likely, before the instance goes. Default: true. For a while there is one instance more.`,
    }),
  instanceMaintenancePolicy: instanceMaintenanceSection.prefault({}).meta({
    allowed: 'a mapping, see below',
    description: 'How instances that are unhealthy, or in the wrong zone, are replaced.',
  }),
};

export type CapacityConfiguration = z.infer<z.ZodObject<typeof capacityKeys>>;
