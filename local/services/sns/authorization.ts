import { anywhere, each, fromList, on, tagging, type Authorization } from '../../endpoint/authorization.ts';
import type { Parts } from '../parts.ts';
import type { SnsState } from './state.ts';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html */
export function snsAuthorization({ region, account }: Parts, { topics }: SnsState): Authorization {
  const topic = on(({ TopicArn }: { TopicArn: string }) => TopicArn);
  const tagged = on(({ ResourceArn }: { ResourceArn: string }) => ResourceArn);
  /** A subscription's ARN continues its topic's. */
  const ofSubscription = on(({ SubscriptionArn }: { SubscriptionArn: string }) =>
    SubscriptionArn.slice(0, SubscriptionArn.lastIndexOf(':')),
  );
  return {
    prefix: 'sns',
    operations: {
      CreateTopic: tagging(
        'TagResource',
        on(({ Name }: { Name: string }) => `arn:aws:sns:${region}:${account}:${Name}`),
      ),
      ...each(['ListTopics', 'ListSubscriptions'], anywhere),
      ...each(['GetTopicAttributes', 'SetTopicAttributes', 'DeleteTopic', 'Publish'], topic),
      ...each(['Subscribe', 'ListSubscriptionsByTopic'], topic),
      ...each(['Unsubscribe', 'GetSubscriptionAttributes', 'SetSubscriptionAttributes'], ofSubscription),
      ...each(['TagResource', 'UntagResource', 'ListTagsForResource'], tagged),
    },
    keys: {
      'sns:Protocol': ({ Protocol }: { Protocol?: string }) => Protocol,
      'sns:Endpoint': ({ Endpoint }: { Endpoint?: string }) => Endpoint,
    },
    tagsOf: (arn) => fromList(topics.get(arn)?.tags),
    policyOf: (arn) => topics.get(arn)?.attributes.Policy,
  };
}
