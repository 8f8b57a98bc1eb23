import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { deployDocument, keys, parameters } from '../../model/names.ts';
import { applicationDescriptor } from '../../model/schemas.ts';
import type { VersionLifecycle } from '../../model/schemas.ts';
import type { SharedStack } from '../config.ts';
import { createDescriptor } from '../descriptor.ts';
import { stackPrefix, stackTags } from '../naming.ts';
import type { AgentBundle } from './agent-bundle.ts';
import { deployDocumentContent } from './deploy-document.ts';
import { VersionBucket } from './version-bucket.ts';

export interface ApplicationArgs {
  /** Hosted zone, how long versions are kept, and whether a destroy may empty the bucket. */
  readonly configuration: SharedStack;
  /** What runs on every instance, in one file; uploaded under its digest, older ones stay. */
  readonly agent: AgentBundle;
}

/**
 * What all stacks of an application share: version bucket, agent, deploy document, alarm topic, hosted zone, and the
 * descriptor in an SSM parameter by which other stacks and the CLI find them. Subscribe to the topic to be told of
 * alarms.
 * Cost: 0.50 USD a month for the hosted zone, 0.023 USD per GB and month for versions (us-east-1).
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/CreatingHostedZone.html
 * @stackFile shared
 */
export class Application extends pulumi.ComponentResource {
  /** Name of the version bucket. */
  readonly bucket: pulumi.Output<string>;
  /** Of the hosted zone, four: what the domain has to be delegated to. Only with `hostedZone`. */
  readonly nameServers: pulumi.Output<string[]> | undefined;

  constructor(args: ApplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    const name = stackPrefix(args.configuration);
    super('beanpole:application:Application', name, {}, opts);

    const bucket = this.createBucket(`${name}-versions`, args);
    const agent = this.uploadAgent(`${name}-agent`, args, bucket);
    const document = this.createDeployDocument(`${name}-deploy`, args);
    const alarms = this.createAlarmTopic(`${name}-alarms`, args);
    const zone = this.createHostedZone(`${name}-zone`, args);
    this.createDescriptor(`${name}-descriptor`, args, { bucket, agent, document, alarms, zone });

    this.bucket = bucket.name;
    this.nameServers = zone?.nameServers;
    this.registerOutputs({ bucket: this.bucket, nameServers: this.nameServers });
  }

  private createBucket(name: string, { configuration }: ApplicationArgs): VersionBucket {
    const { noncurrentVersionDays, emptyBucketOnDestroy } = configuration.shared;
    return new VersionBucket(
      name,
      { noncurrentVersionDays, emptyOnDestroy: emptyBucketOnDestroy, tags: stackTags(configuration) },
      { parent: this },
    );
  }

  private uploadAgent(
    name: string,
    { agent }: ApplicationArgs,
    bucket: VersionBucket,
  ): aws.s3.BucketObjectv2 {
    return new aws.s3.BucketObjectv2(
      name,
      {
        bucket: bucket.name,
        key: keys.agent(agent.sha256),
        // As a file: its text would be in the state, and in every message to the engine and from it.
        source: new pulumi.asset.FileAsset(agent.file),
        contentType: 'text/javascript',
      },
      // Launch templates name the agent by its digest: an older one is needed until every group has moved on.
      { parent: this, retainOnDelete: true, dependsOn: [bucket] },
    );
  }

  private createDeployDocument(name: string, { configuration }: ApplicationArgs): aws.ssm.Document {
    return new aws.ssm.Document(
      name,
      {
        name: deployDocument(configuration.application),
        documentType: 'Command',
        documentFormat: 'JSON',
        content: deployDocumentContent(),
        tags: stackTags(configuration),
      },
      { parent: this },
    );
  }

  /** Not encrypted with a key: CloudWatch alarms cannot use the AWS managed one, and messages name only alarms. */
  private createAlarmTopic(name: string, { configuration }: ApplicationArgs): aws.sns.Topic {
    return new aws.sns.Topic(name, { tags: stackTags(configuration) }, { parent: this });
  }

  private createHostedZone(name: string, { configuration }: ApplicationArgs): aws.route53.Zone | undefined {
    const { hostedZone } = configuration.shared;
    if (hostedZone === undefined) return undefined;
    return new aws.route53.Zone(
      name,
      { name: hostedZone, comment: `Names of ${configuration.application}`, tags: stackTags(configuration) },
      { parent: this },
    );
  }

  private createDescriptor(
    name: string,
    { configuration, agent }: ApplicationArgs,
    made: Made,
  ): aws.ssm.Parameter {
    const { application, region } = configuration;
    const versionLifecycle = lifecycleOf(configuration);
    const content = pulumi
      .output({
        bucket: made.bucket.name,
        deployDocument: made.document.name,
        alarmTopicArn: made.alarms.arn,
        agentKey: made.agent.key,
        hostedZone: made.zone && {
          id: made.zone.zoneId,
          name: made.zone.name,
          nameServers: made.zone.nameServers,
        },
      })
      .apply(({ agentKey, ...ids }) => ({
        application,
        region,
        ...ids,
        ...(versionLifecycle && { versionLifecycle }),
        agent: { key: agentKey, sha256: agent.sha256 },
      }));
    return createDescriptor(
      name,
      {
        parameter: parameters.application(application),
        description: `Where the shared parts of ${application} are.`,
        schema: applicationDescriptor,
        content,
        tags: stackTags(configuration),
      },
      { parent: this },
    );
  }
}

function lifecycleOf({ shared }: SharedStack): VersionLifecycle | undefined {
  const { versionMaxCount: maxCount, versionMaxAgeDays: maxAgeDays } = shared;
  if (maxCount === undefined && maxAgeDays === undefined) return undefined;
  return { ...(maxCount !== undefined && { maxCount }), ...(maxAgeDays !== undefined && { maxAgeDays }) };
}

interface Made {
  readonly bucket: VersionBucket;
  readonly agent: aws.s3.BucketObjectv2;
  readonly document: aws.ssm.Document;
  readonly alarms: aws.sns.Topic;
  readonly zone: aws.route53.Zone | undefined;
}
