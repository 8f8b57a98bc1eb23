import { randomUUID } from 'node:crypto';
import { isFormKey, textOf } from '../http/forms.js';
import { DatabaseAwayError } from '../data/outage.js';
import { messagePage } from '../views/message.js';
import { commentForm, postPage } from '../views/post.js';

const longestComment = 2000;
const mostLinks = 2;
const allowed = { limit: 5, seconds: 600 };

/** Comments of visitors: saved, read by somebody, then shown. */
export function addComments(app, { facts, publications, comments, limits }) {
  if (!comments) return;

  app.post('/posts/:slug/comments', async (request, reply) => {
    const { slug } = request.params;
    const { body: fields } = request;
    const saved = () => reply.redirect(`/posts/${encodeURIComponent(slug)}?comment=saved#comments`, 303);
    // A field that nobody sees: what fills it in is no person, and is not told.
    if (textOf(fields, 'website') !== '') return saved();

    const written = { author: textOf(fields, 'author').slice(0, 100), body: textOf(fields, 'body') };
    const formKey = isFormKey(textOf(fields, 'formKey')) ? textOf(fields, 'formKey') : randomUUID();
    const isAdmin = request.mayBeAdmin;
    let found;
    try {
      found = await publications.post(slug, { fresh: false });
      if (!found) return reply.callNotFound();
      const problem = problemOf(written);
      if (problem) return again(400, problem);
      if (!(await limits.take(`comment:${request.ip}`, allowed))) return again(429, tooMany);
      await comments.add({ postId: found.post.id, ...written, formKey });
      return saved();
    } catch (error) {
      if (!(error instanceof DatabaseAwayError)) throw error;
      request.log.error(error, 'comment not saved');
      return again(503, notSaved);
    }

    /** The post with the comment still in its form, or the form alone when the post cannot be loaded. */
    function again(statusCode, problem) {
      const page = found
        ? postPage({ facts, isAdmin, ...found, formKey, problem, written })
        : messagePage({
            facts,
            isAdmin,
            kicker: String(statusCode),
            title: 'One moment, please.',
            text: problem,
            action: commentForm({ slug, formKey, written }),
          });
      return reply.code(statusCode).page(page);
    }
  });
}

const tooMany = 'These were many comments in a short time. Wait ten minutes, then send this one again.';
const notSaved = 'Your comment could not be saved just now. It is still here: send it again in a moment.';

/** What is wrong with a comment, in words for the person who wrote it. */
export function problemOf({ author, body }) {
  if (author === '' || body === '') return 'A comment needs a name and a few words.';
  if (body.length > longestComment) return 'That was longer than 2,000 characters. Shorten it a little.';
  if ((body.match(/https?:\/\//gi) ?? []).length > mostLinks)
    return `A comment may hold ${mostLinks} links at most.`;
  return undefined;
}
