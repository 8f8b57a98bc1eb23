import { AwsError } from '../../endpoint/service.ts';

/** Route 53's errors in AWS's wording. */
export const noSuchZone = (id: string) =>
  new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404);
export const noSuchHealthCheck = (id: string) =>
  new AwsError('NoSuchHealthCheck', `No health check exists with the specified ID: ${id}`, 404);
export const invalidInput = (message: string) => new AwsError('InvalidInput', message);
export const invalidBatch = (messages: readonly string[]) =>
  new AwsError('InvalidChangeBatch', `[${messages.join(', ')}]`, 400, { messages: [...messages] });
export const unsupported = (what: string) =>
  invalidInput(`${what} is not supported by this region: nothing would act on it.`);
