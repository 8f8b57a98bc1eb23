import type {
  CreateDocumentCommandInput,
  CreateDocumentCommandOutput,
  DeleteDocumentCommandInput,
  UpdateDocumentCommandInput,
  UpdateDocumentCommandOutput,
  UpdateDocumentDefaultVersionCommandInput,
  UpdateDocumentDefaultVersionCommandOutput,
} from '@aws-sdk/client-ssm';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import { builtInDocuments } from './built-in-documents.ts';
import { readContent } from './document-content.ts';
import { descriptionView, findDocument, findVersion, isBuiltIn } from './document-views.ts';
import { notBacked, validation } from './errors.ts';
import type { DocumentVersion, SsmState, StoredDocument } from './state.ts';
import { checkTags } from './tags.ts';

const keptVersions = 1000;

/** Making, changing and deleting command documents. */
export function documentChanges(parts: Parts, state: SsmState) {
  function findOwn(name: string): StoredDocument {
    const document = findDocument(state, name);
    if (isBuiltIn(document)) {
      throw new AwsError(
        'AccessDeniedException',
        `Document ${name} is owned by Amazon and cannot be changed.`,
      );
    }
    return document;
  }

  return {
    async CreateDocument(input: CreateDocumentCommandInput): Promise<Answer<CreateDocumentCommandOutput>> {
      const name = input.Name ?? '';
      checkNew(name, input);
      if (builtInDocuments.has(name) || state.documents.has(name)) {
        throw new AwsError('DocumentAlreadyExists', `Document with same name ${name} already exists`);
      }
      const version = newVersion('1', input, parts.clock.now());
      const document: StoredDocument = {
        name,
        type: 'Command',
        ...(input.TargetType !== undefined && { targetType: input.TargetType }),
        tags: checkTags(input.Tags ?? []),
        defaultVersion: '1',
        versions: [version],
      };
      state.documents.set(name, document);
      return { DocumentDescription: descriptionView(document, version, parts) };
    },

    async UpdateDocument(input: UpdateDocumentCommandInput): Promise<Answer<UpdateDocumentCommandOutput>> {
      const document = findOwn(input.Name ?? '');
      if (input.Attachments) throw notBacked('Attachments');
      const latest = findVersion(document, '$LATEST');
      if (
        input.DocumentVersion &&
        input.DocumentVersion !== '$LATEST' &&
        input.DocumentVersion !== latest.version
      ) {
        throw new AwsError('InvalidDocumentVersion', 'The document version is not valid or does not exist.');
      }
      const next = newVersion(String(Number(latest.version) + 1), input, parts.clock.now());
      if (
        document.versions.some(({ content, format }) => content === next.content && format === next.format)
      ) {
        throw new AwsError(
          'DuplicateDocumentContent',
          'The content of the association document matches another document. Change the content of the document and try again.',
        );
      }
      if (next.versionName && document.versions.some(({ versionName }) => versionName === next.versionName)) {
        throw new AwsError(
          'DuplicateDocumentVersionName',
          'The version name has already been used in this document. Specify a different version name, and then try again.',
        );
      }
      if (document.versions.length >= keptVersions) {
        throw new AwsError(
          'DocumentVersionLimitExceeded',
          'The document has too many versions. Delete one or more document versions and try again.',
        );
      }
      document.versions.push(next);
      if (input.TargetType !== undefined) document.targetType = input.TargetType;
      state.documents.set(document.name, document);
      return { DocumentDescription: descriptionView(document, next, parts) };
    },

    async UpdateDocumentDefaultVersion(
      input: UpdateDocumentDefaultVersionCommandInput,
    ): Promise<Answer<UpdateDocumentDefaultVersionCommandOutput>> {
      const document = findOwn(input.Name ?? '');
      const { version, versionName } = findVersion(document, input.DocumentVersion);
      state.documents.set(document.name, { ...document, defaultVersion: version });
      return {
        Description: {
          Name: document.name,
          DefaultVersion: version,
          ...(versionName !== undefined && { DefaultVersionName: versionName }),
        },
      };
    },

    async DeleteDocument(input: DeleteDocumentCommandInput): Promise<Record<string, never>> {
      const document = findOwn(input.Name ?? '');
      if (input.DocumentVersion === undefined && input.VersionName === undefined) {
        state.documents.delete(document.name);
        return {};
      }
      const { version } = findVersion(document, input.DocumentVersion, input.VersionName);
      if (version === document.defaultVersion) {
        throw new AwsError(
          'InvalidDocumentOperation',
          "You can't delete the default version of a document; set another default first.",
        );
      }
      document.versions = document.versions.filter((kept) => kept.version !== version);
      state.documents.set(document.name, document);
      return {};
    },
  };
}

function checkNew(name: string, input: CreateDocumentCommandInput): void {
  if (!/^[a-zA-Z0-9_\-.]{3,128}$/.test(name)) {
    throw validation(
      `1 validation error detected: Value '${name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9_\\-.]{3,128}$`,
    );
  }
  if (/^(aws|amazon|amzn)/i.test(name))
    throw validation(
      `Document name ${name} must not start with a prefix that AWS reserves: aws, amazon, amzn.`,
    );
  if ((input.DocumentType ?? 'Command') !== 'Command')
    throw notBacked(`DocumentType ${input.DocumentType ?? ''}`);
  if (input.Requires) throw notBacked('Requires');
  if (input.Attachments) throw notBacked('Attachments');
}

function newVersion(
  version: string,
  input: CreateDocumentCommandInput | UpdateDocumentCommandInput,
  created: number,
): DocumentVersion {
  const content = input.Content ?? '';
  const format = input.DocumentFormat ?? 'JSON';
  if (format === 'TEXT') throw notBacked('DocumentFormat TEXT');
  readContent(content, format);
  return {
    version,
    content,
    format,
    created,
    ...(input.VersionName !== undefined && { versionName: input.VersionName }),
    ...(input.DisplayName !== undefined && { displayName: input.DisplayName }),
  };
}
