import { expect } from 'chai';
import {
  fit,
  fitMain,
  standardConfig,
  standardFiles,
  type ReleaseProxy,
} from '../../../agent/preparation/proxy-config.ts';

const proxy: ReleaseProxy = {
  folder: '/own/nginx',
  port: 5117,
  webPort: 5118,
  isFastCgi: false,
  release: '/releases/a',
  documentRoot: '/',
  staticFiles: [],
};
const fitting = { folder: '/own/nginx', port: 5117, ports: new Map([[5000, 5118]]) };
const fitted = (text: string) => {
  const result = fit('.platform/nginx/conf.d/a.conf', text, fitting);
  return 'problem' in result ? result.problem : result.text;
};

describe("a release's nginx", () => {
  it('listens where the kernel leads to, and is extended where the documentation says', () => {
    expect(standardConfig(proxy))
      .to.include('listen 127.0.0.1:5117 default_server')
      .and.include('include conf.d/*.conf;')
      .and.include('include conf.d/elasticbeanstalk/*.conf;');
    expect(standardFiles(proxy)['conf.d/elasticbeanstalk/00_application.conf']).to.include(
      'http://127.0.0.1:5118',
    );
  });

  it('serves static files, and nothing beside their folder', () => {
    const staticFiles = [
      { urlPath: '/static', at: '/releases/a/public', isFolder: true },
      { urlPath: 'favicon.ico', at: '/releases/a/icon "x"', isFolder: false },
    ];
    expect(standardFiles({ ...proxy, staticFiles })['conf.d/elasticbeanstalk/01_static.conf']).to.equal(
      'location ^~ "/static/" { alias "/releases/a/public/"; }\nlocation = "/favicon.ico" { alias "/releases/a/icon x"; }\n',
    );
  });

  it('serves PHP from the document root, and no hidden files', () => {
    const php = standardFiles({ ...proxy, isFastCgi: true, documentRoot: '/public/' });
    expect(php['conf.d/elasticbeanstalk/php.conf'])
      .to.include('root "/releases/a/public";')
      .and.include(String.raw`location ~ /\.(?!well-known/) { deny all; }`);
    expect(php['conf.d/php-fpm.conf']).to.include('127.0.0.1:5118');
    expect(php).not.to.have.property('conf.d/elasticbeanstalk/00_application.conf');
  });

  for (const { title, text, result } of [
    { title: 'port 80', text: 'listen 80 default_server;', result: 'listen 127.0.0.1:5117 default_server;' },
    { title: 'port 80 on all addresses', text: '  listen *:80;', result: '  listen 127.0.0.1:5117;' },
    { title: 'port 80 of IPv6', text: 'listen [::]:80 ipv6only=on;', result: '' },
    { title: 'a loopback port', text: 'listen 127.0.0.1:9000;', result: 'listen 127.0.0.1:9000;' },
    { title: 'a socket', text: 'listen unix:/run/a.sock;', result: 'listen unix:/run/a.sock;' },
    { title: 'a comment', text: '# listen 443;', result: '# listen 443;' },
    {
      title: 'the application',
      text: 'proxy_pass http://localhost:5000/;',
      result: 'proxy_pass http://127.0.0.1:5118/;',
    },
    { title: 'another upstream', text: 'server 127.0.0.1:50001;', result: 'server 127.0.0.1:50001;' },
    {
      title: "nginx's folder",
      text: 'include /etc/nginx/mime.types;',
      result: 'include /own/nginx/mime.types;',
    },
  ])
    it(`has ${title} of a bundle's file fitted`, () => {
      expect(fitted(text)).to.equal(result);
    });

  it('refuses other ports by name', () => {
    expect(fitted('server { listen 443 ssl; }')).to.include('.platform/nginx/conf.d/a.conf listens on 443');
  });

  it("takes the bundle's own nginx.conf without what the agent decides", () => {
    const text = `user nginx;
pid /var/run/nginx.pid;
error_log /var/log/nginx/error.log warn;
events { worker_connections 1024; }
http { server { listen 80; location / { proxy_pass http://127.0.0.1:5000; } } }`;
    const result = fitMain(text, fitting);
    expect(result)
      .to.have.property('text')
      .that.matches(/^daemon off;\npid \/own\/nginx\/nginx.pid;\nuser root;/)
      .and.includes('real_ip_header X-Real-IP;')
      .and.includes('error_log stderr warn;')
      .and.includes('listen 127.0.0.1:5117')
      .and.does.not.include('user nginx')
      .and.does.not.include('/var/run');
    expect(fitMain('events {}', fitting)).to.deep.equal({
      problem: '.platform/nginx/nginx.conf has no http block',
    });
  });
});
