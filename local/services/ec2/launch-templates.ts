import type {
  CreateLaunchTemplateCommandInput,
  CreateLaunchTemplateCommandOutput,
  CreateLaunchTemplateVersionCommandInput,
  CreateLaunchTemplateVersionCommandOutput,
  DeleteLaunchTemplateCommandInput,
  DeleteLaunchTemplateCommandOutput,
  DescribeLaunchTemplatesCommandInput,
  DescribeLaunchTemplatesCommandOutput,
  LaunchTemplate,
  ModifyLaunchTemplateCommandInput,
  ModifyLaunchTemplateCommandOutput,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { find, type Ec2Context } from './context.ts';
import { invalidValue, missing } from './errors.ts';
import { select, type FilterTable } from './filters.ts';
import { newId } from './ids.ts';
import { checkedTemplateData } from './launch-template-data.ts';
import { latestOf, shownVersion, versionKey, versionNamed, versionsOf } from './launch-template-versions.ts';
import { accept, once, page } from './requests.ts';
import type { Ec2State, LaunchTemplateRow, LaunchTemplateVersionRow } from './state.ts';
import { addTags, requestedTags, tagsOf } from './tags.ts';

const filters: FilterTable<LaunchTemplate> = {
  'launch-template-name': (template) => template.LaunchTemplateName,
};

/** A template by id or name, with AWS's error for each way to miss it. */
export function findTemplate(
  state: Ec2State,
  {
    LaunchTemplateId: id,
    LaunchTemplateName: name,
  }: { LaunchTemplateId?: string | undefined; LaunchTemplateName?: string | undefined },
): LaunchTemplateRow {
  if (id !== undefined && name !== undefined)
    throw new AwsError(
      'InvalidParameterCombination',
      'Either launch template ID or launch template name must be specified, but not both.',
    );
  if (id !== undefined) return find(state.launchTemplates, 'launchTemplate', id);
  if (name === undefined) throw missing('LaunchTemplateId or LaunchTemplateName');
  const row = [...state.launchTemplates.values()].find((template) => template.name === name);
  if (row) return row;
  throw new AwsError(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${name}, does not exist.`,
  );
}

export function launchTemplateOperations(context: Ec2Context) {
  const { state, parts } = context;

  const shown = (row: LaunchTemplateRow): LaunchTemplate => ({
    LaunchTemplateId: row.id,
    LaunchTemplateName: row.name,
    CreateTime: new Date(row.createdAt),
    CreatedBy: row.createdBy,
    DefaultVersionNumber: row.defaultVersion,
    LatestVersionNumber: row.latestVersion,
    Tags: tagsOf(state, row.id),
  });

  const addVersion = (row: LaunchTemplateVersionRow): void => {
    state.launchTemplateVersions.set(versionKey(row.templateId, row.version), row);
  };

  return {
    async CreateLaunchTemplate(
      input: CreateLaunchTemplateCommandInput,
      call: Call,
    ): Promise<Answer<CreateLaunchTemplateCommandOutput>> {
      accept('CreateLaunchTemplate', input, [
        ...[
          'ClientToken',
          'LaunchTemplateName',
          'LaunchTemplateData',
          'VersionDescription',
          'TagSpecifications',
        ],
      ]);
      const tags = requestedTags(input.TagSpecifications, ['launch-template'], call);
      const data = checkedTemplateData(input.LaunchTemplateData, call);
      const [id = ''] = await once(context, 'CreateLaunchTemplate', input, () => {
        const name = checkedName(state, input.LaunchTemplateName);
        const made = { createdAt: parts.clock.now(), createdBy: call.caller.arn };
        const row: LaunchTemplateRow = {
          id: newId('lt'),
          name,
          ...made,
          defaultVersion: 1,
          latestVersion: 1,
        };
        state.launchTemplates.set(row.id, row);
        addVersion({ templateId: row.id, version: 1, ...made, data, ...described(input.VersionDescription) });
        addTags(state, row.id, tags['launch-template'] ?? {});
        return [row.id];
      });
      return { LaunchTemplate: shown(find(state.launchTemplates, 'launchTemplate', id)) };
    },

    async CreateLaunchTemplateVersion(
      input: CreateLaunchTemplateVersionCommandInput,
      call: Call,
    ): Promise<Answer<CreateLaunchTemplateVersionCommandOutput>> {
      accept('CreateLaunchTemplateVersion', input, [
        ...['ClientToken', 'LaunchTemplateId', 'LaunchTemplateName', 'LaunchTemplateData'],
        ...['SourceVersion', 'VersionDescription'],
      ]);
      const template = findTemplate(state, input);
      const source =
        input.SourceVersion === undefined ? undefined : versionNamed(state, template, input.SourceVersion);
      const data = { ...source?.data, ...checkedTemplateData(input.LaunchTemplateData, call) };
      const [version = ''] = await once(context, `CreateLaunchTemplateVersion:${template.id}`, input, () => {
        const latest = latestOf(state, template.id) + 1;
        const made = { createdAt: parts.clock.now(), createdBy: call.caller.arn };
        addVersion({
          templateId: template.id,
          version: latest,
          ...made,
          data,
          ...described(input.VersionDescription),
        });
        state.launchTemplates.set(template.id, { ...template, latestVersion: latest });
        return [String(latest)];
      });
      const current = find(state.launchTemplates, 'launchTemplate', template.id);
      return { LaunchTemplateVersion: shownVersion(current, versionNamed(state, current, version)) };
    },

    DescribeLaunchTemplates(
      input: DescribeLaunchTemplatesCommandInput,
    ): Answer<DescribeLaunchTemplatesCommandOutput> {
      const { LaunchTemplateIds: ids = [], LaunchTemplateNames: names = [] } = input;
      const named = [
        ...ids.map((LaunchTemplateId) => findTemplate(state, { LaunchTemplateId })),
        ...names.map((LaunchTemplateName) => findTemplate(state, { LaunchTemplateName })),
      ];
      const rows = (ids.length || names.length ? named : [...state.launchTemplates.values()]).map(shown);
      const { rows: cut, ...next } = page(select(rows, input.Filters, filters), input, [1, 200]);
      return { LaunchTemplates: [...cut], ...next };
    },

    ModifyLaunchTemplate(input: ModifyLaunchTemplateCommandInput): Answer<ModifyLaunchTemplateCommandOutput> {
      const template = findTemplate(state, input);
      if (input.DefaultVersion === undefined) throw missing('DefaultVersion');
      const { version } = versionNamed(state, template, input.DefaultVersion);
      const changed = { ...template, defaultVersion: version };
      state.launchTemplates.set(template.id, changed);
      return { LaunchTemplate: shown(changed) };
    },

    DeleteLaunchTemplate(input: DeleteLaunchTemplateCommandInput): Answer<DeleteLaunchTemplateCommandOutput> {
      const template = findTemplate(state, input);
      const answer = { LaunchTemplate: shown(template) };
      for (const { version } of versionsOf(state, template.id))
        state.launchTemplateVersions.delete(versionKey(template.id, version));
      state.launchTemplates.delete(template.id);
      state.tags.delete(template.id);
      return answer;
    },
  };
}

function checkedName(state: Ec2State, name: string | undefined): string {
  if (name === undefined) throw missing('LaunchTemplateName');
  if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name))
    throw new AwsError(
      'InvalidLaunchTemplateName.MalformedException',
      `The launch template name ${name} must be 3 to 128 letters, digits or ( ) . - / _.`,
    );
  if ([...state.launchTemplates.values()].some((template) => template.name === name))
    throw new AwsError(
      'InvalidLaunchTemplateName.AlreadyExistsException',
      'Launch template name already in use.',
    );
  return name;
}

function described(description: string | undefined): { description?: string } {
  if (description === undefined) return {};
  if (description.length > 255)
    throw invalidValue('VersionDescription must not be longer than 255 characters.');
  return { description };
}
