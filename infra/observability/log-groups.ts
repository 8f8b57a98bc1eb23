import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { logGroup, logKinds, tags } from '../../model/names.ts';
import type { EnvironmentName } from '../../model/names.ts';

export interface LogGroupsArgs {
  /** Log groups are called `/beanpole/<application>/<stack>/<environment>/<kind>`. */
  readonly name: EnvironmentName;
  /**
   * Days for which events are kept.
   * @stackFile environments.*.logRetentionDays
   */
  readonly retentionDays: number;
}

/**
 * An environment's log groups: `events` of deployments, `application` for what processes print, `proxy` for nginx,
 * `agent`. `beanpole logs` and `beanpole events` show them; they go with the environment.
 * Cost: 0.50 USD per GB written, 0.03 USD per GB and month kept (us-east-1).
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
 * @stackFile environments.web.logRetentionDays
 */
export class LogGroups extends pulumi.ComponentResource {
  /** One per kind. Instances are launched after them: they may write to them, but not make them. */
  readonly groups: readonly aws.cloudwatch.LogGroup[];

  constructor(name: string, args: LogGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:observability:LogGroups', name, {}, opts);

    this.groups = logKinds.map(
      (kind) =>
        new aws.cloudwatch.LogGroup(
          `${name}-${kind}`,
          { name: logGroup(args.name, kind), retentionInDays: args.retentionDays, tags: tags(args.name) },
          { parent: this },
        ),
    );

    this.registerOutputs({});
  }
}
