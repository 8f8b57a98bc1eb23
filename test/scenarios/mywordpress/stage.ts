import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { must, run, type Finished } from '../../support/cloud.ts';
import { until } from '../../support/client.ts';
import { createAddress, type Address } from './address.ts';
import { createMariaDb, makeTemplate, replicate, type MariaDb } from './mariadb.ts';
import { freePort, start, type Program } from './programs.ts';
import { createQueue, type Queue } from './queue.ts';

const project = resolve(import.meta.dirname, '../../..');
export const password = 'a long enough password';

export interface Image {
  readonly jpeg: () => Image;
  readonly withExif: (exif: Record<string, Record<string, string>>) => Image;
  readonly toBuffer: () => Promise<Buffer<ArrayBuffer>>;
  readonly metadata: () => Promise<{ width: number; format: string; exif?: Buffer }>;
}

/** What MyWordPress runs on: a database with a replica, a cache, shared files, a queue with its worker. */
export interface Stage {
  readonly primary: MariaDb;
  readonly replica: MariaDb;
  /** The writer endpoint. */
  readonly writer: Address;
  readonly queue: Queue;
  readonly redis: { start(): void; end(): Promise<void> };
  /** The application's own library for images. */
  readonly sharp: (input: unknown) => Image;
  /** Starts an instance of the web application; resolves to its origin, before it answers. */
  startSite(instance: string): Promise<string>;
  /** Runs an instance that ends by itself, on another database. */
  runSite(databaseName: string): Promise<Finished>;
  /** Ends all of it and deletes what it kept. */
  end(): Promise<void>;
}

export async function createStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'mywordpress-'));
  const uploads = join(folder, 'uploads');
  mkdirSync(uploads);
  const [template] = await Promise.all([
    makeTemplate(folder),
    install('app', folder),
    install('worker', folder),
  ]);
  const primary = await createMariaDb(template, 1);
  const replica = await createMariaDb(template, 2);
  await Promise.all([primary.start(), replica.start()]);
  await replicate(primary, replica);
  await primary.query('create database mywordpress');
  await primary.query("create user app@'%' identified by 'secret'");
  await primary.query("grant all on mywordpress.* to app@'%'");
  const databasePort = await freePort();
  const writer = await createAddress('127.0.0.1', databasePort, primary.port);
  const reader = await createAddress('127.0.0.2', databasePort, replica.port);

  const redisPort = await freePort();
  const startRedis = (): Program =>
    start('redis-server', ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', ''], {
      cwd: folder,
    });
  let redis = startRedis();

  const workerPort = await freePort();
  const worker = start(process.execPath, ['server.js'], {
    cwd: join(folder, 'worker'),
    env: { ...process.env, UPLOADS_DIR: uploads, PORT: String(workerPort) },
  });
  const queue = await createQueue(workerPort);
  const sites: Program[] = [];
  const environment = {
    ...process.env,
    VERSION_LABEL: 'v1',
    RDS_HOSTNAME: '127.0.0.1',
    RDS_READER_HOSTNAME: '127.0.0.2',
    RDS_PORT: String(databasePort),
    RDS_DB_NAME: 'mywordpress',
    RDS_USERNAME: 'app',
    RDS_PASSWORD: 'secret',
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    UPLOADS_DIR: uploads,
    ADMIN_PASSWORD: password,
    WORKER_QUEUE_URL: `${queue.origin}/1/jobs`,
    AWS_ENDPOINT_URL_SQS: queue.origin,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
  };

  return {
    primary,
    replica,
    writer,
    queue,
    redis: {
      start: () => (redis = startRedis()),
      end: () => redis.end(),
    },
    sharp: createRequire(join(folder, 'app/server.js'))('sharp') as Stage['sharp'],
    async startSite(instance) {
      const port = await freePort();
      const env = { ...environment, PORT: String(port), INSTANCE_ID: instance };
      sites.push(start(process.execPath, ['server.js'], { cwd: join(folder, 'app'), env }));
      return `http://127.0.0.1:${port}`;
    },
    async runSite(databaseName) {
      const env = { ...environment, PORT: String(await freePort()), RDS_DB_NAME: databaseName };
      return run(process.execPath, ['server.js'], env, join(folder, 'app'));
    },
    async end() {
      await Promise.all([...sites, worker, redis].map((program) => program.end()));
      await Promise.all([primary.kill(), replica.kill()]);
      for (const part of [writer, reader, queue]) part.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Resolves when the site answers. */
export const answers = (origin: string): Promise<void> =>
  until('the site answers', 20, async () => (await fetch(origin)).status === 200);

/** A bundle with its dependencies, as an instance has it. */
async function install(name: string, folder: string): Promise<void> {
  const target = join(folder, name);
  cpSync(join(project, name), target, {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
  const options = ['ci', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  await must(run('npm', options, process.env, target));
}
