import { AwsError } from '../../endpoint/service.ts';

export const noSuchBucket = (BucketName: string): AwsError =>
  new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName });
export const noSuchKey = (Key: string): AwsError =>
  new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key });
export const noSuchVersion = (Key: string, VersionId: string): AwsError =>
  new AwsError('NoSuchVersion', 'The specified version does not exist.', 404, { Key, VersionId });
export const noSuchUpload = (UploadId: string): AwsError =>
  new AwsError(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    404,
    { UploadId },
  );
export const preconditionFailed = (Condition: string): AwsError =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition,
  });
export const conflict = (Condition: string): AwsError =>
  new AwsError(
    'ConditionalRequestConflict',
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
    409,
    { Condition },
  );
export const malformedXml = (): AwsError =>
  new AwsError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
export const invalidArgument = (message: string): AwsError => new AwsError('InvalidArgument', message, 400);
export const invalidRequest = (message: string): AwsError => new AwsError('InvalidRequest', message, 400);

/** Refuses members that we keep no state for, rather than ignoring them. */
export function refuseOthers(input: object, operation: string, known: ReadonlySet<string>): void {
  for (const [name, value] of Object.entries(input)) {
    if (value !== undefined && !known.has(name)) {
      throw new AwsError('NotImplemented', `local cloud: s3 ${operation} does not implement ${name}`, 501);
    }
  }
}
