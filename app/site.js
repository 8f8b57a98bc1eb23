import { URLSearchParams } from 'node:url';
import multipart from '@fastify/multipart';
import Fastify, { LogController } from 'fastify';
import { DatabaseAwayError, isBehind } from './data/outage.js';
import { readCookies, writeCookie } from './http/cookies.js';
import { FormError } from './http/forms.js';
import { isFromOurPage } from './http/origin.js';
import { addComments } from './routes/comments.js';
import { addDesk } from './routes/desk.js';
import { addEntries } from './routes/entries.js';
import { addModeration } from './routes/moderation.js';
import { addPublicPages } from './routes/public.js';
import { addSignIn } from './routes/sign-in.js';
import { addStatus } from './routes/status.js';
import { contentSecurityPolicy } from './views/layout.js';
import { messagePage } from './views/message.js';

/** For so long who has written reads from the writer, so that a replica's delay hides nothing of it. */
const freshSeconds = 10;

/** Nobody is signed in, and has to be. */
class SignInNeededError extends Error {}

/**
 * The site over its parts. Parts that an environment does not have are undefined (`posts`, `comments`, `publications`,
 * `sessions` and `database` come together), and the pages say so.
 */
export function createSite(parts, { logLevel = 'info' } = {}) {
  const { facts, sessions, admin } = parts;
  const app = Fastify({
    logger: { level: logLevel },
    logController: new LogController({ disableRequestLogging: true }),
    // Load balancer and proxy have private addresses; what stands before them in X-Forwarded-For is the visitor.
    trustProxy: ['loopback', 'linklocal', 'uniquelocal'],
    bodyLimit: 64 * 1024,
    // On SIGTERM: no new connections, idle ones are closed, the others get their answer.
    forceCloseConnections: 'idle',
  });

  app.register(multipart);
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body))),
  );
  decorate(app);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    if (request.method !== 'GET' && request.method !== 'HEAD' && !isFromOurPage(request.headers))
      throw new FormError('This form was sent from another site.', 403);
  });

  addPublicPages(app, parts);
  addEntries(app, parts);
  addComments(app, parts);
  addStatus(app, parts);
  addSignIn(app, parts);
  if (sessions) {
    addDesk(app, parts);
    addModeration(app, parts);
  } else app.get('/admin', (_request, reply) => reply.redirect('/admin/sign-in', 303));
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).page(
      messagePage({
        facts,
        isAdmin: request.mayBeAdmin,
        kicker: '404',
        title: 'There is nothing here.',
        text: 'The page may have moved, or the address has a slip of the pen.',
      }),
    ),
  );
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply));
  return app;

  function decorate(instance) {
    instance.decorateRequest('cookies', { getter: cookiesOf });
    instance.decorateRequest('isFresh', {
      getter() {
        return this.cookies.fresh === '1';
      },
    });
    /** Only for what is shown; whoever wants to write is asked for the session itself. */
    instance.decorateRequest('mayBeAdmin', {
      getter() {
        return Boolean(this.cookies.session);
      },
    });
    instance.decorateRequest('session', async function session() {
      return admin.problem ? undefined : sessions?.find(this.cookies.session);
    });
    instance.decorateRequest('demandSession', async function demandSession() {
      const session = await this.session();
      if (!session) throw new SignInNeededError();
      return session;
    });
    instance.decorateReply('page', function page(html) {
      return this.type('text/html; charset=utf-8').send(html);
    });
    instance.decorateReply('afterWrite', function afterWrite() {
      const isSecure = this.request.protocol === 'https';
      return this.header('set-cookie', writeCookie('fresh', '1', { seconds: freshSeconds, isSecure }));
    });
  }

  function answerError(error, request, reply) {
    if (error instanceof SignInNeededError) return reply.redirect('/admin/sign-in', 303);
    const page = (code, title, text) =>
      reply
        .code(code)
        .page(messagePage({ facts, isAdmin: request.mayBeAdmin, kicker: String(code), title, text }));
    if (error instanceof DatabaseAwayError || isBehind(error)) {
      request.log.error({ reason: error.message }, 'the database is away');
      reply.header('retry-after', '5');
      return page(
        503,
        'One moment, please.',
        'The database does not answer just now. Try again in some seconds.',
      );
    }
    if (error instanceof FormError) return page(error.statusCode, 'That did not work.', error.message);
    if (error.statusCode >= 400 && error.statusCode < 500)
      return page(
        error.statusCode,
        'That did not work.',
        'The request was not one that this site understands.',
      );
    request.log.error(error, 'request failed');
    return page(
      500,
      'Something broke.',
      `It is our fault, not yours. What happened is in the log as ${request.id}.`,
    );
  }
}

const cookieJar = Symbol('cookies');
function cookiesOf() {
  return (this[cookieJar] ??= readCookies(this.headers.cookie));
}
