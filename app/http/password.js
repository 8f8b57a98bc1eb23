import { Buffer } from 'node:buffer';
import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(scrypt);
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
export const shortestPassword = 10;

/** `scrypt:<N>:<r>:<p>:<salt>:<key>`, for ADMIN_PASSWORD_HASH. */
export async function hashPassword(password, { N, r, p, maxmem } = cost) {
  const salt = randomBytes(16);
  const key = await derive(password, salt, 32, { N, r, p, maxmem });
  return ['scrypt', N, r, p, salt.toString('base64url'), key.toString('base64url')].join(':');
}

/**
 * What checks the password of the person who writes, or why nobody can sign in.
 * ADMIN_PASSWORD_HASH counts before ADMIN_PASSWORD.
 */
export function readAdmin({ passwordHash, password }) {
  if (passwordHash) {
    const parsed = parseHash(passwordHash);
    return parsed ? { matches: oneAtATime((given) => matchesHash(given, parsed)) } : { problem: 'hash' };
  }
  if (!password) return { problem: 'unset' };
  if (password.length < shortestPassword) return { problem: 'short' };
  return { matches: async (given) => timingSafeEqual(digest(given), digest(password)) };
}

function parseHash(text) {
  const [kind, n, r, p, salt, key, ...rest] = text.split(':');
  const numbers = [n, r, p].map(Number);
  if (kind !== 'scrypt' || rest.length > 0 || !salt || !key || !numbers.every(Number.isSafeInteger))
    return undefined;
  const [N, blockSize, parallelization] = numbers;
  if (N < 2 ** 14 || N > 2 ** 20 || blockSize > 16 || parallelization > 4) return undefined;
  return {
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
    cost: { N, r: blockSize, p: parallelization, maxmem: 256 * N * blockSize },
  };
}

const matchesHash = async (given, { salt, key, cost: parameters }) =>
  timingSafeEqual(await derive(given, salt, key.length, parameters), key);

const digest = (text) => createHash('sha256').update(text).digest();

/** One derivation needs 32 MB: many sign-ins at once must not take the memory of the site. */
function oneAtATime(action) {
  let last = Promise.resolve();
  return (given) => {
    const next = last.then(() => action(given));
    last = next.catch(() => undefined);
    return next;
  };
}
