import { whyDenied } from '../../endpoint/authorize.ts';
import { internalFacts, type Parts } from '../parts.ts';

/**
 * What the SSM agent on an instance calls, with the credentials of the instance's role.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-messageAPIs.html
 */
export const agentCalls = {
  register: ['ssm:UpdateInstanceInformation'],
  /** The connection over which sessions are announced to it. */
  controlChannel: ['ssmmessages:CreateControlChannel', 'ssmmessages:OpenControlChannel'],
  /** Its side of a session. */
  dataChannel: ['ssmmessages:CreateDataChannel', 'ssmmessages:OpenDataChannel'],
} as const;

/** Why the agent on an instance may not make one of its calls, in AWS's words; undefined: it may. */
export async function agentRefusal(
  parts: Parts,
  instanceId: string,
  calls: keyof typeof agentCalls,
): Promise<string | undefined> {
  const { services, region, account } = parts;
  const credentials = await services.ec2.credentials(instanceId);
  const key = credentials && services.iam.accessKey(credentials.accessKeyId);
  if (!key) return 'no EC2 IMDS role found';
  const facts = internalFacts(parts, { caller: key.caller, identity: key.identity?.() });
  for (const action of agentCalls[calls]) {
    const resource = action.startsWith('ssm:')
      ? `arn:aws:ec2:${region}:${account}:instance/${instanceId}`
      : `arn:aws:ssmmessages:${region}:${account}:*`;
    const why = whyDenied('ssm', facts, { action, resource });
    if (why !== undefined) return why;
  }
  return undefined;
}
