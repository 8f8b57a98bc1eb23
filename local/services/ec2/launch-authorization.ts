import type { RequestLaunchTemplateData, RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { Need } from '../../endpoint/authorization.ts';
import type { Call } from '../../endpoint/service.ts';
import { tagNeeds } from './authorization.ts';
import type { Ec2Context } from './context.ts';
import { findTemplate } from './launch-templates.ts';
import { versionNamed } from './launch-template-versions.ts';

type Profile = RequestLaunchTemplateData['IamInstanceProfile'];

/** What a launch needs: RunInstances on everything it makes or uses, its tags, and iam:PassRole. */
export function launchNeeds(
  context: Ec2Context,
  input: Partial<RunInstancesCommandInput>,
  { region, account }: Pick<Call, 'region' | 'account'>,
): Need[] {
  const { data, templateId } = launchData(context, input);
  const arn = (type: string, id: string): string => `arn:aws:ec2:${region}:${account}:${type}/${id}`;
  const nic = data.NetworkInterfaces?.[0];
  const subnet = input.SubnetId ?? nic?.SubnetId;
  const groups = nic?.Groups ?? data.SecurityGroupIds ?? [];
  const profile = data.IamInstanceProfile;
  const keys = {
    'ec2:InstanceType': data.InstanceType,
    'ec2:MetadataHttpTokens': data.MetadataOptions?.HttpTokens,
    'ec2:InstanceProfile': profile && profileArn(context, profile),
    'ec2:LaunchTemplate': templateId && arn('launch-template', templateId),
    'ec2:Subnet': subnet && arn('subnet', subnet),
  };
  const resources = [
    `arn:aws:ec2:${region}::image/${data.ImageId ?? '*'}`,
    ...['instance', 'network-interface', 'volume'].map((type) => arn(type, '*')),
    ...(subnet === undefined ? [] : [arn('subnet', subnet)]),
    ...groups.map((id) => arn('security-group', id)),
    ...(templateId === undefined ? [] : [arn('launch-template', templateId)]),
  ];
  const specifications = [...(input.TagSpecifications ?? []), ...(data.TagSpecifications ?? [])];
  return [
    ...resources.map((resource) => ({ action: 'ec2:RunInstances', resource, keys })),
    ...tagNeeds(arn, 'RunInstances', specifications),
    ...passProfile(context, profile),
  ];
}

/** The request's own members over its template's. A template that is not there says nothing: the call will fail. */
function launchData(
  { state }: Ec2Context,
  input: Partial<RunInstancesCommandInput>,
): { data: RequestLaunchTemplateData; templateId?: string } {
  const { LaunchTemplate: wanted, ...own } = input;
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  if (!wanted) return { data: given };
  try {
    const template = findTemplate(state, wanted);
    const { data } = versionNamed(state, template, wanted.Version);
    return { data: { ...data, ...given }, templateId: template.id };
  } catch {
    return { data: given };
  }
}

/** Whoever gives an instance a profile passes the role in it. */
export function passProfile({ parts }: Ec2Context, profile: Profile): Need[] {
  const name = profile?.Arn ?? profile?.Name;
  return name === undefined ? [] : [...parts.services.iam.passProfile(name, 'ec2.amazonaws.com')];
}

const profileArn = ({ parts }: Ec2Context, { Arn, Name = '' }: NonNullable<Profile>): string =>
  Arn ?? `arn:aws:iam::${parts.account}:instance-profile/${Name}`;
