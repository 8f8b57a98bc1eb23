import { AwsError } from '../../endpoint/service.ts';

/** Systems Manager's errors in AWS's wording. */
export const validation = (message: string) => new AwsError('ValidationException', message);
export const parameterNotFound = (name: string) =>
  new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
export const parameterVersionNotFound = (name: string, version: string | number) =>
  new AwsError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`,
  );
export const parameterExists = () =>
  new AwsError(
    'ParameterAlreadyExists',
    'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
  );
export const invalidDocument = (name: string) =>
  new AwsError('InvalidDocument', `Document with name ${name} does not exist.`);
export const invalidContent = (message: string) => new AwsError('InvalidDocumentContent', message);
export const invalidParameters = (message: string) => new AwsError('InvalidParameters', message);
export const invalidNextToken = () => new AwsError('InvalidNextToken', 'The specified token is not valid.');
export const invalidInstances = (ids: readonly string[], account: string) =>
  new AwsError(
    'InvalidInstanceId',
    `Instances [[${ids.join(', ')}]] not in a valid state for account ${account}`,
  );
export const notBacked = (member: string) =>
  new AwsError(
    'UnsupportedOperationException',
    `${member} is not supported by this region: nothing would act on it.`,
  );
