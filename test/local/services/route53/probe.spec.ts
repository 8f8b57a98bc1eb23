import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HealthCheckConfig } from '@aws-sdk/client-route-53';
import { expect } from 'chai';
import { createAuthority } from '../../../../local/authority.ts';
import { prober } from '../../../../local/services/route53/probe.ts';

describe('what a Route 53 health checker sends', () => {
  const servers: Server[] = [];
  let asked: IncomingMessage[];
  /** Code and body; undefined: never an answer. */
  let answer: readonly [number, string] | undefined;
  let port: number;
  const lookFor = (answer: number) => (config: Partial<HealthCheckConfig>) =>
    prober({
      addressesOf: (name) => (name === 'www.shop.example' ? ['127.0.0.1'] : []),
      deadlines: { tcp: 60_000, connection: 60_000, answer },
    })({ Type: 'HTTP', IPAddress: '127.0.0.1', Port: port, ...config });
  const look = lookFor(60_000);

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    server.on('request', (message: IncomingMessage, response) => {
      asked.push(message);
      if (answer) response.writeHead(answer[0]).end(answer[1]);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return (server.address() as AddressInfo).port;
  }

  before(async () => {
    port = await listen(createServer());
  });
  beforeEach(() => {
    asked = [];
    answer = [200, 'All is well'];
  });
  after(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('is a request for the path, under the name, that says who asks', async () => {
    const found = await look({
      ResourcePath: '/health?deep=1',
      FullyQualifiedDomainName: 'www.shop.example',
    });
    expect(found).to.deep.equal({ healthy: true, status: 'Success: HTTP Status Code 200, OK' });
    expect(asked[0]?.url).to.equal('/health?deep=1');
    expect(asked[0]?.headers).to.include({
      host: `www.shop.example:${port}`,
      'user-agent': 'Amazon-Route53-Health-Check-Service',
    });
  });

  it('goes to what the name resolves to', async () => {
    const byName = (FullyQualifiedDomainName: string) =>
      look({ IPAddress: undefined, FullyQualifiedDomainName });
    expect((await byName('www.shop.example')).healthy).to.equal(true);
    expect((await byName('gone.shop.example')).status).to.match(/^Failure: DNS resolution failed/);
  });

  it('takes 2xx and 3xx for healthy, and follows no redirect', async () => {
    const healthy = [];
    for (const code of [204, 301, 399, 404, 503]) {
      answer = [code, ''];
      healthy.push((await look({})).healthy);
    }
    expect(healthy).to.deep.equal([true, true, true, false, false]);
    expect(asked).to.have.length(5);
    expect((await look({})).status).to.equal('Failure: HTTP Status Code 503, Service Unavailable');
  });

  it('looks for a text in the first 5120 bytes', async () => {
    const search = { Type: 'HTTP_STR_MATCH', SearchString: 'is well' } as const;
    expect((await look(search)).healthy).to.equal(true);
    answer = [200, `${'x'.repeat(5120)}All is well`];
    expect((await look(search)).status).to.contain('does not include the search string');
  });

  it('gives up on who never answers, and on who is not there', async () => {
    answer = undefined;
    expect((await lookFor(10)({})).status).to.contain('did not respond with an HTTP status code');
    const closed = createServer();
    const gone = await listen(closed);
    closed.close();
    expect((await look({ Port: gone })).status).to.match(/^Failure: .*ECONNREFUSED/);
  });

  it('is a connection alone for TCP', async () => {
    expect((await look({ Type: 'TCP' })).healthy).to.equal(true);
    expect(asked).to.deep.equal([]);
  });

  it('is HTTPS with any certificate, naming the server if it shall', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'authority-'));
    const { privateKey: key, certificate: cert } = await createAuthority(folder).issue({
      names: ['other.example'],
      keyAlgorithm: 'EC_prime256v1',
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + 60_000),
    });
    rmSync(folder, { recursive: true });
    const names: string[] = [];
    const SNICallback = (name: string, done: (error: null) => void) => {
      names.push(name);
      done(null);
    };
    const Port = await listen(createSecureServer({ key, cert, SNICallback }));
    const secure = { Type: 'HTTPS', Port, FullyQualifiedDomainName: 'www.shop.example' } as const;
    expect((await look({ ...secure, EnableSNI: true })).healthy).to.equal(true);
    expect((await look({ ...secure, EnableSNI: false })).healthy).to.equal(true);
    expect(names).to.deep.equal(['www.shop.example']);
  });
});
