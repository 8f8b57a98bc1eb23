/** `npm run --silent hash-password`: reads a password from standard input, prints what ADMIN_PASSWORD_HASH takes. */
import { text } from 'node:stream/consumers';
import { hashPassword, shortestPassword } from './http/password.js';

const password = (await text(process.stdin)).trimEnd();
if (password.length < shortestPassword) {
  console.error(`The password needs at least ${shortestPassword} characters.`);
  process.exitCode = 2;
} else console.log(await hashPassword(password));
