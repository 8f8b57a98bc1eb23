import { randomUUID } from 'node:crypto';
import { access, open, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** In pixels of width, as the web application shows them. */
export const widths = [480, 960, 1600];

/**
 * Makes the sizes of a picture in the folder that all instances share; the result is the widths that were made. Sizes that
 * are there are left alone, and each appears under its name only when it is whole: doing it twice, or being killed in
 * the middle, harms nothing.
 */
export async function makeThumbnails(folder, image) {
  if (!/^[0-9a-f]{32}$/.test(image ?? '')) throw new Error(`${JSON.stringify(image)} is no picture's name.`);
  const pathOf = (size) => join(folder, image.slice(0, 2), image, `${size}.webp`);
  const missing = [];
  for (const width of widths) if (!(await exists(pathOf(width)))) missing.push(width);
  if (missing.length === 0) return missing;
  // Loaded with the first picture, so that the worker starts fast.
  const { default: sharp } = await import('sharp');
  // One job has one core; the daemon decides how many jobs run at once.
  sharp.concurrency(1);
  for (const width of missing) {
    const small = await sharp(pathOf('original'), { limitInputPixels: 50_000_000 })
      .resize({ width, withoutEnlargement: true })
      .webp({ quality: 78 })
      .toBuffer();
    await writeWhole(pathOf(width), small);
  }
  return missing;
}

const exists = (path) =>
  access(path).then(
    () => true,
    () => false,
  );

async function writeWhole(path, bytes) {
  const temporary = `${path}.${randomUUID()}`;
  const file = await open(temporary, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
