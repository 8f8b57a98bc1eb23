import { AwsError } from '../../endpoint/service.ts';

/** EFS's errors: each says its code once more as `ErrorCode`. */
const error = (code: string, message: string, status: number, more: Record<string, unknown> = {}) =>
  new AwsError(code, message, status, { ErrorCode: code, ...more });

export const badRequest = (message: string) => error('BadRequest', message, 400);
export const unsupported = (what: string) =>
  badRequest(`${what} is not supported by this region: nothing would act on it.`);
export const fileSystemNotFound = (id: string) =>
  error('FileSystemNotFound', `File system '${id}' does not exist.`, 404);
export const fileSystemExists = (id: string) =>
  error('FileSystemAlreadyExists', `File system '${id}' already exists with creation token.`, 409, {
    FileSystemId: id,
  });
export const fileSystemInUse = (id: string, why: string) =>
  error('FileSystemInUse', `File system '${id}' is in use: ${why}.`, 409);
export const mountTargetNotFound = (id: string) =>
  error('MountTargetNotFound', `Mount target '${id}' does not exist.`, 404);
export const mountTargetConflict = (message: string) => error('MountTargetConflict', message, 409);
export const accessPointNotFound = (id: string) =>
  error('AccessPointNotFound', `Access point '${id}' does not exist.`, 404);
export const accessPointExists = (id: string) =>
  error('AccessPointAlreadyExists', `Access point '${id}' already exists with client token.`, 409, {
    AccessPointId: id,
  });
export const policyNotFound = (id: string) =>
  error('PolicyNotFound', `File system '${id}' has no policy.`, 404);
export const invalidPolicy = (message: string) => error('InvalidPolicyException', message, 400);
export const subnetNotFound = (id: string) =>
  error('SubnetNotFound', `The subnet ID '${id}' does not exist`, 400);
export const securityGroupNotFound = (id: string) =>
  error('SecurityGroupNotFound', `The security group '${id}' does not exist`, 400);
