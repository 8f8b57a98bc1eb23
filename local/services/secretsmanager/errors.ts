import { AwsError } from '../../endpoint/service.ts';

/** Secrets Manager's errors in AWS's wording. */
export const invalidParameter = (message: string) => new AwsError('InvalidParameterException', message);
export const invalidRequest = (message: string) => new AwsError('InvalidRequestException', message);
export const invalidToken = () => new AwsError('InvalidNextTokenException', 'Invalid pagination token.');
export const notFound = () =>
  new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
export const valueNotFound = (what: string) =>
  new AwsError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for ${what}`,
  );
export const exists = (message: string) => new AwsError('ResourceExistsException', message);
export const unsupported = (what: string) =>
  invalidParameter(`${what} is not supported by this region: nothing would act on it.`);
