/** `npm run migrate`: brings the database up to date and ends. The application does the same when it starts. */
import { createDatabase, mysqlPools } from './data/database.js';
import { migrate } from './data/migrate.js';
import { readSettings } from './settings.js';

const { database: settings } = readSettings(process.env);
if (!settings) {
  console.log('RDS_HOSTNAME is not set: there is no database to migrate.');
} else {
  const database = createDatabase(settings, await mysqlPools(settings));
  try {
    const applied = await database.withConnection((connection) => migrate(connection));
    console.log(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The database is up to date.');
  } catch (error) {
    console.error(`The database was not migrated: ${error.message}`);
    process.exitCode = 1;
  } finally {
    await database.close();
  }
}
