import { boolean, number, string } from '../../../resource/schema.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags } from '../../tags.ts';
import { arn, idOf, tagSpecifications, updateTags } from './ec2.ts';
import { dataInputs, fromData, toData } from './template-data.ts';

const gone = ['InvalidLaunchTemplateId.NotFound', 'InvalidLaunchTemplateId.NotFoundException'];
/** What a new version is made for. */
const versioned = ['description', ...Object.keys(dataInputs)];

export default regional({
  type: 'aws:ec2/launchTemplate:LaunchTemplate',
  naming: { property: 'name', prefix: 'namePrefix', maximum: 125 },
  inputs: {
    name: string({ replaces: true }),
    namePrefix: string({ replaces: true, hidden: true }),
    description: string(),
    defaultVersion: number({ computed: true }),
    updateDefaultVersion: boolean({ hidden: true }),
    ...dataInputs,
    tags: tags(),
  },
  check: (inputs) =>
    inputs.defaultVersion !== undefined && inputs.updateDefaultVersion === true
      ? [{ property: 'updateDefaultVersion', reason: 'and defaultVersion exclude each other' }]
      : [],
  unknownAfter: (changed, news) => {
    if (!versioned.some((property) => changed.has(property))) return [];
    return news.updateDefaultVersion === true ? ['latestVersion', 'defaultVersion'] : ['latestVersion'];
  },

  async create(inputs, context) {
    const ec2 = await context.clients.ec2();
    const { LaunchTemplate } = await ec2.createLaunchTemplate({
      LaunchTemplateName: inputs.name,
      VersionDescription: inputs.description,
      LaunchTemplateData: toData(inputs),
      ...tagSpecifications('launch-template', inputs.tags),
    });
    return idOf(LaunchTemplate?.LaunchTemplateId, 'CreateLaunchTemplate');
  },

  async read(id, context) {
    const ec2 = await context.clients.ec2();
    const found = await ifFound(gone, () => ec2.describeLaunchTemplates({ LaunchTemplateIds: [id] }));
    const template = found?.LaunchTemplates?.[0];
    if (!template) return undefined;
    const { LaunchTemplateVersions } = await ec2.describeLaunchTemplateVersions({
      LaunchTemplateId: id,
      Versions: [String(template.LatestVersionNumber)],
    });
    const latest = LaunchTemplateVersions?.[0];
    return {
      arn: arn(context, await context.account(), `launch-template/${id}`),
      name: template.LaunchTemplateName,
      defaultVersion: template.DefaultVersionNumber,
      latestVersion: template.LatestVersionNumber,
      description: latest?.VersionDescription,
      ...fromData(latest?.LaunchTemplateData ?? {}),
      ...fromTags(template.Tags),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const ec2 = await context.clients.ec2();
    let defaultVersion = changed('defaultVersion') ? news.defaultVersion : undefined;
    if (changed(...versioned)) {
      const { LaunchTemplateVersion } = await ec2.createLaunchTemplateVersion({
        LaunchTemplateId: id,
        VersionDescription: news.description,
        LaunchTemplateData: toData(news),
      });
      if (news.updateDefaultVersion) defaultVersion = LaunchTemplateVersion?.VersionNumber;
    } else if (changed('updateDefaultVersion') && news.updateDefaultVersion) {
      defaultVersion = olds.latestVersion as number;
    }
    if (defaultVersion !== undefined)
      await ec2.modifyLaunchTemplate({ LaunchTemplateId: id, DefaultVersion: String(defaultVersion) });
    if (changed('tags')) await updateTags(ec2, id, olds, news.tags);
  },

  async delete(id, context) {
    const ec2 = await context.clients.ec2();
    await ifFound(gone, () => ec2.deleteLaunchTemplate({ LaunchTemplateId: id }));
  },
});
