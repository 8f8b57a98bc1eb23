import type {
  DescribeLoadBalancerAttributesCommandInput,
  DescribeLoadBalancerAttributesCommandOutput,
  ModifyLoadBalancerAttributesCommandInput,
  ModifyLoadBalancerAttributesCommandOutput,
  SetIpAddressTypeCommandInput,
  SetIpAddressTypeCommandOutput,
  SetSecurityGroupsCommandInput,
  SetSecurityGroupsCommandOutput,
  SetSubnetsCommandInput,
  SetSubnetsCommandOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Answer } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import { attributeList, changed, loadBalancerAttributes } from './attributes.ts';
import type { Balancing } from './balancing.ts';
import { unsupported } from './errors.ts';
import type { BalancerPlane } from './haproxy/plane.ts';
import { findLoadBalancer, zonesView } from './load-balancers.ts';
import { findSecurityGroups, findSubnets, interfaceRequests, subnetIds } from './placement.ts';
import type { ElbState } from './state.ts';

/** Changing a load balancer: attributes, security groups, subnets. */
export function loadBalancerSettings(
  parts: Parts,
  state: ElbState,
  balancing: Balancing,
  plane: BalancerPlane,
) {
  return {
    async DescribeLoadBalancerAttributes(
      input: DescribeLoadBalancerAttributesCommandInput,
    ): Promise<Answer<DescribeLoadBalancerAttributesCommandOutput>> {
      return { Attributes: attributeList(findLoadBalancer(state, input.LoadBalancerArn).attributes) };
    },

    async ModifyLoadBalancerAttributes(
      input: ModifyLoadBalancerAttributesCommandInput,
    ): Promise<Answer<ModifyLoadBalancerAttributesCommandOutput>> {
      const found = findLoadBalancer(state, input.LoadBalancerArn);
      const attributes = changed(loadBalancerAttributes, found.attributes, input.Attributes ?? []);
      state.loadBalancers.set(found.arn, { ...found, attributes });
      await balancing.sync(found.arn);
      return { Attributes: attributeList(attributes) };
    },

    async SetSecurityGroups(
      input: SetSecurityGroupsCommandInput,
    ): Promise<Answer<SetSecurityGroupsCommandOutput>> {
      const found = findLoadBalancer(state, input.LoadBalancerArn);
      if (input.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic !== undefined) {
        throw unsupported('EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic');
      }
      const securityGroups = await findSecurityGroups(input.SecurityGroups ?? [], found.vpcId, parts);
      await parts.services.ec2.setSecurityGroups(found.hostId, securityGroups);
      state.loadBalancers.set(found.arn, { ...found, securityGroups });
      return { SecurityGroupIds: securityGroups };
    },

    /** The nodes in zones that stay keep their addresses only if no zone leaves: a host's interfaces go together. */
    async SetSubnets(input: SetSubnetsCommandInput): Promise<Answer<SetSubnetsCommandOutput>> {
      const found = findLoadBalancer(state, input.LoadBalancerArn);
      if (input.IpAddressType !== undefined && input.IpAddressType !== 'ipv4')
        throw unsupported(`IpAddressType ${input.IpAddressType}`);
      if (input.EnablePrefixForIpv6SourceNat !== undefined) throw unsupported('EnablePrefixForIpv6SourceNat');
      const subnets = await findSubnets(subnetIds(input), found.scheme, parts);
      const wanted = new Set(subnets.map(({ SubnetId }) => SubnetId));
      const leaves = found.interfaces.some(({ subnetId }) => !wanted.has(subnetId));
      const kept = leaves ? [] : found.interfaces;
      if (leaves) {
        await plane.remove(found.hostId);
        await parts.services.ec2.removeHost(found.hostId);
      }
      const added = subnets.filter(({ SubnetId }) => !kept.some(({ subnetId }) => subnetId === SubnetId));
      const description = `ELB app/${found.name}/${found.id}`;
      const made =
        added.length === 0
          ? []
          : await parts.services.ec2.createInterfaces(
              found.hostId,
              interfaceRequests(added, found.securityGroups, description, found.scheme),
            );
      const next = { ...found, interfaces: [...kept, ...made] };
      state.loadBalancers.set(found.arn, next);
      await balancing.bringUp(found.arn);
      return { AvailabilityZones: zonesView(next), IpAddressType: 'ipv4' };
    },

    async SetIpAddressType(
      input: SetIpAddressTypeCommandInput,
    ): Promise<Answer<SetIpAddressTypeCommandOutput>> {
      findLoadBalancer(state, input.LoadBalancerArn);
      if (input.IpAddressType !== 'ipv4') throw unsupported(`IpAddressType ${String(input.IpAddressType)}`);
      return { IpAddressType: 'ipv4' };
    },
  };
}
