import { text } from '../../../protocol/values.ts';
import { boolean, number, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTagMap, tagChanges } from '../../tags.ts';

const gone = ['ResourceNotFoundException'];

export default regional({
  type: 'aws:cloudwatch/logGroup:LogGroup',
  naming: { property: 'name', prefix: 'namePrefix', maximum: 512 },
  inputs: {
    name: string({ replaces: true }),
    namePrefix: string({ replaces: true, hidden: true }),
    retentionInDays: number({ default: 0 }),
    kmsKeyId: string(),
    logGroupClass: string({ replaces: true, computed: true }),
    skipDestroy: boolean({ default: false, hidden: true }),
    tags: tags(),
  },

  async create(inputs, context) {
    const logs = await context.clients.logs();
    const name = inputs.name ?? '';
    await logs.createLogGroup({
      logGroupName: name,
      kmsKeyId: inputs.kmsKeyId,
      logGroupClass: inputs.logGroupClass as 'STANDARD' | undefined,
      ...(inputs.tags && Object.keys(inputs.tags).length > 0 ? { tags: { ...inputs.tags } } : {}),
    });
    context.created(name);
    if (inputs.retentionInDays) await setRetention(context, name, inputs.retentionInDays);
    return name;
  },

  async read(id, context) {
    const logs = await context.clients.logs();
    const group = await describe(context, id);
    if (!group) return undefined;
    const arn = (group.logGroupArn ?? group.arn ?? '').replace(/:\*$/, '');
    const found = await ifFound(gone, () => logs.listTagsForResource({ resourceArn: arn }));
    return {
      arn,
      name: id,
      retentionInDays: group.retentionInDays ?? 0,
      kmsKeyId: group.kmsKeyId,
      logGroupClass: group.logGroupClass ?? 'STANDARD',
      ...fromTagMap(found?.tags),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const logs = await context.clients.logs();
    if (changed('retentionInDays')) await setRetention(context, id, news.retentionInDays ?? 0);
    if (changed('kmsKeyId')) {
      if (news.kmsKeyId) await logs.associateKmsKey({ logGroupName: id, kmsKeyId: news.kmsKeyId });
      else await logs.disassociateKmsKey({ logGroupName: id });
    }
    if (!changed('tags')) return;
    const { set, removed } = tagChanges(olds, news.tags);
    const which = { resourceArn: text(olds.arn) };
    if (removed.length > 0) await logs.untagResource({ ...which, tagKeys: removed });
    if (Object.keys(set).length > 0) await logs.tagResource({ ...which, tags: { ...set } });
  },

  async delete(id, context, { state }) {
    if (state.skipDestroy === true) return;
    const logs = await context.clients.logs();
    await ifFound(gone, () => logs.deleteLogGroup({ logGroupName: id }));
  },
});

async function describe(context: Context, name: string) {
  const logs = await context.clients.logs();
  const { logGroups } = await logs.describeLogGroups({ logGroupNamePrefix: name });
  return logGroups?.find(({ logGroupName }) => logGroupName === name);
}

/** Zero days is for ever. */
async function setRetention(context: Context, name: string, days: number): Promise<void> {
  const logs = await context.clients.logs();
  if (days > 0) await logs.putRetentionPolicy({ logGroupName: name, retentionInDays: days });
  else await logs.deleteRetentionPolicy({ logGroupName: name });
}
