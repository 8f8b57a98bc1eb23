import type { HostedZone } from '@aws-sdk/client-route-53';
import type { Properties } from '../../protocol/values.ts';
import type { Context } from '../context.ts';
import { bare, shortId } from '../resources/route53/zone.ts';
import { fromTags } from '../tags.ts';

/** The one hosted zone with an id, or with a name. */
export default async function zone(args: Properties, context: Context): Promise<Properties> {
  const route53 = await context.clients.route53();
  const id = typeof args.zoneId === 'string' ? args.zoneId : shortId((await byName(args, context)).Id);
  const { HostedZone, DelegationSet } = await route53.getHostedZone({ Id: id });
  const { ResourceTagSet } = await route53.listTagsForResource({
    ResourceType: 'hostedzone',
    ResourceId: id,
  });
  return {
    id,
    zoneId: id,
    arn: `arn:${context.partition}:route53:::hostedzone/${id}`,
    name: bare(HostedZone?.Name ?? ''),
    callerReference: HostedZone?.CallerReference,
    comment: HostedZone?.Config?.Comment ?? '',
    linkedServiceDescription: HostedZone?.LinkedService?.Description ?? '',
    linkedServicePrincipal: HostedZone?.LinkedService?.ServicePrincipal ?? '',
    nameServers: DelegationSet?.NameServers ?? [],
    primaryNameServer: DelegationSet?.NameServers?.[0] ?? '',
    privateZone: HostedZone?.Config?.PrivateZone ?? false,
    resourceRecordSetCount: HostedZone?.ResourceRecordSetCount ?? 0,
    tags: fromTags(ResourceTagSet?.Tags).tags,
    vpcId: args.vpcId,
  };
}

async function byName(args: Properties, context: Context): Promise<HostedZone> {
  const route53 = await context.clients.route53();
  const name = bare(typeof args.name === 'string' ? args.name : '');
  const isPrivate = args.privateZone === true;
  const { HostedZones = [] } = await route53.listHostedZonesByName({ DNSName: name });
  const [found, another] = HostedZones.filter(
    ({ Name = '', Config }) => bare(Name) === name && (Config?.PrivateZone ?? false) === isPrivate,
  );
  const kind = isPrivate ? 'private' : 'public';
  if (!found) throw new Error(`There is no ${kind} hosted zone for ${name} in this account.`);
  if (another)
    throw new Error(`There are several ${kind} hosted zones for ${name}; name one of them with zoneId.`);
  return found;
}
