import { AwsError } from '../../endpoint/service.ts';

export const noSuchEntity = (what: string): AwsError => new AwsError('NoSuchEntity', what, 404);
export const alreadyExists = (what: string): AwsError => new AwsError('EntityAlreadyExists', what, 409);
export const deleteConflict = (what: string): AwsError => new AwsError('DeleteConflict', what, 409);
export const limitExceeded = (what: string): AwsError => new AwsError('LimitExceeded', what, 409);
export const malformedPolicy = (what: string): AwsError => new AwsError('MalformedPolicyDocument', what, 400);
export const validationError = (what: string): AwsError => new AwsError('ValidationError', what, 400);

/** Refuses what we keep no state for, rather than ignoring it. */
export function refuse(input: object, ...fields: string[]): void {
  const given = fields.find((field) => (input as Record<string, unknown>)[field] !== undefined);
  if (given) throw new AwsError('InvalidInput', `local cloud: iam does not implement ${given}`);
}
