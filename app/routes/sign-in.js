import { textOf, demandFormToken } from '../http/forms.js';
import { writeCookie } from '../http/cookies.js';
import { signInPage } from '../views/desk.js';

const allowed = { limit: 5, seconds: 900 };

/** Signing in and out of the desk. */
export function addSignIn(app, { facts, admin, sessions, limits }) {
  const show = (reply, problem) =>
    reply.page(
      signInPage({ facts, adminProblem: admin.problem, hasDatabase: sessions !== undefined, problem }),
    );

  app.get('/admin/sign-in', (_request, reply) => show(reply));
  if (!sessions || admin.problem) return;

  app.post('/admin/sign-in', async (request, reply) => {
    const key = `sign-in:${request.ip}`;
    if (!(await limits.take(key, allowed)))
      return show(reply.code(429), 'That was tried too often. Wait a quarter of an hour, then try again.');
    const password = textOf(request.body, 'password');
    if (password.length > 200 || !(await admin.matches(password))) {
      request.log.warn({ address: request.ip }, 'sign-in refused');
      return show(reply.code(403), 'That is not the password.');
    }
    await limits.forget(key);
    const id = await sessions.create();
    setSession(request, reply, id, sessions.seconds);
    return reply.redirect('/admin', 303);
  });

  app.post('/admin/sign-out', async (request, reply) => {
    const session = await request.session();
    if (session) {
      demandFormToken(session, request.body);
      await sessions.end(session.id);
    }
    setSession(request, reply, '', 0);
    return reply.redirect('/', 303);
  });
}

const setSession = (request, reply, id, seconds) =>
  reply.header('set-cookie', writeCookie('session', id, { seconds, isSecure: request.protocol === 'https' }));
