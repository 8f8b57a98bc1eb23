import type {
  DeleteFileSystemPolicyCommandInput,
  DescribeBackupPolicyCommandInput,
  DescribeBackupPolicyCommandOutput,
  DescribeFileSystemPolicyCommandInput,
  DescribeFileSystemPolicyCommandOutput,
  DescribeLifecycleConfigurationCommandInput,
  DescribeLifecycleConfigurationCommandOutput,
  LifecyclePolicy,
  PutBackupPolicyCommandInput,
  PutFileSystemPolicyCommandInput,
  PutLifecycleConfigurationCommandInput,
} from '@aws-sdk/client-efs';
import type { Answer } from '../../endpoint/service.ts';
import { badRequest, invalidPolicy, policyNotFound } from './errors.ts';
import { findFileSystem } from './file-systems.ts';
import type { FilesState } from './state.ts';

/**
 * Lifecycle, backup and resource policies of file systems: kept and shown. There is one storage class here and
 * no AWS Backup; what acts of the resource policy is its demand for encryption (see `mounts.ts`).
 */
export function settingsOperations(state: FilesState) {
  return {
    PutLifecycleConfiguration(
      input: PutLifecycleConfigurationCommandInput,
    ): Answer<DescribeLifecycleConfigurationCommandOutput> {
      const found = findFileSystem(state, input.FileSystemId);
      const lifecycle = (input.LifecyclePolicies ?? []).map(checkLifecycle);
      state.fileSystems.set(found.id, { ...found, lifecycle });
      return { LifecyclePolicies: lifecycle };
    },

    DescribeLifecycleConfiguration(
      input: DescribeLifecycleConfigurationCommandInput,
    ): Answer<DescribeLifecycleConfigurationCommandOutput> {
      return { LifecyclePolicies: findFileSystem(state, input.FileSystemId).lifecycle };
    },

    PutBackupPolicy(input: PutBackupPolicyCommandInput): Answer<DescribeBackupPolicyCommandOutput> {
      const found = findFileSystem(state, input.FileSystemId);
      const status = input.BackupPolicy?.Status;
      if (status !== 'ENABLED' && status !== 'DISABLED')
        throw badRequest('BackupPolicy.Status must be ENABLED or DISABLED.');
      state.fileSystems.set(found.id, { ...found, hasBackup: status === 'ENABLED' });
      return { BackupPolicy: { Status: status } };
    },

    DescribeBackupPolicy(input: DescribeBackupPolicyCommandInput): Answer<DescribeBackupPolicyCommandOutput> {
      const { hasBackup } = findFileSystem(state, input.FileSystemId);
      return { BackupPolicy: { Status: hasBackup ? 'ENABLED' : 'DISABLED' } };
    },

    PutFileSystemPolicy(
      input: PutFileSystemPolicyCommandInput,
    ): Answer<DescribeFileSystemPolicyCommandOutput> {
      const found = findFileSystem(state, input.FileSystemId);
      const policy = checkPolicy(input.Policy ?? '');
      state.fileSystems.set(found.id, { ...found, policy });
      return { FileSystemId: found.id, Policy: policy };
    },

    DescribeFileSystemPolicy(
      input: DescribeFileSystemPolicyCommandInput,
    ): Answer<DescribeFileSystemPolicyCommandOutput> {
      const { id, policy } = findFileSystem(state, input.FileSystemId);
      if (policy === undefined) throw policyNotFound(id);
      return { FileSystemId: id, Policy: policy };
    },

    DeleteFileSystemPolicy(input: DeleteFileSystemPolicyCommandInput): Record<string, never> {
      const { policy: _, ...rest } = findFileSystem(state, input.FileSystemId);
      state.fileSystems.set(rest.id, rest);
      return {};
    },
  };
}

function checkLifecycle(policy: LifecyclePolicy): LifecyclePolicy {
  const given = Object.values(policy).filter((value) => value !== undefined);
  if (given.length !== 1) throw badRequest('Each LifecyclePolicy has exactly one transition.');
  return policy;
}

interface Statement {
  readonly Effect?: unknown;
  readonly Condition?: { readonly Bool?: Readonly<Record<string, unknown>> };
}

function statementsOf(policy: string): Statement[] {
  const parsed = JSON.parse(policy) as { Statement?: Statement | Statement[] };
  return [parsed.Statement ?? []].flat();
}

function checkPolicy(policy: string): string {
  try {
    const isWhole = statementsOf(policy).every(({ Effect }) => Effect === 'Allow' || Effect === 'Deny');
    if (isWhole && statementsOf(policy).length > 0) return policy;
  } catch {
    // told below
  }
  throw invalidPolicy('The policy is not a JSON document with statements.');
}

/** Whether a policy denies what does not come encrypted. */
export const demandsEncryption = (policy: string | undefined): boolean =>
  policy !== undefined &&
  statementsOf(policy).some(
    ({ Effect, Condition }) =>
      Effect === 'Deny' && String(Condition?.Bool?.['aws:SecureTransport']) === 'false',
  );
