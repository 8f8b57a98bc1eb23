/** The instance's own facts from the metadata service, version 2 (with a session token). */
import { request } from 'node:http';
import process from 'node:process';

export interface Identity {
  readonly instanceId: string;
  readonly availabilityZone: string;
  readonly privateIp: string;
}

const defaultEndpoint = 'http://169.254.169.254';

/** Throws when the service does not answer: an instance does not know its name without it. */
export async function readIdentity(): Promise<Identity> {
  const token = await call('PUT', '/latest/api/token', { 'x-aws-ec2-metadata-token-ttl-seconds': '300' });
  const read = (path: string) =>
    call('GET', `/latest/meta-data/${path}`, { 'x-aws-ec2-metadata-token': token });
  const [instanceId, availabilityZone, privateIp] = await Promise.all([
    read('instance-id'),
    read('placement/availability-zone'),
    read('local-ipv4'),
  ]);
  return { instanceId, availabilityZone, privateIp };
}

/** Where Auto Scaling wants the instance to be; undefined outside a group, and while it wants nothing. */
export const readTargetLifecycleState = (): Promise<string | undefined> =>
  readIfThere('autoscaling/target-lifecycle-state');

/** `spot` or `on-demand`. */
export const readLifeCycle = (): Promise<string | undefined> => readIfThere('instance-life-cycle');

/** What EC2 is about to do to a spot instance, and when, as JSON; undefined: nothing. */
export const readSpotAction = (): Promise<string | undefined> => readIfThere('spot/instance-action');

async function readIfThere(path: string): Promise<string | undefined> {
  const token = await call('PUT', '/latest/api/token', { 'x-aws-ec2-metadata-token-ttl-seconds': '60' });
  try {
    return await call('GET', `/latest/meta-data/${path}`, { 'x-aws-ec2-metadata-token': token });
  } catch (error) {
    if ((error as Error).message.endsWith('status 404.')) return undefined;
    throw error;
  }
}

function call(method: string, path: string, headers: Record<string, string>): Promise<string> {
  const { hostname, port } = new URL(process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT ?? defaultEndpoint);
  return new Promise((resolve, reject) => {
    const sent = request({ method, hostname, port, path, headers, timeout: 2000 }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (text += piece));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else
          reject(new Error(`The metadata service answered ${path} with status ${response.statusCode ?? 0}.`));
      });
    });
    sent.on('timeout', () =>
      sent.destroy(new Error(`The metadata service did not answer ${path} within 2 s.`)),
    );
    sent.on('error', reject);
    sent.end();
  });
}
