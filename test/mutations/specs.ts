/**
 * A process that runs specs of infra/ on one mutant after the other. A mutant exists in memory only: the modules of
 * infra/ and of its specs are loaded anew for each, that of the mutated component from the mutant's source; all
 * others, Pulumi's among them, are loaded once.
 */
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import Mocha from 'mocha';
import type { Failure, Trial, Verdict } from './runner.ts';

const reloaded = ['infra/', 'test/infra/'].map((folder) => new URL(`../../${folder}`, import.meta.url).href);
const mark = '?trial=';
const plain = new Map<string, string>();
let trial: Trial = { component: '', source: '', specs: [] };
let number = 0;

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const isReloaded = reloaded.some((folder) => found.url.startsWith(folder)) && found.url.endsWith('.ts');
    return isReloaded ? { ...found, url: `${found.url}${mark}${number}` } : found;
  },
  load(url, context, next) {
    const [file = '', ...marks] = url.split(mark);
    if (marks.length === 0) return next(url, context);
    const source = file === trial.component ? stripTypeScriptTypes(trial.source) : plainSource(file);
    return { format: 'module', source, shortCircuit: true };
  },
});

function plainSource(url: string): string {
  const source = plain.get(url) ?? stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'));
  plain.set(url, source);
  return source;
}

process.on('message', (next: Trial) => {
  trial = next;
  number++;
  void verdictOf(next).then((verdict) => process.send?.(verdict));
});

async function verdictOf({ specs }: Trial): Promise<Verdict> {
  for (const spec of specs) {
    const failure = await firstFailure(spec);
    if (failure) return { killer: { spec, ...failure } };
  }
  return {};
}

const silent = function () {
  // What fails is told to whoever asked.
} as unknown as Mocha.ReporterConstructor;

async function firstFailure(spec: string): Promise<Failure | undefined> {
  const mocha = new Mocha({ bail: true, timeout: 60_000, reporter: silent });
  mocha.suite.emit(Mocha.Suite.constants.EVENT_FILE_PRE_REQUIRE, globalThis, spec, mocha);
  try {
    await import(spec);
  } catch (error) {
    return { test: 'what the spec imports', message: (error as Error).message, isAssertion: false };
  }
  return new Promise((resolve) => {
    let failure: Failure | undefined;
    const runner = mocha.run(() => {
      runner.dispose();
      resolve(failure);
    });
    runner.once('fail', (test: Mocha.Test, { name, message }: Error) => {
      failure = { test: test.fullTitle(), message, isAssertion: name === 'AssertionError' };
    });
  });
}
