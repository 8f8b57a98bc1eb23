/**
 * AWS on one Linux machine.
 *   start [--folder DIR] [--port 4566] [--front-door 8080] [--secure-front-door 8443] [--refused reject|drop]
 *     [--time-lapse 1]
 *   stop, status [--json], shell [-- command], reset [--yes], drill PART ID, each with [--folder DIR]
 */
import { enableCompileCache } from 'node:module';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Refusal } from './daemon/failure.ts';
import { defaultFolder } from './daemon/settings.ts';

enableCompileCache();

const usage =
  'start | stop | status [--json] | shell [-- command] | reset [--yes] | drill PART ID, each with [--folder DIR]';

const { values, positionals, dashes } = parse(process.argv.slice(2));
const [verb = '', ...rest] = positionals;
const folder = resolve(values.folder ?? defaultFolder(process.env));

try {
  process.exitCode = await run();
} catch (error) {
  report(error);
}

async function run(): Promise<number> {
  const commands = await import('./daemon/commands.ts');
  if (verb === 'drill') return await commands.drill(folder, rest);
  switch (rest.length === 0 || dashes.length > 0 ? verb : '') {
    case 'start':
      return await commands.start(folder, values);
    case 'stop':
      return await commands.stop(folder);
    case 'status':
      return await commands.status(folder, values.json);
    case 'shell':
      return await commands.shell(folder, dashes);
    case 'reset':
      return await commands.reset(folder, values.yes);
    case 'serve': {
      const { serve } = await import('./daemon/serve.ts');
      await serve(folder, values.refused === 'drop' ? 'drop' : 'reject');
      return 0;
    }
    default:
      throw new Refusal(verb ? `There is no command '${positionals.join(' ')}'.` : 'Which command?', usage);
  }
}

function parse(args: string[]) {
  const cut = args.indexOf('--');
  const own = cut === -1 ? args : args.slice(0, cut);
  const options = {
    folder: { type: 'string' },
    port: { type: 'string' },
    'front-door': { type: 'string' },
    'secure-front-door': { type: 'string' },
    'time-lapse': { type: 'string' },
    refused: { type: 'string', default: 'reject' },
    json: { type: 'boolean', default: false },
    yes: { type: 'boolean', short: 'y', default: false },
  } as const;
  try {
    const parsed = parseArgs({ args: own, options, allowPositionals: true });
    return { ...parsed, dashes: cut === -1 ? [] : args.slice(cut + 1) };
  } catch (error) {
    report(new Refusal((error as Error).message, usage));
    process.exit();
  }
}

/** Refusals are the user's to put right (2); anything else is our bug (1). */
function report(error: unknown): void {
  if (error instanceof Refusal) {
    console.error(`${error.message}\nNext: ${error.next}`);
    process.exitCode = 2;
    return;
  }
  console.error(verb === 'serve' ? error : (error as Error).message);
  process.exitCode = 1;
  if (verb === 'serve') process.exit();
}
