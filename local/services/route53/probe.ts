import { request, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { connect } from 'node:net';
import type { HealthCheckConfig } from '@aws-sdk/client-route-53';
import type { Finding } from './health.ts';
import type { Probe } from './health-checkers.ts';

/** What a probe needs of the internet that it looks from. */
export interface Outlook {
  /** Addresses that the public DNS answers for a name. */
  addressesOf(name: string): readonly string[];
  /** Where requests come from, unless the kernel is to choose. */
  readonly localAddress?: string;
  /** Milliseconds; as AWS documents them unless a test cannot wait so long. */
  readonly deadlines?: Deadlines;
}

interface Deadlines {
  /** To establish a connection, all that a TCP health check wants. */
  readonly tcp: number;
  /** To establish a connection for a request. */
  readonly connection: number;
  /** From there to the status code, and from there to the end of the body that is searched. */
  readonly answer: number;
}

const documented: Deadlines = { tcp: 10_000, connection: 4_000, answer: 2_000 };
/** The part of a body in which a text is looked for. */
const searchedBytes = 5_120;

/** Real requests, as Route 53's health checkers send them. */
export function prober(outlook: Outlook): Probe {
  return async (config) => {
    const address = config.IPAddress ?? outlook.addressesOf(config.FullyQualifiedDomainName ?? '')[0];
    if (address === undefined)
      return failure('DNS resolution failed: the name that is to be checked has no A record.');
    try {
      return config.Type === 'TCP'
        ? await connectTo(address, config, outlook)
        : await askFor(address, config, outlook);
    } catch (error) {
      return failure((error as Error).message);
    }
  };
}

const failure = (reason: string): Finding => ({ healthy: false, status: `Failure: ${reason}` });

function connectTo(host: string, { Port: port = 80 }: HealthCheckConfig, outlook: Outlook): Promise<Finding> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ...localAddressOf(outlook), timeout: deadlinesOf(outlook).tcp });
    socket.on('connect', () => {
      socket.destroy();
      resolve({ healthy: true, status: 'Success: The connection was established.' });
    });
    socket.on('timeout', () => socket.destroy(new Error(noConnection)));
    socket.on('error', reject);
  });
}

const noConnection = 'The health checker could not establish a connection within the timeout limit.';
const noAnswer = 'The endpoint did not respond with an HTTP status code within the timeout limit.';

/** Any certificate will do: Route 53 looks at none. */
function askFor(host: string, config: HealthCheckConfig, outlook: Outlook): Promise<Finding> {
  const isSecure = config.Type?.startsWith('HTTPS') === true;
  const { FullyQualifiedDomainName: name } = config;
  const options: RequestOptions & { servername?: string; rejectUnauthorized?: boolean } = {
    host,
    port: portOf(config),
    path: config.ResourcePath?.startsWith('/') ? config.ResourcePath : `/${config.ResourcePath ?? ''}`,
    headers: { host: hostHeader(config, host), 'user-agent': 'Amazon-Route53-Health-Check-Service' },
    agent: false,
    ...localAddressOf(outlook),
    ...(isSecure && { rejectUnauthorized: false, servername: config.EnableSNI ? (name ?? '') : '' }),
  };
  return new Promise((resolve, reject) => {
    const message = (isSecure ? requestSecurely : request)(options);
    const fail = (reason: string) => () => message.destroy(new Error(reason));
    let deadline = setTimeout(fail(noConnection), deadlinesOf(outlook).connection);
    const restart = (reason: string): void => {
      clearTimeout(deadline);
      deadline = setTimeout(fail(reason), deadlinesOf(outlook).answer);
    };
    message.on('socket', (socket) => {
      socket.once(isSecure ? 'secureConnect' : 'connect', () => {
        restart(noAnswer);
      });
    });
    message.on('response', (answer) => {
      restart('The response body was not received within the timeout limit.');
      judge(answer, config)
        .then(resolve, reject)
        .finally(() => message.destroy());
    });
    message.on('error', reject);
    message.on('close', () => {
      clearTimeout(deadline);
    });
    message.end();
  });
}

async function judge(answer: IncomingMessage, config: HealthCheckConfig): Promise<Finding> {
  const { statusCode: code = 0, statusMessage = '' } = answer;
  const status = `HTTP Status Code ${code}, ${statusMessage}`;
  if (code < 200 || code >= 400) return failure(status);
  const { SearchString: wanted } = config;
  if (wanted === undefined) return { healthy: true, status: `Success: ${status}` };
  const beginning = await beginningOf(answer);
  return beginning.includes(wanted)
    ? { healthy: true, status: `Success: ${status}` }
    : failure(`${status}. The response body does not include the search string.`);
}

async function beginningOf(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    pieces.push(piece);
    length += piece.length;
    if (length >= searchedBytes) break;
  }
  return Buffer.concat(pieces).subarray(0, searchedBytes).toString();
}

const portOf = ({ Port, Type }: HealthCheckConfig): number => Port ?? (Type?.startsWith('HTTPS') ? 443 : 80);

/** With the port where that is not the protocol's own. */
function hostHeader(config: HealthCheckConfig, address: string): string {
  const name = config.FullyQualifiedDomainName ?? address;
  const usual = config.Type?.startsWith('HTTPS') ? 443 : 80;
  return portOf(config) === usual ? name : `${name}:${portOf(config)}`;
}

const deadlinesOf = ({ deadlines = documented }: Outlook): Deadlines => deadlines;
const localAddressOf = ({ localAddress }: Outlook) => (localAddress === undefined ? {} : { localAddress });
