import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export const largestPicture = 10 * 1024 * 1024;
/** Widths that the worker makes, in pixels. */
export const widths = [480, 960, 1600];
const formats = new Set(['jpeg', 'png', 'webp', 'gif', 'avif', 'heif', 'tiff']);
const mostPixels = 50_000_000;
const longestSide = 2400;
/** When sizes are still missing after this, the worker is asked again. */
const patienceMilliseconds = 60_000;

/** A file that is no picture, or one we do not take; the message is for the person who sent it. */
export class PictureError extends Error {}

/**
 * Pictures in a folder that all instances share. Nothing of an uploaded file is kept but its pixels, drawn anew: no
 * position, no camera, nothing hidden behind them. The name is the digest of the result, so the same picture is stored once
 * and a name never means two things. `askForSizes(id)` hands the rest of the work to the worker.
 */
export function createPictures(folder, askForSizes, { clock = Date, log } = {}) {
  const complete = new Map();
  const asked = new Map();
  const folderOf = (id) => join(folder, id.slice(0, 2), id);

  return {
    /** Resolves to id, width and height when the picture is safely stored. */
    async save(bytes) {
      const { data, info } = await redraw(bytes);
      const id = createHash('sha256').update(data).digest('hex').slice(0, 32);
      await mkdir(folderOf(id), { recursive: true });
      await writeSafely(join(folderOf(id), 'original.webp'), data);
      await ask(id);
      return { id, width: info.width, height: info.height };
    },

    /** The widths that are there. */
    async sizesOf(id) {
      const known = complete.get(id);
      if (known) return known;
      const names = await readdir(folderOf(id)).catch(() => []);
      const sizes = widths.filter((width) => names.includes(`${width}.webp`));
      if (sizes.length === widths.length) complete.set(id, sizes);
      else if (names.length > 0 && (await isOverdue(id))) void ask(id);
      return sizes;
    },

    /** A stream of a file with its length, or undefined. */
    async find(id, size) {
      if (!/^[0-9a-f]{32}$/.test(id) || !(size === 'original' || widths.includes(Number(size))))
        return undefined;
      const path = join(folderOf(id), `${size}.webp`);
      const found = await stat(path).catch(() => undefined);
      return found && { length: found.size, stream: createReadStream(path) };
    },

    /** Whether the folder is there and can be written to. */
    async look() {
      const start = clock.now();
      const probe = join(folder, `.probe-${randomUUID()}`);
      try {
        await (await open(probe, 'wx')).close();
        await rm(probe);
        return { milliseconds: clock.now() - start };
      } catch (error) {
        return { problem: error.message };
      }
    },
  };

  async function ask(id) {
    asked.set(id, clock.now());
    if (asked.size > 1000) asked.delete(asked.keys().next().value);
    try {
      await askForSizes(id);
    } catch (error) {
      log?.warn({ reason: error.message, id }, 'the worker could not be asked for sizes of a picture');
    }
  }

  /** Whether a job was never sent, or given up: whoever shows the picture sends it again. */
  async function isOverdue(id) {
    const found = await stat(join(folderOf(id), 'original.webp')).catch(() => undefined);
    const since = Math.max(asked.get(id) ?? 0, found?.mtimeMs ?? Infinity);
    return clock.now() - since > patienceMilliseconds;
  }
}

async function redraw(bytes) {
  // Loaded with the first picture: most instances never see one, and all start faster.
  const { default: sharp } = await import('sharp');
  const options = { limitInputPixels: mostPixels, failOn: 'error' };
  try {
    const { format } = await sharp(bytes, options).metadata();
    if (!formats.has(format)) throw new PictureError('not taken');
    return await sharp(bytes, options)
      .rotate()
      .resize({ width: longestSide, height: longestSide, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 82 })
      .toBuffer({ resolveWithObject: true });
  } catch (error) {
    throw new PictureError(
      'That file is not a picture that can be shown. Choose a JPEG, PNG, WebP, GIF or AVIF of at most 50 megapixels.',
      { cause: error },
    );
  }
}

/** The file is on the disk under its name, or not at all. */
async function writeSafely(path, data) {
  const temporary = `${path}.${randomUUID()}`;
  const file = await open(temporary, 'wx');
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
