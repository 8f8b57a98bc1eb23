import { layout } from './layout.js';
import { markup } from './markup.js';

/** A page that says one thing: not found, not now, not allowed. */
export const messagePage = ({ facts, isAdmin, kicker, title, text, action }) =>
  layout({
    title,
    facts,
    isAdmin,
    main: markup`<section class="lead message">
    <p class="kicker">${kicker}</p>
    <h1>${title}</h1>
    <p>${text}</p>
    ${action ?? markup`<p><a class="button" href="/">To the front page</a></p>`}
  </section>`,
  });
