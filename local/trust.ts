import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where programs find the authorities that they trust: the cloud's own root is put beside the machine's. */

/** The bundle of all authorities, as Debian names it. */
const bundle = 'etc/ssl/certs/ca-certificates.crt';
/** The same as Amazon Linux names it. */
const amazonBundle = 'etc/pki/tls/certs/ca-bundle.crt';
/** Authorities added by hand, on Amazon Linux. Node.js does not read the bundle: it is told of this one. */
export const anchor = 'etc/pki/ca-trust/source/anchors/local-cloud.pem';

const rootFile = (folder: string): string => join(folder, 'authority', 'root.pem');

/** Writes the root, alone and in a bundle with the machine's authorities, for those who use the cloud. */
export function publishRoot(folder: string, root: string): void {
  mkdirSync(join(folder, 'authority'), { recursive: true });
  write(rootFile(folder), root);
  write(join(folder, 'authority', 'bundle.pem'), withRoot(readIfThere(join('/', bundle)), root));
}

/** The file with the root that `publishRoot` wrote: for `curl --cacert` and the like. */
export const publishedRoot = (folder: string): string => rootFile(folder);

/** What makes a program trust the root in a file that `publishRoot` wrote, besides the machine's authorities. */
export function trusting(root: string): Record<string, string> {
  const bundle = join(dirname(root), 'bundle.pem');
  return { SSL_CERT_FILE: bundle, CURL_CA_BUNDLE: bundle, NODE_EXTRA_CA_CERTS: root };
}

/** Makes a machine's disk trust the root, once. */
export function trustRoot(disk: string, root: string): void {
  for (const file of [bundle, amazonBundle, anchor])
    mkdirSync(dirname(join(disk, file)), { recursive: true });
  write(join(disk, bundle), withRoot(readIfThere(join(disk, bundle)), root));
  write(join(disk, anchor), root);
  rmSync(join(disk, amazonBundle), { force: true });
  symlinkSync(`/${bundle}`, join(disk, amazonBundle));
}

/** A bundle with the root in it, at its end. */
export const withRoot = (authorities: string, root: string): string =>
  authorities.includes(root.trim()) ? authorities : `${authorities}${root}`;

const readIfThere = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');

function write(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
