import type { Ec2, Parts } from '../parts.ts';
import { ec2Authorization } from './authorization.ts';
import type { Ec2Context } from './context.ts';
import { DiskCopies } from './disk-copies.ts';
import { resolveName } from './dns-names.ts';
import { createInterfaces, removeHost, setSecurityGroups } from './hosts.ts';
import { InstanceLifecycle } from './instance-lifecycle.ts';
import { launchNeeds } from './launch-authorization.ts';
import { credentialsOf, metadataOf, metadataOptionsOf } from './metadata.ts';
import { settleNatGateway } from './nat-gateways.ts';
import { NetworkSync } from './network-sync.ts';
import { ec2Operations } from './operations.ts';
import { followOutage } from './outage.ts';
import { spotPool } from './spot.ts';
import { SpotInterruptions } from './spot-interruptions.ts';
import { openState } from './state.ts';

/**
 * EC2 over the network and compute planes: VPCs, subnets, gateways, routes, security groups, addresses,
 * launch templates, instances, their disks, snapshots and images. Differences to AWS: IPv4 only, no default VPC, one network interface and
 * one disk per instance, default routes only, the default network ACL only. What has nothing behind it is
 * refused with `UnsupportedOperation`.
 */
export function createEc2(parts: Parts): Ec2 {
  const state = openState(parts.store);
  const network = new NetworkSync(parts, state);
  const copies = new DiskCopies(parts, state);
  const lifecycle = new InstanceLifecycle(parts, state, network, copies);
  const context: Ec2Context = { parts, state, network, lifecycle, copies };
  const interruptions = new SpotInterruptions(context);
  return {
    name: 'ec2',
    authorization: ec2Authorization(context),
    operations: ec2Operations(context),
    launchNeeds: (input, call) => launchNeeds(context, input, call),
    createInterfaces: (hostId, wanted) => createInterfaces(context, hostId, wanted),
    removeHost: (hostId) => removeHost(context, hostId),
    setSecurityGroups: (hostId, groups) => setSecurityGroups(context, hostId, groups),
    onInstanceState: (listener) => {
      lifecycle.onState(listener);
    },
    resolve: (name) => resolveName(state, parts.region, name),
    usesPrivateZones(vpcId) {
      const vpc = state.vpcs.get(vpcId);
      return vpc !== undefined && vpc.enableDnsSupport && vpc.enableDnsHostnames;
    },
    metadata: (instanceId) => metadataOf(context, instanceId),
    credentials: (instanceId) => credentialsOf(context, instanceId),
    metadataOptions: (instanceId) => metadataOptionsOf(context, instanceId),
    crash: (id) => parts.instances.crash(id),
    interrupt: (id, noticeAfterSeconds) => interruptions.begin(id, noticeAfterSeconds),
    spotRisk: (id) => interruptions.risk(id),
    spotPool: (instanceType, zone) => spotPool(context, instanceType, zone),
    async start() {
      parts.outages.onChange((zone) => followOutage(context, zone));
      await network.changed();
      for (const { id } of [...state.natGateways.values()]) void settleNatGateway(context, id);
      copies.start();
      lifecycle.start();
      interruptions.start();
    },
    async stop() {
      interruptions.stop();
      await lifecycle.stop();
      await copies.stop();
      network.stop();
    },
  };
}
