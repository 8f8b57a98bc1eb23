import { AwsError } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import { invalid } from './errors.ts';

/** One page of a listing in Auto Scaling's own terms. */
export function paged<T>(
  rows: readonly T[],
  { MaxRecords = 50, NextToken }: { MaxRecords?: number | undefined; NextToken?: string | undefined },
): { items: T[]; next: { NextToken?: string } } {
  if (MaxRecords < 1 || MaxRecords > 100)
    throw invalid(
      `1 validation error detected: Value '${MaxRecords}' at 'maxRecords' failed to satisfy constraint: Member must have value between 1 and 100`,
    );
  const { items, nextToken } = page(rows, MaxRecords, NextToken, refuse);
  return { items: [...items], next: nextToken === undefined ? {} : { NextToken: nextToken } };
}

const refuse = (): AwsError => new AwsError('InvalidNextToken', 'The NextToken value is not valid.');
