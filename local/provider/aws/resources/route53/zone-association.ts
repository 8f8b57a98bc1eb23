import type { VPC } from '@aws-sdk/client-route-53';
import { required, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { global } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { gone, settled } from './zone.ts';

/** A further VPC of a private zone. */
export default global({
  type: 'aws:route53/zoneAssociation:ZoneAssociation',
  inputs: {
    zoneId: required(string({ replaces: true })),
    vpcId: required(string({ replaces: true })),
    vpcRegion: string({ replaces: true, computed: true }),
  },

  async create({ zoneId, vpcId, vpcRegion }, context) {
    const route53 = await context.clients.route53();
    const { ChangeInfo } = await route53.associateVPCWithHostedZone({
      HostedZoneId: zoneId,
      VPC: toVpc(context, vpcId, vpcRegion),
    });
    const id = [zoneId, vpcId, vpcRegion].filter(Boolean).join(':');
    context.created(id);
    await settled(context, ChangeInfo?.Id);
    return id;
  },

  async read(id, context) {
    const { zoneId, vpcId } = partsOf(id);
    const route53 = await context.clients.route53();
    const found = await ifFound(gone, () => route53.getHostedZone({ Id: zoneId }));
    const vpc = found?.VPCs?.find(({ VPCId }) => VPCId === vpcId);
    return vpc && { zoneId, vpcId, vpcRegion: vpc.VPCRegion, owningAccount: await context.account() };
  },

  async delete(id, context) {
    const { zoneId, vpcId, vpcRegion } = partsOf(id);
    const route53 = await context.clients.route53();
    await ifFound([...gone, 'VPCAssociationNotFound'], () =>
      route53.disassociateVPCFromHostedZone({
        HostedZoneId: zoneId,
        VPC: toVpc(context, vpcId, vpcRegion),
      }),
    );
  },
});

/** `Z123:vpc-1`, with the region behind it where the program names one. */
function partsOf(id: string): { zoneId: string; vpcId: string; vpcRegion: string | undefined } {
  const [zoneId = '', vpcId = '', vpcRegion] = id.split(':');
  return { zoneId, vpcId, vpcRegion };
}

const toVpc = ({ region }: Context, VPCId: string, vpcRegion: string | undefined): VPC => ({
  VPCId,
  VPCRegion: (vpcRegion ?? region) as NonNullable<VPC['VPCRegion']>,
});
