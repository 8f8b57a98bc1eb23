import { displayName } from '../../model/names.ts';
import type { EnvironmentDescriptor, GroupSize } from '../../model/schemas.ts';
import { problemsError } from '../errors.ts';

export interface WantedSize {
  readonly instances: string | undefined;
  readonly min: string | undefined;
  readonly max: string | undefined;
}

/** Pure: the size that is asked for, within the limits of the stack file; all that is wrong at once. */
export function sizeFor(
  environment: EnvironmentDescriptor,
  { desiredCapacity }: GroupSize,
  wanted: WantedSize,
): GroupSize {
  const problems: string[] = [];
  const { minSize: fewest, maxSize: most } = environment;
  const numberOf = (name: string, text: string | undefined, otherwise: number): number => {
    if (text === undefined) return otherwise;
    const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= fewest && number <= most))
      problems.push(`--${name} ${text}: a number from ${fewest} to ${most}, the limits of the stack file.`);
    return number;
  };
  const minSize = numberOf('min', wanted.min, fewest);
  const maxSize = numberOf('max', wanted.max, most);
  const within = Math.min(Math.max(desiredCapacity, minSize), maxSize);
  const instances = numberOf('instances', wanted.instances, within);
  const areInLimits = problems.length === 0;
  if (minSize > maxSize) problems.push(`--min ${minSize} is above --max ${maxSize}.`);
  else if (areInLimits && (instances < minSize || instances > maxSize))
    problems.push(`--instances ${instances}: from ${minSize} to ${maxSize}, the bounds given with it.`);
  if (environment.type === 'SingleInstance')
    problems.splice(0, Infinity, 'a SingleInstance environment always has one instance.');
  if (problems.length > 0)
    throw problemsError(
      `${displayName(environment)} cannot be scaled like this`,
      problems,
      `change minSize and maxSize in Pulumi.${environment.stack}.yaml, then pulumi up -s ${environment.stack}`,
    );
  return { minSize, maxSize, desiredCapacity: instances };
}
