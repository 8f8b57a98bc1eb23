import { string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags } from '../../tags.ts';
import { arn, deleteWhenFree, idOf, tagSpecifications, updateTags } from './ec2.ts';

const gone = ['InvalidInternetGatewayID.NotFound'];
const detached = ['Gateway.NotAttached', ...gone];

export default regional({
  type: 'aws:ec2/internetGateway:InternetGateway',
  inputs: { vpcId: string({ computed: true }), tags: tags() },

  async create(inputs, context) {
    const ec2 = await context.clients.ec2();
    const { InternetGateway } = await ec2.createInternetGateway(
      tagSpecifications('internet-gateway', inputs.tags),
    );
    const id = idOf(InternetGateway?.InternetGatewayId, 'CreateInternetGateway');
    context.created(id);
    if (inputs.vpcId) await attach(context, id, inputs.vpcId);
    return id;
  },

  async read(id, context) {
    const gateway = await describe(context, id);
    return (
      gateway && {
        arn: arn(context, gateway.OwnerId, `internet-gateway/${id}`),
        ownerId: gateway.OwnerId,
        vpcId: gateway.Attachments?.[0]?.VpcId,
        ...fromTags(gateway.Tags),
      }
    );
  },

  async update(id, { olds, news, changed }, context) {
    if (changed('vpcId')) {
      if (typeof olds.vpcId === 'string') await detach(context, id, olds.vpcId);
      if (news.vpcId) await attach(context, id, news.vpcId);
    }
    if (changed('tags')) await updateTags(await context.clients.ec2(), id, olds, news.tags);
  },

  async delete(id, context) {
    const ec2 = await context.clients.ec2();
    const attachment = (await describe(context, id))?.Attachments?.[0];
    if (attachment?.VpcId) await detach(context, id, attachment.VpcId);
    await deleteWhenFree(context, `internet gateway ${id}`, gone, () =>
      ec2.deleteInternetGateway({ InternetGatewayId: id }),
    );
  },
});

async function describe(context: Context, id: string) {
  const ec2 = await context.clients.ec2();
  const found = await ifFound(gone, () => ec2.describeInternetGateways({ InternetGatewayIds: [id] }));
  return found?.InternetGateways?.[0];
}

async function attach(context: Context, id: string, vpcId: string): Promise<void> {
  const ec2 = await context.clients.ec2();
  await ec2.attachInternetGateway({ InternetGatewayId: id, VpcId: vpcId });
  await context.until(`internet gateway ${id} is not attached yet`, async () => {
    const attachment = (await describe(context, id))?.Attachments?.[0];
    // EC2 answers `available` here where its own model says `attached`.
    return ['available', 'attached'].includes(String(attachment?.State)) ? true : undefined;
  });
}

/** Public addresses in the VPC hold the gateway until they are gone. */
async function detach(context: Context, id: string, vpcId: string): Promise<void> {
  const ec2 = await context.clients.ec2();
  await deleteWhenFree(context, `internet gateway ${id} in ${vpcId}`, detached, () =>
    ec2.detachInternetGateway({ InternetGatewayId: id, VpcId: vpcId }),
  );
}
