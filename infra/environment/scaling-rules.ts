/** Rules across the keys of an environment's `scaling`. Pure. */
import type { EnvironmentConfiguration } from '../config.ts';
import type { Problem } from '../config-problems.ts';
import type { ScalingConfiguration } from './scaling-section.ts';

export function scalingProblems(
  environmentPath: string,
  { scaling, tier, maxSize }: EnvironmentConfiguration,
): Problem[] {
  if (!scaling) return [];
  const at = `${environmentPath}.scaling`;
  return [
    ...ensureMetricOfTier(at, scaling, tier),
    ...ensureOrdered(`${at}.stepsOut`, scaling.stepsOut, 'above'),
    ...ensureOrdered(`${at}.stepsIn`, scaling.stepsIn, 'below'),
    ...ensureStepsApart(at, scaling),
    ...Object.entries(scaling.schedules).flatMap(([name, schedule]) =>
      ensureScheduleFits(`${at}.schedules.${name}`, schedule, maxSize),
    ),
  ];
}

function ensureMetricOfTier(
  at: string,
  { requestsPerTarget, backlogPerInstance }: ScalingConfiguration,
  tier: EnvironmentConfiguration['tier'],
): Problem[] {
  const foreign = tier === 'Worker' ? requestsPerTarget : backlogPerInstance;
  if (foreign === undefined) return [];
  const [key, wanted] =
    tier === 'Worker' ? ['requestsPerTarget', 'WebServer'] : ['backlogPerInstance', 'Worker'];
  return [{ path: `${at}.${key}`, message: `only for tier ${wanted}; this environment is ${tier}.` }];
}

/** Each step takes over where the one before it ends. */
function ensureOrdered(
  at: string,
  steps: ScalingConfiguration['stepsOut'] = [],
  order: 'above' | 'below',
): Problem[] {
  return steps.flatMap(({ cpuPercent }, index) => {
    const before = steps[index - 1]?.cpuPercent;
    const isInOrder = before === undefined || (order === 'above' ? cpuPercent > before : cpuPercent < before);
    if (isInOrder) return [];
    return [
      {
        path: `${at}.${index}.cpuPercent`,
        message: `${cpuPercent} must be ${order} the step before, ${before}.`,
      },
    ];
  });
}

/** Where one adds what the other takes away, instances come and go for ever. */
function ensureStepsApart(at: string, { stepsOut, stepsIn }: ScalingConfiguration): Problem[] {
  const [out, back] = [stepsOut?.[0]?.cpuPercent, stepsIn?.[0]?.cpuPercent];
  if (out === undefined || back === undefined || back < out) return [];
  return [
    {
      path: `${at}.stepsIn.0.cpuPercent`,
      message: `${back} must be below stepsOut.0.cpuPercent, which is ${out}.`,
    },
  ];
}

function ensureScheduleFits(
  at: string,
  { minSize, desiredSize }: ScalingConfiguration['schedules'][string],
  maxSize: number,
): Problem[] {
  if (minSize === undefined && desiredSize === undefined)
    return [{ path: at, message: 'changes nothing; give minSize, desiredSize or both.' }];
  const sizes = { minSize, desiredSize };
  const tooLarge = Object.entries(sizes).flatMap(([key, size]) =>
    size !== undefined && size > maxSize
      ? [{ path: `${at}.${key}`, message: `${size} is above maxSize, which is ${maxSize}.` }]
      : [],
  );
  if (minSize === undefined || desiredSize === undefined || minSize <= desiredSize) return tooLarge;
  return [
    ...tooLarge,
    { path: `${at}.minSize`, message: `${minSize} is above desiredSize, which is ${desiredSize}.` },
  ];
}
