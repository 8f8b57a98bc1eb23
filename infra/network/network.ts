import * as awsx from '@pulumi/awsx';
import * as pulumi from '@pulumi/pulumi';
import type { NetworkConfiguration } from '../config.ts';

export interface NetworkArgs {
  /** Address range, number of zones and NAT gateways. Address range and zones stay, but for 3 zones that become 4. */
  readonly configuration: NetworkConfiguration;
  /** On everything that can carry tags: application and stack. Costs are told apart by them. */
  readonly tags: Record<string, string>;
}

/**
 * A VPC with a public and a private subnet in every zone, each with its route table. Instances behind a load balancer
 * and data services live in the private ones, into which no route leads from the internet; NAT gateways are their
 * way out.
 * Cost: nothing by itself; each NAT gateway about 33 USD a month plus 0.045 USD per GB (us-east-1).
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
 * @stackFile network
 */
export class Network extends pulumi.ComponentResource {
  /** Of the VPC. DNS is on in it, support and host names: data services are reached by name. */
  readonly vpcId: pulumi.Output<string>;
  /** One in each zone, in the order of the zones, with a route to the internet gateway. */
  readonly publicSubnetIds: pulumi.Output<string[]>;
  /** One in each zone, in the same order; with a route to a NAT gateway where there is one. */
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
