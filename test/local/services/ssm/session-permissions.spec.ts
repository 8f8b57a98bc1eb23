import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { IAM } from '@aws-sdk/client-iam';
import { SSM } from '@aws-sdk/client-ssm';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { signHandshake } from '../../../../cli/ssh/sign.ts';
import type { Instances } from '../../../../local/instances/instances.ts';
import { createIam } from '../../../../local/services/iam/service.ts';
import type { Parts } from '../../../../local/services/parts.ts';
import { decode } from '../../../../local/services/ssm/agent-message.ts';
import { createSsm } from '../../../../local/services/ssm/service.ts';
import { startEndpoint, type TestCloud } from '../../../support/endpoint.ts';

const account = '123456789012';
const channels = ['Create', 'Open'].flatMap((verb) =>
  ['Control', 'Data'].map((kind) => `ssmmessages:${verb}${kind}Channel`),
);

/** Who needs which permission for a session: the agent those of the instance's role, the client its own. */
describe('Session Manager`s permissions', () => {
  let cloud: TestCloud;
  let iam: IAM;
  let ssm: SSM;
  beforeEach(async () => {
    const machines: Partial<Instances> = {
      isRunning: () => true,
      openTerminal: () => new Promise(() => undefined),
    };
    cloud = await startEndpoint(
      { iam: createIam, ssm: createSsm, ec2: oneInstance },
      { instances: machines as Instances },
    );
    iam = new IAM(cloud.client);
    ssm = new SSM(cloud.client);
    await role('web', { Service: 'ec2.amazonaws.com' });
    await role('dev', { AWS: account });
    await permit('web', 'ssm:UpdateInstanceInformation', ...channels);
  });
  afterEach(() => cloud.stop());

  function oneInstance({ services }: Parts) {
    const IamInstanceProfile = { Arn: `arn:aws:iam::${account}:instance-profile/web` };
    const instance = { InstanceId: 'i-1', State: { Name: 'running' }, IamInstanceProfile };
    return {
      name: 'ec2' as const,
      operations: { DescribeInstances: () => ({ Reservations: [{ Instances: [instance] }] }) },
      credentials: async (id: string) => services.iam.roleCredentials('web', id),
    };
  }

  const text = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement });
  const role = (RoleName: string, Principal: object) =>
    iam.createRole({
      RoleName,
      AssumeRolePolicyDocument: text({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }),
    });
  const permit = (RoleName: string, ...Action: string[]) =>
    iam.putRolePolicy({
      RoleName,
      PolicyName: 'permissions',
      PolicyDocument: text({ Effect: 'Allow', Action, Resource: '*' }),
    });
  const statusOf = async () => (await ssm.getConnectionStatus({ Target: 'i-1' })).Status;

  /** The first that the service says over a channel of a session. */
  async function firstMessage(): Promise<string> {
    const { StreamUrl = '', TokenValue } = await ssm.startSession({ Target: 'i-1' });
    const socket = new WebSocket(StreamUrl);
    socket.on('open', () => {
      socket.send(JSON.stringify({ TokenValue }));
    });
    const [data] = (await once(socket, 'message')) as [Buffer];
    socket.terminate();
    return decode(data).payload.toString();
  }

  it('let the agent shake hands when its role has all of them', async () => {
    expect(await statusOf()).to.equal('connected');
    expect(await firstMessage()).to.contain('RequestedClientActions');
  });

  for (const missing of ['ssm:UpdateInstanceInformation', 'ssmmessages:OpenControlChannel'])
    it(`leave an instance without ${missing} unconnected`, async () => {
      const all = ['ssm:UpdateInstanceInformation', ...channels];
      await permit('web', ...all.filter((action) => action !== missing));
      expect(await statusOf()).to.equal('notconnected');
    });

  for (const missing of ['ssmmessages:CreateDataChannel', 'ssmmessages:OpenDataChannel'])
    it(`end a session whose agent lacks ${missing}, and say so`, async () => {
      const all = ['ssm:UpdateInstanceInformation', ...channels];
      await permit('web', ...all.filter((action) => action !== missing));
      expect(await statusOf()).to.equal('connected');
      const { Output } = JSON.parse(await firstMessage()) as { Output: string };
      expect(Output)
        .to.contain('Setting up data channel with id')
        .and.contain(
          `User: arn:aws:sts::${account}:assumed-role/web/i-1 is not authorized to perform: ${missing} on resource: arn:aws:ssmmessages:eu-central-1:${account}:* because no identity-based policy allows the ${missing} action`,
        );
      expect((await ssm.describeSessions({ State: 'Active' })).Sessions).to.deep.equal([]);
    });

  it('refuse a client that signs and may not open the channel', async () => {
    const { StreamUrl = '' } = await ssm.startSession({ Target: 'i-1' });
    const { config } = new SSM(cloud.clientWith(cloud.credentials('dev', 'ann')));
    const answered = async () => {
      const socket = new WebSocket(StreamUrl, { headers: await signHandshake(config, StreamUrl) });
      const opened = once(socket, 'open').then(
        () => 'open',
        () => 'failed',
      );
      const refused = once(socket, 'unexpected-response').then((found: unknown[]) => {
        const response = found[1] as IncomingMessage;
        return `${response.statusCode} ${response.statusMessage}`;
      });
      const result = await Promise.race([opened, refused]);
      socket.on('error', () => undefined);
      socket.terminate();
      return result;
    };
    const said = await answered();
    expect(said).to.match(
      /^403 User: \S+:assumed-role\/dev\/ann is not authorized to perform: ssmmessages:OpenDataChannel on resource: arn:aws:ssm:eu-central-1:123456789012:session\/\S+ because /,
    );
    await permit('dev', 'ssmmessages:OpenDataChannel');
    expect(await answered()).to.equal('open');
  });
});
