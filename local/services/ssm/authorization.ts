import {
  and,
  anywhere,
  each,
  fromList,
  on,
  onAll,
  tagging,
  type Authorization,
  type Need,
  type Rule,
} from '../../endpoint/authorization.ts';
import type { Parts } from '../parts.ts';
import type { SsmState } from './state.ts';

interface SendInput {
  readonly InstanceIds?: readonly string[];
  readonly Targets?: readonly { readonly Key?: string; readonly Values?: readonly string[] }[];
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html */
export function ssmAuthorization({ region, account }: Parts, state: SsmState): Authorization {
  const parameterPrefix = `arn:aws:ssm:${region}:${account}:parameter/`;
  const documentPrefix = `arn:aws:ssm:${region}:${account}:document/`;

  /** Names may be ARNs, and end with `:version` or `:label`; what AWS publishes belongs to no account. */
  const parameterArn = (given: string): string => {
    const name = given.replace(/^arn:aws:ssm:[^:]*:\d*:parameter/, '').replace(/:[^/:]+$/, '');
    const path = name.replace(/^\//, '').replace(/(.)\/$/, '$1');
    return name.startsWith('/aws/')
      ? `arn:aws:ssm:${region}::parameter/${path}`
      : `${parameterPrefix}${path}`;
  };
  const documentArn = (name: string): string => {
    if (name.startsWith('arn:')) return name;
    return name.startsWith('AWS-') ? `arn:aws:ssm:${region}::document/${name}` : `${documentPrefix}${name}`;
  };

  const parameter = on(({ Name }: { Name: string }) => parameterArn(Name));
  const parameters = onAll(({ Names }: { Names: string[] }) => Names.map(parameterArn));
  const document = on(({ Name }: { Name: string }) => documentArn(Name));
  const instance = on(
    ({ Target }: { Target: string }) => `arn:aws:ec2:${region}:${account}:instance/${Target}`,
  );
  const session = on(
    ({ SessionId }: { SessionId: string }) => `arn:aws:ssm:${region}:${account}:session/${SessionId}`,
  );
  const tagged = on((input: { ResourceType: string; ResourceId: string }) => {
    if (input.ResourceType === 'Parameter') return parameterArn(input.ResourceId);
    return input.ResourceType === 'Document' ? documentArn(input.ResourceId) : '*';
  });
  return {
    prefix: 'ssm',
    operations: {
      GetParameters: parameters,
      DeleteParameters: parameters,
      ...each(['GetParameter', 'DeleteParameter', 'GetParameterHistory'], parameter),
      ...each(['LabelParameterVersion', 'UnlabelParameterVersion'], parameter),
      GetParametersByPath: on(({ Path }: { Path: string }) => parameterArn(Path)),
      PutParameter: tagging('AddTagsToResource', parameter),
      CreateDocument: tagging('AddTagsToResource', document),
      ...each(['UpdateDocument', 'UpdateDocumentDefaultVersion', 'DeleteDocument'], document),
      ...each(['GetDocument', 'DescribeDocument', 'DescribeDocumentPermission'], document),
      ListDocumentVersions: document,
      SendCommand: and(
        on(({ DocumentName }: { DocumentName: string }) => documentArn(DocumentName)),
        targets(`arn:aws:ec2:${region}:${account}:instance/`),
      ),
      // The document counts when it is named, as long as no policy asks for ssm:SessionDocumentAccessCheck.
      StartSession: and(
        onAll(({ DocumentName }: { DocumentName?: string }) =>
          DocumentName === undefined ? [] : [documentArn(DocumentName)],
        ),
        instance,
      ),
      ...each(['ResumeSession', 'TerminateSession'], session),
      GetConnectionStatus: instance,
      ...each(
        ['DescribeParameters', 'ListDocuments', 'DescribeInstanceInformation', 'DescribeSessions'],
        anywhere,
      ),
      ...each(['CancelCommand', 'GetCommandInvocation', 'ListCommands', 'ListCommandInvocations'], anywhere),
      ...each(['AddTagsToResource', 'RemoveTagsFromResource', 'ListTagsForResource'], tagged),
    },
    keys: {
      'ssm:Overwrite': ({ Overwrite }: { Overwrite?: boolean }) => Overwrite,
      'ssm:Recursive': ({ Recursive }: { Recursive?: boolean }) => Recursive,
    },
    tagsOf(arn) {
      const name = arn.slice(parameterPrefix.length);
      if (arn.startsWith(parameterPrefix))
        return fromList((state.parameters.get(`/${name}`) ?? state.parameters.get(name))?.tags);
      return arn.startsWith(documentPrefix)
        ? fromList(state.documents.get(arn.slice(documentPrefix.length))?.tags)
        : undefined;
    },
  };
}

/** The instances that a command goes to; those that it names by tags may be any that bear them. */
const targets =
  (prefix: string): Rule =>
  ({ InstanceIds = [], Targets = [] }: SendInput) => {
    const tags = Targets.filter(({ Key = '' }) => Key.startsWith('tag:'));
    const named = Targets.filter(({ Key }) => Key === 'InstanceIds').flatMap(({ Values = [] }) => Values);
    const keys = Object.fromEntries(
      tags.flatMap(({ Key = '', Values = [] }) =>
        ['aws:ResourceTag', 'ssm:resourceTag'].map((kind) => [`${kind}/${Key.slice('tag:'.length)}`, Values]),
      ),
    );
    const byTags: Need[] = tags.length > 0 ? [{ resource: `${prefix}*`, keys }] : [];
    return [...[...InstanceIds, ...named].map((id) => ({ resource: `${prefix}${id}` })), ...byTags];
  };
