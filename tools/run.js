// `npm run <task>`: sets the machine up as far as the task needs it, then runs the task on Node 24.
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scratchInMemory } from './scratch.js';
import { SetUpError, setUp } from './set-up.js';
import {
  cacheFolder,
  debianPackages,
  debianPackagesForBenchmarks,
  debianPackagesForTests,
} from './toolchain.js';

const mocha = ['node_modules/mocha/bin/mocha.js'];
const prettier = ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'];
const eslint = [
  'node_modules/eslint/bin/eslint.js',
  ...['--cache', '--cache-location', 'node_modules/.cache/eslint/', '.'],
];
const tsc = ['node_modules/typescript/bin/tsc'];

/**
 * Each task: what it needs besides npm packages, and what it runs, as arguments of `node`. First come its `checks`,
 * one after the other, and beside them on another core what takes as long as they do; then its own `step`.
 * Benchmarks and the demo work on the disk, as whoever uses Beanpole does.
 */
const tasks = {
  demo: { system: debianPackages, step: ['tools/demo.ts'] },
  test: {
    system: debianPackagesForTests,
    inMemory: true,
    meanwhile: eslint,
    checks: [prettier, tsc, mocha],
    step: [...mocha, '--config', 'test/scenarios/.mocharc.yaml'],
  },
  'test:faults': { system: debianPackagesForTests, inMemory: true, step: ['test/faults/main.ts'] },
  'test:mutations': { step: ['test/mutations/main.ts'] },
  'test:unit': { inMemory: true, step: mocha },
  lint: { meanwhile: eslint, checks: [prettier, tsc] },
  bench: { system: debianPackagesForBenchmarks, step: ['bench/main.ts'] },
};

const [name, ...rest] = process.argv.slice(2);
const task = tasks[name];
if (!task) {
  console.error(`There is no task ${name ?? '(none given)'}. Tasks: ${Object.keys(tasks).join(', ')}.`);
  process.exit(2);
}

// The terminal sends Ctrl-C to what runs as well; it decides how to end, and its code is passed on.
const children = new Set();
process.on('SIGINT', () => {});
process.on('SIGTERM', () => children.forEach((child) => child.kill('SIGTERM')));

try {
  const { node, path } = await setUp(task);
  const scratch = task.inMemory && !process.env.TMPDIR ? scratchInMemory() : undefined;
  const options = {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: {
      ...process.env,
      ...(scratch && { TMPDIR: scratch }),
      PATH: path,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE || join(cacheFolder, 'compile-cache'),
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  };
  const run = (args, quietly) => runNode(node, args, options, quietly);
  const { meanwhile, checks = [], step } = task;
  const codes = await Promise.all([inTurn(checks, run), meanwhile ? run(meanwhile, 'quietly') : 0]);
  const failed = codes.find((code) => code !== 0);
  process.exitCode = failed ?? (step ? await run([...step, ...rest]) : 0);
} catch (error) {
  console.error(error instanceof SetUpError ? error.message : error);
  process.exitCode = error instanceof SetUpError ? 2 : 1;
}

/** The code of the first one that fails; those after it are not run. */
async function inTurn(checks, run) {
  for (const check of checks) {
    const code = await run(check);
    if (code !== 0) return code;
  }
  return 0;
}

/** Quietly: what it says comes at its end, so that it is not mixed with what runs beside it. */
function runNode(node, args, options, quietly) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { ...options, stdio: quietly ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
    children.add(child);
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => said.push(text));
    child.on('error', reject);
    child.on('close', (code) => {
      children.delete(child);
      process.stderr.write(Buffer.concat(said));
      resolve(code ?? 130);
    });
  });
}
