import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { createAuthority } from '../../../../local/authority.ts';
import { frontDoorCertificates } from '../../../../local/daemon/front-door/certificates.ts';
import { createFrontDoor } from '../../../../local/daemon/front-door/front-door.ts';

describe('the front door for HTTPS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secure-door-'));
  const authority = createAuthority(folder);
  const servers: Server[] = [];
  let root: string;
  let port: number;

  const listen = async (server: Server, address: string): Promise<number> => {
    server.listen(0, address);
    await once(server, 'listening');
    servers.push(server);
    return (server.address() as AddressInfo).port;
  };

  before(async () => {
    root = await authority.rootCertificate();
    const day = 86_400_000;
    const inside = await authority.issue({
      names: ['www.example.com'],
      notBefore: new Date(Date.now() - day),
      notAfter: new Date(Date.now() + day),
    });
    const site = createServer({ key: inside.privateKey, cert: inside.certificate }, (message, response) => {
      response.writeHead(302, {
        location: 'https://www.example.com/signed-in',
        'set-cookie': 'session=1; Secure; Domain=example.com',
      });
      response.end(`${message.headers.host ?? ''} ${message.headers.origin ?? ''}`);
    });
    const insidePort = await listen(site, '127.0.0.2');
    const door = createFrontDoor({
      addressesOf: (name) => (name.endsWith('example.com') ? ['127.0.0.2'] : []),
      names: async () => ['www.example.com'],
      insidePort,
      ports: { http: 8080, https: 8443 },
      tls: { contextOf: frontDoorCertificates(authority, Date.now), trusted: root },
    });
    port = await listen(door, '127.0.0.1');
  });
  after(() => {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
    rmSync(folder, { recursive: true, force: true });
  });

  async function fetchFrom(host: string, path = '/') {
    const origin = `https://${host}:${port}`;
    const outgoing = request({
      host: '127.0.0.1',
      port,
      path,
      servername: host,
      ca: root,
      agent: false,
      headers: { host: `${host}:${port}`, origin },
    });
    outgoing.end();
    const [socket] = (await once(outgoing, 'socket')) as [TLSSocket];
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    const { subject } = socket.getPeerCertificate();
    let body = '';
    for await (const piece of answer) body += String(piece);
    return { status: answer.statusCode, headers: answer.headers, body, subject: subject.CN };
  }

  it('has a certificate for each name, and keeps redirects and cookies in the browser', async () => {
    const host = 'www.example.com.localhost';
    const { status, headers, body, subject } = await fetchFrom(host);
    expect([status, subject]).to.deep.equal([302, host]);
    expect(headers.location).to.equal(`https://${host}:${port}/signed-in`);
    expect(headers['set-cookie']).to.deep.equal(['session=1; Secure; Domain=example.com.localhost']);
    expect(body).to.equal('www.example.com https://www.example.com');
  });

  it('does not show a site whose certificate is for another name', async () => {
    const { status, body } = await fetchFrom('shop.example.com.localhost');
    expect(status).to.equal(502);
    expect(body).to.contain('Nobody answers at shop.example.com').and.contain("certificate's altnames");
  });
});
