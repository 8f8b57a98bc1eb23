/** Posts in the database. Every write may be repeated, see database.js. */
const columns = `id, slug, title, body, status, image, image_alt as imageAlt, image_width as imageWidth,
  image_height as imageHeight, updated_at as updatedAt, published_at as publishedAt`;

export function createPosts(database) {
  const one = async (condition, value, options) =>
    (await database.read(`select ${columns} from posts where ${condition}`, [value], options))[0];

  return {
    async published({ page, size }, options) {
      const [{ total }] = await database.read(
        "select count(*) as total from posts where status = 'published'",
        [],
        options,
      );
      const posts = await database.read(
        `select ${columns} from posts where status = 'published' order by published_at desc, id desc limit ? offset ?`,
        [size, (page - 1) * size],
        options,
      );
      return { posts, total: Number(total) };
    },

    publishedBySlug: async (slug, options) => {
      const post = await one('slug = ?', slug, options);
      return post?.status === 'published' ? post : undefined;
    },

    /** Everything for the person who writes, always from the writer. */
    all: () =>
      database.read(
        `select ${columns} from posts order by coalesce(published_at, updated_at) desc limit 500`,
        [],
        { fresh: true },
      ),
    byId: (id) => one('id = ?', id, { fresh: true }),

    /** Makes a post, once per form; resolves to it. A slug that is taken gets a number. */
    async create({ title, body, status, image, formKey }) {
      const base = slugOf(title);
      for (let number = 1; ; number += 1) {
        const slug = number === 1 ? base : `${base}-${number}`;
        try {
          await database.write(
            `insert into posts (slug, title, body, status, image, image_alt, image_width, image_height, form_key,
               created_at, updated_at, published_at)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, utc_timestamp(3), utc_timestamp(3), if(? = 'published', utc_timestamp(3), null))`,
            [slug, title, body, status, ...imageValues(image), formKey, status],
          );
        } catch (error) {
          if (error.code !== 'ER_DUP_ENTRY') throw error;
        }
        const post = await one('form_key = ?', formKey, { fresh: true });
        if (post) return post;
      }
    },

    /** Changes a post; its address stays. Resolves to it, or undefined if there is none. */
    async update(id, { title, body, status, image }) {
      await database.write(
        `update posts set title = ?, body = ?, status = ?, image = ?, image_alt = ?, image_width = ?, image_height = ?,
           updated_at = utc_timestamp(3), published_at = if(? = 'published', coalesce(published_at, utc_timestamp(3)), published_at)
         where id = ?`,
        [title, body, status, ...imageValues(image), status, id],
      );
      return one('id = ?', id, { fresh: true });
    },

    remove: (id) => database.write('delete from posts where id = ?', [id]),
  };
}

const imageValues = (image) => [
  image?.id ?? null,
  image?.alt ?? '',
  image?.width ?? null,
  image?.height ?? null,
];

/** `Über uns!` becomes `uber-uns`. */
export const slugOf = (title) =>
  title
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 80)
    .replace(/^-+|-+$/g, '') || 'post';
