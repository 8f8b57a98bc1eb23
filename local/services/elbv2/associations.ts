import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../endpoint/service.ts';
import { groupsOf } from './actions.ts';
import { balancerOf } from './balancer-model.ts';
import { invalidConfiguration } from './errors.ts';
import type { ElbState, StoredLoadBalancer } from './state.ts';

/** A target group serves one load balancer, of its own VPC. */
export function checkAssociations(
  actions: readonly Action[],
  loadBalancer: StoredLoadBalancer,
  state: ElbState,
): void {
  for (const arn of groupsOf(actions)) {
    const group = state.targetGroups.get(arn);
    if (group && group.vpcId !== loadBalancer.vpcId) {
      throw invalidConfiguration(
        `The target group '${arn}' is not in the load balancer's VPC '${loadBalancer.vpcId}'`,
      );
    }
    const user = balancerOf(arn, state);
    if (user && user.arn !== loadBalancer.arn) {
      throw new AwsError(
        'TargetGroupAssociationLimit',
        `The following target groups cannot be associated with more than one load balancer: ${arn}`,
      );
    }
  }
}
