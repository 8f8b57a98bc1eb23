import { DatabaseAwayError } from './data/outage.js';

export const postsPerPage = 7;

/**
 * What visitors read: pages put together from posts, comments and pictures, kept in the page cache. `fresh` goes past the
 * cache and the replica to the writer, for somebody who has just written and must see it.
 */
export function createPublications({ posts, comments, cache }) {
  const loadFront = (page) => (options) => posts.published({ page, size: postsPerPage }, options);
  const loadPost = (slug) => async (options) => {
    const post = await posts.publishedBySlug(slug, options);
    return post && { post, comments: await comments.approvedOf(post.id, options) };
  };
  const through = async (name, load, { fresh }) => {
    if (!fresh) return cache.get(name, load);
    try {
      return await load({ fresh: true });
    } catch (error) {
      if (error instanceof DatabaseAwayError) return cache.get(name, load);
      throw error;
    }
  };

  return {
    front: (page, options) => through(`front:${page}`, loadFront(page), options),
    post: (slug, options) => through(`post:${slug}`, loadPost(slug), options),
    /** The newest posts, for feed and sitemap. */
    latest: (count, options) =>
      through(`latest:${count}`, (way) => posts.published({ page: 1, size: count }, way), options),

    /** Called after every change that visitors see. */
    changed: (slug) =>
      cache.changed({ 'front:1': loadFront(1), ...(slug && { [`post:${slug}`]: loadPost(slug) }) }),
  };
}
