import { createHash } from 'node:crypto';
import { markup } from './markup.js';

/** A landscape drawn from the post's address, for posts without a picture: always the same for the same post. */
export function drawnCover(slug) {
  const bytes = createHash('sha256').update(slug).digest();
  const at = (index, from, to) => from + (bytes[index] / 255) * (to - from);
  const hue = Math.round(at(0, 0, 359));
  const id = `sky-${bytes.toString('hex', 0, 4)}`;
  const hill = (index, top) => {
    const [a, b, c, d] = [0, 1, 2, 3].map((step) => Math.round(top + at(index + step, -34, 34)));
    return `M0 ${a} C 130 ${b - 30}, 220 ${c + 40}, 330 ${c} S 520 ${b}, 640 ${d} V 360 H 0 Z`;
  };
  return markup`<svg class="cover" viewBox="0 0 640 360" preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false">
<defs><linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="hsl(${hue} 55% 62%)"/><stop offset="1" stop-color="hsl(${hue + 45} 80% 84%)"/></linearGradient></defs>
<rect width="640" height="360" fill="url(#${id})"/>
<circle cx="${Math.round(at(1, 120, 520))}" cy="${Math.round(at(2, 70, 150))}" r="${Math.round(at(3, 26, 48))}" fill="hsl(${hue + 60} 95% 92%)"/>
<path d="${hill(4, 190)}" fill="hsl(${hue + 20} 38% 58%)"/>
<path d="${hill(8, 245)}" fill="hsl(${hue + 8} 40% 42%)"/>
<path d="${hill(12, 300)}" fill="hsl(${hue} 42% 26%)"/>
</svg>`;
}
