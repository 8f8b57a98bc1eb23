import { expect } from 'chai';
import { ConfigurationError, readConfiguration } from '../../infra/config-read.ts';
import { architectureOf } from '../../infra/config.ts';
import { nearestOf } from '../../infra/config-problems.ts';
import { configurationOf, rawConfiguration } from './stacks.ts';

const web = { tier: 'WebServer', type: 'SingleInstance' };
const worker = { tier: 'Worker', type: 'SingleInstance' };
const balanced = { tier: 'WebServer', type: 'LoadBalanced' };

const read = (sections: Record<string, unknown>, stack = 'dev') =>
  readConfiguration(
    rawConfiguration({ 'aws:region': 'eu-central-1', 'beanpole:application': 'mywordpress', ...sections }),
    stack,
  );

const readWith = (environments: unknown, sections: Record<string, unknown> = {}) =>
  read({ 'beanpole:environments': environments, ...sections });

function problemsOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

describe('a stack file', () => {
  for (const stack of ['application', 'dev', 'prod'])
    it(`of this repository (${stack}) is valid`, () => {
      expect(configurationOf(stack).application).to.equal('mywordpress');
    });

  it('is of the shared kind by its key, whatever the stack is called', () => {
    expect(read({ 'beanpole:shared': {} }, 'anything').kind).to.equal('shared');
  });

  it('gets defaults for what it leaves out', () => {
    const configuration = readWith({ web });
    expect(configuration).to.deep.include({
      kind: 'environments',
      application: 'mywordpress',
      stack: 'dev',
      region: 'eu-central-1',
      network: { cidr: '10.0.0.0/16', availabilityZones: 2, natGateways: 'None' },
    });
  });

  it('has HTTPS only where a load balancer can hold a certificate', () => {
    const sections = { 'beanpole:domain': { name: 'mywordpress.example', https: true } };
    expect(problemsOf(() => readWith({ web: { ...web, record: 'www' } }, sections))[0]).to.contain(
      'beanpole:environments.web.record: www would have no HTTPS',
    );
    expect(problemsOf(() => readWith({ web: balanced }, sections)).join()).to.not.contain('HTTPS');
  });

  it('ramps new instances up only where requests are dealt out in turn', () => {
    const given = { ...balanced, slowStartSeconds: 30, loadBalancingAlgorithm: 'least_outstanding_requests' };
    const network = { 'beanpole:network': { natGateways: 'Single' } };
    expect(problemsOf(() => readWith({ web: given }, network))).to.deep.equal([
      'beanpole:environments.web.slowStartSeconds: 30 goes with loadBalancingAlgorithm round_robin only; it is least_outstanding_requests.',
    ]);
    expect(problemsOf(() => readWith({ web: { ...balanced, slowStartSeconds: 20 } }, network))[0]).to.contain(
      '0 (off), or a whole number from 30 to 900',
    );
  });

  it('cannot give a single instance another size', () => {
    const configuration = readWith({ web });
    expect(configuration.kind === 'environments' && configuration.environments.web).to.include({
      minSize: 1,
      maxSize: 1,
    });
  });

  it('may hold keys of other programs', () => {
    expect(problemsOf(() => readWith({ web }, { 'other:key': 'value' }))).to.deep.equal([]);
  });

  it('reports all problems at once and what to do', () => {
    const raw = {
      'beanpole:network': { natGateway: 'Single', availabilityZones: 9 },
      'beanpole:environments': {
        web: { ...web, minSize: 2, rootVolumeSizeGb: 1 },
        worker: { tier: 'Worker' },
      },
    };
    expect(() => read(raw, 'prod'))
      .to.throw(ConfigurationError)
      .with.property(
        'message',
        [
          'Pulumi.prod.yaml has 5 problems; nothing was changed.',
          '  beanpole:network.availabilityZones: 9 is not allowed; allowed: a whole number from 2 to 4.',
          '  beanpole:network.natGateway: unknown key; did you mean natGateways?',
          '  beanpole:environments.web.rootVolumeSizeGb: 1 is not allowed; allowed: a whole number from 8 to 16384.',
          '  beanpole:environments.web.minSize: only for type LoadBalanced; this environment is WebServer, SingleInstance.',
          '  beanpole:environments.worker.type: is missing; allowed: SingleInstance or LoadBalanced.',
          'Next: correct the file and run `pulumi preview -s prod`. All keys: docs/configuration.md.',
        ].join('\n'),
      );
  });

  const refusals: readonly (readonly [string, () => unknown, string | RegExp])[] = [
    [
      'an unknown section',
      () => readWith({ web }, { 'beanpole:networks': {} }),
      'beanpole:networks: unknown key; did you mean network?',
    ],
    [
      'a section that does not exist',
      () => readWith({ web }, { 'beanpole:databases': {} }),
      /^beanpole:databases: unknown key/,
    ],
    [
      'a database without an engine',
      () => readWith({ web }, { 'beanpole:database': {} }),
      'beanpole:database.engine: is missing; allowed: aurora-mysql or mysql.',
    ],
    [
      'a key of the other engine',
      () => readWith({ web }, { 'beanpole:database': { engine: 'mysql', instances: 2 } }),
      'beanpole:database.instances: only for engine aurora-mysql; this is mysql.',
    ],
    [
      'capacities of a provisioned cluster',
      () =>
        readWith(
          { web },
          { 'beanpole:database': { engine: 'aurora-mysql', instanceClass: 'db.r6g.large', minCapacity: 1 } },
        ),
      'beanpole:database.minCapacity: only for Serverless v2; with instanceClass the size is fixed.',
    ],
    [
      'capacities in the wrong order',
      () =>
        readWith(
          { web },
          { 'beanpole:database': { engine: 'aurora-mysql', minCapacity: 8, maxCapacity: 4 } },
        ),
      'beanpole:database.minCapacity: 8 is more than maxCapacity, which is 4.',
    ],
    [
      'more replicas than five',
      () => readWith({ web }, { 'beanpole:database': { engine: 'mysql', readReplicas: 6 } }),
      'beanpole:database.readReplicas: 6 is not allowed; allowed: a whole number from 0 to 5.',
    ],
    [
      'an application in capitals',
      () => readWith({ web }, { 'beanpole:application': 'MyWordPress' }),
      'beanpole:application: "MyWordPress" is not allowed; allowed: lower-case letters, digits and single hyphens between them, 2 to 20 characters, a letter first.',
    ],
    [
      'an application with two hyphens in a row, which databases may not have',
      () => readWith({ web }, { 'beanpole:application': 'my--shop' }),
      /^beanpole:application: "my--shop" is not allowed/,
    ],
    [
      'a stack with a hyphen at the end',
      () => read({ 'beanpole:shared': {} }, 'prod-'),
      /^the name of the stack: "prod-" is not allowed/,
    ],
    [
      'no region',
      () =>
        readConfiguration(
          { 'beanpole:application': 'ab', 'beanpole:environments': JSON.stringify({ web }) },
          'dev',
        ),
      'aws:region: is missing; allowed: a region such as eu-central-1.',
    ],
    [
      'a stack name that no resource can carry',
      () => read({ 'beanpole:shared': {} }, 'Über'),
      /^the name of the stack: "Über" is not allowed/,
    ],
    [
      'no environments',
      () => readWith(undefined),
      /^beanpole:environments: is missing; allowed: at least one environment/,
    ],
    ['an empty list of environments', () => readWith({}), /^beanpole:environments: \{\} is not allowed/],
    ['environments that are a text', () => readWith('web'), /^beanpole:environments: "web" is not allowed/],
    [
      'an environment that is a text',
      () => readWith({ web: 'WebServer' }),
      /^beanpole:environments.web: "WebServer" is not allowed; allowed: a mapping with tier, type,/,
    ],
    [
      'an environment name with capitals',
      () => readWith({ Web: web }),
      'beanpole:environments.Web: "Web" is not allowed; allowed: lower-case letters, digits and single hyphens between them, at most 16 characters, a letter first.',
    ],
    [
      'an unknown tier',
      () => readWith({ web: { ...web, tier: 'Web' } }),
      'beanpole:environments.web.tier: "Web" is not allowed; allowed: WebServer or Worker.',
    ],
    [
      'a number as a property',
      () => readWith({ web: { ...web, properties: { PAGES: 3 } } }),
      'beanpole:environments.web.properties.PAGES: 3 is not allowed; allowed: a text (numbers in quotes).',
    ],
    [
      'a property that no shell knows',
      () => readWith({ web: { ...web, properties: { 'A-B': 'x' } } }),
      'beanpole:environments.web.properties.A-B: this name is not allowed; allowed: letters, digits and _, a digit not first.',
    ],
    [
      'a property that Beanpole sets',
      () => readWith({ web: { ...web, properties: { PORT: '80' } } }),
      'beanpole:environments.web.properties.PORT: Beanpole sets this variable itself; choose another name.',
    ],
    [
      'a property that would hide the programs of an instance',
      () => readWith({ web: { ...web, properties: { PATH: '/opt/bin' } } }),
      'beanpole:environments.web.properties.PATH: Beanpole sets this variable itself; choose another name.',
    ],
    [
      'properties that fit into no parameter',
      () => readWith({ web: { ...web, properties: { A: 'x'.repeat(2048) } } }),
      'beanpole:environments.web.properties: 2049 characters in all are more than 2048; set the long ones with `beanpole config set`.',
    ],
    [
      'host bits in the network',
      () => readWith({ web }, { 'beanpole:network': { cidr: '10.0.0.1/16' } }),
      /^beanpole:network.cidr: "10.0.0.1\/16" is not allowed; allowed: a private IPv4 network such as/,
    ],
    [
      'environments beside the shared things',
      () => readWith({ web }, { 'beanpole:shared': {} }),
      'beanpole:environments: not in a stack with beanpole:shared; environments live in stacks of their own.',
    ],
    [
      'a key of the other tier',
      () => readWith({ worker: { ...worker, record: 'www' } }, { 'beanpole:domain': { name: 'a.example' } }),
      'beanpole:environments.worker.record: only for tier WebServer; this environment is Worker, SingleInstance.',
    ],
    [
      'a key of another tier and type',
      () => readWith({ worker: { ...worker, healthyThresholdCount: 2 } }),
      'beanpole:environments.worker.healthyThresholdCount: only for tier WebServer and type LoadBalanced; this environment is Worker, SingleInstance.',
    ],
    [
      'a smallest size above the largest',
      () => readWith({ web: { ...balanced, minSize: 5 } }, { 'beanpole:network': { natGateways: 'Single' } }),
      'beanpole:environments.web.minSize: 5 is above maxSize, which is 4.',
    ],
    [
      'a check that is not over when the next begins',
      () =>
        readWith(
          { web: { ...balanced, healthCheckTimeoutSeconds: 15 } },
          { 'beanpole:network': { natGateways: 'Single' } },
        ),
      'beanpole:environments.web.healthCheckTimeoutSeconds: 15 must be less than healthCheckIntervalSeconds, which is 15.',
    ],
    [
      'batches of one instance',
      () => readWith({ web: { ...web, deploymentPolicy: 'Rolling' } }),
      'beanpole:environments.web.deploymentPolicy: "Rolling" needs several instances; allowed for SingleInstance: AllAtOnce, Immutable, BlueGreen.',
    ],
    [
      'traffic to split without a load balancer',
      () => readWith({ web: { ...web, deploymentPolicy: 'TrafficSplitting' } }),
      'beanpole:environments.web.deploymentPolicy: "TrafficSplitting" needs a load balancer; allowed without one: AllAtOnce, Immutable, for a WebServer BlueGreen.',
    ],
    [
      'an old worker that is kept warm',
      () => readWith({ worker: { ...worker, deploymentPolicy: 'BlueGreen' } }),
      'beanpole:environments.worker.deploymentPolicy: "BlueGreen" would keep an old worker that goes on taking messages; Immutable replaces it.',
    ],
    [
      'more than all instances at a time',
      () =>
        readWith({ web: { ...balanced, batchSize: 101 } }, { 'beanpole:network': { natGateways: 'Single' } }),
      'beanpole:environments.web.batchSize: 101 is not a percentage; allowed: 1 to 100, or batchSizeType Fixed.',
    ],
    [
      'no time for a message',
      () => readWith({ worker: { ...worker, visibilityTimeoutSeconds: 0 } }),
      'beanpole:environments.worker.visibilityTimeoutSeconds: 0 leaves no time to prolong it while a job runs; allowed: 2 or more.',
    ],
    [
      'private subnets without a way out',
      () => readWith({ web: balanced }),
      'beanpole:network.natGateways: "None" leaves web, which is LoadBalanced, without a way from its private subnets to AWS; allowed: Single or OnePerAz.',
    ],
    [
      'two architectures',
      () => readWith({ web, worker: { ...worker, instanceTypes: ['t4g.small'] } }),
      'beanpole:environments.worker.instanceTypes: t4g.small is arm64, but t3.small of web is x86_64; a version is built for one architecture.',
    ],
    [
      'spot settings without spot instances',
      () => readWith({ web: { ...web, spotMaxPrice: 0.1 } }),
      'beanpole:environments.web.spotMaxPrice: only with enableSpot: true; it is false.',
    ],
    [
      'an instance type twice',
      () => readWith({ web: { ...web, instanceTypes: ['t3.small', 't3.small'] } }),
      'beanpole:environments.web.instanceTypes: t3.small stands there more than once.',
    ],
    [
      'healthy percentages too far apart',
      () =>
        readWith({
          web: { ...web, instanceMaintenancePolicy: { minHealthyPercentage: 50, maxHealthyPercentage: 160 } },
        }),
      'beanpole:environments.web.instanceMaintenancePolicy.maxHealthyPercentage: 160 is more than 100 above minHealthyPercentage, which is 50.',
    ],
    [
      'a cookie that nobody is kept by',
      () =>
        readWith(
          { web: { ...balanced, stickinessCookieName: 'session' } },
          { 'beanpole:network': { natGateways: 'Single' } },
        ),
      'beanpole:environments.web.stickinessCookieName: "session" keeps nobody anywhere while stickinessSeconds is 0; allowed: with 1 or more.',
    ],
    [
      'a record without a domain',
      () => readWith({ web: { ...web, record: 'www' } }),
      'beanpole:environments.web.record: "www" needs a domain; set beanpole:domain.',
    ],
    [
      'a record twice',
      () =>
        readWith(
          { web: { ...web, record: '@' }, web2: { ...web, record: '@' } },
          { 'beanpole:domain': { name: 'a.example' } },
        ),
      'beanpole:environments.web2.record: "@" is already the record of web; records share a name when each has routing.',
    ],
    [
      'a worker that does not exist',
      () => readWith({ web: { ...web, workerEnvironment: 'jobs' }, worker }),
      'beanpole:environments.web.workerEnvironment: "jobs" is not allowed; allowed: worker.',
    ],
    [
      'a web environment that does not say which of two workers it means',
      () => readWith({ web, one: worker, two: worker }),
      'beanpole:environments.web.workerEnvironment: is missing, and the stack has several workers; allowed: one or two.',
    ],
  ];
  for (const [what, work, message] of refusals)
    it(`is refused with ${what}`, () => {
      const problems = problemsOf(work);
      expect(problems).to.have.lengthOf(1);
      if (typeof message === 'string') expect(problems[0]).to.equal(message);
      else expect(problems[0]).to.match(message);
    });
});

describe('architectureOf', () => {
  for (const [type, architecture] of [
    ['t3.small', 'x86_64'],
    ['t4g.small', 'arm64'],
    ['c7gn.large', 'arm64'],
    ['a1.medium', 'arm64'],
    ['g4dn.xlarge', 'x86_64'],
    ['u7i-6tb.112xlarge', 'x86_64'],
  ] as const)
    it(`of ${type} is ${architecture}`, () => {
      expect(architectureOf(type)).to.equal(architecture);
    });
});

describe('nearestOf', () => {
  it('finds a typing error and a wrong case', () => {
    expect(nearestOf('natGatways', ['cidr', 'natGateways'])).to.equal('natGateways');
    expect(nearestOf('CIDR', ['cidr', 'natGateways'])).to.equal('cidr');
  });
  it('does not guess', () => {
    expect(nearestOf('database', ['cidr', 'natGateways'])).to.equal(undefined);
  });
});

describe('scaling in a stack file', () => {
  const network = { 'beanpole:network': { natGateways: 'Single' } };
  const at = 'beanpole:environments.web.scaling';
  const cases: readonly (readonly [object, string])[] = [
    [{ cpuPercent: 101 }, `${at}.cpuPercent: 101 is not allowed; allowed: a whole number from 1 to 100.`],
    [
      { backlogPerInstance: 5 },
      `${at}.backlogPerInstance: only for tier Worker; this environment is WebServer.`,
    ],
    [{ cpuPercentage: 5 }, `${at}.cpuPercentage: unknown key; did you mean cpuPercent?`],
    [
      {
        stepsOut: [
          { cpuPercent: 80, instances: 1 },
          { cpuPercent: 70, instances: 2 },
        ],
      },
      `${at}.stepsOut.1.cpuPercent: 70 must be above the step before, 80.`,
    ],
    [
      { stepsOut: [{ cpuPercent: 50, instances: 1 }], stepsIn: [{ cpuPercent: 60, instances: 1 }] },
      `${at}.stepsIn.0.cpuPercent: 60 must be below stepsOut.0.cpuPercent, which is 50.`,
    ],
    [
      { schedules: { night: { cron: 'nightly', minSize: 1 } } },
      `${at}.schedules.night.cron: "nightly" is not allowed; allowed: a cron expression of five fields such as 0 18 * * 1-5.`,
    ],
    [
      { schedules: { night: { cron: '0 1 * * *', timeZone: 'Mars', minSize: 1 } } },
      `${at}.schedules.night.timeZone: "Mars" is not allowed; allowed: an IANA time zone such as Europe/Berlin.`,
    ],
    [
      { schedules: { night: { cron: '0 1 * * *', minSize: 9 } } },
      `${at}.schedules.night.minSize: 9 is above maxSize, which is 4.`,
    ],
    [
      { schedules: { night: { cron: '0 1 * * *' } } },
      `${at}.schedules.night: changes nothing; give minSize, desiredSize or both.`,
    ],
  ];
  for (const [scaling, problem] of cases)
    it(`is refused: ${problem.slice(at.length)}`, () => {
      expect(problemsOf(() => readWith({ web: { ...balanced, scaling } }, network))).to.deep.equal([problem]);
    });

  it('is not for a single instance', () => {
    expect(problemsOf(() => readWith({ web: { ...web, scaling: { cpuPercent: 50 } } }))).to.deep.equal([
      `${at}: only for type LoadBalanced; this environment is WebServer, SingleInstance.`,
    ]);
  });
});
