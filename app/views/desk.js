import { dateOf, layout, notice } from './layout.js';
import { markup } from './markup.js';
import { renderPlain } from './text.js';

const withoutPassword = {
  unset: markup`No password is set, so nobody can sign in and the site can only be read. Set one of at least ten characters:`,
  short: markup`<code>ADMIN_PASSWORD</code> has fewer than ten characters, so nobody can sign in. Set a longer one:`,
  hash: markup`<code>ADMIN_PASSWORD_HASH</code> is not what <code>npm run --silent hash-password</code> prints, so nobody can sign in. Set it again:`,
};

/** Where the person who writes signs in, or how to set the password. */
export function signInPage({ facts, adminProblem, hasDatabase, problem }) {
  const body = !hasDatabase
    ? markup`<p>This environment has no database, so there is nothing to write to.</p>`
    : adminProblem
      ? markup`<p>${withoutPassword[adminProblem]}</p>
      <pre><code>beanpole config set prod/web --secret --file -
ADMIN_PASSWORD=…</code></pre>
      <p class="hint">For the environment <code>prod/web</code>; the second line is typed in, and ended with Ctrl-D, so that no history of commands holds it.</p>`
      : markup`<form method="post" action="/admin/sign-in">
      ${notice('bad', problem)}
      <label for="password">Password</label>
      <input type="hidden" autocomplete="username" value="admin">
      <input id="password" name="password" type="password" required maxlength="200" autocomplete="current-password" autofocus>
      <button type="submit">Sign in</button>
    </form>`;
  const main = markup`<section class="card narrow"><h1 class="small">Sign in</h1>${body}</section>`;
  return layout({ title: 'Sign in', facts, main });
}

/** All posts, and the way to everything else. */
export function deskPage({ facts, session, posts, pending, done }) {
  const main = markup`<div class="desk-head"><h1 class="small">Desk</h1>
    <div class="actions"><a class="button" href="/admin/posts/new">New post</a>
    <a class="button plain" href="/admin/comments">Comments${pending > 0 && markup` <span class="count">${pending}<span class="unseen"> waiting</span></span>`}</a>
    <form method="post" action="/admin/sign-out">${tokenField(session)}<button class="plain" type="submit">Sign out</button></form></div></div>
  ${notice('good', done)}
  <ul class="rows card">${posts.map(
    (post) => markup`<li><div><a href="/admin/posts/${post.id}"><strong>${post.title}</strong></a>
      <p class="byline">${post.status === 'published' ? markup`Published ${dateOf(post.publishedAt)}` : markup`<span class="tag">Draft</span> ${dateOf(post.updatedAt)}`}</p></div>
      ${post.status === 'published' && markup`<a href="/posts/${post.slug}" aria-label="View ${post.title}">View</a>`}</li>`,
  )}${posts.length === 0 && markup`<li>Nothing written yet.</li>`}</ul>`;
  return layout({ title: 'Desk', facts, isAdmin: true, main });
}

/** The form of a new post (without id) or of one that is there. */
export function editorPage({ facts, session, post, formKey, problem, hasPictures }) {
  const isNew = post.id === undefined;
  const main = markup`<div class="desk-head"><h1 class="small">${isNew ? 'New post' : 'Edit post'}</h1><a href="/admin">Back to the desk</a></div>
  ${notice('bad', problem)}
  <form class="card editor" method="post" action="/admin/posts${isNew ? '' : `/${post.id}`}" enctype="multipart/form-data">
    ${tokenField(session)}<input type="hidden" name="formKey" value="${formKey}">
    ${post.image && markup`<input type="hidden" name="image" value="${post.image}.${post.imageWidth}.${post.imageHeight}">`}
    <label for="title">Title</label>
    <input id="title" name="title" maxlength="200" required value="${post.title}">
    <label for="body">Text</label>
    <textarea id="body" name="body" rows="14" maxlength="100000" required aria-describedby="marks">${post.body}</textarea>
    <p class="hint" id="marks">An empty line begins a paragraph. <code>## Heading</code> <code>**strong**</code> <code>*emphasis*</code> <code>- list</code> <code>&gt; quote</code> <code>[link](https://…)</code></p>
    ${hasPictures ? pictureFields(post) : markup`<p class="hint">This environment has no shared file system, so pictures cannot be kept.</p>`}
    <div class="actions">
      <button name="status" value="published" type="submit">${post.status === 'published' ? 'Save' : 'Publish'}</button>
      <button class="plain" name="status" value="draft" type="submit">${post.status === 'published' ? 'Take back to draft' : 'Save as draft'}</button>
    </div>
  </form>
  ${!isNew && markup`<form class="danger" method="post" action="/admin/posts/${post.id}/delete">${tokenField(session)}<label class="check"><input type="checkbox" name="sure" value="yes" required> Delete this post and its comments for good</label><button class="plain" type="submit">Delete</button></form>`}`;
  return layout({ title: isNew ? 'New post' : post.title, facts, isAdmin: true, main });
}

const pictureFields = (post) => markup`<fieldset><legend>Picture</legend>
    ${
      post.image &&
      markup`<div class="frame small"><img class="cover" src="/uploads/${post.image}/original.webp" alt="${post.imageAlt}" width="${post.imageWidth}" height="${post.imageHeight}"></div>
    <label class="check"><input type="checkbox" name="removeImage" value="yes"> Without this picture</label>`
    }
    <label for="picture">${post.image ? 'Another picture' : 'Choose a picture'}</label>
    <input id="picture" name="picture" type="file" accept="image/jpeg,image/png,image/webp,image/gif,image/avif">
    <label for="imageAlt">What it shows, for those who cannot see it</label>
    <input id="imageAlt" name="imageAlt" maxlength="300" value="${post.imageAlt}">
  </fieldset>`;

/** Comments, those that wait first. */
export function moderationPage({ facts, session, comments }) {
  const button = (comment, action, text, className) =>
    markup`<form method="post" action="/admin/comments/${comment.id}/${action}">${tokenField(session)}<button class="${className}" type="submit">${text}<span class="unseen"> the comment by ${comment.author}</span></button></form>`;
  const main = markup`<div class="desk-head"><h1 class="small">Comments</h1><a href="/admin">Back to the desk</a></div>
  <ul class="rows card">${comments.map(
    (
      comment,
    ) => markup`<li><div><p class="byline">${comment.status === 'pending' && markup`<span class="tag">Waiting</span> `}<strong>${comment.author}</strong> on <a href="/posts/${comment.slug}">${comment.title}</a> · ${dateOf(comment.createdAt)}</p>${renderPlain(comment.body)}</div>
      <div class="actions">${comment.status === 'pending' && button(comment, 'approve', 'Approve', '')}${button(comment, 'delete', 'Delete', 'plain')}</div></li>`,
  )}${comments.length === 0 && markup`<li>No comments yet.</li>`}</ul>`;
  return layout({ title: 'Comments', facts, isAdmin: true, main });
}

const tokenField = ({ formToken }) => markup`<input type="hidden" name="formToken" value="${formToken}">`;
