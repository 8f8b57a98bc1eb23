/** `run`: what stays resident on every instance. */
import process from 'node:process';
import { Agent } from './agent.ts';
import { exitWith } from './exit.ts';
import { readSettings } from './settings.ts';

/** Set by the bundle: the file that this runs from. */
declare const $agentFile: string;

Agent.run(readSettings(process.env, $agentFile)).catch(exitWith);
