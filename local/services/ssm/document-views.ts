import { createHash } from 'node:crypto';
import type { DocumentDescription, DocumentIdentifier } from '@aws-sdk/client-ssm';
import { AwsError } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import { builtInDocuments } from './built-in-documents.ts';
import { describeParameters, readContent } from './document-content.ts';
import { invalidDocument } from './errors.ts';
import type { DocumentVersion, SsmState, StoredDocument } from './state.ts';

/** Finding documents and how they look in answers. */

export function findDocument(state: SsmState, given: string): StoredDocument {
  const name = given.replace(/^arn:aws:ssm:[^:]*:\d*:document\//, '');
  const found = builtInDocuments.get(name) ?? state.documents.get(name);
  if (!found) throw invalidDocument(name);
  return found;
}

/** The version named by `$DEFAULT`, `$LATEST`, a number or a version name. */
export function findVersion(
  document: StoredDocument,
  wanted = '$DEFAULT',
  versionName?: string,
): DocumentVersion {
  const number = wanted === '$DEFAULT' ? document.defaultVersion : wanted;
  const found =
    versionName !== undefined
      ? document.versions.find((version) => version.versionName === versionName)
      : wanted === '$LATEST'
        ? document.versions.at(-1)
        : document.versions.find(({ version }) => version === number);
  if (!found) {
    throw new AwsError(
      'InvalidDocumentVersion',
      `The document version is not valid or does not exist: ${versionName ?? wanted}.`,
    );
  }
  return found;
}

export const contentHash = (content: string): string => createHash('sha256').update(content).digest('hex');

export function descriptionView(
  document: StoredDocument,
  version: DocumentVersion,
  parts: Parts,
): DocumentDescription {
  const content = readContent(version.content, version.format);
  return {
    ...identifierView(document, version, parts),
    Hash: contentHash(version.content),
    HashType: 'Sha256',
    Status: 'Active',
    ...(content.description !== undefined && { Description: content.description }),
    Parameters: describeParameters(content),
    LatestVersion: document.versions.at(-1)?.version ?? '1',
    DefaultVersion: document.defaultVersion,
  };
}

export function identifierView(
  document: StoredDocument,
  version: DocumentVersion,
  { account }: Parts,
): DocumentIdentifier {
  return {
    Name: document.name,
    CreatedDate: new Date(version.created),
    Owner: isBuiltIn(document) ? 'Amazon' : account,
    ...(version.displayName !== undefined && { DisplayName: version.displayName }),
    ...(version.versionName !== undefined && { VersionName: version.versionName }),
    PlatformTypes: ['Linux', 'MacOS'],
    DocumentVersion: version.version,
    DocumentType: document.type,
    SchemaVersion: '2.2',
    DocumentFormat: version.format,
    ...(document.targetType !== undefined && { TargetType: document.targetType }),
    Tags: document.tags,
  };
}

export const isBuiltIn = ({ name }: StoredDocument): boolean => builtInDocuments.has(name);
