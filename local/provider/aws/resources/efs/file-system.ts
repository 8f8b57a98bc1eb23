import type { LifecyclePolicy } from '@aws-sdk/client-efs';
import { boolean, list, object, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags, toTags } from '../../tags.ts';
import { updateTags } from './efs.ts';

const gone = ['FileSystemNotFound'];

interface Transitions {
  readonly transitionToArchive?: string | undefined;
  readonly transitionToIa?: string | undefined;
  readonly transitionToPrimaryStorageClass?: string | undefined;
}

export default regional({
  type: 'aws:efs/fileSystem:FileSystem',
  inputs: {
    creationToken: string({ replaces: true, computed: true }),
    encrypted: boolean({ replaces: true, computed: true }),
    lifecyclePolicies: list(
      object({
        transitionToArchive: string(),
        transitionToIa: string(),
        transitionToPrimaryStorageClass: string(),
      }),
    ),
    performanceMode: string({ replaces: true, computed: true, values: ['generalPurpose'] }),
    throughputMode: string({ default: 'bursting', values: ['bursting', 'elastic'] }),
    tags: tags(),
  },

  async create(given, context) {
    const efs = await context.clients.efs();
    const { FileSystemId: id = '' } = await efs.createFileSystem({
      CreationToken: given.creationToken,
      Encrypted: given.encrypted,
      PerformanceMode: given.performanceMode as 'generalPurpose' | undefined,
      ThroughputMode: given.throughputMode as 'bursting',
      Tags: toTags(given.tags),
    });
    context.created(id);
    await context.until(`file system ${id} is not available yet`, async () =>
      (await describe(context, id))?.LifeCycleState === 'available' ? true : undefined,
    );
    if (given.lifecyclePolicies?.length) await setLifecycle(context, id, given.lifecyclePolicies);
    return id;
  },

  async read(id, context) {
    const found = await describe(context, id);
    if (!found) return undefined;
    const efs = await context.clients.efs();
    const { LifecyclePolicies = [] } = await efs.describeLifecycleConfiguration({ FileSystemId: id });
    const { region } = context;
    return {
      arn: found.FileSystemArn,
      creationToken: found.CreationToken,
      dnsName: `${id}.efs.${region}.amazonaws.com`,
      encrypted: found.Encrypted,
      lifecyclePolicies: LifecyclePolicies.map(fromLifecycle),
      name: found.Name,
      numberOfMountTargets: found.NumberOfMountTargets,
      ownerId: found.OwnerId,
      performanceMode: found.PerformanceMode,
      throughputMode: found.ThroughputMode,
      ...fromTags(found.Tags),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const efs = await context.clients.efs();
    if (changed('throughputMode'))
      await efs.updateFileSystem({ FileSystemId: id, ThroughputMode: news.throughputMode as 'bursting' });
    if (changed('lifecyclePolicies')) await setLifecycle(context, id, news.lifecyclePolicies ?? []);
    if (changed('tags')) await updateTags(efs, id, olds, news.tags);
  },

  async delete(id, context) {
    const efs = await context.clients.efs();
    await ifFound(gone, () => efs.deleteFileSystem({ FileSystemId: id }));
    await context.until(`file system ${id} is still being deleted`, async () =>
      (await describe(context, id)) ? undefined : true,
    );
  },
});

async function describe(context: Context, id: string) {
  const efs = await context.clients.efs();
  const found = await ifFound(gone, () => efs.describeFileSystems({ FileSystemId: id }));
  return found?.FileSystems?.[0];
}

async function setLifecycle(context: Context, id: string, policies: readonly Transitions[]): Promise<void> {
  const efs = await context.clients.efs();
  await efs.putLifecycleConfiguration({ FileSystemId: id, LifecyclePolicies: policies.map(toLifecycle) });
}

const toLifecycle = (policy: Transitions): LifecyclePolicy => ({
  ...(policy.transitionToArchive && { TransitionToArchive: policy.transitionToArchive as 'AFTER_90_DAYS' }),
  ...(policy.transitionToIa && { TransitionToIA: policy.transitionToIa as 'AFTER_30_DAYS' }),
  ...(policy.transitionToPrimaryStorageClass && {
    TransitionToPrimaryStorageClass: policy.transitionToPrimaryStorageClass as 'AFTER_1_ACCESS',
  }),
});

const fromLifecycle = (policy: LifecyclePolicy) => ({
  ...(policy.TransitionToArchive && { transitionToArchive: policy.TransitionToArchive }),
  ...(policy.TransitionToIA && { transitionToIa: policy.TransitionToIA }),
  ...(policy.TransitionToPrimaryStorageClass && {
    transitionToPrimaryStorageClass: policy.TransitionToPrimaryStorageClass,
  }),
});
