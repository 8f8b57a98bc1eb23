import { randomUUID } from 'node:crypto';
import { DatabaseAwayError } from '../data/outage.js';
import {
  demandFormToken,
  FormError,
  hasFormToken,
  isFormKey,
  readPictureForm,
  textOf,
} from '../http/forms.js';
import { PictureError } from '../pictures.js';
import { deskPage, editorPage } from '../views/desk.js';

const done = { published: 'Published.', saved: 'Saved.', deleted: 'Deleted.' };

/** Where posts are written. Every route asks for a session first. */
export function addDesk(app, { facts, posts, comments, publications, pictures }) {
  const editor = (reply, session, values) =>
    reply.page(editorPage({ facts, session, hasPictures: pictures !== undefined, ...values }));

  app.get('/admin', async (request, reply) => {
    const session = await request.session();
    if (!session) return reply.redirect('/admin/sign-in', 303);
    const [all, pending] = await Promise.all([posts.all(), comments.countPending()]);
    const note = Object.hasOwn(done, request.query.done ?? '') ? done[request.query.done] : undefined;
    return reply.page(deskPage({ facts, session, posts: all, pending, done: note }));
  });

  app.get('/admin/posts/new', async (request, reply) => {
    const session = await request.demandSession();
    return editor(reply, session, { post: {}, formKey: randomUUID() });
  });

  app.get('/admin/posts/:id', async (request, reply) => {
    const session = await request.demandSession();
    const post = await posts.byId(idOf(request));
    if (!post) return reply.callNotFound();
    return editor(reply, session, { post, formKey: randomUUID() });
  });

  app.post('/admin/posts', (request, reply) => save(request, reply, undefined));
  app.post('/admin/posts/:id', (request, reply) => save(request, reply, idOf(request)));

  app.post('/admin/posts/:id/delete', async (request, reply) => {
    const session = await request.demandSession();
    demandFormToken(session, request.body);
    if (textOf(request.body, 'sure') !== 'yes')
      throw new FormError('Nothing was deleted: the box was not ticked.');
    await posts.remove(idOf(request));
    await publications.changed();
    return reply.afterWrite().redirect('/admin?done=deleted', 303);
  });

  /** Whatever goes wrong, the form comes back with everything in it, a picture that was stored included. */
  async function save(request, reply, id) {
    const { session, problem: signedOut } = await sessionOf(request);
    const form = await readPictureForm(request, { wantsPicture: session !== undefined });
    const { fields } = form;
    const formKey = isFormKey(textOf(fields, 'formKey')) ? textOf(fields, 'formKey') : randomUUID();
    const written = readPost(fields);
    const again = (statusCode, problem) => {
      const shown = session ?? { formToken: textOf(fields, 'formToken') };
      return editor(reply.code(statusCode), shown, { post: asPost(id, written), formKey, problem });
    };
    if (!session) return again(signedOut === notSaved ? 503 : 403, signedOut);
    if (!hasFormToken(session, fields)) return again(403, earlierSession);
    try {
      if (form.picture && pictures)
        written.image = { ...(await pictures.save(form.picture)), alt: written.imageAlt };
      if (form.problem) return again(413, form.problem);
      if (written.title === '' || written.body === '') return again(400, 'A post needs a title and a text.');
      const post = await (id === undefined
        ? posts.create({ ...written, formKey })
        : posts.update(id, written));
      if (!post) return reply.callNotFound();
      await publications.changed(post.status === 'published' ? post.slug : undefined);
      reply.afterWrite();
      return reply.redirect(post.status === 'published' ? `/posts/${post.slug}` : '/admin?done=saved', 303);
    } catch (error) {
      if (error instanceof PictureError) return again(400, error.message);
      if (!(error instanceof DatabaseAwayError)) throw error;
      request.log.error(error, 'post not saved');
      return again(503, notSaved);
    }
  }
}

const notSaved = 'The post could not be saved just now. All of it is still here: save it again in a moment.';
const earlierSession = 'This form was opened in an earlier session. All of it is still here: save it again.';
const signedOutMeanwhile =
  'You have been signed out. All of it is still here: sign in in another window, then save it again.';

/** The session, or why there is none: a long text must not be lost for it. */
async function sessionOf(request) {
  try {
    const session = await request.session();
    return session ? { session } : { problem: signedOutMeanwhile };
  } catch (error) {
    if (error instanceof DatabaseAwayError) return { problem: notSaved };
    throw error;
  }
}

/** A post as a form has it. */
export function readPost(fields) {
  const imageAlt = textOf(fields, 'imageAlt').slice(0, 300);
  return {
    title: textOf(fields, 'title').slice(0, 200),
    body: textOf(fields, 'body').slice(0, 100_000),
    status: textOf(fields, 'status') === 'draft' ? 'draft' : 'published',
    imageAlt,
    image: textOf(fields, 'removeImage') === 'yes' ? undefined : readImage(textOf(fields, 'image'), imageAlt),
  };
}

/** `<id>.<width>.<height>` of a picture that was stored before. */
function readImage(text, alt) {
  const match = /^([0-9a-f]{32})\.(\d{1,5})\.(\d{1,5})$/.exec(text);
  return match ? { id: match[1], width: Number(match[2]), height: Number(match[3]), alt } : undefined;
}

const asPost = (id, { title, body, image, imageAlt }) => ({
  id,
  title,
  body,
  image: image?.id,
  imageWidth: image?.width,
  imageHeight: image?.height,
  imageAlt,
});

const idOf = ({ params }) => (/^\d{1,15}$/.test(params.id) ? Number(params.id) : 0);
