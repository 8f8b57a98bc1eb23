import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { expect } from 'chai';
import type { RunningStatus } from '../../local/daemon/status.ts';

const main = resolve(import.meta.dirname, '../../local/main.ts');
const folder = join(mkdtempSync(join(tmpdir(), 'daemon-')), 'state');

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function local(verb: string, ...args: string[]): Promise<Finished> {
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [main, verb, '--folder', folder, ...args],
      (error, stdout, stderr) => {
        done({ code: error ? Number(error.code) : 0, stdout, stderr });
      },
    );
    child.stdin?.end();
  });
}

const status = async (): Promise<RunningStatus> =>
  JSON.parse((await local('status', '--json')).stdout) as RunningStatus;

/** Waits for a condition; fails with the last value it saw. */
async function until<T>(ask: () => Promise<T> | T, isThere: (value: T) => boolean): Promise<T> {
  const end = Date.now() + 30_000;
  for (;;) {
    const value = await ask();
    if (isThere(value)) return value;
    if (Date.now() > end) throw new Error(`not within 30 s: ${JSON.stringify(value)}`);
    await delay(50);
  }
}

/** Processes that have the folder among their arguments. */
const processes = (): string[] =>
  globSync('/proc/[0-9]*/cmdline').filter((file) => {
    try {
      return readFileSync(file, 'utf8').includes(folder);
    } catch {
      return false; // it has ended
    }
  });

const userData = `#!/bin/sh
cat > /etc/systemd/system/site.service <<'END'
[Service]
ExecStart=/usr/local/bin/node -e "require('http').createServer((q, r) => r.end('hello ' + q.headers.host)).listen(80)"
[Install]
WantedBy=multi-user.target
END
systemctl enable --now site
`;

describe('the daemon', () => {
  let clientOptions = {};

  before(async () => {
    const started = await local('start', '--port', '0', '--front-door', '0');
    expect(started.code, started.stderr).to.equal(0);
    const { endpoint, accessKeyId, secretAccessKey, region } = await status();
    clientOptions = { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
  });
  after(async () => {
    await local('stop');
    rmSync(resolve(folder, '..'), { recursive: true, force: true });
  });

  /** A page of a name, through the front door. */
  async function page(name: string): Promise<string> {
    const { frontDoor } = await status();
    const { hostname, port } = new URL(frontDoor);
    const args = ['-s', '-m', '5', '-H', `Host: ${name}.localhost:${port}`, `http://${hostname}:${port}/`];
    return new Promise((done) =>
      execFile('curl', args, (_, stdout) => {
        done(stdout);
      }),
    );
  }

  it('runs an instance that the world reaches by its name', async () => {
    const publicAddress = await launchSite(new EC2Client(clientOptions));
    await pointTo(new Route53Client(clientOptions), publicAddress);
    expect(
      await until(
        () => page('www.site.example'),
        (text) => text.startsWith('hello'),
      ),
    ).to.equal('hello www.site.example');
    const inside = await local('shell', '--', 'curl', '-s', 'http://www.site.example/');
    expect(inside).to.deep.include({ code: 0, stdout: 'hello www.site.example' });
  });

  it('shows what runs, the secret to programs only', async () => {
    const { instances, secretAccessKey } = await status();
    expect(instances.map(({ state }) => state)).to.deep.equal(['running']);
    const { stdout } = await local('status');
    expect(stdout).to.contain('1 running of 1').and.not.contain(secretAccessKey);
    expect(statSync(join(folder, 'cloud.json')).mode & 0o77).to.equal(0);
    expect(statSync(join(folder, 'region')).mode & 0o77).to.equal(0);
  });

  it('is started once, however often it is asked for', async () => {
    const { pid } = await status();
    const starts = await Promise.all([local('start'), local('start')]);
    expect(starts.map(({ code }) => code)).to.deep.equal([0, 0]);
    expect((await status()).pid).to.equal(pid);
    expect(await local('start', '--port', '1')).to.include({ code: 2 });
  });

  it('leaves nothing behind when it is killed, and brings everything back', async () => {
    const { pid } = await status();
    const [daemon] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    process.kill(Number(daemon), 'SIGKILL');
    await until(processes, (left) => left.length === 0);
    expect((await local('status')).stdout).to.contain('is stopped');

    const started = await local('start');
    expect(started.code, started.stderr).to.equal(0);
    expect(
      await until(
        () => page('www.site.example'),
        (text) => text.startsWith('hello'),
      ),
    ).to.equal('hello www.site.example');
  });

  it('stops in order, keeps its state, and forgets it only when that is confirmed', async () => {
    expect(await local('stop')).to.include({ code: 0 });
    expect(processes()).to.deep.equal([]);
    const refused = await local('reset');
    expect([refused.code, refused.stderr]).to.deep.equal([
      2,
      'Without a terminal a reset must be confirmed by --yes; nothing was deleted.\nNext: node local/main.ts reset --yes\n',
    ]);
    expect(await local('start')).to.include({ code: 0 });
    expect((await status()).instances).to.have.length(1);
    expect(await local('reset', '--yes')).to.include({ code: 0 });
    expect(processes()).to.deep.equal([]);
    expect(await local('start', '--port', '0', '--front-door', '0')).to.include({ code: 0 });
    expect((await status()).instances).to.deep.equal([]);
  });
});

/** A web site on one public instance; its address. */
async function launchSite(ec2: EC2Client): Promise<string> {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const VpcId = Vpc?.VpcId;
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: '10.0.1.0/24' }));
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand({}));
  const GatewayId = InternetGateway?.InternetGatewayId;
  await ec2.send(new AttachInternetGatewayCommand({ VpcId, InternetGatewayId: GatewayId }));
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
  const RouteTableId = RouteTable?.RouteTableId;
  await ec2.send(new CreateRouteCommand({ RouteTableId, GatewayId, DestinationCidrBlock: '0.0.0.0/0' }));
  await ec2.send(new AssociateRouteTableCommand({ RouteTableId, SubnetId: Subnet?.SubnetId }));
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ VpcId, GroupName: 'web', Description: 'web' }),
  );
  const IpPermissions = [
    { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
  ];
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  const { Images } = await ec2.send(new DescribeImagesCommand({}));
  await ec2.send(
    new RunInstancesCommand({
      ImageId: Images?.[0]?.ImageId,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      UserData: Buffer.from(userData).toString('base64'),
      NetworkInterfaces: [
        {
          DeviceIndex: 0,
          SubnetId: Subnet?.SubnetId,
          AssociatePublicIpAddress: true,
          Groups: [GroupId ?? ''],
        },
      ],
    }),
  );
  const instance = async () => {
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({}));
    return Reservations?.[0]?.Instances?.[0];
  };
  const running = await until(instance, (one) => one?.State?.Name === 'running');
  return running?.PublicIpAddress ?? '';
}

async function pointTo(route53: Route53Client, address: string): Promise<void> {
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name: 'site.example', CallerReference: 'once' }),
  );
  await route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: HostedZone?.Id,
      ChangeBatch: {
        Changes: [
          {
            Action: 'CREATE',
            ResourceRecordSet: {
              Name: 'www.site.example',
              Type: 'A',
              TTL: 5,
              ResourceRecords: [{ Value: address }],
            },
          },
        ],
      },
    }),
  );
}
