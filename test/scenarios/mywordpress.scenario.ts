import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { until } from '../support/client.ts';
import { follow, promote, type MariaDb } from './mywordpress/mariadb.ts';
import { answers, createStage, password, type Stage } from './mywordpress/stage.ts';
import { createVisitor, fieldOf, type Visitor } from './mywordpress/visitor.ts';

/** Two instances of MyWordPress and its worker on a real database with a replica, and a real cache. */
describe('MyWordPress', () => {
  let stage: Stage;
  let origins: string[];
  let author: Visitor;
  const reader = createVisitor(() => origins[1] ?? '');

  before(async () => {
    stage = await createStage();
  });
  after(() => stage.end());

  it('makes its tables once, though two instances start at the same time', async () => {
    origins = await Promise.all([stage.startSite('i-0'), stage.startSite('i-1')]);
    await Promise.all(origins.map(answers));
    const applied = await stage.primary.query('select name from mywordpress.schema_migrations');
    expect(applied.map(({ name }) => String(name))).to.deep.equal(['001_posts.sql', '002_welcome.sql']);
    expect((await reader.get('/')).body).to.include('Hello, world');
  });

  it('ends, and says why, when its tables cannot be made', async () => {
    const { code, stderr } = await stage.runSite('another');
    expect(code).to.equal(1);
    expect(stderr).to.include("The database cannot be brought up to date: Access denied for user 'app'");
  });

  it('lets in who knows the password, and nobody from another site', async () => {
    author = createVisitor(() => origins[0] ?? '');
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

  it('gives a text back to whoever was signed out while writing', async () => {
    const stranger = createVisitor(() => origins[0] ?? '');
    const { status, body } = await stranger.post('/admin/posts', await postForm('A long text'));
    expect(status).to.equal(403);
    expect(body).to.include('signed out').and.include('value="A long text"');
    expect(await countOf(stage.primary, 'A long text')).to.equal(0);
  });

  it('shows a post with its picture on the other instance, and nothing of the camera', async () => {
    // The front page is in the cache of both.
    await reader.get('/');
    const picture = await stage
      .sharp({
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
    const shown = await fetch(`${origins[1] ?? ''}${address}/original.webp`);
    const { width, format, exif } = await stage.sharp(await shown.arrayBuffer()).metadata();
    expect({ width, format, exif }).to.deep.equal({ width: 2000, format: 'webp', exif: undefined });
  });

  it('shows the small pictures as soon as the worker has made them', async () => {
    await until('the sizes are on the page', 20, async () =>
      (await reader.get('/posts/harbour')).body.includes('480w'),
    );
    const { body } = await reader.get('/posts/harbour');
    const address = /(\/uploads\/\w+\/480\.webp) 480w/.exec(body)?.[1] ?? '';
    const small = await fetch(`${origins[1] ?? ''}${address}`);
    expect((await stage.sharp(await small.arrayBuffer()).metadata()).width).to.equal(480);
    await until('the job is answered', 5, async () => stage.queue.answers.length > 0);
    expect(stage.queue.answers.map(({ status }) => status)).to.deep.equal([200]);
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
    await stage.replica.query('stop slave sql_thread');
    await author.post('/admin/posts', await postForm('Newer than the replica'));
    expect((await author.get('/')).body).to.include('Newer than the replica');
    expect((await reader.get('/')).body).to.include('Newer than the replica');
    await stage.replica.query('start slave sql_thread');
  });

  it('works without its cache, and uses it again when it is back', async () => {
    await stage.redis.end();
    expect((await reader.get('/posts/harbour')).status).to.equal(200);
    expect((await author.post('/admin/posts', await postForm('Without a cache'))).status).to.equal(303);
    expect((await reader.get('/posts/without-a-cache')).status).to.equal(200);
    expect((await reader.get('/status')).body).to.include('One part is away');
    stage.redis.start();
    await until('the cache is used again', 5, async () =>
      (await reader.get('/status')).body.includes('All is well'),
    );
  });

  it('shows kept pages while the database is away, and keeps the text that it cannot save', async () => {
    const form = await postForm('Written at a bad moment');
    await reader.get('/');
    stage.writer.moveTo(1);
    await stage.replica.kill();
    expect((await fetch(`${origins[1] ?? ''}/health`)).status).to.equal(200);
    expect((await reader.get('/')).status).to.equal(200);
    expect((await reader.get('/posts/never-asked-for')).status).to.equal(503);
    const failed = await author.post('/admin/posts', form);
    expect(failed.status).to.equal(503);
    expect(failed.body).to.include('Written at a bad moment').and.include('still here');
    await stage.redis.end();
    const comment = { author: 'Grace', body: 'Kept, too', formKey: randomUUID() };
    for (const { status, body } of [
      await author.post('/admin/posts', form),
      await reader.post('/posts/harbour/comments', comment),
    ]) {
      expect(status).to.equal(503);
      expect(body)
        .to.match(/Written at a bad moment|Kept, too/)
        .and.include('still here');
    }
    stage.redis.start();

    stage.writer.moveTo(stage.primary.port);
    await stage.replica.start();
    await follow(stage.primary, stage.replica);
    const again = await postForm('Written at a bad moment', { formKey: fieldOf(failed, 'formKey') });
    expect((await author.post('/admin/posts', again)).location).to.equal('/posts/written-at-a-bad-moment');
    expect(await countOf(stage.primary, 'Written at a bad moment')).to.equal(1);
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
    await stage.primary.kill();
    await promote(stage.replica);
    stage.writer.moveTo(stage.replica.port);
    const before = confirmed.length;
    await until('posts are written again', 10, async () => confirmed.length > before + 20);
    stopped = true;
    await Promise.all(writers);

    const rows = await stage.replica.query(
      "select title from mywordpress.posts where title like 'Under way%'",
    );
    const saved = rows.map(({ title }) => String(title));
    expect(confirmed.filter((title) => !saved.includes(title))).to.deep.equal([]);
    expect(new Set(saved).size, 'none was saved twice').to.equal(saved.length);
    expect(longest, 'milliseconds that a post waited at most').to.be.below(5000);
  });

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
});
