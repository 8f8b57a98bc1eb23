import { required, set, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional } from '../../define.ts';
import { ifFound } from '../../errors.ts';

const gone = ['MountTargetNotFound'];

export default regional({
  type: 'aws:efs/mountTarget:MountTarget',
  inputs: {
    fileSystemId: required(string({ replaces: true })),
    subnetId: required(string({ replaces: true })),
    securityGroups: set(string(), { computed: true }),
  },

  async create(given, context) {
    const efs = await context.clients.efs();
    const { MountTargetId: id = '' } = await efs.createMountTarget({
      FileSystemId: given.fileSystemId,
      SubnetId: given.subnetId,
      SecurityGroups: given.securityGroups && [...given.securityGroups],
    });
    context.created(id);
    await context.until(`mount target ${id} is not available yet`, async () =>
      (await describe(context, id))?.LifeCycleState === 'available' ? true : undefined,
    );
    return id;
  },

  async read(id, context) {
    const found = await describe(context, id);
    if (!found) return undefined;
    const efs = await context.clients.efs();
    const { SecurityGroups = [] } = await efs.describeMountTargetSecurityGroups({ MountTargetId: id });
    const { FileSystemId: fileSystemId = '', AvailabilityZoneName: zone = '' } = found;
    const dnsName = `${fileSystemId}.efs.${context.region}.amazonaws.com`;
    return {
      fileSystemId,
      subnetId: found.SubnetId,
      securityGroups: [...SecurityGroups].sort(),
      ipAddress: found.IpAddress,
      networkInterfaceId: found.NetworkInterfaceId,
      availabilityZoneId: found.AvailabilityZoneId,
      availabilityZoneName: zone,
      ownerId: found.OwnerId,
      dnsName,
      mountTargetDnsName: `${zone}.${dnsName}`,
      fileSystemArn: `arn:${context.partition}:elasticfilesystem:${context.region}:${await context.account()}:file-system/${fileSystemId}`,
    };
  },

  async update(id, { news, changed }, context) {
    const efs = await context.clients.efs();
    if (changed('securityGroups'))
      await efs.modifyMountTargetSecurityGroups({
        MountTargetId: id,
        SecurityGroups: [...(news.securityGroups ?? [])],
      });
  },

  async delete(id, context) {
    const efs = await context.clients.efs();
    await ifFound(gone, () => efs.deleteMountTarget({ MountTargetId: id }));
    await context.until(`mount target ${id} is still being deleted`, async () =>
      (await describe(context, id)) ? undefined : true,
    );
  },
});

async function describe(context: Context, id: string) {
  const efs = await context.clients.efs();
  const found = await ifFound(gone, () => efs.describeMountTargets({ MountTargetId: id }));
  return found?.MountTargets?.[0];
}
