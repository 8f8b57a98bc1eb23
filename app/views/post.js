import { dateOf, layout, notice } from './layout.js';
import { markup } from './markup.js';
import { pictureOf } from './picture.js';
import { excerptOf, readingMinutes, renderPlain, renderText } from './text.js';

/** One post with its comments. `written` is what a visitor wrote that could not be saved. */
export function postPage({ facts, isAdmin, post, comments, formKey, isSaved, problem, written = {} }) {
  const main = markup`<article class="article">
    <header>
      <p class="byline">${dateOf(post.publishedAt)} · ${readingMinutes(post.body)} min read${isAdmin && markup` · <a href="/admin/posts/${post.id}">Edit</a>`}</p>
      <h1>${post.title}</h1>
    </header>
    <div class="frame wide">${pictureOf(post, { slot: '(min-width: 60rem) 58rem, 100vw', isFirst: true })}</div>
    <div class="prose">${renderText(post.body)}</div>
  </article>
  <section class="comments" id="comments" aria-labelledby="comments-title">
    <h2 id="comments-title">${countOf(comments)}</h2>
    ${comments.map(commentOf)}
    ${isSaved && notice('good', 'Thank you. Your comment is saved, and appears here as soon as it has been read and approved.')}
    ${notice('bad', problem)}
    ${commentForm({ slug: post.slug, formKey, written })}
  </section>`;
  return layout({
    title: post.title,
    description: excerptOf(post.body),
    facts,
    isAdmin,
    main,
  });
}

/** The form of a comment; `written` is what could not be saved before. */
export const commentForm = ({ slug, formKey, written }) =>
  markup`<form class="card" method="post" action="/posts/${encodeURIComponent(slug)}/comments">
      <h3>Say something</h3>
      <input type="hidden" name="formKey" value="${formKey}">
      <div class="trap" aria-hidden="true"><label for="website">Leave this empty</label><input id="website" name="website" tabindex="-1" autocomplete="off"></div>
      <label for="author">Name</label>
      <input id="author" name="author" maxlength="100" required autocomplete="name" value="${written.author}">
      <label for="body">Comment</label>
      <textarea id="body" name="body" rows="4" maxlength="2000" required>${written.body}</textarea>
      <button type="submit">Send the comment</button>
      <p class="hint">Comments are read before they appear.</p>
    </form>`;

const countOf = ({ length }) =>
  length === 0 ? 'No comments yet' : `${length} ${length === 1 ? 'comment' : 'comments'}`;

const commentOf = ({ author, body, createdAt }) => markup`<article class="comment">
    <span class="initial" aria-hidden="true">${[...author][0]?.toUpperCase()}</span>
    <div><p class="byline"><strong>${author}</strong> · ${dateOf(createdAt)}</p>${renderPlain(body)}</div>
  </article>`;
