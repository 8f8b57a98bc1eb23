import { drawnCover } from './cover.js';
import { markup } from './markup.js';

/**
 * A post's picture in the sizes that the worker has made so far (`sizes` of the post, in pixels of width), or a drawn one.
 * `slot` says how wide it is shown; the browser chooses.
 */
export function pictureOf(post, { slot, isFirst = false }) {
  if (!post.image) return drawnCover(post.slug);
  const address = (size) => `/uploads/${post.image}/${size}.webp`;
  const sizes = post.sizes ?? [];
  const source = address(sizes.at(-1) ?? 'original');
  const set = sizes.map((width) => `${address(width)} ${width}w`).join(', ');
  return markup`<img class="cover" src="${source}" ${set && markup`srcset="${set}" sizes="${slot}"`} width="${post.imageWidth}" height="${post.imageHeight}" alt="${post.imageAlt}" ${isFirst ? markup`fetchpriority="high"` : markup`loading="lazy"`} decoding="async">`;
}
