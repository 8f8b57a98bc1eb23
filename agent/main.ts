/** The agent's file from its first moment on: decides which part of it runs, so that a process loads no other. */
import process from 'node:process';
import { runCommand } from './commands.ts';
import { runErrandsOf } from './errands/child.ts';
import { exitWith } from './exit.ts';
import { runLean } from './lean.ts';

/** Set by the bundle: the file that this runs from. */
declare const $agentFile: string;
/** Set by the bundle: runs agent/supervisor.ts. */
declare function $supervisor(): void;

const [, , command] = process.argv;
if (command === 'errand') runErrandsOf($agentFile);
else if (command === 'run') {
  runLean($agentFile);
  $supervisor();
} else runCommand(process.argv.slice(2)).catch(exitWith);
