import { demandFormToken } from '../http/forms.js';
import { moderationPage } from '../views/desk.js';

/** Comments are approved or deleted here. */
export function addModeration(app, { facts, comments, publications }) {
  app.get('/admin/comments', async (request, reply) => {
    const session = await request.demandSession();
    return reply.page(moderationPage({ facts, session, comments: await comments.latest() }));
  });

  for (const [action, apply] of Object.entries({ approve: comments.approve, delete: comments.remove }))
    app.post(`/admin/comments/:id/${action}`, async (request, reply) => {
      const session = await request.demandSession();
      demandFormToken(session, request.body);
      const id = Number(request.params.id);
      if (!Number.isSafeInteger(id)) return reply.callNotFound();
      const slug = await comments.slugOf(id);
      await apply(id);
      await publications.changed(slug);
      return reply.afterWrite().redirect('/admin/comments', 303);
    });
}
