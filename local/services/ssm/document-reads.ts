import type {
  DescribeDocumentCommandInput,
  DescribeDocumentCommandOutput,
  DescribeDocumentPermissionCommandInput,
  DescribeDocumentPermissionCommandOutput,
  DocumentKeyValuesFilter,
  GetDocumentCommandInput,
  GetDocumentCommandOutput,
  ListDocumentsCommandInput,
  ListDocumentsCommandOutput,
  ListDocumentVersionsCommandInput,
  ListDocumentVersionsCommandOutput,
} from '@aws-sdk/client-ssm';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { builtInDocuments } from './built-in-documents.ts';
import { descriptionView, findDocument, findVersion, identifierView, isBuiltIn } from './document-views.ts';
import { invalidNextToken, notBacked } from './errors.ts';
import { checkSize } from './parameters.ts';
import type { SsmState, StoredDocument } from './state.ts';

/** Looking at documents. */
export function documentReads(parts: Parts, state: SsmState) {
  return {
    async DescribeDocument(
      input: DescribeDocumentCommandInput,
    ): Promise<Answer<DescribeDocumentCommandOutput>> {
      const document = findDocument(state, input.Name ?? '');
      const version = findVersion(document, input.DocumentVersion, input.VersionName);
      return { Document: descriptionView(document, version, parts) };
    },

    async GetDocument(input: GetDocumentCommandInput): Promise<Answer<GetDocumentCommandOutput>> {
      const document = findDocument(state, input.Name ?? '');
      const version = findVersion(document, input.DocumentVersion, input.VersionName);
      const format = input.DocumentFormat ?? version.format;
      if (format !== version.format) throw notBacked(`Converting a ${version.format} document to ${format}`);
      return {
        Name: document.name,
        CreatedDate: new Date(version.created),
        ...(version.displayName !== undefined && { DisplayName: version.displayName }),
        ...(version.versionName !== undefined && { VersionName: version.versionName }),
        DocumentVersion: version.version,
        Status: 'Active',
        Content: version.content,
        DocumentType: document.type,
        DocumentFormat: version.format,
      };
    },

    async ListDocuments(input: ListDocumentsCommandInput): Promise<Answer<ListDocumentsCommandOutput>> {
      if (input.DocumentFilterList) throw notBacked('DocumentFilterList');
      const all = [...builtInDocuments.values(), ...state.documents.values()].filter((document) =>
        (input.Filters ?? []).every((filter) => passes(document, filter, parts)),
      );
      const { items, nextToken } = page(
        all,
        checkSize(input.MaxResults, 50),
        input.NextToken,
        invalidNextToken,
      );
      return {
        DocumentIdentifiers: items.map((document) => identifierView(document, findVersion(document), parts)),
        ...(nextToken && { NextToken: nextToken }),
      };
    },

    async ListDocumentVersions(
      input: ListDocumentVersionsCommandInput,
    ): Promise<Answer<ListDocumentVersionsCommandOutput>> {
      const document = findDocument(state, input.Name ?? '');
      const all = document.versions.toReversed();
      const { items, nextToken } = page(
        all,
        checkSize(input.MaxResults, 50),
        input.NextToken,
        invalidNextToken,
      );
      return {
        DocumentVersions: items.map(({ version, versionName, displayName, created, format }) => ({
          Name: document.name,
          ...(displayName !== undefined && { DisplayName: displayName }),
          DocumentVersion: version,
          ...(versionName !== undefined && { VersionName: versionName }),
          CreatedDate: new Date(created),
          IsDefaultVersion: version === document.defaultVersion,
          DocumentFormat: format,
          Status: 'Active',
        })),
        ...(nextToken && { NextToken: nextToken }),
      };
    },

    /** Documents are private: sharing them with other accounts has no meaning with one account. */
    async DescribeDocumentPermission(
      input: DescribeDocumentPermissionCommandInput,
    ): Promise<Answer<DescribeDocumentPermissionCommandOutput>> {
      findDocument(state, input.Name ?? '');
      return { AccountIds: [], AccountSharingInfoList: [] };
    },
  };
}

function passes(
  document: StoredDocument,
  { Key: key = '', Values: values = [] }: DocumentKeyValuesFilter,
  { account }: Parts,
): boolean {
  if (key.startsWith('tag:')) {
    const tag = document.tags.find(({ Key }) => Key === key.slice('tag:'.length));
    return tag !== undefined && values.includes(tag.Value ?? '');
  }
  switch (key) {
    case 'Name':
      return values.some((value) => document.name.startsWith(value));
    case 'Owner':
      return values.some((value) => ownerNames(document, account).includes(value));
    case 'DocumentType':
      return values.includes(document.type);
    case 'PlatformTypes':
      return values.some((value) => value === 'Linux' || value === 'MacOS');
    default:
      throw new AwsError('InvalidFilterKey', `The specified key isn't valid: ${key}.`);
  }
}

const ownerNames = (document: StoredDocument, account: string): readonly string[] =>
  isBuiltIn(document) ? ['Amazon', 'All', 'Public'] : ['Self', 'All', 'Private', account];
