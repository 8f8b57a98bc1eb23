import type {
  DeleteLaunchTemplateVersionsCommandInput,
  DeleteLaunchTemplateVersionsCommandOutput,
  DescribeLaunchTemplateVersionsCommandInput,
  DescribeLaunchTemplateVersionsCommandOutput,
  LaunchTemplateVersion,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import type { Ec2Context } from './context.ts';
import { missing } from './errors.ts';
import { select, type FilterTable } from './filters.ts';
import { findTemplate } from './launch-templates.ts';
import { page } from './requests.ts';
import type { Ec2State, LaunchTemplateRow, LaunchTemplateVersionRow } from './state.ts';

const filters: FilterTable<LaunchTemplateVersion & { Tags?: undefined }> = {
  'create-time': (version) => version.CreateTime?.toISOString(),
  'ebs-optimized': (version) => version.LaunchTemplateData?.EbsOptimized,
  'iam-instance-profile': (version) => version.LaunchTemplateData?.IamInstanceProfile?.Arn,
  'image-id': (version) => version.LaunchTemplateData?.ImageId,
  'instance-type': (version) => version.LaunchTemplateData?.InstanceType,
  'is-default-version': (version) => version.DefaultVersion,
};

export const versionKey = (templateId: string, version: number): string => `${templateId}:${version}`;

/** All versions of a template, oldest first. */
export const versionsOf = (
  { launchTemplateVersions }: Ec2State,
  templateId: string,
): LaunchTemplateVersionRow[] =>
  [...launchTemplateVersions.values()]
    .filter((row) => row.templateId === templateId)
    .sort((a, b) => a.version - b.version);

/** The highest number given so far; deleting versions does not give numbers back. */
export const latestOf = (state: Ec2State, templateId: string): number =>
  state.launchTemplates.get(templateId)?.latestVersion ?? 0;

/** A version by number, `$Latest` or `$Default`. */
export function versionNamed(
  state: Ec2State,
  template: LaunchTemplateRow,
  name = '$Default',
): LaunchTemplateVersionRow {
  const number =
    name === '$Latest'
      ? (versionsOf(state, template.id).at(-1)?.version ?? 0)
      : name === '$Default'
        ? template.defaultVersion
        : Number(name);
  const row = state.launchTemplateVersions.get(versionKey(template.id, number));
  if (row) return row;
  if (!/^(\d+|\$Latest|\$Default)$/.test(name))
    throw new AwsError(
      'InvalidLaunchTemplateId.VersionNotFound',
      `The version ${name} is not a version number.`,
    );
  throw new AwsError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find launch template version ${name} for the launch template ${template.id}.`,
  );
}

export function shownVersion(
  template: LaunchTemplateRow,
  row: LaunchTemplateVersionRow,
): LaunchTemplateVersion {
  return {
    LaunchTemplateId: template.id,
    LaunchTemplateName: template.name,
    VersionNumber: row.version,
    CreateTime: new Date(row.createdAt),
    CreatedBy: row.createdBy,
    DefaultVersion: row.version === template.defaultVersion,
    LaunchTemplateData: row.data,
    ...(row.description !== undefined && { VersionDescription: row.description }),
  };
}

export function launchTemplateVersionOperations({ state }: Ec2Context) {
  /** Without a template only the newest or default version of each may be asked for. */
  const wanted = (input: DescribeLaunchTemplateVersionsCommandInput): LaunchTemplateVersion[] => {
    const { LaunchTemplateId: id, LaunchTemplateName: name, Versions: versions = [] } = input;
    if (id === undefined && name === undefined) {
      if (!versions.length || versions.some((version) => !version.startsWith('$')))
        throw missing('LaunchTemplateId or LaunchTemplateName');
      return [...state.launchTemplates.values()].flatMap((template) =>
        versions.map((version) => shownVersion(template, versionNamed(state, template, version))),
      );
    }
    const template = findTemplate(state, input);
    const rows = versions.length
      ? versions.map((version) => versionNamed(state, template, version))
      : versionsOf(state, template.id).reverse();
    return rows
      .filter(
        ({ version }) =>
          version >= Number(input.MinVersion ?? 0) && version <= Number(input.MaxVersion ?? Infinity),
      )
      .map((row) => shownVersion(template, row));
  };

  return {
    DescribeLaunchTemplateVersions(
      input: DescribeLaunchTemplateVersionsCommandInput,
    ): Answer<DescribeLaunchTemplateVersionsCommandOutput> {
      const { rows, ...next } = page(select(wanted(input), input.Filters, filters), input, [1, 200]);
      return { LaunchTemplateVersions: [...rows], ...next };
    },

    DeleteLaunchTemplateVersions(
      input: DeleteLaunchTemplateVersionsCommandInput,
    ): Answer<DeleteLaunchTemplateVersionsCommandOutput> {
      const template = findTemplate(state, input);
      const outcome = { LaunchTemplateId: template.id, LaunchTemplateName: template.name };
      const deleted: { LaunchTemplateId: string; LaunchTemplateName: string; VersionNumber: number }[] = [];
      const failed: {
        VersionNumber: number;
        code: 'launchTemplateVersionDoesNotExist' | 'unexpectedError';
        message: string;
      }[] = [];
      for (const number of (input.Versions ?? []).map(Number)) {
        const key = versionKey(template.id, number);
        if (!state.launchTemplateVersions.has(key))
          failed.push({
            VersionNumber: number,
            code: 'launchTemplateVersionDoesNotExist',
            message: `The launch template version ${number} does not exist.`,
          });
        else if (number === template.defaultVersion)
          failed.push({
            VersionNumber: number,
            code: 'unexpectedError',
            message: 'The default version of a launch template cannot be deleted.',
          });
        else if (state.launchTemplateVersions.delete(key))
          deleted.push({ ...outcome, VersionNumber: number });
      }
      return {
        SuccessfullyDeletedLaunchTemplateVersions: deleted,
        UnsuccessfullyDeletedLaunchTemplateVersions: failed.map(({ VersionNumber, code, message }) => ({
          ...outcome,
          VersionNumber,
          ResponseError: { Code: code, Message: message },
        })),
      };
    },
  };
}
