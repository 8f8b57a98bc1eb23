import type { RegisterImageCommandInput } from '@aws-sdk/client-ec2';
import { and, on, onAll, type Rule } from '../../endpoint/authorization.ts';
import { creating, type ArnOf, type IdRule } from './authorization.ts';
import type { Ec2Context } from './context.ts';

/** Images, snapshots and volumes. An image or a snapshot has no account in its ARN: others may use it, too. */
export function imageRules({ state, parts }: Ec2Context, arn: ArnOf, id: IdRule): Record<string, Rule> {
  const open: ArnOf = (type, name) => `arn:aws:ec2:${parts.region}::${type}/${name}`;
  const image = on(({ ImageId = '*' }: { ImageId?: string }) => open('image', ImageId));
  const snapshot = on(({ SnapshotId = '*' }: { SnapshotId?: string }) => open('snapshot', SnapshotId));
  const volume = id('volume', 'VolumeId');
  const itsSnapshot: Rule = (input: { ImageId?: string; DeleteAssociatedSnapshots?: boolean }) => {
    const found = state.images.get(input.ImageId ?? '');
    return found && input.DeleteAssociatedSnapshots === true
      ? [{ action: 'ec2:DeleteSnapshot', resource: open('snapshot', found.snapshotId) }]
      : [];
  };
  return {
    CreateImage: and(
      id('instance', 'InstanceId'),
      creating(open, 'CreateImage', 'image'),
      on(() => open('snapshot', '*')),
    ),
    RegisterImage: and(
      creating(open, 'RegisterImage', 'image'),
      onAll(({ BlockDeviceMappings = [] }: RegisterImageCommandInput) =>
        BlockDeviceMappings.flatMap(({ Ebs }) => (Ebs?.SnapshotId ? [open('snapshot', Ebs.SnapshotId)] : [])),
      ),
    ),
    DeregisterImage: and(image, itsSnapshot),
    DescribeImageAttribute: image,
    ModifyImageAttribute: image,
    CreateSnapshot: and(volume, creating(open, 'CreateSnapshot', 'snapshot')),
    CopySnapshot: creating(open, 'CopySnapshot', 'snapshot'),
    DeleteSnapshot: snapshot,
    CreateVolume: and(
      creating(arn, 'CreateVolume', 'volume'),
      onAll(({ SnapshotId }: { SnapshotId?: string }) =>
        SnapshotId === undefined ? [] : [open('snapshot', SnapshotId)],
      ),
    ),
    DeleteVolume: volume,
  };
}
