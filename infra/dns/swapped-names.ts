import { ListResourceRecordSetsCommand, type Route53Client } from '@aws-sdk/client-route-53';
import { RunError } from '@pulumi/pulumi';
import { ownRecord } from '../../model/names.ts';
import type { EnvironmentStack } from '../config.ts';
import { fullName } from './domain.ts';

/** A name of the stack file, and what it is an alias of now; undefined when it does not exist yet. */
export interface Lead {
  readonly environment: string;
  readonly name: string;
  readonly target: string | undefined;
}

/**
 * Refuses to take an environment away that a swap has let another one's name lead to: that name would lead nowhere.
 */
export async function ensureNamesKept(
  route53: Pick<Route53Client, 'send'>,
  hostedZoneId: string,
  configuration: EnvironmentStack,
): Promise<void> {
  const { domain, environments } = configuration;
  if (!domain) return;
  const leads = await Promise.all(
    Object.entries(environments).flatMap(([environment, { record }]) =>
      record === undefined
        ? []
        : [readLead(route53, hostedZoneId, environment, fullName(record, domain.name))],
    ),
  );
  const sentences = lostNames(configuration, leads);
  if (sentences.length > 0)
    throw new RunError(
      [
        ...sentences,
        'Nothing was changed.',
        `Next: put it back into Pulumi.${configuration.stack}.yaml, then \`beanpole swap\` them back.`,
      ].join('\n'),
    );
}

/** Pure: names that lead to an environment of this stack which the stack file no longer gives a name. */
export function lostNames(
  { stack, environments, application, domain }: EnvironmentStack,
  leads: readonly Lead[],
) {
  const own = (environment: string) =>
    fullName(ownRecord({ application, stack, environment }), domain?.name ?? '');
  const kept = Object.entries(environments).flatMap(([environment, { record, routing }]) =>
    record === undefined || routing ? [] : [own(environment)],
  );
  return leads.flatMap(({ environment, name, target }) => {
    if (target?.endsWith(own('')) !== true || kept.includes(target)) return [];
    const other = target.slice(0, -own('').length);
    return [
      `${name}, the name of ${stack}/${environment}, leads to ${stack}/${other} since a swap, and ${stack}/${other} would have no name any more.`,
    ];
  });
}

async function readLead(
  route53: Pick<Route53Client, 'send'>,
  HostedZoneId: string,
  environment: string,
  name: string,
): Promise<Lead> {
  const { ResourceRecordSets: [first] = [] } = await route53.send(
    new ListResourceRecordSetsCommand({
      HostedZoneId,
      StartRecordName: name,
      StartRecordType: 'A',
      MaxItems: 1,
    }),
  );
  const isIt = first?.Name === `${name}.` && first.Type === 'A';
  return { environment, name, target: isIt ? first.AliasTarget?.DNSName?.replace(/\.$/, '') : undefined };
}
