import { expect } from 'chai';
import { environmentDescriptor } from '../../model/schemas.ts';
import type { EnvironmentStack } from '../../infra/config.ts';
import type { Recording } from '../support/record-resources.ts';
import {
  everySlotIsSafe,
  everythingIsTagged,
  everyWorkQueueIsSafe,
  rolesAreNarrow,
  rulesOf,
  storeRules,
} from './expectations.ts';
import { configurationOf, recordEnvironments, recordStack } from './stacks.ts';

const arn = (name: string) => `arn:aws:mock:eu-central-1:123456789012:${name}`;

describe('the prod stack', () => {
  let recording: Recording;
  before(async () => {
    recording = await recordStack('prod');
  });

  const webTags = {
    'beanpole:application': 'mywordpress',
    'beanpole:stack': 'prod',
    'beanpole:environment': 'web',
  };

  it('has a network of its own over three zones with a NAT gateway in each', () => {
    expect(recording.only('awsx:ec2:Vpc').inputs).to.deep.include({
      cidrBlock: '10.20.0.0/16',
      numberOfAvailabilityZones: 3,
      natGateways: { strategy: 'OnePerAz' },
    });
  });

  it('lets the internet reach the load balancer, the load balancer the web instances, and nobody the workers', () => {
    expect(rulesOf(recording)).to.deep.equal([
      ...storeRules('prod'),
      'mywordpress-prod-web-instances from mywordpress-prod-web-load-balancer tcp 80-80',
      'mywordpress-prod-web-instances to 0.0.0.0/0 -1',
      'mywordpress-prod-web-load-balancer from 0.0.0.0/0 tcp 80-80',
      'mywordpress-prod-web-load-balancer to mywordpress-prod-web-instances tcp 80-80',
      'mywordpress-prod-worker-instances to 0.0.0.0/0 -1',
    ]);
  });

  it('tags everything', () => {
    everythingIsTagged(recording, 'prod');
  });

  it('launches instances safely', () => {
    everySlotIsSafe(recording, 'prod');
  });

  it('runs instances in private subnets, in blue, and registers web instances with their slot', () => {
    const groups = recording
      .ofType('aws:autoscaling/group:Group')
      .map(({ name, inputs }) => [
        name,
        inputs.minSize,
        inputs.maxSize,
        inputs.desiredCapacity,
        inputs.vpcZoneIdentifiers,
        inputs.targetGroupArns,
      ]);
    const privateSubnets = ['subnet-private-1', 'subnet-private-2'];
    expect(groups).to.have.deep.members([
      ['mywordpress-prod-web-blue', 2, 6, 2, privateSubnets, [arn('mywordpress-prod-web-blue')]],
      ['mywordpress-prod-web-green', 0, 0, 0, privateSubnets, [arn('mywordpress-prod-web-green')]],
      ['mywordpress-prod-worker-blue', 1, 4, 1, privateSubnets, undefined],
      ['mywordpress-prod-worker-green', 0, 0, 0, privateSubnets, undefined],
    ]);
  });

  it('has a load balancer in the public subnets that drops malformed headers', () => {
    expect(recording.only('aws:lb/loadBalancer:LoadBalancer').inputs).to.deep.equal({
      name: 'mywordpress-prod-web',
      loadBalancerType: 'application',
      internal: false,
      subnets: ['subnet-public-1', 'subnet-public-2'],
      securityGroups: ['mywordpress-prod-web-load-balancer-id'],
      dropInvalidHeaderFields: true,
      tags: webTags,
    });
  });

  for (const slot of ['blue', 'green'])
    it(`asks the application itself whether the instances of ${slot} are healthy`, () => {
      const group = recording.only('aws:lb/targetGroup:TargetGroup', `mywordpress-prod-web-${slot}`);
      const { name, ...inputs } = group.inputs;
      expect(name).to.match(new RegExp(`^mywordpress-prod-web-${slot}-[0-9a-z]{5}$`));
      expect(inputs).to.deep.equal({
        vpcId: 'vpc-1',
        targetType: 'instance',
        protocol: 'HTTP',
        port: 80,
        deregistrationDelay: 20,
        loadBalancingAlgorithmType: 'round_robin',
        slowStart: 0,
        stickiness: { type: 'lb_cookie', enabled: false, cookieDuration: 86400 },
        healthCheck: {
          protocol: 'HTTP',
          port: 'traffic-port',
          path: '/health',
          interval: 15,
          timeout: 5,
          healthyThreshold: 3,
          unhealthyThreshold: 5,
          matcher: '200',
        },
        tags: webTags,
      });
      expect(group.deleteBeforeReplace).to.equal(false);
    });

  it('sends all traffic to blue and leaves the weights to deployments', () => {
    const listener = recording.only('aws:lb/listener:Listener');
    expect(listener.inputs).to.deep.equal({
      loadBalancerArn: arn('mywordpress-prod-web'),
      protocol: 'HTTP',
      port: 80,
      defaultActions: [
        {
          type: 'forward',
          forward: {
            targetGroups: [
              { arn: arn('mywordpress-prod-web-blue'), weight: 100 },
              { arn: arn('mywordpress-prod-web-green'), weight: 0 },
            ],
          },
        },
      ],
      tags: webTags,
    });
    expect(listener.ignoreChanges).to.deep.equal(['defaultActions[*].forward.targetGroups[*].weight']);
  });

  it('has no Elastic IP', () => {
    expect(recording.ofType('aws:ec2/eip:Eip')).to.deep.equal([]);
  });

  it('has a name of its own that leads to the load balancer, and one of the stack file that a swap may move', () => {
    expect(recording.only('aws:route53/record:Record', 'mywordpress-prod-web-own').inputs).to.deep.equal({
      zoneId: 'Z-APPLICATION',
      name: 'web.prod.env.mywordpress.example',
      type: 'A',
      aliases: [{ name: 'mywordpress-prod-web.elb.example', zoneId: 'Z-ELB', evaluateTargetHealth: false }],
    });
    const record = recording.only('aws:route53/record:Record', 'mywordpress-prod-web');
    expect(record.inputs).to.deep.equal({
      zoneId: 'Z-APPLICATION',
      name: 'www.mywordpress.example',
      type: 'A',
      aliases: [
        { name: 'web.prod.env.mywordpress.example', zoneId: 'Z-APPLICATION', evaluateTargetHealth: false },
      ],
    });
    expect(record.ignoreChanges).to.deep.equal(['aliases']);
  });

  it('keeps logs for a week', () => {
    const groups = recording
      .ofType('aws:cloudwatch/logGroup:LogGroup')
      .map(({ inputs }) => [inputs.name, inputs.retentionInDays]);
    const kinds = ['events', 'application', 'proxy', 'agent'];
    expect(groups).to.have.deep.members(
      ['web', 'worker'].flatMap((environment) =>
        kinds.map((kind) => [`/beanpole/mywordpress/prod/${environment}/${kind}`, 7]),
      ),
    );
  });

  it('has a queue that is encrypted, closed to plain HTTP, and gives up after five tries', () => {
    everyWorkQueueIsSafe(recording, 'mywordpress-prod-worker-queue');
  });

  it('gives each tier a role of its own', () => {
    rolesAreNarrow(recording, 'prod', { hasElasticIp: false });
  });

  it('tells the CLI where load balancer and queue are', () => {
    const web = recording.only('aws:ssm/parameter:Parameter', 'mywordpress-prod-web-environment').inputs;
    expect(environmentDescriptor.parse(JSON.parse(String(web.insecureValue)))).to.deep.include({
      minSize: 2,
      maxSize: 6,
      loadBalancer: {
        arn: arn('mywordpress-prod-web'),
        dnsName: 'mywordpress-prod-web.elb.example',
        listenerArns: [arn('mywordpress-prod-web-http')],
      },
      hostName: {
        hostedZoneId: 'Z-APPLICATION',
        name: 'www.mywordpress.example',
        ownName: 'web.prod.env.mywordpress.example',
      },
      url: 'http://www.mywordpress.example',
    });
    const worker = recording.only(
      'aws:ssm/parameter:Parameter',
      'mywordpress-prod-worker-environment',
    ).inputs;
    expect(environmentDescriptor.parse(JSON.parse(String(worker.insecureValue)))).to.deep.include({
      queueUrl: 'https://sqs.example/mywordpress-prod-worker-queue',
      deadLetterQueueUrl: 'https://sqs.example/mywordpress-prod-worker-queue-dead-letter',
    });
  });

  it('follows a deployment that made green active, and says what is still to be rolled out', async () => {
    const configuration = configurationOf('prod') as EnvironmentStack;
    const later = await recordEnvironments(configuration, {
      activeSlot: 'green',
      runningTemplateVersion: '2',
    });
    expect(later.only('aws:autoscaling/group:Group', 'mywordpress-prod-web-green').inputs).to.include({
      minSize: 2,
      maxSize: 6,
    });
    expect(later.only('aws:autoscaling/group:Group', 'mywordpress-prod-web-blue').inputs).to.include({
      minSize: 0,
      maxSize: 0,
    });
    expect(later.outputs.pendingInfrastructureChanges).to.deep.equal({
      web: 'Launch template version 3 is ready, instances run 2: it takes new instances, which the next `beanpole deploy` launches.',
      worker:
        'Launch template version 3 is ready, instances run 2: it takes new instances, which the next `beanpole deploy` launches.',
    });
  });

  it('lets each of several web environments give work to the worker it names', async () => {
    const configuration = configurationOf('prod') as EnvironmentStack;
    const { web, worker } = configuration.environments;
    const { record, ...api } = web!;
    const environments = {
      web: { ...web!, workerEnvironment: 'worker' },
      api: { ...api, workerEnvironment: 'slow' },
      worker: worker!,
      slow: worker!,
    };
    const several = await recordEnvironments({ ...configuration, environments });
    const queueOf = (name: string) =>
      (
        JSON.parse(
          String(
            several.only('aws:ssm/parameter:Parameter', `mywordpress-prod-${name}-instance`).inputs
              .insecureValue,
          ),
        ) as { workerQueueUrl?: string }
      ).workerQueueUrl;
    expect(record).to.equal('www');
    expect(queueOf('web')).to.equal('https://sqs.example/mywordpress-prod-worker-queue');
    expect(queueOf('api')).to.equal('https://sqs.example/mywordpress-prod-slow-queue');
    expect(queueOf('slow')).to.equal(undefined);
    expect(several.outputs.urls).to.deep.equal({
      web: 'http://www.mywordpress.example',
      api: 'http://mywordpress-prod-api.elb.example',
    });
  });
});
