import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';

/** What a stack's environments share, as their security chain sees it. */
export interface DataStore {
  /** Empty by itself; the security chain of each environment adds a rule for its instances. */
  readonly securityGroupId: pulumi.Output<string>;
  /** TCP port that instances connect to. */
  readonly port: number;
  /** What has to be there before an instance boots. */
  readonly needs: readonly pulumi.Resource[];
}

/** Where a data store lives. */
export interface DataStoreArgs {
  /** Of its security group. */
  readonly vpcId: pulumi.Input<string>;
  /** One in each zone; no route leads from the internet into them. */
  readonly privateSubnetIds: pulumi.Input<string[]>;
  /** On everything that can carry tags: application and stack. Costs are told apart by them. */
  readonly tags: Record<string, string>;
}

/** A group without any rule: nobody connects, until the security chain of an environment admits its instances. */
export function createStoreSecurityGroup(
  name: string,
  whose: string,
  { vpcId, tags }: DataStoreArgs,
  parent: pulumi.Resource,
): aws.ec2.SecurityGroup {
  return new aws.ec2.SecurityGroup(
    name,
    // A changed description replaces the group: keep it free of anything that may change.
    { vpcId, description: `${whose} of a Beanpole stack`, tags: { ...tags, Name: name } },
    { parent },
  );
}
