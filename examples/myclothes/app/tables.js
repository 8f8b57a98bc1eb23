/** The release step: makes what is missing, once per deployment, before the new version gets a request. */
import { createDatabase } from './database.js';
import { settings } from './settings.js';

const tables = [
  `create table if not exists accounts (
     id varchar(32) primary key,
     email varchar(254) not null unique,
     salt binary(16) not null,
     password binary(32) not null
   ) character set utf8mb4`,
  `create table if not exists orders (
     form_key varchar(64) primary key,
     account_id varchar(32) not null,
     pieces text not null,
     total int not null,
     ordered_at datetime not null,
     index by_account (account_id, ordered_at)
   ) character set utf8mb4`,
];

const database = createDatabase(settings.database);
for (const table of tables) await database.query(table);
await database.close();
console.log('The tables are there.');
