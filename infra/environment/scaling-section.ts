/** How an environment grows and shrinks, as the stack file says it. */
import { Cron } from 'croner';
import { z } from 'zod';

const wholeNumber = (from: number, to: number) => z.number().int().min(from).max(to);
const percent = wholeNumber(1, 100);

const steps = (direction: string) =>
  z
    .array(
      z.strictObject({
        cpuPercent: percent.meta({ description: 'Average CPU of the instances.' }),
        instances: wholeNumber(1, 100).meta({ description: direction }),
      }),
    )
    .min(1)
    .max(10)
    .optional();

const isCron = (text: string): boolean => {
  if (text.trim().split(/\s+/).length !== 5) return false;
  try {
    return new Cron(text, { paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
};

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

export const scheduleSection = z.strictObject({
  cron: z.string().refine(isCron).meta({
    allowed: 'a cron expression of five fields such as 0 18 * * 1-5',
    description: 'When.',
  }),
  timeZone: z.string().refine(isTimeZone).default('Etc/UTC').meta({
    allowed: 'an IANA time zone such as Europe/Berlin',
    description: 'Whose clock the expression means; follows daylight saving.',
  }),
  minSize: wholeNumber(1, 10000).optional().meta({ description: 'Fewest instances from then on.' }),
  desiredSize: wholeNumber(1, 10000)
    .optional()
    .meta({ description: 'Instances at that moment; policies move them afterwards.' }),
});

export const scalingSection = z.strictObject({
  cpuPercent: percent.optional().meta({
    description: 'Target tracking: instances are added and taken away to hold this average CPU.',
  }),
  requestsPerTarget: wholeNumber(1, 10_000_000).optional().meta({
    description: 'Target tracking: requests a minute for each instance of a web environment.',
  }),
  backlogPerInstance: wholeNumber(1, 1_000_000).optional().meta({
    description:
      'Target tracking: messages waiting for each instance of a worker. Acceptable delay divided by the time one message takes, times `httpConnections`.',
  }),
  scaleIn: z.boolean().default(true).meta({
    description: 'Let target tracking take instances away, too.',
  }),
  warmupSeconds: wholeNumber(0, 3600).default(120).meta({
    description: 'From the start of serving until an instance counts in the metrics.',
  }),
  stepsOut: steps('Instances to add from this CPU on.').meta({
    allowed: '1 to 10 of { cpuPercent, instances }, ascending',
    description: 'Step scaling: how many instances are added from which CPU on, for one minute.',
  }),
  stepsIn: steps('Instances to take away below this CPU.').meta({
    allowed: '1 to 10 of { cpuPercent, instances }, descending',
    description: 'Step scaling: how many instances are taken away below which CPU, for five minutes.',
  }),
  schedules: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,19}$/), scheduleSection)
    .default({})
    .meta({
      allowed: 'name: { cron, timeZone, minSize, desiredSize }',
      description:
        'Sizes at times. There is no maximum: that keeps the idle slot, which is held at 0/0, where it is.',
    }),
});

export const alarmsSection = z.strictObject({
  serverErrors: wholeNumber(1, 1_000_000).default(10).meta({
    description: 'Answers with 5xx in a minute, in three of five minutes. Web behind a load balancer.',
  }),
  latencySeconds: z.number().min(0.01).max(300).default(2).meta({
    allowed: 'a number from 0.01 to 300',
    description: 'What one in twenty answers takes longer than. Web behind a load balancer.',
  }),
  cpuPercent: percent.default(90).meta({ description: 'Average CPU for five minutes.' }),
  backlogAgeSeconds: wholeNumber(60, 1_209_600)
    .default(900)
    .meta({ description: 'Age of the oldest message in the queue of a worker.' }),
});

export type ScalingConfiguration = z.infer<typeof scalingSection>;
export type AlarmsConfiguration = z.infer<typeof alarmsSection>;
