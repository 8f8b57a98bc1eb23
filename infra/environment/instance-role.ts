import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { tags } from '../../model/names.ts';
import type { EnvironmentName } from '../../model/names.ts';
import { fitName } from '../naming.ts';
import type { Account } from '../observed.ts';
import { instancePermissions } from './instance-permissions.ts';

export interface InstanceRoleArgs {
  readonly account: Account;
  readonly name: EnvironmentName;
  /** The application's version bucket. */
  readonly bucket: string;
  readonly ownQueueArn?: pulumi.Input<string> | undefined;
  readonly ownDeadLetterQueueArn?: pulumi.Input<string> | undefined;
  readonly targetQueueArn?: pulumi.Input<string> | undefined;
  readonly hasElasticIp: boolean;
  /** Whether EC2 may take instances back. */
  readonly hasSpot: boolean;
  readonly databaseSecretArn?: pulumi.Input<string> | undefined;
}

const trustEc2 = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

/** The role of one environment's instances; it opens nothing of another environment. */
export class InstanceRole extends pulumi.ComponentResource {
  readonly profileName: pulumi.Output<string>;
  /** An instance that starts before its permissions fails at its first call. */
  readonly permissions: pulumi.Resource;

  constructor(name: string, args: InstanceRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:environment:InstanceRole', name, {}, opts);

    const role = this.createRole(name, args);
    this.permissions = this.createPermissions(name, args, role);
    const profile = this.createProfile(name, args, role);

    this.profileName = profile.name;
    this.registerOutputs({ profileName: this.profileName });
  }

  private createRole(name: string, args: InstanceRoleArgs): aws.iam.Role {
    return new aws.iam.Role(
      name,
      {
        name: roleName(name, args.account.region),
        description: `Instances of ${args.name.application} ${args.name.stack}/${args.name.environment}`,
        assumeRolePolicy: trustEc2,
        tags: tags(args.name),
      },
      { parent: this },
    );
  }

  private createPermissions(name: string, args: InstanceRoleArgs, role: aws.iam.Role): aws.iam.RolePolicy {
    const { ownQueueArn, ownDeadLetterQueueArn, targetQueueArn, databaseSecretArn } = args;
    const policy = pulumi
      .output({ ownQueueArn, ownDeadLetterQueueArn, targetQueueArn, databaseSecretArn })
      .apply((arns) =>
        JSON.stringify({ Version: '2012-10-17', Statement: instancePermissions({ ...args, ...arns }) }),
      );
    return new aws.iam.RolePolicy(
      `${name}-permissions`,
      { role: role.name, name: 'permissions', policy },
      { parent: this },
    );
  }

  private createProfile(name: string, args: InstanceRoleArgs, role: aws.iam.Role): aws.iam.InstanceProfile {
    return new aws.iam.InstanceProfile(
      name,
      { name: roleName(name, args.account.region), role: role.name, tags: tags(args.name) },
      { parent: this },
    );
  }
}

/** Pure. IAM is not regional: the same stack in two regions needs two roles, each in 64 characters. */
export const roleName = (name: string, region: string): string => fitName(`${name}-${region}`, 64);
