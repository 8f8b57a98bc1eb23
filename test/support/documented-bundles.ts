/** Source bundles in the layouts of Elastic Beanstalk's documentation, by platform. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type BundleFiles = Readonly<Record<string, string>>;

export function writeBundle(folder: string, files: BundleFiles): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** Answers with what it was made of: hooks, options, properties. */
const nodeApplication = `const http = require('http');
const { readFileSync } = require('fs');
const port = process.env.PORT || 3000;
http.createServer((request, response) => {
  const { GREETING, SECRET } = process.env;
  const steps = readFileSync('steps.txt', 'utf8').trim().split('\\n');
  if (request.url === '/health') return response.end('ok');
  response.end(JSON.stringify({ greeting: GREETING, secretLength: (SECRET || '').length, steps }));
}).listen(port);
`;
const step = (name: string): string => `#!/bin/bash\necho ${name} >>steps.txt\n`;

export const nodeBundle: BundleFiles = {
  'app.js': nodeApplication,
  'package.json': '{ "name": "sample", "version": "0.0.1", "scripts": { "start": "node app.js" } }\n',
  Procfile: 'web: npm start --silent\nrelease: echo release >>steps.txt\n',
  'static/site.css': 'body { color: green }\n',
  '.platform/hooks/prebuild/01_first.sh': step('prebuild'),
  '.platform/hooks/predeploy/01_second.sh': step('predeploy'),
  '.platform/confighooks/predeploy/01_changed.sh': step('reconfigured'),
  '.platform/nginx/conf.d/headers.conf': 'add_header X-Served-By own-nginx always;\n',
  '.platform/nginx/conf.d/elasticbeanstalk/old-address.conf': 'location = /old { return 301 /new; }\n',
  '.ebextensions/01-options.config': `option_settings:
  aws:elasticbeanstalk:application:environment:
    GREETING: hello
  aws:elasticbeanstalk:environment:proxy:staticfiles:
    /assets: static
  aws:autoscaling:asg:
    MinSize: 2
`,
  '.ebextensions/02-commands.config': `files:
  "/etc/sample.conf":
    mode: "000644"
    owner: root
    group: root
    content: |
      a=b
container_commands:
  01_read:
    command: "grep -q a=b /etc/sample.conf && echo container_command >>steps.txt"
  02_leader:
    command: "echo leader >>steps.txt"
    leader_only: true
`,
};

export const pythonBundle: BundleFiles = {
  'application.py': `import os

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html")])
    return ["python {} {}".format(os.environ["GREETING"], environ["PATH_INFO"]).encode()]
`,
  '.ebextensions/options.config': `option_settings:
  aws:elasticbeanstalk:application:environment:
    GREETING: bonjour
  aws:elasticbeanstalk:container:python:
    WSGIPath: application.py
    NumThreads: 4
`,
  'static/site.css': 'body { color: blue }\n',
};

export const phpBundle: BundleFiles = {
  'public/index.php': `<?php echo "php ", getenv('GREETING'), " ", ini_get('memory_limit'), " ", $_GET['name'] ?? '';\n`,
  'public/site.css': 'body { color: red }\n',
  'public/.secret': 'nobody reads this\n',
  '.ebextensions/php.config': `option_settings:
  - namespace: aws:elasticbeanstalk:container:php:phpini
    option_name: document_root
    value: /public
  - namespace: aws:elasticbeanstalk:container:php:phpini
    option_name: memory_limit
    value: 96M
  - option_name: GREETING
    value: hola
`,
};

/** The port is the documentation's, written into the command. */
export const procfileBundle: BundleFiles = {
  Procfile: 'web: python3 -m http.server --directory public 5000\n',
  'public/index.html': 'anything\n',
  'public/health': 'ok\n',
};
