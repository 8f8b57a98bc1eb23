import { randomUUID } from 'node:crypto';
import { isFormKey, textOf } from '../http/forms.js';
import { DatabaseAwayError } from '../data/outage.js';
import { postPage } from '../views/post.js';

const longestComment = 2000;
const mostLinks = 2;
const allowed = { limit: 5, seconds: 600 };

/** Comments of visitors: saved, read by somebody, then shown. */
export function addComments(app, { facts, publications, comments, limits }) {
  if (!comments) return;

  app.post('/posts/:slug/comments', async (request, reply) => {
    const { slug } = request.params;
    const found = await publications.post(slug, { fresh: false });
    if (!found) return reply.callNotFound();
    const saved = () => reply.redirect(`/posts/${slug}?comment=saved#comments`, 303);
    const { body: fields } = request;
    // A field that nobody sees: what fills it in is no person, and is not told.
    if (textOf(fields, 'website') !== '') return saved();

    const written = { author: textOf(fields, 'author').slice(0, 100), body: textOf(fields, 'body') };
    const formKey = isFormKey(textOf(fields, 'formKey')) ? textOf(fields, 'formKey') : randomUUID();
    const again = (statusCode, problem) =>
      reply
        .code(statusCode)
        .page(postPage({ facts, isAdmin: request.mayBeAdmin, ...found, formKey, problem, written }));

    const problem = problemOf(written);
    if (problem) return again(400, problem);
    if (!(await limits.take(`comment:${request.ip}`, allowed)))
      return again(
        429,
        'These were many comments in a short time. Wait ten minutes, then send this one again.',
      );
    try {
      await comments.add({ postId: found.post.id, ...written, formKey });
    } catch (error) {
      if (!(error instanceof DatabaseAwayError)) throw error;
      request.log.error(error, 'comment not saved');
      return again(
        503,
        'Your comment could not be saved just now. It is still here: send it again in a moment.',
      );
    }
    return saved();
  });
}

/** What is wrong with a comment, in words for the person who wrote it. */
export function problemOf({ author, body }) {
  if (author === '' || body === '') return 'A comment needs a name and a few words.';
  if (body.length > longestComment) return 'That was longer than 2,000 characters. Shorten it a little.';
  if ((body.match(/https?:\/\//gi) ?? []).length > mostLinks)
    return `A comment may hold ${mostLinks} links at most.`;
  return undefined;
}
