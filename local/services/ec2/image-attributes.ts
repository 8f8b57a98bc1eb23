import type {
  DescribeImageAttributeCommandInput,
  DescribeImageAttributeCommandOutput,
  LaunchPermission,
  ModifyImageAttributeCommandInput,
} from '@aws-sdk/client-ec2';
import type { Answer } from '../../endpoint/service.ts';
import { find, type Ec2Context } from './context.ts';
import { invalidValue, missing, unsupported } from './errors.ts';
import { mappingOf } from './image-shape.ts';
import { ownImage } from './images.ts';
import { accept } from './requests.ts';
import type { ImageRow } from './state.ts';

type Described = Answer<DescribeImageAttributeCommandOutput>;

const readers: Readonly<Record<string, (row: ImageRow) => Described>> = {
  blockDeviceMapping: (row) => ({ BlockDeviceMappings: [mappingOf(row.disk, row.snapshotId)] }),
  description: (row) => ({ Description: { Value: row.description } }),
  launchPermission: (row) => ({
    LaunchPermissions: row.launchPermissions.map((who) =>
      who === 'all' ? { Group: 'all' } : { UserId: who },
    ),
  }),
};

export function imageAttributeOperations(context: Ec2Context) {
  const { state } = context;
  return {
    DescribeImageAttribute(input: DescribeImageAttributeCommandInput): Described {
      const row = ownImage(context, input.ImageId);
      const read = readers[input.Attribute ?? ''];
      if (!read) throw unsupported(`DescribeImageAttribute: ${input.Attribute ?? '(no attribute)'}`);
      return { ImageId: row.id, ...read(row) };
    },

    ModifyImageAttribute(input: ModifyImageAttributeCommandInput) {
      accept('ModifyImageAttribute', input, [
        ...['ImageId', 'Attribute', 'Description', 'LaunchPermission', 'Value'],
        ...['OperationType', 'UserIds', 'UserGroups'],
      ]);
      const row = ownImage(context, input.ImageId);
      const description =
        input.Description?.Value ?? (input.Attribute === 'description' ? input.Value : undefined);
      const { add, remove } = permissionChanges(input);
      if (description === undefined && add.length + remove.length === 0)
        throw missing('LaunchPermission or Description');
      if (add.includes('all') && find(state.snapshots, 'snapshot', row.snapshotId).encrypted)
        throw invalidValue(`Snapshots of the image ${row.id} are encrypted: it cannot be made public.`);
      const launchPermissions = [
        ...new Set([...row.launchPermissions.filter((who) => !remove.includes(who)), ...add]),
      ];
      state.images.set(row.id, {
        ...row,
        launchPermissions,
        ...(description !== undefined && { description }),
      });
      return {};
    },
  };
}

/** In the one way that AWS has to say it, or the other. */
function permissionChanges(input: ModifyImageAttributeCommandInput): { add: string[]; remove: string[] } {
  const listed = [...(input.UserIds ?? []), ...(input.UserGroups ?? [])];
  const isRemoval = input.OperationType === 'remove';
  return {
    add: [...(input.LaunchPermission?.Add ?? []).map(granted), ...(isRemoval ? [] : listed)].map(checked),
    remove: [...(input.LaunchPermission?.Remove ?? []).map(granted), ...(isRemoval ? listed : [])],
  };
}

function granted(permission: LaunchPermission): string {
  accept('LaunchPermission', permission, ['Group', 'UserId']);
  return permission.Group ?? permission.UserId ?? '';
}

function checked(who: string): string {
  if (who !== 'all' && !/^\d{12}$/.test(who))
    throw invalidValue(`Value (${who}) for a launch permission is neither an account nor the group all.`);
  return who;
}
