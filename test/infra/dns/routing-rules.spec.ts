import { expect } from 'chai';
import { ConfigurationError, readConfiguration } from '../../../infra/config-read.ts';
import { rawConfiguration } from '../stacks.ts';

const single = { tier: 'WebServer', type: 'SingleInstance', record: 'www' };
const balanced = { ...single, type: 'LoadBalanced' };
const primary = { policy: 'Failover', failover: 'PRIMARY', healthCheck: {} };
const secondary = { policy: 'Failover', failover: 'SECONDARY' };
const weighted = (weight: number, more: object = {}) => ({ policy: 'Weighted', weight, ...more });

function problems(
  environments: Record<string, object>,
  records: Record<string, object> = {},
  more: Record<string, unknown> = {},
): string[] {
  try {
    readConfiguration(
      rawConfiguration({
        'aws:region': 'eu-central-1',
        'beanpole:application': 'mywordpress',
        'beanpole:network': { natGateways: 'Single' },
        'beanpole:domain': { name: 'mywordpress.example', records },
        'beanpole:environments': environments,
        ...more,
      }),
      'prod',
    );
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map(({ path, message }) => `${path.replace('beanpole:', '')}: ${message}`);
  }
}

describe('routing in a stack file', () => {
  it('is valid for what Route 53 can do', () => {
    const site = { record: 'www', addresses: ['192.0.2.80'] };
    expect(problems({ web: { ...balanced, routing: primary } })).to.deep.equal([]);
    expect(
      problems({ web: { ...balanced, routing: primary } }, { site: { ...site, routing: secondary } }),
    ).to.deep.equal([]);
    const two = { web: { ...balanced, routing: weighted(90) }, next: { ...balanced, routing: weighted(10) } };
    expect(problems(two)).to.deep.equal([]);
    const many = { policy: 'MultivalueAnswer', healthCheck: { path: '/health', intervalSeconds: 10 } };
    expect(problems({ a: { ...single, routing: many }, b: { ...single, routing: many } })).to.deep.equal([]);
  });

  const one = (routing: object, environment: object = single) =>
    problems({ web: { ...environment, routing } });
  const refused: readonly (readonly [string, () => string[], string])[] = [
    [
      'an unknown policy',
      () => one({ policy: 'Latency' }),
      'environments.web.routing.policy: "Latency" is not allowed; allowed: Weighted, Failover or MultivalueAnswer.',
    ],
    [
      'an unknown key',
      () => one(weighted(1, { wieght: 1 })),
      'environments.web.routing.wieght: unknown key; did you mean weight?',
    ],
    [
      'a weight above 255',
      () => one(weighted(256)),
      'environments.web.routing.weight: 256 is not allowed; allowed: a whole number from 0 to 255.',
    ],
    [
      'no weight',
      () => one({ policy: 'Weighted' }),
      'environments.web.routing.weight: is missing; allowed: a whole number from 0 to 255.',
    ],
    [
      'a weight of a failover',
      () => one({ ...secondary, weight: 1 }),
      'environments.web.routing.weight: only for Weighted; this is Failover.',
    ],
    [
      'no role',
      () => one({ policy: 'Failover' }),
      'environments.web.routing.failover: is missing; allowed: PRIMARY or SECONDARY.',
    ],
    [
      'a role of a weight',
      () => one(weighted(1, { failover: 'PRIMARY', healthCheck: {} })),
      'environments.web.routing.failover: only for Failover; this is Weighted.',
    ],
    [
      'a primary that nobody looks at',
      () => one({ policy: 'Failover', failover: 'PRIMARY' }),
      'environments.web.routing.healthCheck: is missing; without one Route 53 never leaves a PRIMARY. {} takes all defaults.',
    ],
    [
      'several answers of a load balancer',
      () => one({ policy: 'MultivalueAnswer' }, balanced),
      'environments.web.routing.policy: MultivalueAnswer is not allowed for the alias of a load balancer; allowed: Weighted or Failover.',
    ],
    [
      'another interval than Route 53 has',
      () => one(weighted(1, { healthCheck: { intervalSeconds: 20 } })),
      'environments.web.routing.healthCheck.intervalSeconds: 20 is not allowed; allowed: 10 or 30.',
    ],
    [
      'a threshold above 10',
      () => one(weighted(1, { healthCheck: { failureThreshold: 11 } })),
      'environments.web.routing.healthCheck.failureThreshold: 11 is not allowed; allowed: a whole number from 1 to 10.',
    ],
    [
      'a path without its beginning',
      () => one(weighted(1, { healthCheck: { path: 'health' } })),
      'environments.web.routing.healthCheck.path: "health" is not allowed; allowed: a path beginning with /, at most 255 characters.',
    ],
    [
      'routing without a name',
      () => problems({ web: { ...single, record: undefined, routing: secondary } }),
      'environments.web.routing: needs a name to route; set record.',
    ],
    [
      'routing of a worker',
      () => problems({ worker: { tier: 'Worker', type: 'SingleInstance', routing: secondary } }),
      'environments.worker.routing: only for tier WebServer; this environment is Worker, SingleInstance.',
    ],
    [
      'a name that two have without routing',
      () => problems({ web: single, next: single }),
      'environments.next.record: "www" is already the record of web; records share a name when each has routing.',
    ],
    [
      'a name with two policies',
      () => problems({ web: { ...single, routing: weighted(1) }, next: { ...single, routing: secondary } }),
      'environments.next.routing.policy: "Failover" is not allowed; web routes "www" by Weighted, and a name has one policy.',
    ],
    [
      'one identifier twice',
      () => {
        const routing = weighted(1, { setIdentifier: 'same' });
        return problems({ web: { ...single, routing }, next: { ...single, routing } });
      },
      'environments.next.routing.setIdentifier: "same" is that of web already; records of one name differ in it.',
    ],
    [
      'two primaries',
      () => problems({ web: { ...single, routing: primary }, next: { ...single, routing: primary } }),
      'environments.next.routing.failover: "PRIMARY" is web already; a name has one PRIMARY and one SECONDARY.',
    ],
    [
      'an outside record of a name that an environment has alone',
      () => problems({ web: single }, { site: { record: 'www', addresses: ['192.0.2.80'] } }),
      'domain.records.site.record: "www" is already the record of web; records share a name when each has routing.',
    ],
    [
      'an address that is none',
      () => problems({ web: single }, { site: { record: 'site', addresses: ['192.0.2'] } }),
      'domain.records.site.addresses.0: "192.0.2" is not allowed; allowed: an IPv4 address.',
    ],
    [
      'several weighted addresses',
      () => {
        const addresses = ['192.0.2.80', '192.0.2.81'];
        return problems({ web: single }, { site: { record: 'site', addresses, routing: weighted(1) } });
      },
      'domain.records.site.routing.policy: Weighted allows one address in each record; this one has 2.',
    ],
    [
      'a private zone that hides the domain',
      () => problems({ web: single }, {}, { 'beanpole:network': { privateZone: 'mywordpress.example' } }),
      'network.privateZone: mywordpress.example would hide mywordpress.example from the stack`s own instances; allowed: another domain, such as internal.mywordpress.example.'.replace(
        '`',
        "'",
      ),
    ],
  ];
  for (const [what, given, message] of refused)
    it(`refuses ${what}`, () => {
      expect(given()).to.deep.equal([message]);
    });
});
