#!/usr/bin/env node
// Finds Node 24 and runs cli/main.ts with it. Plain JavaScript, so that any Node from 18 can start it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, cachedNode } from '../tools/toolchain.js';

const main = new URL('../cli/main.ts', import.meta.url);
// Compiled code is kept, for this command and all that it starts: a Pulumi program loads in two thirds of the time.
process.env.NODE_COMPILE_CACHE ||= join(cacheFolder, 'compile-cache');
const major = (version) => Number.parseInt(version, 10);

if (major(process.versions.node) >= 24) {
  module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);
  await import(main.href);
} else {
  if (existsSync(cachedNode)) run(cachedNode);
  else {
    console.error(
      `Beanpole needs Node 24; this is Node ${process.versions.node}, and ${cachedNode} does not exist.`,
    );
    console.error('Next: npm run demo   (installs what is missing first, then shows what Beanpole does)');
    process.exitCode = 2;
  }
}

/** Runs the command as a child; what this process is told and what the child answers goes through unchanged. */
function run(node) {
  const child = spawn(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both; cli/interrupt.ts takes signals this close together for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code);
    process.exit(128 + constants.signals[signal]);
  });
}
