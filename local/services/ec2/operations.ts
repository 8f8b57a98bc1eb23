import type { Operations } from '../../endpoint/service.ts';
import { accountOperations } from './account.ts';
import { addressOperations } from './addresses.ts';
import type { Ec2Context } from './context.ts';
import { wouldSucceed } from './errors.ts';
import { imageAttributeOperations } from './image-attributes.ts';
import { imageOperations } from './images.ts';
import { instanceAttributeOperations } from './instance-attributes.ts';
import { instanceChangeOperations } from './instance-changes.ts';
import { instanceTypeOperations } from './instance-types.ts';
import { instanceOperations } from './instances.ts';
import { internetGatewayOperations } from './internet-gateways.ts';
import { launchTemplateVersionOperations } from './launch-template-versions.ts';
import { launchTemplateOperations } from './launch-templates.ts';
import { natGatewayOperations } from './nat-gateways.ts';
import { networkAclOperations } from './network-acls.ts';
import { networkInterfaceOperations } from './network-interfaces.ts';
import { permissionOperations } from './permissions.ts';
import { profileOperations } from './profiles.ts';
import { routeTableOperations } from './route-tables.ts';
import { routeOperations } from './routes.ts';
import { securityGroupOperations } from './security-groups.ts';
import { snapshotOperations } from './snapshots.ts';
import { spotOperations } from './spot.ts';
import { subnetOperations } from './subnets.ts';
import { tagOperations } from './tags.ts';
import { volumeOperations } from './volumes.ts';
import { vpcOperations } from './vpcs.ts';
import { zoneOperations } from './zones.ts';

/** All of EC2's operations that exist here, by AWS's names. */
export function ec2Operations(context: Ec2Context) {
  return answeringDryRuns({
    ...accountOperations(context),
    ...addressOperations(context),
    ...imageAttributeOperations(context),
    ...imageOperations(context),
    ...instanceAttributeOperations(context),
    ...instanceChangeOperations(context),
    ...instanceOperations(context),
    ...instanceTypeOperations(context),
    ...internetGatewayOperations(context),
    ...launchTemplateOperations(context),
    ...launchTemplateVersionOperations(context),
    ...natGatewayOperations(context),
    ...networkAclOperations(context),
    ...networkInterfaceOperations(context),
    ...permissionOperations(context),
    ...profileOperations(context),
    ...routeOperations(context),
    ...routeTableOperations(context),
    ...securityGroupOperations(context),
    ...snapshotOperations(context),
    ...spotOperations(context),
    ...subnetOperations(context),
    ...tagOperations(context),
    ...volumeOperations(context),
    ...vpcOperations(context),
    ...zoneOperations(context),
  });
}

/** Operations whose dry run checks the whole request. */
const checkingThemselves = ['RunInstances'];

/** A dry run asks whether the caller may; the endpoint has settled that before an operation is called. */
function answeringDryRuns<O extends Operations>(operations: O): O {
  const wrapped = Object.entries(operations).map(([name, handler]): [string, Operations[string]] => [
    name,
    (input: { readonly DryRun?: boolean }, call) => {
      if (input.DryRun === true && !checkingThemselves.includes(name)) throw wouldSucceed();
      return handler(input, call);
    },
  ]);
  return Object.fromEntries(wrapped) as O;
}
