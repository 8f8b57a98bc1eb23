import { expect } from 'chai';
import { environmentDescriptor } from '../../model/schemas.ts';
import type { EnvironmentStack } from '../../infra/config.ts';
import { ensureDelegated } from '../../infra/dns/delegation.ts';
import type { Recording } from '../support/record-resources.ts';
import { everythingIsTagged, rulesOf } from './expectations.ts';
import { configurationOf, recordEnvironments } from './stacks.ts';

const arn = (name: string) => `arn:aws:mock:eu-central-1:123456789012:${name}`;

describe('the prod stack with https', () => {
  let recording: Recording;
  before(async () => {
    const configuration = configurationOf('prod') as EnvironmentStack;
    const domain = {
      name: 'mywordpress.example',
      https: true,
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      records: {},
    };
    recording = await recordEnvironments({ ...configuration, domain });
  });

  it('asks for a certificate for the name, and proves by DNS whose it is', () => {
    const { inputs } = recording.only('aws:acm/certificate:Certificate');
    expect(inputs).to.include({ domainName: 'www.mywordpress.example', validationMethod: 'DNS' });
    const record = recording.only('aws:route53/record:Record', 'mywordpress-prod-web-validation');
    expect(record.inputs).to.deep.equal({
      zoneId: 'Z-APPLICATION',
      name: '_proof.www.mywordpress.example.',
      type: 'CNAME',
      records: ['_proof.acm-validations.aws.'],
      ttl: 300,
      allowOverwrite: true,
    });
    const { inputs: awaited } = recording.only('aws:acm/certificateValidation:CertificateValidation');
    expect(awaited.certificateArn).to.equal(arn('mywordpress-prod-web'));
    expect(awaited.validationRecordFqdns).to.be.an('array').of.length(1);
  });

  it('forwards HTTPS with the issued certificate, and leaves the weights to deployments', () => {
    const listener = recording.only('aws:lb/listener:Listener', 'mywordpress-prod-web-https');
    expect(listener.inputs).to.deep.include({
      protocol: 'HTTPS',
      port: 443,
      certificateArn: arn('mywordpress-prod-web'),
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    });
    expect(JSON.stringify(listener.inputs.defaultActions)).to.contain('"type":"forward"');
    expect(listener.ignoreChanges).to.deep.equal(['defaultActions[*].forward.targetGroups[*].weight']);
    expect(listener.dependsOn).to.include(
      'aws:acm/certificateValidation:CertificateValidation::mywordpress-prod-web',
    );
  });

  it('redirects HTTP there', () => {
    const { inputs, ignoreChanges } = recording.only('aws:lb/listener:Listener', 'mywordpress-prod-web-http');
    expect(inputs).to.deep.include({
      protocol: 'HTTP',
      port: 80,
      defaultActions: [
        { type: 'redirect', redirect: { protocol: 'HTTPS', port: '443', statusCode: 'HTTP_301' } },
      ],
    });
    expect(ignoreChanges).to.deep.equal([]);
  });

  it('lets the internet reach both ports of the load balancer, and nothing else', () => {
    expect(rulesOf(recording).filter((rule) => rule.includes('from 0.0.0.0/0'))).to.deep.equal([
      'mywordpress-prod-web-load-balancer from 0.0.0.0/0 tcp 443-443',
      'mywordpress-prod-web-load-balancer from 0.0.0.0/0 tcp 80-80',
    ]);
  });

  it('tells the CLI the listener that forwards, and everybody the new address', () => {
    const { inputs } = recording.only('aws:ssm/parameter:Parameter', 'mywordpress-prod-web-environment');
    const descriptor = environmentDescriptor.parse(JSON.parse(String(inputs.insecureValue)));
    expect(descriptor.loadBalancer?.listenerArns).to.deep.equal([arn('mywordpress-prod-web-https')]);
    expect(descriptor.url).to.equal('https://www.mywordpress.example');
  });

  it('tags everything', () => {
    everythingIsTagged(recording, 'prod');
  });
});

describe('two web environments with https', () => {
  it('hold the certificates of each other, so that their names can be swapped', async () => {
    const configuration = configurationOf('prod') as EnvironmentStack;
    const { web, ...others } = configuration.environments;
    if (!web) throw new Error('prod has no web environment.');
    const recording = await recordEnvironments({
      ...configuration,
      domain: {
        name: 'mywordpress.example',
        https: true,
        sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
        records: {},
      },
      environments: { ...others, web, next: { ...web, record: 'next' } },
    });
    const shared = recording
      .ofType('aws:lb/listenerCertificate:ListenerCertificate')
      .map(({ name, inputs }) => [name, inputs]);
    expect(shared).to.have.deep.members([
      [
        'mywordpress-prod-web-for-next',
        { listenerArn: arn('mywordpress-prod-web-https'), certificateArn: arn('mywordpress-prod-next') },
      ],
      [
        'mywordpress-prod-next-for-web',
        { listenerArn: arn('mywordpress-prod-next-https'), certificateArn: arn('mywordpress-prod-web') },
      ],
    ]);
    const own = ['web', 'next'].map((name) => `aws:route53/record:Record::mywordpress-prod-${name}-own`);
    for (const name of ['web', 'next'])
      expect(
        recording.only('aws:route53/record:Record', `mywordpress-prod-${name}`).dependsOn,
      ).to.include.members(own);
  });
});

describe('a load balancer of the stack file', () => {
  it('deals requests out as the environment says', async () => {
    const configuration = configurationOf('prod') as EnvironmentStack;
    const { web, ...others } = configuration.environments;
    if (!web) throw new Error('prod has no web environment.');
    const recording = await recordEnvironments({
      ...configuration,
      environments: { ...others, web: { ...web, slowStartSeconds: 60, stickinessSeconds: 3600 } },
    });
    for (const { inputs } of recording.ofType('aws:lb/targetGroup:TargetGroup'))
      expect(inputs).to.deep.include({
        loadBalancingAlgorithmType: 'round_robin',
        slowStart: 60,
        stickiness: { type: 'lb_cookie', enabled: true, cookieDuration: 3600 },
      });
  });

  it("keeps browsers by a cookie of the application's own, and deals the rest out by chance", async () => {
    const configuration = configurationOf('prod') as EnvironmentStack;
    const { web, ...others } = configuration.environments;
    if (!web) throw new Error('prod has no web environment.');
    const sticky = { stickinessSeconds: 60, stickinessCookieName: 'session' };
    const recording = await recordEnvironments({
      ...configuration,
      environments: { ...others, web: { ...web, ...sticky, loadBalancingAlgorithm: 'weighted_random' } },
    });
    for (const { inputs } of recording.ofType('aws:lb/targetGroup:TargetGroup'))
      expect(inputs).to.deep.include({
        loadBalancingAlgorithmType: 'weighted_random',
        stickiness: { type: 'app_cookie', cookieName: 'session', enabled: true, cookieDuration: 60 },
      });
  });
});

describe('the delegation of a hosted zone', () => {
  const zone = {
    name: 'shop.example',
    nameServers: ['ns-1.awsdns-1.com', 'ns-2.awsdns-2.net', 'ns-3.awsdns-3.org', 'ns-4.awsdns-4.co.uk'],
  };
  const failure = async (found: string[]): Promise<string> => {
    try {
      await ensureDelegated(zone, async () => found);
    } catch (error) {
      return (error as Error).message;
    }
    return 'delegated';
  };

  it('is there when the DNS answers one of its name servers', async () => {
    expect(await failure(['NS-3.awsdns-3.org.', 'ns-2.awsdns-2.net'])).to.equal('delegated');
  });

  it('is asked for by naming all four name servers', async () => {
    const message = await failure([]);
    expect(message).to.contain('the DNS knows no name servers for it').and.contain('Nothing was changed.');
    for (const server of zone.nameServers) expect(message).to.contain(`  ${server}`);
  });

  it('is not there when the domain belongs to somebody else', async () => {
    expect(await failure(['ns.registrar.example'])).to.contain('the DNS knows ns.registrar.example for it');
  });
});
