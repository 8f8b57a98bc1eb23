// `npm run <task>`: sets the machine up as far as the task needs it, then runs the task on Node 24.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetUpError, setUp } from './set-up.js';
import {
  cacheFolder,
  debianPackages,
  debianPackagesForBenchmarks,
  debianPackagesForTests,
} from './toolchain.js';

const mocha = ['node_modules/mocha/bin/mocha.js'];
const lint = [
  ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  ['node_modules/eslint/bin/eslint.js', '--cache', '--cache-location', 'node_modules/.cache/eslint/', '.'],
  ['node_modules/typescript/bin/tsc'],
];

/** Each task: what it needs besides npm packages, and its steps as arguments of `node`. */
const tasks = {
  demo: { system: debianPackages, steps: [['tools/demo.ts']] },
  test: {
    system: debianPackagesForTests,
    steps: [...lint, mocha, [...mocha, '--config', 'test/scenarios/.mocharc.json']],
  },
  'test:faults': { system: debianPackagesForTests, steps: [['test/faults/main.ts']] },
  'test:mutations': { steps: [['test/mutations/main.ts']] },
  'test:unit': { steps: [mocha] },
  lint: { steps: lint },
  bench: { system: debianPackagesForBenchmarks, steps: [['bench/main.ts']] },
};

const [name, ...rest] = process.argv.slice(2);
const task = tasks[name];
if (!task) {
  console.error(`There is no task ${name ?? '(none given)'}. Tasks: ${Object.keys(tasks).join(', ')}.`);
  process.exit(2);
}

// The terminal sends Ctrl-C to the step as well; it decides how to end, and its code is passed on.
let child;
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child?.kill('SIGTERM'));

try {
  const { node, path } = await setUp(task);
  const project = fileURLToPath(new URL('..', import.meta.url));
  const env = {
    ...process.env,
    PATH: path,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE || join(cacheFolder, 'compile-cache'),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  for (const [index, step] of task.steps.entries()) {
    const args = index === task.steps.length - 1 ? [...step, ...rest] : step;
    const code = await runNode(node, args, { cwd: project, env });
    if (code !== 0) process.exit(code);
  }
} catch (error) {
  console.error(error instanceof SetUpError ? error.message : error);
  process.exit(error instanceof SetUpError ? 2 : 1);
}

function runNode(node, args, options) {
  return new Promise((resolve, reject) => {
    child = spawn(node, args, { ...options, stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 130));
  });
}
