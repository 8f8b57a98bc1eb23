import { AwsError } from '../../endpoint/service.ts';

/** Certificate Manager's errors in AWS's wording. */
export const invalid = (message: string) => new AwsError('ValidationException', message);
export const notFound = (arn: string) =>
  new AwsError('ResourceNotFoundException', `Could not find certificate ${arn}.`);
export const inUse = (arn: string) => new AwsError('ResourceInUseException', `Certificate ${arn} in use.`);
export const unsupported = (what: string) =>
  invalid(`${what} is not supported by this region: nothing would act on it.`);
