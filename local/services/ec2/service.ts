import type { Ec2, Parts } from '../parts.ts';
import type { Ec2Context } from './context.ts';
import { DiskCopies } from './disk-copies.ts';
import { resolveName } from './dns-names.ts';
import { createInterfaces, removeHost, setSecurityGroups } from './hosts.ts';
import { InstanceLifecycle } from './instance-lifecycle.ts';
import { credentialsOf, metadataOf, metadataOptionsOf } from './metadata.ts';
import { settleNatGateway } from './nat-gateways.ts';
import { NetworkSync } from './network-sync.ts';
import { ec2Operations } from './operations.ts';
import { followOutage } from './outage.ts';
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
  return {
    name: 'ec2',
    operations: ec2Operations(context),
    createInterfaces: (hostId, wanted) => createInterfaces(context, hostId, wanted),
    removeHost: (hostId) => removeHost(context, hostId),
    setSecurityGroups: (hostId, groups) => setSecurityGroups(context, hostId, groups),
    onInstanceState: (listener) => {
      lifecycle.onState(listener);
    },
    resolve: (name) => resolveName(state, parts.region, name),
    metadata: (instanceId) => metadataOf(context, instanceId),
    credentials: (instanceId) => credentialsOf(context, instanceId),
    metadataOptions: (instanceId) => metadataOptionsOf(context, instanceId),
    crash: (id) => parts.instances.crash(id),
    async start() {
      parts.outages.onChange((zone) => followOutage(context, zone));
      await network.changed();
      for (const { id } of [...state.natGateways.values()]) void settleNatGateway(context, id);
      copies.start();
      lifecycle.start();
    },
    async stop() {
      await lifecycle.stop();
      await copies.stop();
      network.stop();
    },
  };
}
