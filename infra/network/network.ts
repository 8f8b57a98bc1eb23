import * as awsx from '@pulumi/awsx';
import * as pulumi from '@pulumi/pulumi';
import type { NetworkConfiguration } from '../config.ts';

export interface NetworkArgs {
  /** Address range, number of zones and NAT gateways, as in the stack file. */
  readonly configuration: NetworkConfiguration;
  /** On everything in the network. */
  readonly tags: Record<string, string>;
}

/**
 * A VPC with a public and a private subnet in every zone.
 * Cost: nothing by itself; each NAT gateway about 33 USD a month plus 0.045 USD per GB (us-east-1).
 */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly publicSubnetIds: pulumi.Output<string[]>;
  readonly privateSubnetIds: pulumi.Output<string[]>;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:network:Network', name, {}, opts);

    const vpc = this.createVpc(name, args);

    this.vpcId = vpc.vpcId;
    this.publicSubnetIds = vpc.publicSubnetIds;
    this.privateSubnetIds = vpc.privateSubnetIds;
    this.registerOutputs({
      vpcId: this.vpcId,
      publicSubnetIds: this.publicSubnetIds,
      privateSubnetIds: this.privateSubnetIds,
    });
  }

  private createVpc(name: string, { configuration, tags }: NetworkArgs): awsx.ec2.Vpc {
    return new awsx.ec2.Vpc(
      name,
      {
        cidrBlock: configuration.cidr,
        numberOfAvailabilityZones: configuration.availabilityZones,
        natGateways: { strategy: configuration.natGateways },
        // Said explicitly: the next major version of awsx changes its default, and other addresses mean other subnets.
        subnetStrategy: 'Legacy',
        // Names of instances and, later, of databases and mount targets are resolved inside the VPC.
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags,
      },
      { parent: this },
    );
  }
}
