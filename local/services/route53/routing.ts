import type { ResourceRecordSet } from '@aws-sdk/client-route-53';

/** Routing policies: which of several record sets of one name and type are answered. */

const multivalueAnswers = 8;

export function chooseRecords<T>(
  records: readonly ResourceRecordSet[],
  random: () => number,
  answer: (record: ResourceRecordSet) => readonly T[],
): T[] {
  const [first] = records;
  if (first?.Weight !== undefined) return weighted(records, random).flatMap(answer);
  if (first?.Failover !== undefined) return failover(records, answer);
  if (first?.MultiValueAnswer) return shuffled(records, random).slice(0, multivalueAnswers).flatMap(answer);
  return records.flatMap(answer);
}

/** A draw by weight; when all weights are zero every record has the same chance. */
function weighted(records: readonly ResourceRecordSet[], random: () => number): ResourceRecordSet[] {
  const total = records.reduce((sum, { Weight = 0 }) => sum + Weight, 0);
  const weightOf = ({ Weight = 0 }: ResourceRecordSet) => (total === 0 ? 1 : Weight);
  let draw = random() * (total === 0 ? records.length : total);
  for (const record of records) {
    draw -= weightOf(record);
    if (draw < 0) return [record];
  }
  return records.slice(-1);
}

/** The primary one, unless there is nothing behind it. */
function failover<T>(
  records: readonly ResourceRecordSet[],
  answer: (record: ResourceRecordSet) => readonly T[],
): T[] {
  const of = (role: string) => records.filter(({ Failover }) => Failover === role).flatMap(answer);
  const primary = of('PRIMARY');
  return primary.length > 0 ? primary : of('SECONDARY');
}

const shuffled = <T>(items: readonly T[], random: () => number): T[] =>
  items
    .map((item) => ({ item, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
