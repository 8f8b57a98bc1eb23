import type {
  CreateLoadBalancerCommandInput,
  CreateLoadBalancerCommandOutput,
  DeleteLoadBalancerCommandInput,
  DescribeLoadBalancersCommandInput,
  DescribeLoadBalancersCommandOutput,
  LoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { changed, defaults, loadBalancerAttributes } from './attributes.ts';
import { listenersOf } from './balancer-model.ts';
import type { Balancing } from './balancing.ts';
import { invalidMarker, loadBalancerNotFound, notPermitted, unsupported } from './errors.ts';
import { checkName, hostedZoneOf, loadBalancerArn, newDnsName, newId } from './names.ts';
import { findSecurityGroups, findSubnets, interfaceRequests, subnetIds } from './placement.ts';
import type { ElbState, StoredLoadBalancer } from './state.ts';
import { checkTags } from './tags.ts';

/** Making, describing and deleting load balancers. */
export function loadBalancerOperations(parts: Parts, state: ElbState, balancing: Balancing) {
  const beingMade = new Set<string>();

  async function create(input: CreateLoadBalancerCommandInput): Promise<StoredLoadBalancer> {
    const name = input.Name ?? '';
    const tags = checkTags(input.Tags ?? []);
    const scheme = input.Scheme === 'internal' ? 'internal' : 'internet-facing';
    const subnets = await findSubnets(subnetIds(input), scheme, parts);
    const vpcId = subnets[0]?.VpcId ?? '';
    const securityGroups = await findSecurityGroups(input.SecurityGroups ?? [], vpcId, parts);
    const id = newId();
    const hostId = `elb-${id}`;
    const unfinished: StoredLoadBalancer = {
      arn: loadBalancerArn(parts, name, id),
      name,
      id,
      hostId,
      dnsName: newDnsName(parts, name, scheme),
      scheme,
      vpcId,
      created: parts.clock.now(),
      securityGroups,
      interfaces: [],
      attributes: changed(loadBalancerAttributes, defaults(loadBalancerAttributes), []),
      tags,
      state: 'provisioning',
    };
    // Stored first, so that whatever cuts this off, somebody knows whose the interfaces are.
    state.loadBalancers.set(unfinished.arn, unfinished);
    try {
      const requests = interfaceRequests(subnets, securityGroups, `ELB app/${name}/${id}`, scheme);
      const interfaces = await parts.services.ec2.createInterfaces(hostId, requests);
      const made = { ...unfinished, interfaces: [...interfaces] };
      state.loadBalancers.set(made.arn, made);
      return made;
    } catch (error) {
      state.loadBalancers.delete(unfinished.arn);
      throw error;
    }
  }

  return {
    async CreateLoadBalancer(
      input: CreateLoadBalancerCommandInput,
    ): Promise<Answer<CreateLoadBalancerCommandOutput>> {
      const name = input.Name ?? '';
      checkName('Load balancer', name);
      refuseUnbacked(input);
      const existing = whole(state).find((one) => one.name === name);
      if (existing) return { LoadBalancers: [sameOrRefuse(existing, input, parts)] };
      if (beingMade.has(name)) throw duplicate(name);
      beingMade.add(name);
      try {
        const loadBalancer = await create(input);
        const answer = { LoadBalancers: [loadBalancerView(loadBalancer, parts)] };
        void balancing.bringUp(loadBalancer.arn);
        return answer;
      } finally {
        beingMade.delete(name);
      }
    },

    async DescribeLoadBalancers(
      input: DescribeLoadBalancersCommandInput,
    ): Promise<Answer<DescribeLoadBalancersCommandOutput>> {
      const chosen = choose(whole(state), input);
      const { items, nextToken } = page(chosen, input.PageSize ?? 400, input.Marker, invalidMarker);
      return {
        LoadBalancers: items.map((one) => loadBalancerView(one, parts)),
        ...(nextToken && { NextMarker: nextToken }),
      };
    },

    async DeleteLoadBalancer(input: DeleteLoadBalancerCommandInput): Promise<Record<string, never>> {
      const loadBalancer = state.loadBalancers.get(input.LoadBalancerArn ?? '');
      if (!loadBalancer) return {};
      if (loadBalancer.attributes['deletion_protection.enabled'] === 'true') {
        throw notPermitted(
          `Load balancer '${loadBalancer.arn}' cannot be deleted because deletion protection is enabled`,
        );
      }
      for (const listener of listenersOf(loadBalancer.arn, state)) {
        for (const rule of [...state.rules.values()])
          if (rule.listenerArn === listener.arn) state.rules.delete(rule.arn);
        state.listeners.delete(listener.arn);
      }
      await balancing.takeDown(loadBalancer.arn);
      return {};
    },
  };
}

/** Without those that are being made or deleted. */
const whole = ({ loadBalancers }: ElbState): StoredLoadBalancer[] =>
  [...loadBalancers.values()].filter(({ interfaces }) => interfaces.length > 0);

function refuseUnbacked(input: CreateLoadBalancerCommandInput): void {
  if (input.Type !== undefined && input.Type !== 'application')
    throw unsupported(`A load balancer of type ${input.Type}`);
  if (input.IpAddressType !== undefined && input.IpAddressType !== 'ipv4')
    throw unsupported(`IpAddressType ${input.IpAddressType}`);
  for (const member of ['CustomerOwnedIpv4Pool', 'EnablePrefixForIpv6SourceNat', 'IpamPools'] as const) {
    if (input[member] !== undefined) throw unsupported(member);
  }
}

/** Creating again what is there already answers it; with other settings it is refused. */
function sameOrRefuse(
  existing: StoredLoadBalancer,
  input: CreateLoadBalancerCommandInput,
  parts: Parts,
): LoadBalancer {
  const same =
    (input.Scheme ?? 'internet-facing') === existing.scheme &&
    sameMembers(
      subnetIds(input),
      existing.interfaces.map(({ subnetId }) => subnetId),
    ) &&
    (input.SecurityGroups === undefined || sameMembers(input.SecurityGroups, existing.securityGroups));
  if (!same) throw duplicate(existing.name);
  return loadBalancerView(existing, parts);
}

const duplicate = (name: string) =>
  new AwsError(
    'DuplicateLoadBalancerName',
    `A load balancer with the same name '${name}' exists, but with different settings`,
  );

const sameMembers = (one: readonly string[], other: readonly string[]): boolean =>
  one.toSorted().join() === other.toSorted().join();

function choose(
  all: readonly StoredLoadBalancer[],
  input: DescribeLoadBalancersCommandInput,
): readonly StoredLoadBalancer[] {
  const { LoadBalancerArns: arns, Names: names } = input;
  for (const arn of arns ?? []) if (!all.some((one) => one.arn === arn)) throw loadBalancerNotFound(arn);
  for (const name of names ?? []) if (!all.some((one) => one.name === name)) throw loadBalancerNotFound(name);
  return all.filter(
    ({ arn, name }) =>
      (arns === undefined || arns.includes(arn)) && (names === undefined || names.includes(name)),
  );
}

export function findLoadBalancer(state: ElbState, arn: string | undefined): StoredLoadBalancer {
  const found = state.loadBalancers.get(arn ?? '');
  if (!found) throw loadBalancerNotFound(arn ?? '');
  return found;
}

const loadBalancerView = (one: StoredLoadBalancer, { region }: Parts): LoadBalancer => ({
  LoadBalancerArn: one.arn,
  DNSName: one.dnsName,
  CanonicalHostedZoneId: hostedZoneOf(region),
  CreatedTime: new Date(one.created),
  LoadBalancerName: one.name,
  Scheme: one.scheme,
  VpcId: one.vpcId,
  State: { Code: one.state, ...(one.reason !== undefined && { Reason: one.reason }) },
  Type: 'application',
  AvailabilityZones: zonesView(one),
  SecurityGroups: one.securityGroups,
  IpAddressType: 'ipv4',
});

export const zonesView = ({ interfaces }: StoredLoadBalancer) =>
  interfaces.map(({ availabilityZone, subnetId }) => ({
    ZoneName: availabilityZone,
    SubnetId: subnetId,
    LoadBalancerAddresses: [],
  }));
