import { list, number, object, required, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags, toTags } from '../../tags.ts';
import { updateTags } from './efs.ts';

const gone = ['AccessPointNotFound'];

export default regional({
  type: 'aws:efs/accessPoint:AccessPoint',
  inputs: {
    fileSystemId: required(string({ replaces: true })),
    posixUser: object(
      { uid: required(number()), gid: required(number()), secondaryGids: list(number()) },
      { replaces: true },
    ),
    rootDirectory: object(
      {
        path: string({ computed: true }),
        creationInfo: object({
          ownerUid: required(number()),
          ownerGid: required(number()),
          permissions: required(string()),
        }),
      },
      { replaces: true, computed: true },
    ),
    tags: tags(),
  },

  async create(given, context) {
    const efs = await context.clients.efs();
    const { posixUser: user, rootDirectory: root } = given;
    const info = root?.creationInfo;
    const { AccessPointId = '' } = await efs.createAccessPoint({
      FileSystemId: given.fileSystemId,
      PosixUser: user && {
        Uid: user.uid,
        Gid: user.gid,
        SecondaryGids: user.secondaryGids && [...user.secondaryGids],
      },
      RootDirectory: root && {
        Path: root.path,
        CreationInfo: info && {
          OwnerUid: info.ownerUid,
          OwnerGid: info.ownerGid,
          Permissions: info.permissions,
        },
      },
      Tags: toTags(given.tags),
    });
    return AccessPointId;
  },

  async read(id, context) {
    const found = await describe(context, id);
    if (!found) return undefined;
    const { PosixUser: user, RootDirectory: root } = found;
    const info = root?.CreationInfo;
    return {
      arn: found.AccessPointArn,
      fileSystemId: found.FileSystemId,
      ownerId: found.OwnerId,
      ...(user && {
        posixUser: {
          uid: user.Uid,
          gid: user.Gid,
          ...(user.SecondaryGids?.length && { secondaryGids: user.SecondaryGids }),
        },
      }),
      rootDirectory: {
        path: root?.Path,
        ...(info && {
          creationInfo: {
            ownerUid: info.OwnerUid,
            ownerGid: info.OwnerGid,
            permissions: info.Permissions,
          },
        }),
      },
      ...fromTags(found.Tags),
    };
  },

  async update(id, { olds, news, changed }, context) {
    if (changed('tags')) await updateTags(await context.clients.efs(), id, olds, news.tags);
  },

  async delete(id, context) {
    const efs = await context.clients.efs();
    await ifFound(gone, () => efs.deleteAccessPoint({ AccessPointId: id }));
  },
});

async function describe(context: Context, id: string) {
  const efs = await context.clients.efs();
  const found = await ifFound(gone, () => efs.describeAccessPoints({ AccessPointId: id }));
  return found?.AccessPoints?.[0];
}
