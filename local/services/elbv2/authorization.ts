import {
  and,
  anywhere,
  each,
  fromList,
  on,
  onAll,
  requestTagsOf,
  type Authorization,
  type Rule,
} from '../../endpoint/authorization.ts';
import type { Parts } from '../parts.ts';
import { listenerArn, loadBalancerArn, ruleArn, targetGroupArn } from './names.ts';
import type { ElbState } from './state.ts';

type Input = Readonly<Record<string, string>>;

const loadBalancer = on(({ LoadBalancerArn = '' }: Input) => LoadBalancerArn);
const targetGroup = on(({ TargetGroupArn = '' }: Input) => TargetGroupArn);
const listener = on(({ ListenerArn = '' }: Input) => ListenerArn);
const rule = on(({ RuleArn = '' }: Input) => RuleArn);

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_elasticloadbalancingv2.html */
export function elbAuthorization(parts: Parts, state: ElbState): Authorization {
  const tagged = onAll(({ ResourceArns }: { ResourceArns: string[] }) => ResourceArns);
  const newLoadBalancer = ({ Name = '' }: Input): string => loadBalancerArn(parts, Name, '*');
  const newTargetGroup = ({ Name = '' }: Input): string => targetGroupArn(parts, Name, '*');
  return {
    prefix: 'elasticloadbalancing',
    operations: {
      CreateLoadBalancer: and(on(newLoadBalancer), tagging('CreateLoadBalancer', newLoadBalancer)),
      CreateTargetGroup: and(on(newTargetGroup), tagging('CreateTargetGroup', newTargetGroup)),
      CreateListener: and(
        loadBalancer,
        tagging('CreateListener', ({ LoadBalancerArn = '' }) => listenerArn(LoadBalancerArn, '*')),
      ),
      CreateRule: and(
        listener,
        tagging('CreateRule', ({ ListenerArn = '' }) => ruleArn(ListenerArn, '*')),
      ),
      ...each(['DeleteLoadBalancer', 'ModifyLoadBalancerAttributes', 'SetIpAddressType'], loadBalancer),
      ...each(['SetSecurityGroups', 'SetSubnets'], loadBalancer),
      ...each(['ModifyTargetGroup', 'ModifyTargetGroupAttributes', 'DeleteTargetGroup'], targetGroup),
      ...each(['RegisterTargets', 'DeregisterTargets'], targetGroup),
      ...each(['ModifyListener', 'ModifyListenerAttributes', 'DeleteListener'], listener),
      ...each(['AddListenerCertificates', 'RemoveListenerCertificates'], listener),
      ...each(['ModifyRule', 'DeleteRule'], rule),
      SetRulePriorities: onAll(({ RulePriorities }: { RulePriorities: { RuleArn: string }[] }) =>
        RulePriorities.map(({ RuleArn }) => RuleArn),
      ),
      ...each(['AddTags', 'RemoveTags'], tagged),
      ...each(['DescribeLoadBalancers', 'DescribeLoadBalancerAttributes', 'DescribeTags'], anywhere),
      ...each(['DescribeTargetGroups', 'DescribeTargetGroupAttributes', 'DescribeTargetHealth'], anywhere),
      ...each(['DescribeListeners', 'DescribeListenerAttributes', 'DescribeListenerCertificates'], anywhere),
      ...each(['DescribeRules', 'DescribeSSLPolicies'], anywhere),
    },
    keys: {
      // Comes with the tags of a creation.
      'elasticloadbalancing:CreateAction': () => undefined,
      'elasticloadbalancing:Scheme': ({ Scheme }: Input) => Scheme,
      'elasticloadbalancing:ListenerProtocol': ({ Protocol }: Input) => Protocol,
      'elasticloadbalancing:SecurityPolicy': ({ SslPolicy }: Input) => SslPolicy,
      'elasticloadbalancing:Subnet': ({ Subnets }: { Subnets?: string[] }) => Subnets,
      'elasticloadbalancing:SecurityGroup': ({ SecurityGroups }: { SecurityGroups?: string[] }) =>
        SecurityGroups,
    },
    tagsOf: (arn) =>
      fromList(
        [state.loadBalancers, state.targetGroups, state.listeners, state.rules].flatMap(
          (collection) => collection.get(arn)?.tags ?? [],
        ),
      ),
  };
}

/** Tags of a creation are added under an action of their own. */
function tagging(operation: string, resource: (input: Input) => string): Rule {
  return (input: Input) =>
    Object.keys(requestTagsOf(input)).length === 0
      ? []
      : [
          {
            action: 'AddTags',
            resource: resource(input),
            keys: { 'elasticloadbalancing:CreateAction': operation },
          },
        ];
}
