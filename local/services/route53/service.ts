import { healthCheckerAddress } from '../../network/plan.ts';
import type { Dns, Parts } from '../parts.ts';
import { route53Authorization } from './authorization.ts';
import { changeOperations, changeRecord } from './changes.ts';
import { healthCheckers, type Probe } from './health-checkers.ts';
import { healthCheckOperations } from './health-checks.ts';
import { prober } from './probe.ts';
import { recordOperations } from './records.ts';
import { resolver } from './resolver.ts';
import { dnsState } from './state.ts';
import { tagOperations } from './tags.ts';
import { vpcOperations } from './vpc-associations.ts';
import { zoneOperations } from './zones.ts';

/**
 * Route 53: public and private hosted zones, routing policies, health checks, and the answers to DNS questions.
 * Differences to AWS: IPv4 only; no reusable delegation sets, traffic policies, DNSSEC, or routing by proximity
 * or by CIDR; no metrics of health checks; whoever asks is in this region, and on no map.
 */
export function createRoute53(parts: Parts, probe: Probe = fromTheInternet(parts)) {
  const state = dnsState(parts);
  const changes = changeRecord(parts, state);
  const checkers = healthCheckers(parts, state, probe);
  return {
    name: 'route53',
    authorization: route53Authorization(state),
    operations: {
      ...zoneOperations(parts, state, changes),
      ...vpcOperations(parts, state, changes),
      ...recordOperations(parts, state, changes),
      ...changeOperations(state),
      ...healthCheckOperations(parts, state, checkers),
      ...tagOperations(state),
    },
    resolve: resolver(parts, state),
    async start() {
      checkers.start();
    },
    async stop() {
      checkers.stop();
    },
  } satisfies Dns;
}

/** Health checkers see an endpoint as anybody out there does. */
const fromTheInternet = (parts: Parts): Probe =>
  prober({
    addressesOf: (name) =>
      parts.services.route53
        .resolve(name, 'A')
        .records.flatMap(({ type, data }) => (type === 'A' ? [data] : [])),
    localAddress: healthCheckerAddress,
  });
