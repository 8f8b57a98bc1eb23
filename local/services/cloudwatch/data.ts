import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import { measured, type Measured } from './buckets.ts';
import { invalidCombination, invalidValue, missing } from './errors.ts';
import type { Measurement } from './series.ts';

const oldest = 14 * 24 * 3600 * 1000;
const newest = 2 * 3600 * 1000;
const maximumDimensions = 30;

/** One datum of PutMetricData, checked. `number` is its place in the request, for messages. */
export function measurement(namespace: string, datum: MetricDatum, number: number, now: number): Measurement {
  const at = datum.Timestamp?.getTime() ?? now;
  const where = `MetricData.member.${number}`;
  if (!datum.MetricName) throw missing(`The parameter ${where}.MetricName is required.`);
  if (at < now - oldest || at > now + newest) {
    throw invalidValue(
      `The parameter ${where}.Timestamp must specify a time within the past two weeks and no more than two hours ahead.`,
    );
  }
  const { StorageResolution: resolution = 60 } = datum;
  if (resolution !== 1 && resolution !== 60)
    throw invalidValue(`The parameter ${where}.StorageResolution must be 1 or 60: ${resolution}.`);
  const dimensions = (datum.Dimensions ?? []).map(({ Name, Value }) => {
    if (!Name || !Value) throw invalidValue(`The parameter ${where}.Dimensions must have names and values.`);
    return { Name, Value };
  });
  if (dimensions.length > maximumDimensions)
    throw invalidValue(
      `The collection ${where}.Dimensions must not have a size greater than ${maximumDimensions}.`,
    );
  const values = valuesOf(datum, where);
  if (![values.sum, values.minimum, values.maximum].every(Number.isFinite))
    throw invalidValue(`The value for parameter ${where}.Value is invalid.`);
  return {
    namespace,
    name: datum.MetricName,
    dimensions,
    unit: datum.Unit ?? 'None',
    at,
    measured: values,
    isHighResolution: resolution === 1,
  };
}

function valuesOf({ Value, Values, Counts, StatisticValues: set }: MetricDatum, where: string): Measured {
  if ([Value, Values, set].filter((given) => given !== undefined).length !== 1) {
    throw invalidCombination(`${where} must have exactly one of Value, Values and StatisticValues.`);
  }
  if (Value !== undefined) return measured([[Value, 1]]);
  if (set) {
    const { SampleCount: count = 0, Sum: sum = 0, Minimum: minimum = 0, Maximum: maximum = 0 } = set;
    if (count <= 0)
      throw invalidValue(
        `The value for parameter ${where}.StatisticValues.SampleCount must be greater than 0.`,
      );
    return { count, sum, minimum, maximum };
  }
  if (!Values?.length || (Counts && Counts.length !== Values.length)) {
    throw invalidCombination(
      `The parameters ${where}.Values and ${where}.Counts must be of the same size, and not empty.`,
    );
  }
  return measured(Values.map((value, index) => [value, Counts?.[index] ?? 1]));
}
