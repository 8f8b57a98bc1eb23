/** MyClothes, a shop. Its instances keep nothing: carts are in the cache, accounts and orders in the database. */
import { createAccounts } from './accounts.js';
import { createDatabase } from './database.js';
import { createSessions } from './sessions.js';
import { settings } from './settings.js';
import { createShop } from './shop.js';

const sessions = createSessions(settings.redisUrl);
const database = createDatabase(settings.database);
const accounts = createAccounts(database);
const shop = createShop({ facts: settings.facts, sessions, accounts });

process.on('SIGTERM', async () => {
  await shop.close();
  sessions.close();
  await database.close();
  process.exit(0);
});

await shop.listen({ port: settings.port, host: '0.0.0.0' });
