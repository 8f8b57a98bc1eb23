import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, connect } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createAuthority } from '../../local/authority.ts';

describe('the certificate authority', () => {
  let folder: string;
  const period = { notBefore: new Date('2026-01-01'), notAfter: new Date('2099-07-18') };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'authority-'));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps its root, and its key to itself', async () => {
    const root = await createAuthority(folder).rootCertificate();
    expect(await createAuthority(folder).rootCertificate()).to.equal(root);
    expect(new X509Certificate(root).ca).to.equal(true);
    expect(statSync(join(folder, 'authority.json')).mode & 0o077).to.equal(0);
  });

  it('issues certificates that a client of its root accepts, for the names asked for only', async () => {
    const authority = createAuthority(folder);
    const issued = await authority.issue({ names: ['shop.example', '*.shop.example'], ...period });
    const read = new X509Certificate(issued.certificate);
    expect(read.validTo).to.contain('2099');
    expect(read.checkIssued(new X509Certificate(issued.chain))).to.equal(true);
    const root = await authority.rootCertificate();
    const server = createServer({ cert: issued.certificate, key: issued.privateKey }, (socket) => {
      socket.end();
    });
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const meet = (servername: string) =>
      new Promise<string>((done) => {
        const socket = connect({ port, host: '127.0.0.1', servername, ca: root }, () => {
          done('accepted');
        });
        socket.on('error', (error: NodeJS.ErrnoException) => {
          done(error.code ?? error.message);
        });
      });
    expect(await meet('www.shop.example')).to.equal('accepted');
    expect(await meet('bank.example')).to.equal('ERR_TLS_CERT_ALTNAME_INVALID');
    server.close();
  });

  for (const keyAlgorithm of ['RSA_2048', 'EC_secp384r1'] as const)
    it(`makes keys of ${keyAlgorithm}`, async () => {
      const issued = await createAuthority(folder).issue({ names: ['a.example'], keyAlgorithm, ...period });
      const { asymmetricKeyType } = new X509Certificate(issued.certificate).publicKey;
      expect(asymmetricKeyType).to.equal(keyAlgorithm === 'RSA_2048' ? 'rsa' : 'ec');
    });
});
