import { expect } from 'chai';
import { evaluateExpression } from '../../../../../local/services/cloudwatch/math/evaluate.ts';
import type { Series, Value } from '../../../../../local/services/cloudwatch/math/series.ts';
import { parseExpression } from '../../../../../local/services/cloudwatch/math/syntax.ts';

const period = 60_000;
const series = (...values: (number | undefined)[]): Series => ({
  period,
  values: new Map(
    values.flatMap((value, index) => (value === undefined ? [] : [[index * period, value] as const])),
  ),
});
const known: Readonly<Record<string, Series>> = {
  visible: series(10, 30, undefined, 60),
  instances: series(2, 0, 3, 3),
};

function calculate(text: string): Value {
  return evaluateExpression(parseExpression(text), (name) => known[name] ?? NaN, {
    metrics: Object.values(known),
    start: 0,
    end: 4 * period,
  });
}

/** Values per period; a dash where there is none. */
function shown(text: string): unknown {
  const value = calculate(text);
  if (typeof value === 'number') return value;
  const one = value as Series;
  return [0, 1, 2, 3].map((index) => one.values.get(index * period) ?? '-');
}

describe('metric math', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['1 + 2 * 3 ^ 2', 19],
    ['-(4 - 6) / 2', 1],
    ['3 > 2 AND 1 == 1', 1],
    ['visible / instances', [5, '-', '-', 20]],
    ['visible * 2', [20, 60, '-', 120]],
    ['FILL(visible, 0)', [10, 30, 0, 60]],
    ['FILL(visible, REPEAT)', [10, 30, 30, 60]],
    ['FILL(visible, 0) / instances', [5, '-', 0, 20]],
    ['IF(instances > 0, visible / instances, 0)', [5, 0, '-', 20]],
    ['IF(instances == 0, visible)', ['-', 30, '-', '-']],
    ['SUM([visible, instances])', [12, 30, 3, 63]],
    ['MAX(METRICS())', [10, 30, 3, 60]],
    ['AVG(instances)', 2],
    ['MIN(visible)', 10],
    ['DIFF(instances)', ['-', -2, 3, 0]],
    ['RATE(instances) * PERIOD(instances)', ['-', -2, 3, 0]],
    ['RUNNING_SUM(instances)', [2, 2, 5, 8]],
    ['CEIL(visible / 7)', [2, 5, '-', 9]],
  ];
  for (const [text, value] of cases)
    it(text, () => {
      expect(shown(text)).to.deep.equal(value);
    });

  for (const text of ['1 +', '(1', 'a b', 'SUM([visible)', '2 $ 3', ''])
    it(`refuses "${text}"`, () => {
      expect(() => parseExpression(text)).to.throw('is not valid');
    });

  it('refuses functions that it does not have, by name', () => {
    expect(() => calculate('ANOMALY_DETECTION_BAND(visible, 2)')).to.throw('ANOMALY_DETECTION_BAND');
  });
});
