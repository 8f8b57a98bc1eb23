import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { until } from '../support/client.ts';
import { must, run } from '../support/cloud.ts';
import { createAddress, type Address } from './mywordpress/address.ts';
import { createMariaDb, makeTemplate, promote, replicate, type MariaDb } from './mywordpress/mariadb.ts';
import { freePort, start, type Program } from './mywordpress/programs.ts';
import { createQueue, type Queue } from './mywordpress/queue.ts';
import { createVisitor, fieldOf, type Visitor } from './mywordpress/visitor.ts';

const project = resolve(import.meta.dirname, '../..');
const password = 'a long enough password';

interface Image {
  readonly jpeg: () => Image;
  readonly withExif: (exif: Record<string, Record<string, string>>) => Image;
  readonly toBuffer: () => Promise<Buffer<ArrayBuffer>>;
  readonly metadata: () => Promise<{ width: number; format: string; exif?: Buffer }>;
}
type Sharp = (input: unknown) => Image;

/** Two instances of MyWordPress and its worker on a real database with a replica, and a real cache. */
describe('MyWordPress', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mywordpress-'));
  const uploads = join(folder, 'uploads');
  const sites: { port: number; program: Program }[] = [];
  let sharp: Sharp;
  let primary: MariaDb;
  let replica: MariaDb;
  let databasePort: number;
  let writer: Address;
  let readerAddress: Address;
  let redisPort: number;
  let redis: Program;
  let worker: Program;
  let queue: Queue;
  let author: Visitor;

  const origin = (index: number) => () => `http://127.0.0.1:${sites[index]?.port ?? 0}`;
  const reader = createVisitor(origin(1));

  before(async () => {
    mkdirSync(uploads);
    const [template] = await Promise.all([makeTemplate(folder), install('app'), install('worker')]);
    sharp = createRequire(join(folder, 'app/server.js'))('sharp') as Sharp;
    [primary, replica] = await Promise.all([createMariaDb(template, 1), createMariaDb(template, 2)]);
    await Promise.all([primary.start(), replica.start()]);
    await replicate(primary, replica);
    await primary.query('create database mywordpress');
    await primary.query("create user app@'%' identified by 'secret'");
    await primary.query("grant all on mywordpress.* to app@'%'");
    databasePort = await freePort();
    writer = await createAddress('127.0.0.1', databasePort, primary.port);
    readerAddress = await createAddress('127.0.0.2', databasePort, replica.port);
    redisPort = await freePort();
    redis = startRedis();
    const workerPort = await freePort();
    const environment = { ...process.env, UPLOADS_DIR: uploads, PORT: String(workerPort) };
    worker = start(process.execPath, ['server.js'], { cwd: join(folder, 'worker'), env: environment });
    queue = await createQueue(workerPort);
  });

  after(async () => {
    for (const { program } of sites) await program.end();
    await worker.end();
    await redis.end();
    await Promise.all([primary.kill(), replica.kill()]);
    writer.close();
    readerAddress.close();
    queue.close();
    rmSync(folder, { recursive: true });
  });

  it('makes its tables once, though two instances start at the same time', async () => {
    await Promise.all([startSite(0), startSite(1)]);
    for (const index of [0, 1])
      await until('the site answers', 15, async () => (await visit(index, '/')).status === 200);
    const applied = await primary.query('select name from mywordpress.schema_migrations');
    expect(applied.map(({ name }) => String(name))).to.deep.equal(['001_posts.sql', '002_welcome.sql']);
    expect((await reader.get('/')).body).to.include('Hello, world');
  });

  it('lets in who knows the password, and nobody from another site', async () => {
    author = createVisitor(origin(0));
    expect((await author.get('/admin/posts/new')).location).to.equal('/admin/sign-in');
    expect((await author.post('/admin/sign-in', { password: 'wrong' })).status).to.equal(403);
    expect(
      (await author.post('/admin/sign-in', { password }, { origin: 'http://evil.example' })).body,
    ).to.include('from another site');
    expect((await author.post('/admin/sign-in', { password })).location).to.equal('/admin');
    expect((await author.post('/admin/posts', await postForm('Forged', { formToken: '' }))).status).to.equal(
      403,
    );
  });

  it('shows a post with its picture on the other instance, and nothing of the camera', async () => {
    // The front page is in the cache of both.
    await reader.get('/');
    const picture = await sharp({
      create: { width: 2000, height: 1200, channels: 3, background: '#1c6a50' },
    })
      .jpeg()
      .withExif({ IFD0: { Copyright: 'Where I live' } })
      .toBuffer();
    const { location } = await author.post('/admin/posts', await postForm('Harbour', { picture }));
    expect(location).to.equal('/posts/harbour');
    expect((await reader.get('/')).body).to.include('Harbour');
    const { body } = await reader.get('/posts/harbour');
    const address = /<img class="cover" src="(\/uploads\/\w+)\//.exec(body)?.[1] ?? 'no picture';
    const shown = await fetch(`${origin(1)()}${address}/original.webp`);
    const { width, format, exif } = await sharp(await shown.arrayBuffer()).metadata();
    expect({ width, format, exif }).to.deep.equal({ width: 2000, format: 'webp', exif: undefined });
  });

  it('shows the small pictures as soon as the worker has made them', async () => {
    await until('the sizes are on the page', 20, async () =>
      (await reader.get('/posts/harbour')).body.includes('480w'),
    );
    const { body } = await reader.get('/posts/harbour');
    const address = /(\/uploads\/\w+\/480\.webp) 480w/.exec(body)?.[1] ?? '';
    const small = await fetch(`${origin(1)()}${address}`);
    expect((await sharp(await small.arrayBuffer()).metadata()).width).to.equal(480);
    await until('the job is answered', 5, async () => queue.answers.length > 0);
    expect(queue.answers.map(({ status }) => status)).to.deep.equal([200]);
  });

  it('takes no file that only says it is a picture', async () => {
    const picture = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>');
    const { status, body } = await author.post('/admin/posts', await postForm('Kept title', { picture }));
    expect(status).to.equal(400);
    expect(body).to.include('is not a picture').and.include('value="Kept title"');
  });

  it('shows a comment after somebody has approved it', async () => {
    const form = { author: 'Grace', body: 'First <b>!', formKey: randomUUID() };
    expect((await reader.post('/posts/harbour/comments', form)).status).to.equal(303);
    expect((await reader.post('/posts/harbour/comments', form)).status).to.equal(303);
    expect((await reader.get('/posts/harbour')).body).to.include('No comments yet');
    const page = await author.get('/admin/comments');
    const [approve = '', ...others] = page.body.match(/\/admin\/comments\/\d+\/approve/g) ?? [];
    expect(others, 'sent twice, saved once').to.deep.equal([]);
    await author.post(approve, { formToken: fieldOf(page, 'formToken') });
    expect((await reader.get('/posts/harbour')).body).to.include('First &#60;b&#62;!');
  });

  it('shows what was just written, however late the replica is', async () => {
    await replica.query('stop slave sql_thread');
    await author.post('/admin/posts', await postForm('Newer than the replica'));
    expect((await author.get('/')).body).to.include('Newer than the replica');
    expect((await reader.get('/')).body).to.include('Newer than the replica');
    await replica.query('start slave sql_thread');
  });

  it('works without its cache, and uses it again when it is back', async () => {
    await redis.end();
    expect((await reader.get('/posts/harbour')).status).to.equal(200);
    expect((await author.post('/admin/posts', await postForm('Without a cache'))).status).to.equal(303);
    expect((await reader.get('/posts/without-a-cache')).status).to.equal(200);
    expect((await reader.get('/status')).body).to.include('One part is away');
    redis = startRedis();
    await until('the cache is used again', 5, async () =>
      (await reader.get('/status')).body.includes('All is well'),
    );
  });

  it('shows kept pages while the database is away, and keeps the text that it cannot save', async () => {
    const form = await postForm('Written at a bad moment');
    await reader.get('/');
    writer.moveTo(1);
    await replica.kill();
    expect((await fetch(`${origin(1)()}/health`)).status).to.equal(200);
    expect((await reader.get('/')).status).to.equal(200);
    expect((await reader.get('/posts/never-asked-for')).status).to.equal(503);
    const failed = await author.post('/admin/posts', form);
    expect(failed.status).to.equal(503);
    expect(failed.body).to.include('Written at a bad moment').and.include('still here');

    writer.moveTo(primary.port);
    await replica.start();
    await replica.query('start slave');
    const again = await postForm('Written at a bad moment', { formKey: fieldOf(failed, 'formKey') });
    expect((await author.post('/admin/posts', again)).location).to.equal('/posts/written-at-a-bad-moment');
    expect(await countOf(primary, 'Written at a bad moment')).to.equal(1);
  });

  it('goes on by itself when the writer dies, and loses no post that it has confirmed', async () => {
    const { formToken } = await tokens();
    const confirmed: string[] = [];
    let stopped = false;
    let longest = 0;
    const write = async (writerNumber: number): Promise<void> => {
      for (let number = 0; !stopped; number += 1) {
        const title = `Under way ${writerNumber} ${number}`;
        const begun = Date.now();
        const { status } = await author.post('/admin/posts', await postForm(title, { formToken }));
        if (status === 303) confirmed.push(title);
        longest = Math.max(longest, Date.now() - begun);
      }
    };
    const writers = [1, 2, 3, 4].map(write);
    await until('posts are written', 10, async () => confirmed.length > 20);
    await primary.kill();
    await promote(replica);
    writer.moveTo(replica.port);
    const before = confirmed.length;
    await until('posts are written again', 10, async () => confirmed.length > before + 20);
    stopped = true;
    await Promise.all(writers);

    const rows = await replica.query("select title from mywordpress.posts where title like 'Under way%'");
    const saved = rows.map(({ title }) => String(title));
    expect(confirmed.filter((title) => !saved.includes(title))).to.deep.equal([]);
    expect(new Set(saved).size, 'none was saved twice').to.equal(saved.length);
    expect(longest, 'milliseconds that a post waited at most').to.be.below(5000);
  });

  const visit = (index: number, path: string) => createVisitor(origin(index)).get(path);

  const tokens = async () => {
    const page = await author.get('/admin/posts/new');
    return { formToken: fieldOf(page, 'formToken') };
  };

  async function postForm(
    title: string,
    { picture, ...fields }: { picture?: Buffer<ArrayBuffer>; formToken?: string; formKey?: string } = {},
  ): Promise<FormData> {
    const form = new FormData();
    const formToken = fields.formToken ?? (await tokens()).formToken;
    const text = {
      title,
      body: 'Some **words**.',
      status: 'published',
      formKey: randomUUID(),
      ...fields,
      formToken,
    };
    for (const [name, value] of Object.entries(text)) form.set(name, value);
    if (picture) form.set('picture', new Blob([picture]), 'picture.jpg');
    return form;
  }

  const countOf = async (database: MariaDb, title: string): Promise<number> =>
    (await database.query(`select id from mywordpress.posts where title = '${title}'`)).length;

  function startRedis(): Program {
    return start('redis-server', ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', ''], {
      cwd: folder,
    });
  }

  async function startSite(index: number): Promise<void> {
    const port = await freePort();
    const env = {
      ...process.env,
      PORT: String(port),
      VERSION_LABEL: 'v1',
      INSTANCE_ID: `i-${index}`,
      RDS_HOSTNAME: '127.0.0.1',
      RDS_PORT: String(databasePort),
      RDS_DB_NAME: 'mywordpress',
      RDS_USERNAME: 'app',
      RDS_PASSWORD: 'secret',
      RDS_READER_HOSTNAME: '127.0.0.2',
      REDIS_URL: `redis://127.0.0.1:${redisPort}`,
      UPLOADS_DIR: uploads,
      ADMIN_PASSWORD: password,
      WORKER_QUEUE_URL: `${queue.origin}/1/jobs`,
      AWS_ENDPOINT_URL_SQS: queue.origin,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'none',
      AWS_SECRET_ACCESS_KEY: 'none',
    };
    sites[index] = {
      port,
      program: start(process.execPath, ['server.js'], { cwd: join(folder, 'app'), env }),
    };
  }

  /** The bundle as an instance has it. */
  async function install(name: string): Promise<void> {
    const target = join(folder, name);
    cpSync(join(project, name), target, {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    });
    const options = ['ci', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
    await must(run('npm', options, process.env, target));
    expect(existsSync(join(target, 'node_modules')), `dependencies of ${name}/`).to.equal(true);
  }
});
