import type {
  AssociateIamInstanceProfileCommandInput,
  AssociateIamInstanceProfileCommandOutput,
  DescribeIamInstanceProfileAssociationsCommandInput,
  DescribeIamInstanceProfileAssociationsCommandOutput,
  DisassociateIamInstanceProfileCommandInput,
  DisassociateIamInstanceProfileCommandOutput,
  IamInstanceProfileAssociation,
  IamInstanceProfileSpecification,
  ReplaceIamInstanceProfileAssociationCommandInput,
  ReplaceIamInstanceProfileAssociationCommandOutput,
} from '@aws-sdk/client-ec2';
import type { GetInstanceProfileCommandOutput } from '@aws-sdk/client-iam';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { ask } from '../parts.ts';
import { find, type Ec2Context } from './context.ts';
import { associationNotFound, invalidValue } from './errors.ts';
import { select, type FilterTable } from './filters.ts';
import { newId } from './ids.ts';
import { page } from './requests.ts';
import type { InstanceRow } from './state.ts';

export interface Profile {
  readonly arn: string;
  readonly id: string;
}

const filters: FilterTable<IamInstanceProfileAssociation & { Tags?: undefined }> = {
  'instance-id': (association) => association.InstanceId,
  state: (association) => association.State,
};

/** The instance profile a launch names, as IAM knows it. */
export async function instanceProfile(
  { parts }: Ec2Context,
  wanted: IamInstanceProfileSpecification | undefined,
): Promise<Profile | undefined> {
  if (wanted?.Arn === undefined && wanted?.Name === undefined) return undefined;
  const name = wanted.Name ?? wanted.Arn?.split('/').at(-1) ?? '';
  try {
    const answer = await ask<GetInstanceProfileCommandOutput>(parts, 'iam', 'GetInstanceProfile', {
      InstanceProfileName: name,
    });
    const found = answer.InstanceProfile;
    if (found?.Arn !== undefined && (wanted.Arn === undefined || wanted.Arn === found.Arn))
      return { arn: found.Arn, id: found.InstanceProfileId ?? '' };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
  throw wanted.Arn === undefined
    ? invalidValue(
        `Value (${name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
      )
    : invalidValue(
        `Value (${wanted.Arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN`,
      );
}

/** Which instance has which profile. */
export function profileOperations(context: Ec2Context) {
  const { state, parts } = context;

  const shown = ({ id, profile }: InstanceRow): IamInstanceProfileAssociation => ({
    AssociationId: profile?.associationId,
    InstanceId: id,
    IamInstanceProfile: { Arn: profile?.arn, Id: profile?.id },
    State: 'associated',
    Timestamp: new Date(profile?.associatedAt ?? 0),
  });

  const associated = (id: string | undefined): InstanceRow => {
    const row = [...state.instances.values()].find(
      ({ profile }) => profile !== undefined && profile.associationId === id,
    );
    if (!row) throw associationNotFound(id ?? '');
    return row;
  };

  const associate = async (row: InstanceRow, wanted: IamInstanceProfileSpecification | undefined) => {
    const found = await instanceProfile(context, wanted);
    if (!found) throw invalidValue('An instance profile must be named by Name or Arn.');
    const profile = { ...found, associationId: newId('iip-assoc'), associatedAt: parts.clock.now() };
    const changed = { ...find(state.instances, 'instance', row.id), profile };
    state.instances.set(row.id, changed);
    return { IamInstanceProfileAssociation: shown(changed) };
  };

  return {
    async AssociateIamInstanceProfile(
      input: AssociateIamInstanceProfileCommandInput,
    ): Promise<Answer<AssociateIamInstanceProfileCommandOutput>> {
      const row = find(state.instances, 'instance', input.InstanceId);
      if (row.profile)
        throw new AwsError(
          'IncorrectState',
          `There is an existing association for instance ${row.id}: ${row.profile.associationId}`,
        );
      return associate(row, input.IamInstanceProfile);
    },

    async ReplaceIamInstanceProfileAssociation(
      input: ReplaceIamInstanceProfileAssociationCommandInput,
    ): Promise<Answer<ReplaceIamInstanceProfileAssociationCommandOutput>> {
      return associate(associated(input.AssociationId), input.IamInstanceProfile);
    },

    DisassociateIamInstanceProfile(
      input: DisassociateIamInstanceProfileCommandInput,
    ): Answer<DisassociateIamInstanceProfileCommandOutput> {
      const row = associated(input.AssociationId);
      const { profile: _, ...rest } = row;
      state.instances.set(row.id, rest);
      return { IamInstanceProfileAssociation: { ...shown(row), State: 'disassociating' } };
    },

    DescribeIamInstanceProfileAssociations(
      input: DescribeIamInstanceProfileAssociationsCommandInput,
    ): Answer<DescribeIamInstanceProfileAssociationsCommandOutput> {
      const all = [...state.instances.values()].filter(
        ({ profile, state: now }) => profile && now !== 'terminated',
      );
      const rows = (input.AssociationIds?.length ? input.AssociationIds.map(associated) : all).map(shown);
      const { rows: cut, ...next } = page(select(rows, input.Filters, filters), input);
      return { IamInstanceProfileAssociations: [...cut], ...next };
    },
  };
}
