import { escape } from './markup.js';
import { excerptOf } from './text.js';

/** RSS 2.0 of the newest posts; `site` is the address that the reader used. */
export const feed = ({ site, posts }) => `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>MyWordPress</title>
<link>${escape(site)}/</link>
<description>Words and pictures, on a cloud of your own.</description>
<atom:link href="${escape(site)}/feed.xml" rel="self" type="application/rss+xml"/>
${posts
  .map(
    (post) => `<item><title>${escape(post.title)}</title><link>${escape(site)}/posts/${post.slug}</link>
<guid isPermaLink="true">${escape(site)}/posts/${post.slug}</guid><pubDate>${post.publishedAt.toUTCString()}</pubDate>
<description>${escape(excerptOf(post.body, 400))}</description></item>`,
  )
  .join('\n')}
</channel></rss>
`;

export const sitemap = ({ site, posts }) => `<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>${escape(site)}/</loc></url>
${posts
  .map(
    (post) =>
      `<url><loc>${escape(site)}/posts/${post.slug}</loc><lastmod>${post.updatedAt.toISOString()}</lastmod></url>`,
  )
  .join('\n')}
</urlset>
`;

export const robots = (site) => `User-agent: *
Disallow: /admin
Sitemap: ${site}/sitemap.xml
`;
