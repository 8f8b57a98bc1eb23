import { postsPerPage } from '../publications.js';
import { feed, robots, sitemap } from '../views/feeds.js';
import { frontPage } from '../views/front.js';
import { postPage } from '../views/post.js';
import { randomUUID } from 'node:crypto';

/** What everybody may read. */
export function addPublicPages(app, { facts, queue, publications, pictures }) {
  app.get('/', async (request, reply) => {
    const page = pageNumber(request.query.page);
    if (page === undefined || (page > 1 && !publications)) return reply.callNotFound();
    const front = await publications?.front(page, { fresh: request.isFresh });
    const pages = front && Math.max(1, Math.ceil(front.total / postsPerPage));
    if (page > (pages ?? 1)) return reply.callNotFound();
    const posts = front && (await Promise.all(front.posts.map(withSizes)));
    const { sent, problem } = request.query;
    return reply.page(
      frontPage({
        facts,
        isAdmin: request.mayBeAdmin,
        front: front && { posts },
        page,
        pages,
        canSend: queue !== undefined,
        sent,
        problem,
      }),
    );
  });

  app.get('/posts/:slug', async (request, reply) => {
    const found = await publications?.post(request.params.slug, { fresh: request.isFresh });
    if (!found) return reply.callNotFound();
    return reply.page(
      postPage({
        facts,
        isAdmin: request.mayBeAdmin,
        post: await withSizes(found.post),
        comments: found.comments,
        formKey: randomUUID(),
        isSaved: request.query.comment === 'saved',
      }),
    );
  });

  app.get('/uploads/:id/:file', async (request, reply) => {
    const { id, file } = request.params;
    const found = file.endsWith('.webp') && (await pictures?.find(id, file.slice(0, -5)));
    if (!found) return reply.callNotFound();
    return reply
      .header('cache-control', 'public, max-age=31536000, immutable')
      .header('content-type', 'image/webp')
      .header('content-length', found.length)
      .send(found.stream);
  });

  app.get('/feed.xml', async (request, reply) => {
    const posts = await latest(request, 20);
    return reply.type('application/rss+xml; charset=utf-8').send(feed({ site: siteOf(request), posts }));
  });
  app.get('/sitemap.xml', async (request, reply) => {
    const posts = await latest(request, 1000);
    return reply.type('application/xml; charset=utf-8').send(sitemap({ site: siteOf(request), posts }));
  });
  app.get('/robots.txt', (request, reply) => reply.type('text/plain').send(robots(siteOf(request))));

  const withSizes = async (post) =>
    post.image && pictures ? { ...post, sizes: await pictures.sizesOf(post.image) } : post;

  const latest = async (request, count) =>
    (await publications?.latest(count, { fresh: request.isFresh }))?.posts ?? [];
}

/** The address that the visitor used. */
const siteOf = ({ protocol, host }) => `${protocol}://${host}`;

function pageNumber(text) {
  if (text === undefined) return 1;
  return typeof text === 'string' && /^[1-9]\d{0,4}$/.test(text) ? Number(text) : undefined;
}
