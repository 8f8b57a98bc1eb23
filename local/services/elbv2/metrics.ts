import type { Dimension, MetricDatum } from '@aws-sdk/client-cloudwatch';

/** Counts a load balancer's requests and puts them together as CloudWatch's metrics of a minute. */
export interface RequestCounts {
  add(line: string): void;
  /** The metrics since the last time; `healthy` tells how many targets shared a group's requests. */
  take(at: Date, healthy: (group: Dimension) => number): MetricDatum[];
}

/** One line of HAProxy's log, as the configuration's log-format writes it. */
export interface LoggedRequest {
  readonly ended: string;
  readonly status: number;
  /** Milliseconds until the target's answer began; -1: it never answered. */
  readonly responseTime: number;
  readonly backend: string;
  readonly bytes: number;
}

export function parseRequest(line: string): LoggedRequest | undefined {
  const fields = /^(\S\S)\|(-?\d+)\|(-?\d+)\|([^|]*)\|([^|]*)\|(\d+)\|(\d+)$/.exec(line);
  if (!fields) return undefined;
  const [, ended = '', status, time, backend = '', , sent, received] = fields;
  return {
    ended,
    status: Number(status),
    responseTime: Number(time),
    backend: backend.replace(/\.open$/, ''),
    bytes: Number(sent) + Number(received),
  };
}

/** `dimensionOf` names the target group behind a backend; undefined for a listener's own answers. */
export function countRequests(
  loadBalancer: Dimension,
  dimensionOf: (backend: string) => Dimension | undefined,
): RequestCounts {
  let sums = new Map<string, Sum>();

  function add(name: string, dimensions: Dimension[], value: number): void {
    const key = [name, ...dimensions.map(({ Value }) => Value)].join('|');
    const sum = sums.get(key);
    const found = sum ?? { name, dimensions, total: 0, values: new Map<number, number>() };
    if (!sum) sums.set(key, found);
    found.total += value;
    found.values.set(value, (found.values.get(value) ?? 0) + 1);
  }

  return {
    add(line) {
      const request = parseRequest(line);
      if (!request) return;
      const { status, responseTime, bytes } = request;
      const group = dimensionOf(request.backend);
      const answered = request.ended.startsWith('-') && responseTime >= 0;
      for (const dimensions of group ? [[loadBalancer], [group, loadBalancer]] : [[loadBalancer]]) {
        add('RequestCount', dimensions, 1);
        if (answered) add(`HTTPCode_Target_${Math.floor(status / 100)}XX_Count`, dimensions, 1);
        if (answered) add(responseTimeName, dimensions, threeDigits(responseTime) / 1000);
      }
      add('ProcessedBytes', [loadBalancer], bytes);
      if (!answered) add(`HTTPCode_ELB_${Math.floor(status / 100)}XX_Count`, [loadBalancer], 1);
    },
    take(at, healthy) {
      const data = [...sums.values()].flatMap((sum) => dataOf(sum, at));
      const perTarget = [...sums.values()].flatMap((sum) => requestsPerTarget(sum, at, healthy));
      sums = new Map();
      return [...data, ...perTarget];
    },
  };
}

const responseTimeName = 'TargetResponseTime';

/** Whole milliseconds below a second, and no more digits above: percentiles need few different values. */
const threeDigits = (milliseconds: number): number => Number(milliseconds.toPrecision(3));

interface Sum {
  readonly name: string;
  readonly dimensions: Dimension[];
  total: number;
  /** Each value and how often it came. */
  readonly values: Map<number, number>;
}

/** CloudWatch takes so many different values at a time. */
const valuesPerDatum = 150;

function dataOf({ name, dimensions, values }: Sum, at: Date): MetricDatum[] {
  const all = [...values];
  const unit = name === responseTimeName ? 'Seconds' : name === 'ProcessedBytes' ? 'Bytes' : 'Count';
  return Array.from({ length: Math.ceil(all.length / valuesPerDatum) }, (_, index) => {
    const part = all.slice(index * valuesPerDatum, (index + 1) * valuesPerDatum);
    return {
      MetricName: name,
      Dimensions: dimensions,
      Timestamp: at,
      Values: part.map(([value]) => value),
      Counts: part.map(([, count]) => count),
      Unit: unit,
    };
  });
}

/** What target tracking goes by; without a healthy target nobody had a share. */
function requestsPerTarget(
  { name, dimensions, total }: Sum,
  at: Date,
  healthy: (group: Dimension) => number,
): MetricDatum[] {
  const [group] = dimensions;
  if (name !== 'RequestCount' || group?.Name !== 'TargetGroup' || healthy(group) === 0) return [];
  return [[group], dimensions].map((Dimensions) => ({
    MetricName: 'RequestCountPerTarget',
    Dimensions,
    Timestamp: at,
    Value: total / healthy(group),
    Unit: 'Count',
  }));
}
