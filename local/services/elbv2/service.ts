import type { LoadBalancing, Parts } from '../parts.ts';
import { elbAuthorization } from './authorization.ts';
import { balancing } from './balancing.ts';
import { haproxyPlane, type BalancerPlane, type PlaneEvents } from './haproxy/plane.ts';
import { certificatesOf, listenerCertificateOperations } from './listener-certificates.ts';
import { listenerOperations } from './listeners.ts';
import { loadBalancerSettings } from './load-balancer-settings.ts';
import { loadBalancerOperations } from './load-balancers.ts';
import { reporting } from './reporting.ts';
import { ruleOperations } from './rules.ts';
import { elbState, type StoredLoadBalancer } from './state.ts';
import { tagOperations } from './tags.ts';
import { targetGroupOperations } from './target-groups.ts';
import { targetOperations } from './targets.ts';

type MakePlane = (parts: Parts, events: PlaneEvents) => BalancerPlane;

/** Elastic Load Balancing v2: application load balancers, each a HAProxy of its own. */
export function createElbv2(parts: Parts, makePlane: MakePlane = haproxyPlane) {
  const state = elbState(parts);
  const reports = reporting(parts, state, () => plane);
  const plane: BalancerPlane = makePlane(parts, {
    onRequest(hostId, line) {
      reports.onRequest(hostId, line);
    },
    onEnd(hostId) {
      const died = [...state.loadBalancers.values()].find((one) => one.hostId === hostId);
      if (died) void balancer.bringUp(died.arn);
    },
  });
  const balancer = balancing(parts, state, plane);
  function byName(dnsName: string): StoredLoadBalancer | undefined {
    const wanted = dnsName
      .toLowerCase()
      .replace(/\.$/, '')
      .replace(/^dualstack\./, '');
    return [...state.loadBalancers.values()].find((one) => one.dnsName.toLowerCase() === wanted);
  }

  return {
    name: 'elasticloadbalancing',
    authorization: elbAuthorization(parts, state),
    operations: {
      ...loadBalancerOperations(parts, state, balancer),
      ...loadBalancerSettings(parts, state, balancer, plane),
      ...targetGroupOperations(parts, state, balancer),
      ...listenerOperations(parts, state, balancer),
      ...listenerCertificateOperations(parts, state, balancer),
      ...ruleOperations(state, balancer),
      ...targetOperations(parts, state, balancer, plane),
      ...tagOperations(state),
    },
    resolve(dnsName: string): readonly string[] | undefined {
      const found = byName(dnsName);
      // The name leads to nodes that work only.
      return found?.interfaces
        .filter(({ availabilityZone }) => !parts.outages.isDown(availabilityZone))
        .map(({ publicAddress, privateAddress }) => publicAddress ?? privateAddress);
    },
    isHealthy(dnsName: string): boolean | undefined {
      const found = byName(dnsName);
      return found && reports.isHealthy(found.arn);
    },
    usersOfCertificate(arn: string): readonly string[] {
      const users = [...state.listeners.values()].filter((listener) =>
        certificatesOf(listener).includes(arn),
      );
      return [...new Set(users.map(({ loadBalancerArn }) => loadBalancerArn))];
    },
    async start() {
      parts.services.acm.onCertificateChange((arn) => {
        for (const user of this.usersOfCertificate(arn)) void balancer.bringUp(user);
      });
      reports.start();
      await balancer.start();
    },
    async stop() {
      reports.stop();
      balancer.stop();
      await plane.stop();
    },
  } satisfies LoadBalancing;
}
