import { AwsError } from '../../endpoint/service.ts';
import type { Ec2Context } from './context.ts';
import type { SubnetRow } from './state.ts';

/** A zone went down or came back: its network is cut or joined, and what ran in it has lost its power. */
export async function followOutage({ parts, state, network }: Ec2Context, zone: string): Promise<void> {
  const cut = network.changed();
  if (parts.outages.isDown(zone)) {
    for (const instance of state.instances.values())
      if (instance.zone === zone) parts.instances.crash(instance.id);
  }
  await cut;
}

/** EC2's own refusal where it has no machine left. */
export function ensureCapacity({ parts }: Ec2Context, { zone }: SubnetRow): void {
  if (!parts.outages.isDown(zone)) return;
  throw new AwsError(
    'InsufficientInstanceCapacity',
    `We currently do not have sufficient capacity in the Availability Zone you requested (${zone}). Our system will be working on provisioning additional capacity. You can currently get capacity by not specifying an Availability Zone in your request or choosing another one.`,
    500,
  );
}
