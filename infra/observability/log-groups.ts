import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { logGroup, logKinds, tags } from '../../model/names.ts';
import type { EnvironmentName } from '../../model/names.ts';

export interface LogGroupsArgs {
  readonly name: EnvironmentName;
  readonly retentionDays: number;
}

/** An environment's log groups, one per kind. Cost: 0.50 USD per GB written, 0.03 USD per GB and month kept (us-east-1). */
export class LogGroups extends pulumi.ComponentResource {
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
