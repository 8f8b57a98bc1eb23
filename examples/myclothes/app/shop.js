import { randomUUID } from 'node:crypto';
import formBody from '@fastify/formbody';
import fastify from 'fastify';
import { pieceOf } from './catalogue.js';
import { credentialsOf } from './credentials.js';
import { newSession } from './sessions.js';
import { accountForms, cartPage, note, ordersPage, page, shelf } from './views.js';

/** The shop's pages over its two memories: sessions (cart, who signed in) and accounts (with their orders). */
export function createShop({ facts, sessions, accounts }) {
  const app = fastify({ trustProxy: true, bodyLimit: 16 * 1024, logger: { level: 'info' } });
  app.register(formBody);

  app.get('/health', async () => 'ok');

  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    reply.header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    );
    // A form of another site is sent with this one's cookie by old browsers; by new ones with this header.
    if (request.method === 'POST' && request.headers['sec-fetch-site'] === 'cross-site')
      return reply.code(403).send('This form was sent from another site.\n');
    request.session = /(?:^|; *)session=([\w-]{43})(?:;|$)/.exec(request.headers.cookie ?? '')?.[1];
  });

  app.addHook('preHandler', async (request) => {
    request.body ??= {};
  });

  app.setErrorHandler((error, request, reply) => {
    const status = error.statusCode ?? 503;
    if (status >= 500) request.log.error(error);
    return reply
      .code(status)
      .type('text/plain')
      .send(
        status >= 500
          ? 'Something is away for a moment. Nothing was lost; try again.\n'
          : `${error.message}\n`,
      );
  });

  app.get('/', (request, reply) => show(request, reply, 'What we sew', ({ cart }) => shelf(cart)));
  app.get('/cart', (request, reply) =>
    show(request, reply, 'Your cart', ({ cart }) => {
      const lines = linesOf(cart);
      return cartPage(lines, totalOf(lines), randomUUID());
    }),
  );
  app.get('/account', (request, reply) => account(request, reply));

  app.post('/cart', async (request, reply) => {
    const { id, count } = request.body;
    if (!pieceOf(id) || !/^\d{1,3}$/.test(count)) return reply.code(400).send('There is no such piece.\n');
    await sessions.setCount(ensureSession(request, reply), id, Number(count));
    return reply.redirect('/cart', 303);
  });

  app.post('/accounts', async (request, reply) => {
    const { email, password, problem } = credentialsOf(request.body);
    const id = problem ?? (await accounts.create(email, password));
    if (problem || !id) return account(request, reply.code(400), problem ?? 'That address has an account.');
    return enter(request, reply, id);
  });

  app.post('/sign-in', async (request, reply) => {
    const { email, password, problem } = credentialsOf(request.body);
    if (problem) return account(request, reply.code(403), 'Address or password is wrong.');
    if (!(await sessions.mayTry(email)))
      return account(request, reply.code(429), 'That was tried too often. Wait a quarter of an hour.');
    const id = await accounts.check(email, password);
    if (!id) return account(request, reply.code(403), 'Address or password is wrong.');
    return enter(request, reply, id);
  });

  app.post('/sign-out', async (request, reply) => {
    if (request.session) await sessions.signOut(request.session);
    return reply.redirect('/', 303);
  });

  app.post('/orders', async (request, reply) => {
    const accountId = request.session && (await sessions.accountOf(request.session));
    if (!accountId) return reply.redirect('/account', 303);
    const lines = linesOf(await sessions.cart(request.session));
    if (!/^[\w-]{36}$/.test(request.body.formKey))
      return reply.code(400).send('That is not a form of ours.\n');
    if (lines.length > 0) await accounts.order(accountId, request.body.formKey, lines, totalOf(lines));
    await sessions.emptyCart(request.session);
    return reply.redirect('/account', 303);
  });

  return app;

  async function show(request, reply, title, content) {
    const session = request.session;
    const cart = session ? await sessions.cart(session) : new Map();
    const accountId = session && (await sessions.accountOf(session));
    const visitor = { cart, accountId, email: accountId && (await accounts.emailOf(accountId)) };
    const count = [...cart.values()].reduce((sum, one) => sum + one, 0);
    return reply
      .type('text/html; charset=utf-8')
      .send(page({ facts, count, email: visitor.email }, title, await content(visitor)));
  }

  function account(request, reply, problem) {
    return show(
      request,
      reply,
      'Your account',
      async ({ accountId }) =>
        (problem ? note(problem) : '') +
        (accountId ? ordersPage(await accounts.ordersOf(accountId)) : accountForms),
    );
  }

  async function enter(request, reply, accountId) {
    setSession(request, reply, await sessions.signIn(request.session ?? '', accountId));
    return reply.redirect('/account', 303);
  }

  function ensureSession(request, reply) {
    if (request.session) return request.session;
    const session = newSession();
    setSession(request, reply, session);
    return session;
  }

  function setSession(request, reply, session) {
    const secure = request.protocol === 'https' ? '; Secure' : '';
    reply.header(
      'set-cookie',
      `session=${session}; Path=/; Max-Age=${sessions.seconds}; HttpOnly; SameSite=Lax${secure}`,
    );
  }
}

/** What is in a cart, with names and prices as they are now. */
const linesOf = (cart) =>
  [...cart].flatMap(([id, count]) => {
    const piece = pieceOf(id);
    return piece ? [{ id, name: piece.name, price: piece.price, count }] : [];
  });

const totalOf = (lines) => lines.reduce((sum, { price, count }) => sum + price * count, 0);
