import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect } from 'chai';
import { systemClock } from '../../local/clock.ts';
import { createCloudWatch } from '../../local/services/cloudwatch/service.ts';
import { createElbv2 } from '../../local/services/elbv2/service.ts';
import { addInstance, addSubnets, startRegion, type TestRegion } from '../support/region.ts';

/** Real HAProxy, the API in front of it, and targets that are servers of the test's own. */
describe('an application load balancer', function () {
  this.timeout(60_000);
  let region: TestRegion;
  let elb: ElasticLoadBalancingV2;
  let LoadBalancerArn: string;
  let ListenerArn: string;
  let TargetGroupArn: string;
  const targets = new Map<string, TestTarget>();
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  let port: number;

  before(async () => {
    port = 20_000 + (process.pid % 20_000);
    region = await startRegion(
      { elasticloadbalancing: createElbv2, monitoring: createCloudWatch },
      {
        clock: systemClock,
        network: { spawn: (_, [program = '', ...args], options = {}) => spawn(program, args, options) },
      },
    );
    const Subnets = addSubnets(region, 'a', 'b');
    elb = new ElasticLoadBalancingV2(region.client);
    const { LoadBalancers } = await elb.createLoadBalancer({ Name: 'shop', Subnets });
    LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
    TargetGroupArn = await newGroup('web');
    const { Listeners } = await elb.createListener({
      LoadBalancerArn,
      Protocol: 'HTTP',
      Port: port,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    });
    ListenerArn = Listeners?.[0]?.ListenerArn ?? '';
  });

  after(async () => {
    agent.destroy();
    elb.destroy();
    await region.close();
    for (const target of targets.values()) await target.close();
  });

  async function newGroup(Name: string): Promise<string> {
    const { TargetGroups } = await elb.createTargetGroup({
      Name,
      Protocol: 'HTTP',
      Port: 80,
      VpcId: 'vpc-1',
      HealthCheckPath: '/health',
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      HealthyThresholdCount: 2,
    });
    const arn = TargetGroups?.[0]?.TargetGroupArn ?? '';
    await elb.modifyTargetGroupAttributes({
      TargetGroupArn: arn,
      Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }],
    });
    return arn;
  }

  /** A target that answers with its name; its instance has the address it listens on. */
  async function newTarget(name: string, last: number): Promise<{ Id: string; Port: number }> {
    const target = await startTarget(name, `127.0.1.${last}`, port);
    targets.set(name, target);
    addInstance(region, name);
    const instance = region.ec2.instances.at(-1);
    if (instance) instance.PrivateIpAddress = `127.0.1.${last}`;
    return { Id: name, Port: port };
  }

  const ask = (
    path = '/',
    options: { address?: string; headers?: Record<string, string>; agent?: Agent | false } = {},
  ) => get(options.address ?? '127.0.0.10', port, path, options.headers ?? {}, options.agent ?? false);
  const states = async (arn = TargetGroupArn) =>
    (await elb.describeTargetHealth({ TargetGroupArn: arn })).TargetHealthDescriptions?.map(
      ({ TargetHealth }) => TargetHealth?.State,
    );
  const until = (wanted: string[], arn = TargetGroupArn, limit = 10_000) =>
    eventually(async () => {
      expect(await states(arn)).to.deep.equal(wanted);
    }, limit);

  it('answers 503 in awselb/2.0 while nobody is there', async () => {
    await eventually(async () => {
      expect(await ask()).to.deep.include({ status: 503, server: 'awselb/2.0' });
    });
  });

  it('takes a target in within a second of its registration, in both zones', async () => {
    const target = await newTarget('i-1', 1);
    const registered = Date.now();
    await elb.registerTargets({ TargetGroupArn, Targets: [target] });
    await until(['healthy']);
    expect(Date.now() - registered).to.be.below(1000);
    expect(targets.get('i-1')?.checks[0]).to.equal('ELB-HealthChecker/2.0');
    const headers = { 'X-Forwarded-For': '198.51.100.7' };
    for (const address of ['127.0.0.10', '127.0.0.11']) {
      const { status, body } = await ask('/', { address, headers });
      expect(status).to.equal(200);
      const received = JSON.parse(body) as { name: string; headers: Record<string, string> };
      expect(received.name).to.equal('i-1');
      expect(received.headers).to.include({ 'x-forwarded-proto': 'http', 'x-forwarded-port': String(port) });
      expect(received.headers['x-forwarded-for']).to.match(/^198\.51\.100\.7, 127\.0\.0\.1$/);
      expect(received.headers['x-amzn-trace-id']).to.match(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    }
  });

  it('loses no request while targets come and go and rules change', async () => {
    const load = startLoad(() => ask('/', { agent }));
    const second = await newTarget('i-2', 2);
    await elb.registerTargets({ TargetGroupArn, Targets: [second] });
    await until(['healthy', 'healthy']);
    for (let round = 0; round < 3; round++) {
      const { Rules } = await elb.createRule({
        ListenerArn,
        Priority: 1,
        Conditions: [{ Field: 'path-pattern', Values: ['/fixed/*'] }],
        Actions: [
          {
            Type: 'fixed-response',
            FixedResponseConfig: { StatusCode: '418', MessageBody: "I'm a\nteapot" },
          },
        ],
      });
      expect(await ask('/fixed/x')).to.include({ status: 418, body: "I'm a\nteapot" });
      await elb.deleteRule({ RuleArn: Rules?.[0]?.RuleArn });
      await elb.deregisterTargets({ TargetGroupArn, Targets: [second] });
      expect(await states()).to.deep.equal(['healthy', 'draining']);
      await elb.registerTargets({ TargetGroupArn, Targets: [second] });
      await until(['healthy', 'healthy']);
    }
    const { answers, failures } = await load.end();
    expect(failures).to.deep.equal([]);
    expect(answers).to.be.above(200);
    const names = await Promise.all(Array.from({ length: 8 }, async () => nameIn(await ask())));
    expect(new Set(names)).to.deep.equal(new Set(['i-1', 'i-2']));
  });

  it('lets a target finish what it began, and nothing more', async () => {
    const slow = Promise.all(Array.from({ length: 4 }, () => ask('/slow')));
    await eventually(async () => {
      expect(targets.get('i-2')?.inFlight).to.be.above(0);
    });
    await elb.deregisterTargets({ TargetGroupArn, Targets: [{ Id: 'i-2' }] });
    const names = await Promise.all(Array.from({ length: 8 }, async () => nameIn(await ask())));
    expect(new Set(names)).to.deep.equal(new Set(['i-1']));
    expect((await slow).map(({ status }) => status)).to.deep.equal([200, 200, 200, 200]);
    expect((await slow).map(nameIn)).to.include('i-2');
  });

  it('divides requests between two groups, and shifts without a lost one', async () => {
    const green = await newGroup('green');
    await elb.registerTargets({ TargetGroupArn: green, Targets: [await newTarget('i-3', 3)] });
    const shift = (Weight: number, sticky = false) =>
      elb.modifyListener({
        ListenerArn,
        DefaultActions: [
          {
            Type: 'forward',
            ForwardConfig: {
              TargetGroups: [
                { TargetGroupArn, Weight: 100 - Weight },
                { TargetGroupArn: green, Weight },
              ],
              TargetGroupStickinessConfig: { Enabled: sticky, DurationSeconds: 60 },
            },
          },
        ],
      });
    await shift(0);
    await until(['healthy'], green);
    const load = startLoad(() => ask('/', { agent }));
    for (const weight of [20, 50, 80, 100]) {
      await shift(weight);
      await pause(50);
    }
    expect((await load.end()).failures).to.deep.equal([]);
    const names = await Promise.all(Array.from({ length: 8 }, async () => nameIn(await ask())));
    expect(new Set(names)).to.deep.equal(new Set(['i-3']));
    await shift(100, true);
    const { cookies } = await ask();
    const cookie = cookies.find((one) => one.startsWith('AWSALBTG='))?.split(';')[0] ?? '';
    await shift(0, true);
    expect(nameIn(await ask('/', { headers: { cookie } }))).to.equal('i-3');
    expect(nameIn(await ask())).to.equal('i-1');
    await elb.modifyListener({ ListenerArn, DefaultActions: [{ Type: 'forward', TargetGroupArn }] });
  });

  it('keeps a client at its target by AWSALB', async () => {
    await eventually(async () => {
      await elb.registerTargets({ TargetGroupArn, Targets: [{ Id: 'i-2', Port: port }] });
      expect(await states()).to.deep.equal(['healthy', 'healthy']);
    });
    await elb.modifyTargetGroupAttributes({
      TargetGroupArn,
      Attributes: [{ Key: 'stickiness.enabled', Value: 'true' }],
    });
    const first = await ask();
    expect(first.cookies.map((one) => one.split('=')[0])).to.have.members(['AWSALB', 'AWSALBCORS']);
    expect(first.cookies[0]).to.match(/Expires=.* GMT; Path=\//);
    const cookie = first.cookies.find((one) => one.startsWith('AWSALB='))?.split(';')[0] ?? '';
    for (let i = 0; i < 6; i++)
      expect(nameIn(await ask('/', { headers: { cookie } }))).to.equal(nameIn(first));
    await elb.modifyTargetGroupAttributes({
      TargetGroupArn,
      Attributes: [{ Key: 'stickiness.enabled', Value: 'false' }],
    });
  });

  const attributes = (changes: Record<string, string>, TargetGroup = TargetGroupArn) =>
    elb.modifyTargetGroupAttributes({
      TargetGroupArn: TargetGroup,
      Attributes: Object.entries(changes).map(([Key, Value]) => ({ Key, Value })),
    });

  it("keeps a client at its target by the application's own cookie", async () => {
    await attributes({
      'stickiness.enabled': 'true',
      'stickiness.type': 'app_cookie',
      'stickiness.app_cookie.cookie_name': 'session',
    });
    const signedIn = await ask('/sign-in');
    const cookie = signedIn.cookies.find((one) => one.startsWith('session='))?.split(';')[0] ?? '';
    for (let i = 0; i < 6; i++)
      expect(nameIn(await ask('/', { headers: { cookie } }))).to.equal(nameIn(signedIn));
    const others = await Promise.all(Array.from({ length: 8 }, async () => nameIn(await ask())));
    expect(new Set(others)).to.deep.equal(new Set(['i-1', 'i-2']));
    await attributes({ 'stickiness.enabled': 'false', 'stickiness.type': 'lb_cookie' });
  });

  /** How many of the requests of some clients each target answered; `i-1` is slow. */
  const shares = async (requests: number, clients = 4): Promise<Record<string, number>> => {
    const counts: Record<string, number> = { 'i-1': 0, 'i-2': 0 };
    let left = requests;
    await Promise.all(
      Array.from({ length: clients }, async () => {
        while (left-- > 0) {
          const name = nameIn(await ask());
          counts[name] = (counts[name] ?? 0) + 1;
        }
      }),
    );
    return counts;
  };

  it('sends requests where the fewest are under way, or in turn, or by chance', async () => {
    const slow = targets.get('i-1');
    if (slow) slow.delayMilliseconds = 100;
    await attributes({ 'load_balancing.algorithm.type': 'least_outstanding_requests' });
    const least = await shares(60);
    expect(least['i-2']).to.be.above(3 * (least['i-1'] ?? 0));
    await attributes({ 'load_balancing.algorithm.type': 'round_robin' });
    const inTurn = await shares(60);
    expect(inTurn['i-1']).to.be.within(26, 34);
    if (slow) slow.delayMilliseconds = 0;
    await attributes({ 'load_balancing.algorithm.type': 'weighted_random' });
    const names: string[] = [];
    for (let i = 0; i < 60; i++) names.push(nameIn(await ask()));
    expect(names.filter((name) => name === 'i-1').length).to.be.within(12, 48);
    // Sixty draws without one after its like would be turns.
    expect(names.some((name, index) => name === names[index + 1])).to.equal(true);
    await attributes({ 'load_balancing.algorithm.type': 'round_robin' });
  });

  it('gives a new target a growing share in its slow start', async () => {
    await attributes({ 'slow_start.duration_seconds': '30' });
    await elb.deregisterTargets({ TargetGroupArn, Targets: [{ Id: 'i-2', Port: port }] });
    await elb.registerTargets({ TargetGroupArn, Targets: [{ Id: 'i-2', Port: port }] });
    await until(['healthy', 'healthy']);
    const early = await shares(100);
    expect(early['i-2']).to.be.below(30);
    await attributes({ 'slow_start.duration_seconds': '0' });
  });

  it('takes a failing target out, and fails open when all fail', async () => {
    const [one, two] = [targets.get('i-1'), targets.get('i-2')];
    if (one) one.healthy = false;
    await until(['unhealthy', 'healthy'], TargetGroupArn, 20_000);
    const { TargetHealthDescriptions } = await elb.describeTargetHealth({ TargetGroupArn });
    expect(TargetHealthDescriptions?.[0]?.TargetHealth?.Reason).to.equal('Target.ResponseCodeMismatch');
    expect(nameIn(await ask())).to.equal('i-2');
    if (two) two.healthy = false;
    await until(['unhealthy', 'unhealthy'], TargetGroupArn, 20_000);
    const names = await Promise.all(Array.from({ length: 8 }, async () => nameIn(await ask())));
    expect(new Set(names)).to.deep.equal(new Set(['i-1', 'i-2']));
  });

  it('comes back when its process dies', async () => {
    const { Pid } = await haproxyInfo(region);
    process.kill(Pid, 'SIGKILL');
    await eventually(async () => {
      expect((await ask()).status).to.equal(200);
      expect((await haproxyInfo(region)).Pid).to.not.equal(Pid);
    });
  });
});

interface TestTarget {
  healthy: boolean;
  delayMilliseconds: number;
  inFlight: number;
  readonly checks: string[];
  close(): Promise<void>;
}

async function startTarget(name: string, address: string, port: number): Promise<TestTarget> {
  const server: Server = createServer((message, response) => {
    if (message.url === '/health') {
      target.checks.push(message.headers['user-agent'] ?? '');
      response.writeHead(target.healthy ? 200 : 500).end();
      return;
    }
    target.inFlight++;
    response.on('close', () => target.inFlight--);
    const answer = () => response.end(JSON.stringify({ name, headers: message.headers }));
    if (message.url === '/sign-in')
      response.setHeader('set-cookie', `session=${name}-${Math.random()}; Path=/`);
    const delay = message.url === '/slow' ? 700 : target.delayMilliseconds;
    if (delay > 0) setTimeout(answer, delay);
    else answer();
  });
  const target = {
    healthy: true,
    delayMilliseconds: 0,
    inFlight: 0,
    checks: [] as string[],
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  return target;
}

interface Answered {
  readonly status: number;
  readonly server: string | undefined;
  readonly cookies: readonly string[];
  readonly body: string;
}

function get(
  host: string,
  port: number,
  path: string,
  headers: Record<string, string>,
  agent: Agent | false,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const message = request({ host, port, path, headers, agent }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text));
      response.on('end', () => {
        const { server, 'set-cookie': cookies = [] } = response.headers as {
          server?: string;
          'set-cookie'?: string[];
        };
        resolve({ status: response.statusCode ?? 0, server, cookies, body });
      });
    });
    message.on('error', reject);
    message.end();
  });
}

const nameIn = ({ body }: Answered): string => (JSON.parse(body) as { name: string }).name;

/** Asks without pause from eight clients until it is ended. */
function startLoad(ask: () => Promise<Answered>) {
  let ended = false;
  let answers = 0;
  const failures: string[] = [];
  const clients = Array.from({ length: 8 }, async () => {
    while (!ended) {
      try {
        const { status } = await ask();
        if (status !== 200) failures.push(String(status));
        answers++;
      } catch (error) {
        failures.push((error as Error).message);
      }
    }
  });
  return {
    async end() {
      ended = true;
      await Promise.all(clients);
      return { answers, failures };
    },
  };
}

async function haproxyInfo(region: TestRegion): Promise<{ Pid: number }> {
  const { command } = await import('../../local/services/elbv2/haproxy/runtime.ts');
  const [hostId] = region.ec2.hosts.keys();
  const info = await command(`${region.parts.folder}/run/elb/${hostId ?? ''}/admin.sock`, 'show info');
  return { Pid: Number(/^Pid: (\d+)/m.exec(info)?.[1]) };
}

/** Tries until it passes or its time is over. */
async function eventually(attempt: () => Promise<void>, limit = 10_000): Promise<void> {
  const deadline = Date.now() + limit;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(20);
    }
  }
}
