import { text } from '../../../protocol/values.ts';
import { boolean, object, required, set, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { global, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags, tagChanges, toTags } from '../../tags.ts';

export const gone = ['NoSuchHostedZone'];

export default global({
  type: 'aws:route53/zone:Zone',
  inputs: {
    name: required(string({ replaces: true, same: (a, b) => bare(text(a)) === bare(text(b)) })),
    comment: string({ default: 'Managed by Pulumi' }),
    delegationSetId: string({ replaces: true, computed: true }),
    forceDestroy: boolean({ default: false, hidden: true }),
    vpcs: set(object({ vpcId: required(string()), vpcRegion: string({ computed: true }) })),
    tags: tags(),
  },

  async create(inputs, context) {
    const route53 = await context.clients.route53();
    const [first, ...others] = inputs.vpcs ?? [];
    const { HostedZone, ChangeInfo } = await route53.createHostedZone({
      Name: inputs.name,
      CallerReference: `pulumi-${Date.now()}-${Math.random().toString(36).slice(2)}`,
      HostedZoneConfig: { Comment: inputs.comment, PrivateZone: first !== undefined },
      DelegationSetId: inputs.delegationSetId,
      VPC: first && toVpc(context, first),
    });
    const id = shortId(HostedZone?.Id);
    context.created(id);
    await settled(context, ChangeInfo?.Id);
    for (const vpc of others)
      await route53.associateVPCWithHostedZone({ HostedZoneId: id, VPC: toVpc(context, vpc) });
    const set = toTags(inputs.tags);
    if (set.length > 0)
      await route53.changeTagsForResource({ ResourceType: 'hostedzone', ResourceId: id, AddTags: set });
    return id;
  },

  async read(id, context) {
    const route53 = await context.clients.route53();
    const found = await ifFound(gone, () => route53.getHostedZone({ Id: id }));
    if (!found?.HostedZone) return undefined;
    const { ResourceTagSet } = await route53.listTagsForResource({
      ResourceType: 'hostedzone',
      ResourceId: id,
    });
    const nameServers = [...(found.DelegationSet?.NameServers ?? [])].sort();
    return {
      arn: `arn:${context.partition}:route53:::hostedzone/${id}`,
      zoneId: id,
      name: bare(found.HostedZone.Name ?? ''),
      comment: found.HostedZone.Config?.Comment ?? '',
      delegationSetId: shortId(found.DelegationSet?.Id) || undefined,
      nameServers,
      primaryNameServer: found.DelegationSet?.NameServers?.[0] ?? '',
      vpcs: (found.VPCs ?? []).map(({ VPCId, VPCRegion }) => ({ vpcId: VPCId, vpcRegion: VPCRegion })),
      ...fromTags(ResourceTagSet?.Tags),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const route53 = await context.clients.route53();
    if (changed('comment')) await route53.updateHostedZoneComment({ Id: id, Comment: news.comment ?? '' });
    if (changed('vpcs')) await setVpcs(context, id, (olds.vpcs ?? []) as never, news.vpcs ?? []);
    if (!changed('tags')) return;
    const { set, removed } = tagChanges(olds, news.tags);
    await route53.changeTagsForResource({
      ResourceType: 'hostedzone',
      ResourceId: id,
      ...(Object.keys(set).length > 0 ? { AddTags: toTags(set) } : {}),
      ...(removed.length > 0 ? { RemoveTagKeys: removed } : {}),
    });
  },

  async delete(id, context, { state }) {
    const route53 = await context.clients.route53();
    if (state.forceDestroy === true) await ifFound(gone, () => empty(context, id));
    await ifFound(gone, () => route53.deleteHostedZone({ Id: id }));
  },
});

interface Vpc {
  readonly vpcId: string;
  readonly vpcRegion?: string | undefined;
}

const toVpc = (context: Context, { vpcId, vpcRegion }: Vpc) => ({
  VPCId: vpcId,
  VPCRegion: (vpcRegion ?? context.region) as 'eu-central-1',
});

export const bare = (name: string): string => name.replace(/\.$/, '').toLowerCase();

export const shortId = (id: string | undefined): string => id?.split('/').at(-1) ?? '';

/** Waits until all name servers of Route 53 know of a change. */
export async function settled(context: Context, change: string | undefined): Promise<void> {
  if (!change) return;
  const route53 = await context.clients.route53();
  await context.until(`change ${shortId(change)} has not reached all name servers`, async () => {
    const { ChangeInfo } = await route53.getChange({ Id: shortId(change) });
    return ChangeInfo?.Status === 'INSYNC' ? true : undefined;
  });
}

/** A private zone must have a VPC at all times: new ones come before old ones go. */
async function setVpcs(
  context: Context,
  id: string,
  before: readonly Vpc[],
  after: readonly Vpc[],
): Promise<void> {
  const route53 = await context.clients.route53();
  const has = (list: readonly Vpc[], { vpcId }: Vpc) => list.some((item) => item.vpcId === vpcId);
  for (const vpc of after.filter((item) => !has(before, item)))
    await route53.associateVPCWithHostedZone({ HostedZoneId: id, VPC: toVpc(context, vpc) });
  for (const vpc of before.filter((item) => !has(after, item)))
    await route53.disassociateVPCFromHostedZone({ HostedZoneId: id, VPC: toVpc(context, vpc) });
}

/** Deletes all records but the zone's own. */
async function empty(context: Context, id: string): Promise<void> {
  const route53 = await context.clients.route53();
  const zone = await route53.getHostedZone({ Id: id });
  const apex = bare(zone.HostedZone?.Name ?? '');
  await context.until(`zone ${id} still holds records`, async () => {
    const { ResourceRecordSets = [] } = await route53.listResourceRecordSets({ HostedZoneId: id });
    const rest = ResourceRecordSets.filter(
      ({ Name, Type }) => !(bare(Name ?? '') === apex && (Type === 'NS' || Type === 'SOA')),
    );
    if (rest.length === 0) return true;
    await route53.changeResourceRecordSets({
      HostedZoneId: id,
      ChangeBatch: {
        Changes: rest.map((ResourceRecordSet) => ({ Action: 'DELETE', ResourceRecordSet })),
      },
    });
    return undefined;
  });
}
