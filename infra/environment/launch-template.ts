import type * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';

export interface TemplateArgs {
  readonly imageId: string;
  readonly instanceType: string;
  readonly rootVolumeSizeGb: number;
  readonly instanceProfileName: pulumi.Input<string>;
  readonly securityGroupId: pulumi.Input<string>;
  /** A script without secrets. */
  readonly userData: string;
  readonly tags: Record<string, string>;
}

/** Where Amazon Linux has its root volume. */
export const rootDevice = '/dev/xvda';

/** EC2's limit, before base64. */
const longestUserData = 16 * 1024;

/** Pure: how every instance is launched. */
export function launchTemplateArgs(args: TemplateArgs): aws.ec2.LaunchTemplateArgs {
  if (args.userData.length > longestUserData)
    throw new Error(`User data has ${args.userData.length} bytes; EC2 takes ${longestUserData}.`);
  return {
    imageId: args.imageId,
    instanceType: args.instanceType,
    iamInstanceProfile: { name: args.instanceProfileName },
    vpcSecurityGroupIds: [args.securityGroupId],
    // A value each minute: without it EC2 measures every five, and alarms and steps that want five minutes never ring.
    monitoring: { enabled: true },
    metadataOptions: {
      httpEndpoint: 'enabled',
      // Sessions only, and not over a hop: a request forged through the application must not reach the role's credentials.
      httpTokens: 'required',
      httpPutResponseHopLimit: 1,
      instanceMetadataTags: 'enabled',
    },
    blockDeviceMappings: [
      {
        deviceName: rootDevice,
        ebs: {
          volumeType: 'gp3',
          volumeSize: args.rootVolumeSizeGb,
          encrypted: 'true',
          deleteOnTermination: 'true',
        },
      },
    ],
    // The role's permissions go by these tags: without them an instance could not associate its Elastic IP.
    tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({
      resourceType,
      tags: args.tags,
    })),
    userData: Buffer.from(args.userData).toString('base64'),
    tags: args.tags,
  };
}
