/** Whether the records that a name has already leave room for the policy that a stack file asks for. */
import { ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import type { ResourceRecordSet, Route53Client } from '@aws-sdk/client-route-53';
import { RunError } from '@pulumi/pulumi';
import type { EnvironmentStack } from '../config.ts';
import { fullName } from './domain.ts';
import type { RoutingConfiguration } from './routing-section.ts';

type Policy = RoutingConfiguration['policy'] | 'Simple' | 'another';

/** Answers the address records of a name. */
export type ListRecords = (fqdn: string) => Promise<readonly ResourceRecordSet[]>;

export const recordsIn =
  (route53: Pick<Route53Client, 'send'>, hostedZoneId: string): ListRecords =>
  async (fqdn) => {
    const { ResourceRecordSets = [] } = await route53.send(
      new ListResourceRecordSetsCommand({
        HostedZoneId: hostedZoneId,
        StartRecordName: fqdn,
        StartRecordType: 'A',
        MaxItems: 100,
      }),
    );
    return ResourceRecordSets.filter(({ Name, Type }) => Name === `${fqdn}.` && Type === 'A');
  };

/**
 * Route 53 allows one policy for all records of a name and changes records one by one, so two that have a policy
 * can never get another one. A single one can, as long as nobody else joins at the same time: it may be the
 * stack's own.
 */
export async function ensurePoliciesFit(stack: EnvironmentStack, list: ListRecords): Promise<void> {
  const problems = await Promise.all(
    Object.entries(policiesOf(stack)).map(async ([fqdn, policy]) => {
      const inTheWay = (await list(fqdn)).filter((record) => policyOf(record) !== policy);
      const isAlone = inTheWay.length === 1 && sharersOf(stack, fqdn) === 1;
      return inTheWay.length === 0 || isAlone ? [] : [sentence(fqdn, policy, inTheWay)];
    }),
  );
  if (problems.flat().length === 0) return;
  throw new RunError(
    [
      ...problems.flat(),
      'Route 53 allows one policy for a name and changes one record at a time. Nothing was changed.',
      `Next: leave the name to one record (take \`record\` from the other environments, the entry from \`domain.records\`) and run \`pulumi up -s ${stack.stack}\`, in other stacks likewise; then change the policy and add the others again.`,
    ].join('\n'),
  );
}

/** Pure: how many records of a name a stack file asks for. */
const sharersOf = ({ domain, environments }: EnvironmentStack, fqdn: string): number =>
  [...Object.values(domain?.records ?? {}), ...Object.values(environments)].filter(
    ({ record }) => record !== undefined && fullName(record, domain?.name ?? '') === fqdn,
  ).length;

/** Pure: the policy that a stack file asks for, by name. */
function policiesOf({ domain, environments }: EnvironmentStack): Record<string, Policy> {
  if (!domain) return {};
  const asked = [...Object.values(domain.records), ...Object.values(environments)];
  return Object.fromEntries(
    asked.flatMap(({ record, routing }) =>
      record === undefined ? [] : [[fullName(record, domain.name), routing?.policy ?? 'Simple']],
    ),
  );
}

function policyOf({ SetIdentifier, Weight, Failover, MultiValueAnswer }: ResourceRecordSet): Policy {
  if (Weight !== undefined) return 'Weighted';
  if (Failover !== undefined) return 'Failover';
  if (MultiValueAnswer) return 'MultivalueAnswer';
  return SetIdentifier === undefined ? 'Simple' : 'another';
}

const sentence = (fqdn: string, policy: Policy, inTheWay: readonly ResourceRecordSet[]): string =>
  `${fqdn} cannot be routed by the policy ${policy}: ${inTheWay.length === 1 ? 'one record has' : `${inTheWay.length} records have`} another one (${inTheWay
    .map((record) => `${record.SetIdentifier ?? ''}: ${policyOf(record)}`)
    .join(', ')}).`;
