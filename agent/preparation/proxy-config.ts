/**
 * The nginx of one release, for bundles that configure it. It stands between the instance's own nginx, whose
 * configuration never changes, and the release's processes; the kernel's redirect switches it together with them,
 * so that a new nginx configuration costs no request either (docs/decisions/0004). Pure.
 */
import path from 'node:path';

export interface ReleaseProxy {
  /** Holds its configuration, pid and temporary files. */
  readonly folder: string;
  /** Where nginx listens; the kernel leads the requests to it. */
  readonly port: number;
  readonly webPort: number;
  readonly isFastCgi: boolean;
  /** Folder of the release. */
  readonly release: string;
  /** Of `web` in PHP, in the release: `/public`. */
  readonly documentRoot: string;
  /** URL path → file or folder in the release. */
  readonly staticFiles: readonly StaticFile[];
}

export interface StaticFile {
  readonly urlPath: string;
  readonly at: string;
  readonly isFolder: boolean;
}

const temporaryPaths = (folder: string): string =>
  ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n  ');

/** What every nginx of a release has in `http`: the client is the one whom the instance's own nginx saw. */
const httpBasics = (folder: string): string => `${temporaryPaths(folder)}
  set_real_ip_from 127.0.0.1;
  real_ip_header X-Real-IP;
  port_in_redirect off;`;

const mainBasics = (folder: string): string => `daemon off;\npid ${folder}/nginx.pid;\n`;

/** `nginx.conf` unless the bundle has its own; the same places to extend it as Elastic Beanstalk's. */
export const standardConfig = ({ folder, port }: ReleaseProxy): string => `${mainBasics(folder)}user root;
worker_processes auto;
worker_rlimit_nofile 16384;
error_log stderr warn;
events { worker_connections 4096; }
http {
  ${httpBasics(folder)}
  include mime.types;
  default_type application/octet-stream;
  log_format main '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
    '"$http_referer" "$http_user_agent" "$http_x_forwarded_for"';
  access_log off;
  sendfile on;
  server_tokens off;
  include conf.d/*.conf;
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }

  server {
    listen 127.0.0.1:${port} default_server backlog=4096;
    include conf.d/elasticbeanstalk/*.conf;
  }
}
`;

/** Files below `conf.d/` by name; a file of the bundle with the same name replaces one of these. */
export function standardFiles(proxy: ReleaseProxy): Record<string, string> {
  const statics = staticLocations(proxy.staticFiles);
  return {
    ...(proxy.isFastCgi
      ? {
          'conf.d/php-fpm.conf': `upstream php-fpm { server 127.0.0.1:${proxy.webPort}; }\n`,
          'conf.d/elasticbeanstalk/php.conf': phpLocations(proxy),
        }
      : { 'conf.d/elasticbeanstalk/00_application.conf': applicationLocation(proxy) }),
    ...(statics === '' ? {} : { 'conf.d/elasticbeanstalk/01_static.conf': statics }),
  };
}

const applicationLocation = ({ webPort }: ReleaseProxy): string => `location / {
  proxy_pass http://127.0.0.1:${webPort};
  proxy_http_version 1.1;
  proxy_set_header Connection $connection_upgrade;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Host $http_host;
  proxy_set_header X-Real-IP $remote_addr;
  proxy_set_header X-Forwarded-For $http_x_forwarded_for;
  proxy_connect_timeout 5s;
}
`;

/** Files whose name begins with a dot (`.ebextensions`, `.env`) are nobody's business. */
const phpLocations = ({
  release,
  documentRoot,
}: ReleaseProxy): string => `root ${quote(path.join(release, documentRoot).replace(/\/$/, ''))};
index index.php index.html index.htm;
location ~ /\\.(?!well-known/) { deny all; }
location ~ \\.(php|phar)(/.*)?$ {
  fastcgi_split_path_info ^(.+\\.(?:php|phar))(/.*)$;
  fastcgi_intercept_errors on;
  fastcgi_index index.php;
  include fastcgi_params;
  fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
  fastcgi_param PATH_INFO $fastcgi_path_info;
  fastcgi_pass php-fpm;
}
`;

/** With a slash at both ends of a folder's location nothing beside the folder can be reached. */
function staticLocations(files: readonly StaticFile[]): string {
  const locations = files.map(({ urlPath, at, isFolder }) => {
    const plain = `/${urlPath.replaceAll(/^\/+|\/+$/g, '')}`;
    if (!isFolder) return `location = ${quote(plain)} { alias ${quote(at)}; }\n`;
    return `location ^~ ${quote(plain === '/' ? plain : `${plain}/`)} { alias ${quote(`${at}/`)}; }\n`;
  });
  return locations.join('');
}

const quote = (text: string): string => `"${text.replaceAll(/["\\$]/g, '')}"`;

export interface Fitting {
  readonly folder: string;
  readonly port: number;
  /** Port in Elastic Beanstalk's documentation → the real one. */
  readonly ports: ReadonlyMap<number, number>;
}

export type FittedOrProblem = { readonly text: string } | { readonly problem: string };

/**
 * A file of `.platform/nginx` as this release needs it. It is written for an nginx that has port 80, /etc/nginx
 * and the application's port 5000 for itself; here each release has ports of its own.
 */
export function fit(name: string, text: string, { folder, port, ports }: Fitting): FittedOrProblem {
  let problem: string | undefined;
  const listens = text.replaceAll(/^([^#\n]*?)\blisten\s+([^;]+);/gm, (_, before: string, given: string) => {
    const [address = '', ...flags] = given.trim().split(/\s+/);
    const [, host = '', listened = ''] = /^(?:(.*):)?(\d+)$/.exec(address) ?? [];
    if (address.startsWith('unix:') || host === '127.0.0.1' || host === 'localhost')
      return `${before}listen ${given};`;
    if (host.startsWith('[') && listened === '80') return before;
    if (listened !== '80')
      problem ??= `${name} listens on ${address}: only port 80 leads to an instance, and TLS ends at the load balancer`;
    return `${before}listen ${['127.0.0.1:' + String(port), ...flags].join(' ')};`;
  });
  if (problem !== undefined) return { problem };
  const upstreams = listens.replaceAll(/\b(?:127\.0\.0\.1|localhost):(\d+)/g, (whole, given: string) => {
    const real = ports.get(Number(given));
    return real === undefined ? whole : `127.0.0.1:${real}`;
  });
  return { text: upstreams.replaceAll('/etc/nginx/', `${folder}/`) };
}

/** The bundle's own `nginx.conf`: what the agent decides is taken out, what every release's nginx has is put in. */
export function fitMain(text: string, fitting: Fitting): FittedOrProblem {
  const fitted = fit('.platform/nginx/nginx.conf', text, fitting);
  if ('problem' in fitted) return fitted;
  if (!/\bhttp\s*\{/.test(fitted.text)) return { problem: '.platform/nginx/nginx.conf has no http block' };
  const own = fitted.text
    .replaceAll(/^\s*(?:daemon|pid|user)\s+[^;]*;/gm, '')
    .replaceAll(/^(\s*)error_log\s+[^;]*;/gm, '$1error_log stderr warn;')
    .replace(/\bhttp\s*\{/, (block) => `${block}\n  ${httpBasics(fitting.folder)}\n`);
  return { text: `${mainBasics(fitting.folder)}user root;\n${own}` };
}
