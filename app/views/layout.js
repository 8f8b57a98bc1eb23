import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { markup, Markup } from './markup.js';

const style = readFileSync(new URL('style.css', import.meta.url), 'utf8')
  .replace(/\/\*.*?\*\//gs, '')
  .replace(/\s*\n\s*/g, '\n');

/**
 * The style is in the page: one answer holds all, and a page of this version never asks an instance with another version
 * for its style. Its digest is what the policy allows; there are no scripts at all.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "img-src 'self' data:",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='9' fill='%231f6f54'/%3E%3Cpath d='M8 23V9l8 9 8-9v14' fill='none' stroke='white' stroke-width='3' stroke-linejoin='round' stroke-linecap='round'/%3E%3C/svg%3E";

/** A whole page. `facts` are version, instance and zone; `isAdmin` shows the way to the desk. */
export function layout({ title, description, facts, isAdmin, main }) {
  return String(markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title ? `${title} · MyWordPress` : 'MyWordPress'}</title>
${description && markup`<meta name="description" content="${description}">`}
<link rel="icon" href="${new Markup(icon)}">
<link rel="alternate" type="application/rss+xml" title="MyWordPress" href="/feed.xml">
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="bar">
  <a class="brand" href="/"><svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="9"/><path d="M8 23V9l8 9 8-9v14"/></svg>MyWordPress</a>
  <nav aria-label="Site">
    <a href="/">Posts</a>
    <a href="/status">Status</a>
    <a href="/admin">${isAdmin ? 'Desk' : 'Sign in'}</a>
  </nav>
</header>
<main id="main">
${main}
</main>
<footer>
  <p>MyWordPress <span class="version">${facts.version}</span></p>
  <p><a href="/feed.xml">RSS</a> <a href="/sitemap.xml">Sitemap</a> <a href="/status">Answered by ${facts.instance}</a></p>
</footer>
</body>
</html>
`);
}

const dates = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

/** A date for people and for machines. */
export const dateOf = (date) =>
  date ? markup`<time datetime="${date.toISOString()}">${dates.format(date)}</time>` : '';

/** What happened, or what was wrong. */
export const notice = (kind, text) =>
  text && markup`<p class="notice ${kind}" role="${kind === 'bad' ? 'alert' : 'status'}">${text}</p>`;
