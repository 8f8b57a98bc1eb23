/** Inside a short-lived child: finds the errands in the agent's own file and runs them. */
import { readFileSync } from 'node:fs';
import { Module } from 'node:module';
import { inflateRawSync } from 'node:zlib';
import { errandsMark } from './mark.ts';

/** A method of Node's loader that the types leave out: runs a text as a CommonJS module. */
interface Compiling {
  _compile(source: string, file: string): unknown;
}

export function runErrandsOf(agentFile: string): void {
  const bundle = readFileSync(agentFile, 'latin1');
  const start = bundle.lastIndexOf(errandsMark);
  if (start < 0) throw new Error(`${agentFile} holds no errands: it was not made by agent/bundle.ts.`);
  const section = bundle.slice(start + errandsMark.length, bundle.lastIndexOf('*/'));
  const source = inflateRawSync(Buffer.from(section, 'base64')).toString('latin1');
  const file = `${agentFile}.errands.cjs`;
  (new Module(file) as unknown as Compiling)._compile(source, file);
}
