import { AwsError } from '../../endpoint/service.ts';

/** Elastic Load Balancing's errors in AWS's wording. */
export const validation = (message: string) => new AwsError('ValidationError', message);
export const invalidConfiguration = (message: string) => new AwsError('InvalidConfigurationRequest', message);
export const notPermitted = (message: string) => new AwsError('OperationNotPermitted', message);
export const unsupported = (what: string) =>
  new AwsError('UnsupportedOperation', `${what} is not supported by this region: nothing would act on it.`);
export const loadBalancerNotFound = (what: string) =>
  new AwsError('LoadBalancerNotFound', `Load balancers '[${what}]' not found`);
export const targetGroupNotFound = (what: string) =>
  new AwsError('TargetGroupNotFound', `Target groups '${what}' not found`);
export const listenerNotFound = (what: string) =>
  new AwsError('ListenerNotFound', `One or more listeners not found: ${what}`);
export const ruleNotFound = (what: string) =>
  new AwsError('RuleNotFound', `One or more rules not found: ${what}`);
export const invalidMarker = () => validation('The marker is not valid.');
