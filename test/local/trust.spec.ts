import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { publishRoot, publishedRoot, trustRoot, trusting, withRoot } from '../../local/trust.ts';

describe('trust in the region`s authority', () => {
  const root = '-----BEGIN CERTIFICATE-----\nroot\n-----END CERTIFICATE-----\n';
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'trust-'))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('is added to a bundle once', () => {
    expect(withRoot('others\n', root)).to.equal(`others\n${root}`);
    expect(withRoot(withRoot('others\n', root), root)).to.equal(`others\n${root}`);
  });

  it('is on a machine where Debian, Amazon Linux and Node.js look for it', () => {
    trustRoot(folder, root);
    trustRoot(folder, root);
    expect(readFileSync(join(folder, 'etc/ssl/certs/ca-certificates.crt'), 'utf8')).to.equal(root);
    expect(readlinkSync(join(folder, 'etc/pki/tls/certs/ca-bundle.crt'))).to.equal(
      '/etc/ssl/certs/ca-certificates.crt',
    );
    expect(readFileSync(join(folder, 'etc/pki/ca-trust/source/anchors/local-cloud.pem'), 'utf8')).to.equal(
      root,
    );
  });

  it('is offered to who uses the cloud as a file', () => {
    publishRoot(folder, root);
    expect(readFileSync(publishedRoot(folder), 'utf8')).to.equal(root);
    const { SSL_CERT_FILE = '', NODE_EXTRA_CA_CERTS } = trusting(publishedRoot(folder));
    expect(NODE_EXTRA_CA_CERTS).to.equal(publishedRoot(folder));
    expect(existsSync(SSL_CERT_FILE) && readFileSync(SSL_CERT_FILE, 'utf8').endsWith(root)).to.equal(true);
  });
});
