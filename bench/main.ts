/** `npm run bench [name …]`: every benchmark, one after the other, so that none disturbs another. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const all = [
  'endpoint',
  'environments',
  'bundles',
  'agent',
  'worker',
  'deployments',
  'requests',
  'failover',
  'images',
];
const wanted = process.argv.length > 2 ? process.argv.slice(2) : all;
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. Benchmarks: ${all.join(', ')}.`);
  process.exit(2);
}

for (const name of wanted) {
  console.log(`\n── ${name}`);
  const code = await new Promise<number | null>((done, fail) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`)], { stdio: 'inherit' });
    child.on('error', fail);
    child.on('close', done);
  });
  if (code !== 0) process.exitCode = 1;
}
