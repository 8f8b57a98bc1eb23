import type {
  CommandInvocationStatus,
  CommandStatus,
  DocumentFormat,
  DocumentType,
  ParameterTier,
  ParameterType,
  Tag,
} from '@aws-sdk/client-ssm';
import type { Collection } from '../../store.ts';
import type { Parts } from '../parts.ts';

/** What Systems Manager keeps. Times are milliseconds since 1970. */
export interface SsmState {
  readonly parameters: Collection<StoredParameter>;
  readonly documents: Collection<StoredDocument>;
  readonly commands: Collection<StoredCommand>;
  /** By `commandId/instanceId`. */
  readonly invocations: Collection<StoredInvocation>;
  /** Managed nodes by instance id. */
  readonly nodes: Collection<StoredNode>;
  readonly sessions: Collection<StoredSession>;
}

export interface StoredParameter {
  name: string;
  tags: Tag[];
  /** Oldest first; the last one is current. */
  versions: ParameterVersion[];
}

export interface ParameterVersion {
  version: number;
  type: ParameterType;
  /** Sealed for a SecureString. */
  value: string;
  tier: ParameterTier;
  modified: number;
  modifiedBy: string;
  labels: string[];
  dataType: string;
  description?: string;
  allowedPattern?: string;
  keyId?: string;
}

export interface StoredDocument {
  name: string;
  type: DocumentType;
  targetType?: string;
  tags: Tag[];
  defaultVersion: string;
  /** Oldest first. */
  versions: DocumentVersion[];
}

export interface DocumentVersion {
  version: string;
  versionName?: string;
  displayName?: string;
  /** As it was given. */
  content: string;
  format: DocumentFormat;
  created: number;
}

export interface StoredCommand {
  id: string;
  documentName: string;
  documentVersion: string;
  comment: string;
  parameters: Record<string, string[]>;
  instanceIds: string[];
  targets: { Key: string; Values: string[] }[];
  requested: number;
  expires: number;
  timeoutSeconds: number;
  maxConcurrency: string;
  maxErrors: string;
  /** In the order in which they are sent. */
  targetIds: string[];
  cancelling: boolean;
  status: CommandStatus;
  statusDetails: string;
}

export interface StoredInvocation {
  commandId: string;
  instanceId: string;
  status: CommandInvocationStatus;
  statusDetails: string;
  steps: StoredStep[];
  started?: number;
  finished?: number;
}

/** One step's (plugin's) result. */
export interface StoredStep {
  name: string;
  status: CommandInvocationStatus;
  statusDetails: string;
  responseCode: number;
  stdout: string;
  stderr: string;
  started?: number;
  finished?: number;
}

export interface StoredNode {
  instanceId: string;
  registered: number;
  lastPing: number;
}

export interface StoredSession {
  sessionId: string;
  instanceId: string;
  documentName: string;
  /** ARN of who started it. */
  owner: string;
  reason?: string;
  started: number;
  /** Absent while it lives. */
  ended?: number;
}

export function ssmState({ store }: Parts): SsmState {
  return {
    parameters: store.collection('ssm.parameter'),
    documents: store.collection('ssm.document'),
    commands: store.collection('ssm.command'),
    invocations: store.collection('ssm.invocation'),
    nodes: store.collection('ssm.node'),
    sessions: store.collection('ssm.session'),
  };
}
