import { spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { createServer, request as requestHttp, type Server } from 'node:http';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { Agent, request } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';
import { ACM } from '@aws-sdk/client-acm';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Route53 } from '@aws-sdk/client-route-53';
import { expect } from 'chai';
import { systemClock } from '../../local/clock.ts';
import { createElbv2 } from '../../local/services/elbv2/service.ts';
import { createRoute53 } from '../../local/services/route53/service.ts';
import { addInstance, addSubnets, startRegion, type TestRegion } from '../support/region.ts';

/** Real HAProxy with certificates of the region's authority, validated through its own DNS. */
describe('HTTPS', function () {
  this.timeout(30_000);
  let region: TestRegion;
  let root: string;
  let elb: ElasticLoadBalancingV2;
  let acm: ACM;
  let route53: Route53;
  let target: Server;
  let secureListener: string;
  let zone: string;
  const [host, other] = ['www.shop.example', 'www.books.example'];
  const address = '127.0.0.10';
  const port = 20_000 + (process.pid % 20_000);
  const securePort = port + 1;

  before(async () => {
    region = await startRegion(
      { elasticloadbalancing: createElbv2, route53: createRoute53 },
      {
        clock: systemClock,
        network: { spawn: (_, [program = '', ...args], options = {}) => spawn(program, args, options) },
      },
    );
    root = await region.parts.authority.rootCertificate();
    elb = new ElasticLoadBalancingV2(region.client);
    acm = new ACM(region.client);
    route53 = new Route53(region.client);
    const made = await route53.createHostedZone({ Name: 'shop.example', CallerReference: 'one' });
    zone = made.HostedZone?.Id ?? '';
  });
  after(async () => {
    for (const client of [elb, acm, route53]) client.destroy();
    await region.close();
    target.closeAllConnections();
    target.close();
  });

  /** Asks for a certificate, makes its record, and waits until it is issued. */
  async function issue(DomainName: string): Promise<string> {
    const { CertificateArn = '' } = await acm.requestCertificate({ DomainName, ValidationMethod: 'DNS' });
    const { Certificate } = await acm.describeCertificate({ CertificateArn });
    const { Name, Type, Value } = Certificate?.DomainValidationOptions?.[0]?.ResourceRecord ?? {};
    await route53.changeResourceRecordSets({
      HostedZoneId: zone,
      ChangeBatch: {
        Changes: [
          {
            Action: 'UPSERT',
            ResourceRecordSet: { Name, Type, TTL: 60, ResourceRecords: [{ Value }] },
          },
        ],
      },
    });
    await eventually(async () => {
      const now = await acm.describeCertificate({ CertificateArn });
      expect(now.Certificate?.Status).to.equal('ISSUED');
    });
    return CertificateArn;
  }

  async function importOne(name: string): Promise<string> {
    const own = await region.parts.authority.issue({
      names: [name],
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + 86_400_000),
    });
    const { CertificateArn = '' } = await acm.importCertificate({
      Certificate: Buffer.from(own.certificate),
      PrivateKey: Buffer.from(own.privateKey),
      CertificateChain: Buffer.from(own.chain),
    });
    return CertificateArn;
  }

  const serialOf = async (CertificateArn: string) => {
    const { Certificate = '' } = await acm.getCertificate({ CertificateArn });
    return new X509Certificate(Certificate).serialNumber;
  };

  /** The certificate that a client with a server name is shown, which it verifies against the root. */
  const shown = (servername: string) =>
    new Promise<string>((resolve, reject) => {
      const socket: TLSSocket = connect({ host: address, port: securePort, servername, ca: root }, () => {
        resolve(socket.getPeerX509Certificate()?.serialNumber ?? '');
        socket.end();
      });
      socket.on('error', reject);
    });

  it('ends at a load balancer with a certificate that DNS has validated', async () => {
    target = createServer((message, response) => response.end(JSON.stringify(message.headers)));
    await new Promise<void>((resolve) => target.listen(port, '127.0.1.1', resolve));
    addInstance(region, 'i-1');
    const instance = region.ec2.instances.at(-1);
    if (instance) instance.PrivateIpAddress = '127.0.1.1';
    const { LoadBalancers } = await elb.createLoadBalancer({
      Name: 'shop',
      Subnets: addSubnets(region, 'a', 'b'),
    });
    const { TargetGroups } = await elb.createTargetGroup({
      Name: 'web',
      Protocol: 'HTTP',
      Port: port,
      VpcId: 'vpc-1',
    });
    const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn;
    await elb.registerTargets({ TargetGroupArn, Targets: [{ Id: 'i-1' }] });
    const LoadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn;
    const certificate = await issue(host);
    const { Listeners } = await elb.createListener({
      LoadBalancerArn,
      Protocol: 'HTTPS',
      Port: securePort,
      Certificates: [{ CertificateArn: certificate }],
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    });
    secureListener = Listeners?.[0]?.ListenerArn ?? '';
    await elb.createListener({
      LoadBalancerArn,
      Protocol: 'HTTP',
      Port: port,
      DefaultActions: [
        {
          Type: 'redirect',
          RedirectConfig: { Protocol: 'HTTPS', Port: String(securePort), StatusCode: 'HTTP_301' },
        },
      ],
    });
    await eventually(async () => {
      expect((await ask()).status).to.equal(200);
    });
    expect(await shown(host)).to.equal(await serialOf(certificate));
    const { body } = await ask();
    expect(JSON.parse(body)).to.include({
      'x-forwarded-proto': 'https',
      'x-forwarded-port': String(securePort),
    });
  });

  it('is where a request by HTTP is sent', async () => {
    const location = await new Promise<string | undefined>((resolve, reject) => {
      requestHttp({ host: address, port, path: '/posts?page=2', headers: { host } }, (answer) => {
        answer.resume();
        resolve(`${String(answer.statusCode)} ${answer.headers.location ?? ''}`);
      })
        .on('error', reject)
        .end();
    });
    expect(location).to.equal(`301 https://${host}:${securePort}/posts?page=2`);
  });

  it('is spoken as HTTP/2, and with no older TLS than the policy allows', async () => {
    const session = connectHttp2(`https://${address}:${securePort}`, { servername: host, ca: root });
    expect(await askHttp2(session, host)).to.equal(200);
    session.close();
    const old = new Promise<string>((resolve) => {
      connect({ ...{ host: address, port: securePort, servername: host, ca: root }, maxVersion: 'TLSv1.1' })
        .on('secureConnect', () => {
          resolve('connected');
        })
        .on('error', (error: Error) => {
          resolve(error.message);
        });
    });
    expect(await old).to.not.equal('connected');
  });

  it('shows the certificate that the server name asks for, and the default one to all others', async () => {
    const { Certificates: before } = await elb.describeListenerCertificates({ ListenerArn: secureListener });
    const second = await importOne(other);
    await elb.addListenerCertificates({
      ListenerArn: secureListener,
      Certificates: [{ CertificateArn: second }],
    });
    expect(await shown(other)).to.equal(await serialOf(second));
    expect(await shown(host)).to.equal(await serialOf(before?.[0]?.CertificateArn ?? ''));
    const stranger = await shown('stranger.example').catch((error: unknown) => (error as Error).message);
    expect(stranger).to.contain(host);
  });

  it('loses no request, new connections and held ones, while the certificate is replaced', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 8, ca: root });
    const load = startLoad(async () => (await ask(agent)).status);
    const fresh = startLoad(async () => (await ask()).status);
    for (let round = 0; round < 3; round++) {
      const last = await importOne(host);
      await elb.modifyListener({ ListenerArn: secureListener, Certificates: [{ CertificateArn: last }] });
      expect(await shown(host)).to.equal(await serialOf(last));
      await pause(200);
    }
    const counted = [await load.end(), await fresh.end()];
    agent.destroy();
    expect(counted.map(({ failures }) => failures)).to.deep.equal([[], []]);
    for (const { answers } of counted) expect(answers).to.be.above(50);
  });

  const ask = (agent: Agent | false = false) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const options = { host: address, port: securePort, servername: host, ca: root, headers: { host } };
      const message = request({ ...options, agent }, (answer) => {
        let body = '';
        answer.on('data', (piece: Buffer) => (body += String(piece)));
        answer.on('error', reject);
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, body });
        });
      });
      message.on('error', reject).end();
    });
});

function askHttp2(session: ClientHttp2Session, authority: string): Promise<number> {
  return new Promise((resolve, reject) => {
    session.on('error', reject);
    const stream = session.request({ ':path': '/', ':authority': authority });
    stream.on('response', (headers) => {
      stream.close();
      resolve(headers[':status'] ?? 0);
    });
    stream.on('error', reject).end();
  });
}

/** Asks without pause from four clients until it is ended. */
function startLoad(ask: () => Promise<number>) {
  let ended = false;
  let answers = 0;
  const failures: string[] = [];
  const clients = Array.from({ length: 4 }, async () => {
    while (!ended) {
      try {
        const status = await ask();
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

async function eventually(check: () => Promise<void>, limit = 10_000): Promise<void> {
  const deadline = Date.now() + limit;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await pause(50);
  }
}
