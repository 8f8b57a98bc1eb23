import { Buffer } from 'node:buffer';
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(scrypt);
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const hash = (password, salt) => derive(password, salt, 32, cost);

/** Accounts and orders, in the database: what must still be there when all instances have been replaced. */
export function createAccounts({ query }) {
  return {
    /** The account's id; undefined when the address is taken. */
    async create(email, password) {
      const [id, salt] = [randomBytes(12).toString('base64url'), randomBytes(16)];
      await query(
        'insert into accounts (id, email, salt, password) values (?, ?, ?, ?) on duplicate key update id = id',
        [id, email, salt, await hash(password, salt)],
      );
      const [row] = await query('select id from accounts where email = ?', [email]);
      return row?.id === id ? id : undefined;
    },

    /** The account's id; undefined when address or password is wrong. */
    async check(email, password) {
      const [row] = await query('select id, salt, password from accounts where email = ?', [email]);
      // The same work for an address that nobody has: the time tells nothing.
      const derived = await hash(password, row?.salt ?? Buffer.alloc(16));
      return row && timingSafeEqual(derived, row.password) ? row.id : undefined;
    },

    emailOf: async (id) => (await query('select email from accounts where id = ?', [id]))[0]?.email,

    /** Once per form, however often it is sent. */
    order: (accountId, formKey, pieces, total) =>
      query(
        `insert into orders (form_key, account_id, pieces, total, ordered_at)
         values (?, ?, ?, ?, utc_timestamp()) on duplicate key update form_key = form_key`,
        [formKey, accountId, JSON.stringify(pieces), total],
      ),

    ordersOf: async (accountId) =>
      (
        await query(
          'select pieces, total, ordered_at as at from orders where account_id = ? order by at desc',
          [accountId],
        )
      ).map(({ pieces, ...order }) => ({ ...order, pieces: JSON.parse(pieces) })),
  };
}
