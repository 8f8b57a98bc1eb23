import { catalogue } from './catalogue.js';

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const plain = (text) => String(text).replace(/[&<>"']/g, (character) => escapes[character]);
const euros = (cents) => `€ ${(cents / 100).toFixed(2)}`;

const style = `
  :root { color-scheme: light dark; font: 17px/1.6 system-ui, sans-serif; }
  body { max-width: 46rem; margin: 0 auto; padding: 1rem 1.25rem 3rem; }
  header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; }
  header strong { font-size: 1.5rem; margin-right: auto; }
  .pieces { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: 1.25rem; padding: 0; list-style: none; }
  .swatch { display: block; height: 8rem; border-radius: .5rem; }
  form { display: inline; } .fields { display: grid; gap: .75rem; max-width: 22rem; }
  .fields label { display: grid; } input, button { font: inherit; padding: .35rem .6rem; }
  td { padding: .25rem 1rem .25rem 0; } td:last-child { text-align: right; }
  .note { padding: .6rem .9rem; border: 1px solid; border-radius: .5rem; }
  footer { margin-top: 3rem; font-size: .85rem; opacity: .75; }`;

/** A page with the shop around it; `count` is how many pieces are in the cart. */
export const page = ({ facts, count, email }, title, content) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${plain(title)} · MyClothes</title>
<style>${style}</style>
<header>
  <strong><a href="/">MyClothes</a></strong>
  <a href="/cart">Cart (<span id="count">${count}</span>)</a>
  ${email ? `<a href="/account">${plain(email)}</a>` : '<a href="/account">Sign in</a>'}
</header>
<h1>${plain(title)}</h1>
${content}
<footer>Version <span id="version">${plain(facts.version)}</span> on <span id="instance">${plain(facts.instance)}</span></footer>
</html>
`;

export const note = (text) => `<p class="note" role="status">${plain(text)}</p>`;

const countForm = (id, count, label) =>
  `<form method="post" action="/cart"><input type="hidden" name="id" value="${id}"><input type="hidden" name="count" value="${count}"><button>${label}</button></form>`;

export const shelf = (cart) =>
  `<ul class="pieces">${catalogue
    .map(
      ({ id, name, price, colour }) => `<li>
  <span class="swatch" style="background:${colour}"></span>
  <strong>${name}</strong><br>${euros(price)}
  ${countForm(id, (cart.get(id) ?? 0) + 1, 'Into the cart')}
</li>`,
    )
    .join('')}</ul>`;

export const cartPage = (lines, total, formKey) =>
  lines.length === 0
    ? '<p>It is empty. <a href="/">Look around</a>.</p>'
    : `<table>${lines
        .map(
          ({ id, name, count, price }) =>
            `<tr><td>${count} × ${name}</td><td>${countForm(id, count - 1, 'One less')}</td><td>${euros(price * count)}</td></tr>`,
        )
        .join('')}<tr><td>Together</td><td></td><td>${euros(total)}</td></tr></table>
<form method="post" action="/orders"><input type="hidden" name="formKey" value="${formKey}"><button>Order</button></form>`;

export const accountForms = `<div class="fields">
<form class="fields" method="post" action="/sign-in">
  <label>Email <input name="email" type="email" autocomplete="email" maxlength="254" required></label>
  <label>Password <input name="password" type="password" autocomplete="current-password" minlength="10" maxlength="200" required></label>
  <button>Sign in</button>
  <button formaction="/accounts">Open an account</button>
</form></div>`;

export const ordersPage = (orders) => `${
  orders.length === 0
    ? '<p>You have ordered nothing yet.</p>'
    : `<ul>${orders.map(({ at, pieces, total }) => `<li>${at.toISOString().slice(0, 10)}: ${pieces.map(({ count, name }) => `${count} × ${plain(name)}`).join(', ')}, ${euros(total)}</li>`).join('')}</ul>`
}
<form method="post" action="/sign-out"><button>Sign out</button></form>`;
