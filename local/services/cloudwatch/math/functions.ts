import { unsupported, validation } from '../errors.ts';
import { aggregate, combine, isList, isSeries, mapValues, type Series, type Value } from './series.ts';

/** Where an expression is evaluated: all metrics of the request, and the periods asked for. */
export interface Surroundings {
  readonly metrics: readonly Series[];
  readonly start: number;
  readonly end: number;
}

type MathFunction = (parameters: readonly Value[], surroundings: Surroundings) => Value;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const average = (values: readonly number[]): number => sum(values) / values.length;

/** Of one series a number, of several a series. */
const reducing =
  (reduce: (values: readonly number[]) => number): MathFunction =>
  ([value = NaN]) => {
    if (isList(value)) return aggregate(value, reduce, 60_000);
    return isSeries(value) ? reduce([...value.values.values()]) : value;
  };

const each =
  (change: (value: number) => number): MathFunction =>
  ([value = NaN]) =>
    combine(value, 0, change);

/** Changes from one value to the next one that there is. */
const successive =
  (change: (value: number, before: number, seconds: number) => number): MathFunction =>
  ([series = NaN]) => {
    if (!isSeries(series)) throw validation('The function needs one metric.');
    const entries = [...series.values];
    const values = entries.slice(1).map(([at, value], index) => {
      const [then, before] = entries[index] ?? [at, value];
      return [at, change(value, before, (at - then) / 1000)] as const;
    });
    return { period: series.period, values: new Map(values) };
  };

function fill([what = NaN, filler = NaN]: readonly Value[], { start, end }: Surroundings): Value {
  if (isList(what))
    return what.map((series) => fill([series, filler], { metrics: [], start, end }) as Series);
  if (!isSeries(what)) return what;
  const values = new Map<number, number>();
  for (let at = Math.ceil(start / what.period) * what.period; at < end; at += what.period) {
    const missing =
      typeof filler === 'number' ? filler : isSeries(filler) ? filler.values.get(at) : undefined;
    const value = what.values.get(at) ?? missing;
    if (value !== undefined) values.set(at, value);
  }
  return { period: what.period, values };
}

/** The last value there was, until there is another. */
export function repeat(series: Series, { start, end }: Surroundings): Series {
  const values = new Map<number, number>();
  let last: number | undefined;
  for (let at = Math.ceil(start / series.period) * series.period; at < end; at += series.period) {
    last = series.values.get(at) ?? last;
    if (last !== undefined) values.set(at, last);
  }
  return { period: series.period, values };
}

function choose([condition = NaN, then = NaN, otherwise = NaN]: readonly Value[]): Value {
  if (isList(condition) || isList(then) || isList(otherwise)) throw validation('IF takes no lists.');
  if (!isSeries(condition)) return condition === 0 ? otherwise : then;
  return mapValues(condition, (holds, at) => {
    const value = holds === 0 ? otherwise : then;
    return isSeries(value) ? (value.values.get(at) ?? NaN) : value;
  });
}

const functions: Readonly<Record<string, MathFunction>> = {
  AVG: reducing(average),
  MIN: reducing((values) => Math.min(...values)),
  MAX: reducing((values) => Math.max(...values)),
  SUM: reducing(sum),
  STDDEV: reducing((values) => Math.sqrt(average(values.map((value) => (value - average(values)) ** 2)))),
  DATAPOINT_COUNT: reducing((values) => values.length),
  ABS: each(Math.abs),
  CEIL: each(Math.ceil),
  FLOOR: each(Math.floor),
  FILL: fill,
  IF: choose,
  RATE: successive((value, before, seconds) => (value - before) / seconds),
  DIFF: successive((value, before) => value - before),
  RUNNING_SUM: ([series = NaN]) => {
    let total = 0;
    return isSeries(series) ? mapValues(series, (value) => (total += value)) : series;
  },
  PERIOD: ([series = NaN]) => (isSeries(series) ? series.period / 1000 : NaN),
  METRICS: (_, { metrics }) => metrics,
};

/** Throws for a function that nothing here computes (SEARCH, ANOMALY_DETECTION_BAND, …). */
export function findFunction(name: string): MathFunction {
  const found = functions[name];
  if (!found) throw unsupported(`The function ${name}`);
  return found;
}
