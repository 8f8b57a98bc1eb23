import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { tags } from '../../model/names.ts';
import type { EnvironmentName } from '../../model/names.ts';
import { fitName } from '../naming.ts';
import type { Account } from '../observed.ts';
import { instancePermissions } from './instance-permissions.ts';

export interface InstanceRoleArgs {
  /** In whose ARNs permissions are narrowed down; its region is part of the role's name, since IAM has no regions. */
  readonly account: Account;
  /** Of which environment: parameters, logs, health reports and deployments of no other are opened. */
  readonly name: EnvironmentName;
  /** The application's version bucket. */
  readonly bucket: string;
  /** Workers: the queue they receive from. */
  readonly ownQueueArn?: pulumi.Input<string> | undefined;
  /** Workers: where they move what they cannot do, with the reason. */
  readonly ownDeadLetterQueueArn?: pulumi.Input<string> | undefined;
  /** Web: the queue that the application gives work to. */
  readonly targetQueueArn?: pulumi.Input<string> | undefined;
  /** Whether an instance associates an Elastic IP with itself when it boots. */
  readonly hasElasticIp: boolean;
  /** Whether EC2 may take instances back: they then ask to be taken out of service in time. */
  readonly hasSpot: boolean;
  /** Master user of the stack's database, which the agent reads when it starts the application. */
  readonly databaseSecretArn?: pulumi.Input<string> | undefined;
}

const trustEc2 = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

/**
 * The role of one environment's instances, with one inline policy; it opens nothing of another environment. Run Command
 * and Session Manager are in it, without AmazonSSMManagedInstanceCore, which opens every parameter in the account.
 * Cost: nothing.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
 */
export class InstanceRole extends pulumi.ComponentResource {
  /** Instance profile that carries the role; launch templates name it. */
  readonly profileName: pulumi.Output<string>;
  /** What groups wait for: an instance that starts before its permissions fails at its first call. */
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
