create table if not exists posts (
  id bigint unsigned auto_increment primary key,
  slug varchar(120) character set ascii collate ascii_bin not null,
  title varchar(200) not null,
  body mediumtext not null,
  status enum('draft', 'published') not null,
  image char(32) character set ascii collate ascii_bin,
  image_alt varchar(300) not null default '',
  image_width int unsigned,
  image_height int unsigned,
  -- The form that made it: sending a form twice makes one post.
  form_key char(36) character set ascii collate ascii_bin not null,
  created_at datetime(3) not null,
  updated_at datetime(3) not null,
  published_at datetime(3),
  unique key by_slug (slug),
  unique key by_form (form_key),
  key by_publication (status, published_at, id)
) character set utf8mb4;

create table if not exists comments (
  id bigint unsigned auto_increment primary key,
  post_id bigint unsigned not null,
  author varchar(100) not null,
  body text not null,
  status enum('pending', 'approved') not null,
  form_key char(36) character set ascii collate ascii_bin not null,
  created_at datetime(3) not null,
  unique key by_form (form_key),
  key by_post (post_id, status, id),
  key by_status (status, id),
  constraint comment_of_post foreign key (post_id) references posts (id) on delete cascade
) character set utf8mb4;

create table if not exists sessions (
  -- SHA-256 of what the cookie holds: who reads this table cannot sign in with it.
  id_hash char(64) character set ascii collate ascii_bin primary key,
  form_token char(43) character set ascii collate ascii_bin not null,
  expires_at datetime(3) not null,
  key by_expiry (expires_at)
) character set ascii;
