import { on, tagging, type Authorization } from '../../endpoint/authorization.ts';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html */
export const stsAuthorization: Authorization = {
  prefix: 'sts',
  operations: {
    // Even an explicit deny does not keep anyone from learning who he is.
    GetCallerIdentity: () => [],
    AssumeRole: tagging(
      'TagSession',
      on(({ RoleArn }: { RoleArn: string }) => RoleArn),
    ),
  },
  keys: {
    'sts:RoleSessionName': ({ RoleSessionName }: { RoleSessionName?: string }) => RoleSessionName,
    'sts:ExternalId': ({ ExternalId }: { ExternalId?: string }) => ExternalId,
  },
};
