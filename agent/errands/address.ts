import { AssociateAddressCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { ErrandInput } from './contract.ts';

/** Takes the environment's Elastic IP over from whichever instance had it. */
export async function associateAddress({ allocationId, instanceId }: ErrandInput<'address'>): Promise<null> {
  await new EC2Client({}).send(
    new AssociateAddressCommand({
      AllocationId: allocationId,
      InstanceId: instanceId,
      AllowReassociation: true,
    }),
  );
  return null;
}
