insert ignore into posts (slug, title, body, status, form_key, created_at, updated_at, published_at)
values (
  'hello-world',
  'Hello, world',
  'Welcome to **MyWordPress**. This is the first post; edit or delete it, then start writing.

## What happens to your words

Posts and comments live in the database, and are read from its reader endpoint. Pages are kept in the cache for a while. Pictures lie in the shared file system, where every instance sees them, and the worker makes them small.

> Load the page again: behind a load balancer another instance may answer, with the same words.',
  'published',
  'welcome',
  utc_timestamp(3),
  utc_timestamp(3),
  utc_timestamp(3)
);
