import type { SSM } from '@aws-sdk/client-ssm';
import { boolean, required, string, type Inputs } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags, tagChanges, toTags } from '../../tags.ts';

const gone = ['ParameterNotFound'];
const types = ['String', 'StringList', 'SecureString'];

const inputs = {
  name: string({ replaces: true }),
  type: required(string({ values: types })),
  value: string({ computed: true }),
  insecureValue: string({ computed: true }),
  description: string(),
  allowedPattern: string(),
  dataType: string({ computed: true }),
  keyId: string({ computed: true }),
  tier: string({ computed: true }),
  overwrite: boolean({ hidden: true }),
  tags: tags(),
};
type Parameter = Inputs<typeof inputs>;

export default regional({
  type: 'aws:ssm/parameter:Parameter',
  naming: { property: 'name', maximum: 1011 },
  secrets: ['value'],
  inputs,
  check: ({ type, value, insecureValue }) => {
    if ((value === undefined) === (insecureValue === undefined))
      return [{ property: 'value', reason: ': exactly one of value and insecureValue is needed' }];
    return insecureValue !== undefined && type === 'SecureString'
      ? [{ property: 'insecureValue', reason: 'is not possible for a SecureString; use value' }]
      : [];
  },
  // A secret cannot become readable without a trace, nor a parameter smaller.
  replaces: (news, olds) => [
    ...(olds.type === 'SecureString' && news.type !== 'SecureString' ? ['type'] : []),
    ...(olds.tier === 'Advanced' && news.tier === 'Standard' ? ['tier'] : []),
    'dataType',
  ],
  unknownAfter: (changed) => (changed.has('tags') && changed.size === 1 ? [] : ['version']),

  async create(parameter, context) {
    const ssm = await context.clients.ssm();
    const tags = toTags(parameter.tags);
    // AWS takes tags only for a parameter that is new for certain.
    const overwrite = parameter.overwrite === true;
    await put(ssm, parameter, overwrite, overwrite ? [] : tags);
    const name = parameter.name ?? '';
    context.created(name);
    if (overwrite && tags.length > 0)
      await ssm.addTagsToResource({ ResourceType: 'Parameter', ResourceId: name, Tags: tags });
    return name;
  },

  async read(id, context, known) {
    const ssm = await context.clients.ssm();
    const found = await ifFound(gone, () => ssm.getParameter({ Name: id, WithDecryption: true }));
    if (!found?.Parameter) return undefined;
    const [details, { TagList }] = await Promise.all([
      describe(context, id),
      ssm.listTagsForResource({ ResourceType: 'Parameter', ResourceId: id }),
    ]);
    const { ARN, Name, Type, Value, Version, DataType } = found.Parameter;
    const isInsecure = known.inputs.insecureValue !== undefined && Type !== 'SecureString';
    return {
      arn: ARN,
      name: Name,
      type: Type,
      value: Value,
      ...(isInsecure ? { insecureValue: Value } : {}),
      version: Version,
      dataType: DataType,
      description: given(details?.Description),
      allowedPattern: given(details?.AllowedPattern),
      keyId: details?.KeyId,
      tier: details?.Tier,
      ...fromTags(TagList),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const ssm = await context.clients.ssm();
    const keys = Object.keys(inputs).filter((key) => key !== 'tags' && key !== 'overwrite');
    if (changed(...keys)) await put(ssm, news, true, []);
    if (!changed('tags')) return;
    const { set, removed } = tagChanges(olds, news.tags);
    const which = { ResourceType: 'Parameter', ResourceId: id } as const;
    if (removed.length > 0) await ssm.removeTagsFromResource({ ...which, TagKeys: removed });
    if (Object.keys(set).length > 0) await ssm.addTagsToResource({ ...which, Tags: toTags(set) });
  },

  async delete(id, context) {
    const ssm = await context.clients.ssm();
    await ifFound(gone, () => ssm.deleteParameter({ Name: id }));
  },
});

async function put(
  ssm: SSM,
  parameter: Parameter,
  overwrite: boolean,
  Tags: { Key: string; Value: string }[],
) {
  await ssm.putParameter({
    Name: parameter.name,
    Type: parameter.type as 'String',
    Value: parameter.value ?? parameter.insecureValue,
    // An empty description takes an old one away.
    Description: parameter.description ?? (overwrite ? '' : undefined),
    AllowedPattern: parameter.allowedPattern ?? (overwrite ? '' : undefined),
    DataType: parameter.dataType,
    KeyId: parameter.keyId,
    Tier: parameter.tier as 'Standard' | undefined,
    ...(overwrite ? { Overwrite: true } : {}),
    ...(Tags.length > 0 ? { Tags } : {}),
  });
}

async function describe(context: Context, name: string) {
  const ssm = await context.clients.ssm();
  const filter = { Key: 'Name', Option: 'Equals', Values: [name] };
  const { Parameters } = await ssm.describeParameters({ ParameterFilters: [filter] });
  return Parameters?.[0];
}

/** What was taken away stays behind as empty text. */
const given = (text: string | undefined): string | undefined => (text === '' ? undefined : text);
