import { dateOf, layout, notice } from './layout.js';
import { markup } from './markup.js';
import { pictureOf } from './picture.js';
import { excerptOf, readingMinutes } from './text.js';

const problems = {
  empty: 'There was nothing written yet. Write a few words and send them again.',
  long: 'That was longer than 2,000 characters. Shorten it a little and send it again.',
  queue: 'Your entry could not be handed over just now. Nothing was saved; please try again in a moment.',
};

/** The front page: posts if there is a database, the form to the worker, and who answered. */
export function frontPage({ facts, isAdmin, front, page, pages, canSend, sent, problem }) {
  const main = markup`
  ${page === 1 && lead}
  ${entryNotice(sent, problem)}
  ${front ? postList(front.posts, { page, pages }) : withoutDatabase}
  ${page === 1 && markup`<section class="columns" aria-label="This environment">${entryForm(canSend)}${answeredBy(facts)}</section>`}`;
  const title = page > 1 ? `Page ${page}` : undefined;
  return layout({ title, description: 'Words and pictures, on a cloud of your own.', facts, isAdmin, main });
}

const lead = markup`<section class="lead">
    <p class="kicker">Your own words, on your own cloud</p>
    <h1>Write something worth keeping.</h1>
  </section>`;

const withoutDatabase = markup`<section class="card quiet">
    <h2>No posts yet</h2>
    <p>This environment has no database, so there is nowhere to keep posts. Give its stack one with <code>beanpole:database</code>, run <code>pulumi up</code>, and they appear here.</p>
  </section>`;

function postList(posts, { page, pages }) {
  if (posts.length === 0)
    return markup`<section class="card quiet"><h2>Nothing published yet</h2><p>The first post is waiting to be written. <a href="/admin">Sign in</a> and begin.</p></section>`;
  const [first, ...others] = posts;
  return markup`<section aria-label="Posts">
    ${page === 1 ? featured(first) : ''}
    ${(page === 1 ? others : posts).length > 0 && markup`<div class="grid">${(page === 1 ? others : posts).map(card)}</div>`}
    ${pages > 1 && pagination(page, pages)}
  </section>`;
}

const featured = (post) => markup`<article class="featured">
    <div class="frame">${pictureOf(post, { slot: '(min-width: 60rem) 36rem, 100vw', isFirst: true })}</div>
    <div class="words">
      ${byline(post)}
      <h2><a href="/posts/${post.slug}">${post.title}</a></h2>
      <p>${excerptOf(post.body, 240)}</p>
    </div>
  </article>`;

const card = (post) => markup`<article class="post">
    <div class="frame">${pictureOf(post, { slot: '(min-width: 60rem) 20rem, (min-width: 40rem) 50vw, 100vw' })}</div>
    ${byline(post)}
    <h3><a href="/posts/${post.slug}">${post.title}</a></h3>
    <p>${excerptOf(post.body, 120)}</p>
  </article>`;

const byline = (post) =>
  markup`<p class="byline">${dateOf(post.publishedAt)} · ${readingMinutes(post.body)} min read</p>`;

const pagination = (page, pages) => markup`<nav class="pages" aria-label="Pages">
    ${page > 1 ? markup`<a rel="prev" href="${page === 2 ? '/' : `/?page=${page - 1}`}">← Newer</a>` : markup`<span></span>`}
    <span>Page ${page} of ${pages}</span>
    ${page < pages ? markup`<a rel="next" href="/?page=${page + 1}">Older →</a>` : markup`<span></span>`}
  </nav>`;

function entryNotice(sent, problem) {
  if (typeof sent === 'string' && sent !== '')
    return notice(
      'good',
      markup`<strong>Thank you.</strong> Your note is on its way to the worker <code>${sent}</code>`,
    );
  return notice(
    'bad',
    typeof problem === 'string' && Object.hasOwn(problems, problem) ? problems[problem] : undefined,
  );
}

function entryForm(canSend) {
  if (!canSend)
    return markup`<div class="card"><h2>A note for the worker</h2><p class="hint">This environment has no queue, so notes cannot be sent.</p></div>`;
  return markup`<form class="card" method="post" action="/entries">
      <h2>A note for the worker</h2>
      <p class="hint">It goes through the queue; the worker takes care of it while you read on.</p>
      <label for="author">Name</label>
      <input id="author" name="author" maxlength="100" autocomplete="name" placeholder="Ada">
      <label for="text">Note</label>
      <textarea id="text" name="text" rows="3" maxlength="2000" required placeholder="What is on your mind?"></textarea>
      <button type="submit">Send to the worker</button>
    </form>`;
}

const answeredBy = (facts) => markup`<aside class="card">
      <h2>Answered by</h2>
      <dl>
        <div><dt>Version</dt><dd id="version">${facts.version}</dd></div>
        <div><dt>Instance</dt><dd id="instance">${facts.instance}</dd></div>
        <div><dt>Zone</dt><dd id="zone">${facts.zone}</dd></div>
      </dl>
      <p class="hint">Load the page again: behind a load balancer another instance may answer, with the same words. <a href="/status">What is connected</a></p>
    </aside>`;
