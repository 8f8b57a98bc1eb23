import { anywhere, each, fromList, on, onAll, type Authorization } from '../../endpoint/authorization.ts';
import type { DnsState } from './state.ts';

interface ChangeInput {
  readonly ChangeBatch?: {
    readonly Changes?: readonly {
      readonly Action?: string;
      readonly ResourceRecordSet?: { readonly Name?: string; readonly Type?: string };
    }[];
  };
}

const zonePrefix = 'arn:aws:route53:::hostedzone/';
const checkPrefix = 'arn:aws:route53:::healthcheck/';
const bare = (id: string): string => id.replace(/^\/?(hostedzone|change)\//, '');
const zone = on(({ Id }: { Id: string }) => `${zonePrefix}${bare(Id)}`);
const check = on(({ HealthCheckId }: { HealthCheckId: string }) => `${checkPrefix}${HealthCheckId}`);
const ofZone = on(({ HostedZoneId }: { HostedZoneId: string }) => `${zonePrefix}${bare(HostedZoneId)}`);
const taggedArn = (type: string, id: string): string => `arn:aws:route53:::${type}/${bare(id)}`;
const tagged = on((input: { ResourceType: string; ResourceId: string }) =>
  taggedArn(input.ResourceType, input.ResourceId),
);
const changes = ({ ChangeBatch }: ChangeInput) => ChangeBatch?.Changes ?? [];

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonroute53.html */
export function route53Authorization({ zones, healthChecks }: DnsState): Authorization {
  return {
    prefix: 'route53',
    operations: {
      ...each(
        ['CreateHostedZone', 'ListHostedZones', 'ListHostedZonesByName', 'ListHostedZonesByVPC'],
        anywhere,
      ),
      ...each(['AssociateVPCWithHostedZone', 'DisassociateVPCFromHostedZone'], ofZone),
      ...each(['CreateHealthCheck', 'ListHealthChecks', 'GetHealthCheckCount'], anywhere),
      ...each(['GetHealthCheck', 'UpdateHealthCheck', 'DeleteHealthCheck'], check),
      ...each(['GetHealthCheckStatus', 'GetHealthCheckLastFailureReason'], check),
      ...each(['GetHostedZoneCount', 'TestDNSAnswer'], anywhere),
      ...each(['GetHostedZone', 'UpdateHostedZoneComment', 'DeleteHostedZone'], zone),
      ...each(['ChangeResourceRecordSets', 'ListResourceRecordSets'], ofZone),
      GetChange: on(({ Id }: { Id: string }) => `arn:aws:route53:::change/${bare(Id)}`),
      ...each(['ChangeTagsForResource', 'ListTagsForResource'], tagged),
      ListTagsForResources: onAll((input: { ResourceType: string; ResourceIds: string[] }) =>
        input.ResourceIds.map((id) => taggedArn(input.ResourceType, id)),
      ),
    },
    keys: {
      'route53:ChangeResourceRecordSetsActions': (input: ChangeInput) =>
        changes(input).map(({ Action = '' }) => Action),
      'route53:ChangeResourceRecordSetsRecordTypes': (input: ChangeInput) =>
        changes(input).map(({ ResourceRecordSet }) => ResourceRecordSet?.Type ?? ''),
      'route53:ChangeResourceRecordSetsNormalizedRecordNames': (input: ChangeInput) =>
        changes(input).map(({ ResourceRecordSet }) =>
          (ResourceRecordSet?.Name ?? '').toLowerCase().replace(/\.$/, ''),
        ),
    },
    tagsOf: (arn) =>
      fromList(
        arn.startsWith(checkPrefix)
          ? healthChecks.get(arn.slice(checkPrefix.length))?.tags
          : zones.get(arn.slice(zonePrefix.length))?.tags,
      ),
  };
}
