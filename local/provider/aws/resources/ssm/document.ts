import type { SSM } from '@aws-sdk/client-ssm';
import { text, type Properties, type Value } from '../../../protocol/values.ts';
import { required, string } from '../../../resource/schema.ts';
import { regional, tags } from '../../define.ts';
import { ifFound, isError } from '../../errors.ts';
import { fromTags, tagChanges, toTags } from '../../tags.ts';

const gone = ['InvalidDocument', 'DocumentNotFound'];

export default regional({
  type: 'aws:ssm/document:Document',
  naming: { property: 'name', maximum: 128 },
  inputs: {
    name: string({ replaces: true }),
    content: required(string({ same: sameDocument })),
    documentType: required(string({ replaces: true })),
    documentFormat: string({ default: 'JSON', values: ['JSON', 'YAML', 'TEXT'] }),
    targetType: string(),
    versionName: string(),
    tags: tags(),
  },
  unknownAfter: (changed) =>
    changed.has('content') || changed.has('targetType') || changed.has('documentFormat')
      ? ['documentVersion', 'latestVersion', 'defaultVersion', 'hash', 'parameters', 'description', 'status']
      : [],

  async create(inputs, context) {
    const ssm = await context.clients.ssm();
    const name = inputs.name ?? '';
    await ssm.createDocument({
      Name: name,
      Content: inputs.content,
      DocumentType: inputs.documentType as 'Command',
      DocumentFormat: inputs.documentFormat as 'JSON' | undefined,
      TargetType: inputs.targetType,
      VersionName: inputs.versionName,
      ...(inputs.tags && Object.keys(inputs.tags).length > 0 ? { Tags: toTags(inputs.tags) } : {}),
    });
    context.created(name);
    await context.until(`document ${name} is still being created`, async () => {
      const found = await ifFound(gone, () => ssm.describeDocument({ Name: name }));
      const document = found?.Document;
      if (document?.Status === 'Failed')
        throw new Error(`Document ${name} failed: ${document.StatusInformation}`);
      return document?.Status === 'Active' ? true : undefined;
    });
    return name;
  },

  async read(id, context) {
    const ssm = await context.clients.ssm();
    const described = await ifFound(gone, () => ssm.describeDocument({ Name: id }));
    const document = described?.Document;
    if (!document) return undefined;
    const [found, { TagList }] = await Promise.all([
      ssm.getDocument({
        Name: id,
        DocumentVersion: '$DEFAULT',
        ...(document.DocumentFormat ? { DocumentFormat: document.DocumentFormat } : {}),
      }),
      ssm.listTagsForResource({ ResourceType: 'Document', ResourceId: id }),
    ]);
    return {
      arn: `arn:${context.partition}:ssm:${context.region}:${await context.account()}:document/${id}`,
      name: id,
      content: found.Content,
      documentType: document.DocumentType,
      documentFormat: document.DocumentFormat ?? 'JSON',
      targetType: document.TargetType,
      versionName: document.VersionName,
      createdDate: document.CreatedDate?.toISOString().replace('.000Z', 'Z'),
      defaultVersion: document.DefaultVersion,
      documentVersion: document.DocumentVersion,
      latestVersion: document.LatestVersion,
      description: document.Description,
      hash: document.Hash,
      hashType: document.HashType,
      owner: document.Owner,
      platformTypes: document.PlatformTypes ?? [],
      schemaVersion: document.SchemaVersion,
      status: document.Status,
      parameters: (document.Parameters ?? []).map((parameter): Properties => ({
        name: parameter.Name,
        type: parameter.Type,
        description: parameter.Description,
        defaultValue: parameter.DefaultValue,
      })),
      ...fromTags(TagList),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const ssm = await context.clients.ssm();
    if (changed('content', 'targetType', 'documentFormat', 'versionName')) {
      const DocumentVersion = await newVersion(ssm, id, news);
      await ssm.updateDocumentDefaultVersion({ Name: id, DocumentVersion });
    }
    if (!changed('tags')) return;
    const { set, removed } = tagChanges(olds, news.tags);
    const which = { ResourceType: 'Document', ResourceId: id } as const;
    if (removed.length > 0) await ssm.removeTagsFromResource({ ...which, TagKeys: removed });
    if (Object.keys(set).length > 0) await ssm.addTagsToResource({ ...which, Tags: toTags(set) });
  },

  async delete(id, context) {
    const ssm = await context.clients.ssm();
    await ifFound(gone, () => ssm.deleteDocument({ Name: id }));
  },
});

interface Content {
  readonly content: string;
  readonly documentFormat: string | undefined;
  readonly targetType: string | undefined;
  readonly versionName: string | undefined;
}

/** AWS keeps each content once: what was there before becomes the default again. */
async function newVersion(ssm: SSM, name: string, news: Content): Promise<string | undefined> {
  try {
    const updated = await ssm.updateDocument({
      Name: name,
      Content: news.content,
      DocumentFormat: news.documentFormat as 'JSON' | undefined,
      TargetType: news.targetType,
      VersionName: news.versionName,
      DocumentVersion: '$LATEST',
    });
    return updated.DocumentDescription?.DocumentVersion;
  } catch (error) {
    const earlier =
      isError(error, 'DuplicateDocumentContent') && (await versionWith(ssm, name, news.content));
    if (earlier) return earlier;
    throw error;
  }
}

async function versionWith(ssm: SSM, name: string, content: string): Promise<string | undefined> {
  const { DocumentVersions = [] } = await ssm.listDocumentVersions({ Name: name });
  for (const { DocumentVersion } of DocumentVersions) {
    const found = await ssm.getDocument({ Name: name, DocumentVersion });
    if (found.Content !== undefined && sameDocument(content, found.Content)) return DocumentVersion;
  }
  return undefined;
}

/** In a document, unlike in a policy, the order of a list is what happens first. */
function sameDocument(desired: Value, actual: Value): boolean {
  const [a, b] = [desired, actual].map((value) => sorted(text(value)));
  return a === b;
}

function sorted(content: string): string {
  const byKey = (_key: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  try {
    return JSON.stringify(JSON.parse(content, byKey));
  } catch {
    return content.trim();
  }
}
