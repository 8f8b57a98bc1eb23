import path from 'node:path';
import { placeholderPort, upstreamPort } from '../deploy/switch.ts';

export interface NginxPaths {
  /** Holds pid, temporary files and the placeholder. */
  readonly folder: string;
  readonly logs: string;
}

/** Files of the placeholder; which of them exist decides what it answers. */
export const placeholderFolder = ({ folder }: NginxPaths): string => path.join(folder, 'placeholder');

/**
 * The whole nginx configuration of the instance. The upstream never changes (deploy/switch.ts moves what is behind it), so a
 * deployment needs no reload, which would reset keep-alive connections. Connections to the upstream are not
 * kept: a kept one would lead to the old process after the switch. It sets no limits of its own: a bundle sets
 * them in its nginx (agent/preparation/proxy-config.ts), which may be behind this one.
 */
export function nginxConfig(paths: NginxPaths, healthCheckPath: string): string {
  const { folder, logs } = paths;
  return `user root;
worker_processes auto;
worker_rlimit_nofile 16384;
daemon off;
pid ${folder}/nginx.pid;
error_log ${logs}/proxy.error.log warn;
events { worker_connections 4096; }
http {
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  default_type text/plain;
  log_format combined_time '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
    '"$http_referer" "$http_user_agent" "$http_x_forwarded_for" $request_time';
  access_log ${logs}/proxy.access.log combined_time;
  sendfile on;
  server_tokens off;
  keepalive_timeout 75s;
  keepalive_requests 100000;
  map $http_upgrade $connection_to_upstream { default upgrade; '' close; }

  server {
    listen 80 default_server backlog=4096;
    location / {
      proxy_pass http://127.0.0.1:${upstreamPort};
      proxy_http_version 1.1;
      proxy_set_header Connection $connection_to_upstream;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Host $http_host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_connect_timeout 5s;
      proxy_read_timeout 1h;
      proxy_send_timeout 1h;
      proxy_request_buffering off;
      client_max_body_size 0;
    }
  }

  server {
    listen 127.0.0.1:${placeholderPort};
    access_log off;
    root ${placeholderFolder(paths)};
    default_type text/html;
    charset utf-8;
    add_header Cache-Control no-store always;
    location = / { try_files /index.html =503; }
${healthCheckPath === '/' ? '' : `    location = ${quote(healthCheckPath)} { try_files /health.html =503; }\n`}    location / { try_files /not-found =503; }
  }
}
`;
}

const quote = (text: string): string => `"${text.replaceAll(/["\\$]/g, '')}"`;
