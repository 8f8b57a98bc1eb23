/** Comments in the database: pending until somebody approves them. Every write may be repeated, see database.js. */
export function createComments(database) {
  return {
    approvedOf: (postId, options) =>
      database.read(
        "select id, author, body, created_at as createdAt from comments where post_id = ? and status = 'approved' order by id limit 500",
        [postId],
        options,
      ),

    /** Once per form. */
    add: ({ postId, author, body, formKey }) =>
      database.write(
        `insert into comments (post_id, author, body, status, form_key, created_at)
         values (?, ?, ?, 'pending', ?, utc_timestamp(3)) on duplicate key update id = id`,
        [postId, author, body, formKey],
      ),

    /** What waits first, then the newest. */
    latest: () =>
      database.read(
        `select comments.id, author, comments.body, comments.status, comments.created_at as createdAt, slug, title
         from comments join posts on posts.id = post_id order by comments.status = 'approved', comments.id desc limit 200`,
        [],
        { fresh: true },
      ),

    countPending: async () =>
      Number(
        (
          await database.read("select count(*) as pending from comments where status = 'pending'", [], {
            fresh: true,
          })
        )[0].pending,
      ),

    approve: (id) => database.write("update comments set status = 'approved' where id = ?", [id]),
    remove: (id) => database.write('delete from comments where id = ?', [id]),

    /** The slug of the post that a comment belongs to. */
    slugOf: async (id) =>
      (
        await database.read(
          'select slug from comments join posts on posts.id = post_id where comments.id = ?',
          [id],
          { fresh: true },
        )
      )[0]?.slug,
  };
}
