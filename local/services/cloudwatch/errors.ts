import { AwsError } from '../../endpoint/service.ts';

/** CloudWatch's errors in AWS's wording. */
export const invalidValue = (message: string) => new AwsError('InvalidParameterValueException', message);
export const invalidCombination = (message: string) =>
  new AwsError('InvalidParameterCombinationException', message);
export const missing = (message: string) => new AwsError('MissingRequiredParameterException', message);
export const validation = (message: string) => new AwsError('ValidationException', message);
export const unsupported = (what: string) =>
  invalidValue(`${what} is not supported by this region: nothing would act on it.`);
export const invalidToken = () => new AwsError('InvalidNextToken', 'The next token specified is invalid.');
