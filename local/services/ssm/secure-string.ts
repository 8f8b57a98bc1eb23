import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Seals the values of SecureString parameters with a key that lies apart from the state. */
export interface Seal {
  seal(name: string, plain: string): string;
  open(name: string, sealed: string): string;
}

const nonceLength = 12;
const tagLength = 16;

/** The cloud's own key (`alias/aws/ssm`), made when it is first needed. */
export function openSeal(folder: string): Seal {
  let key: Buffer | undefined;
  const theKey = () => (key ??= readOrMakeKey(join(folder, 'keys', 'ssm')));
  return {
    seal(name, plain) {
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv('aes-256-gcm', theKey(), nonce).setAAD(Buffer.from(name));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open(name, sealed) {
      const bytes = Buffer.from(sealed, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', theKey(), bytes.subarray(0, nonceLength)).setAAD(
        Buffer.from(name),
      );
      decipher.setAuthTag(bytes.subarray(nonceLength, nonceLength + tagLength));
      return (
        decipher.update(bytes.subarray(nonceLength + tagLength), undefined, 'utf8') + decipher.final('utf8')
      );
    },
  };
}

function readOrMakeKey(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = randomBytes(32);
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 });
  writeFileSync(file, key, { mode: 0o600 });
  chmodSync(file, 0o600);
  return key;
}
