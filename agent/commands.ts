/** What the agent does on every instance: `run`, `deploy`, `status`. */
import process from 'node:process';
import { instancePaths } from '../model/names.ts';
import { Agent } from './agent.ts';
import { parseDeployArguments, usage, UsageError } from './arguments.ts';
import { deliverOrder, exitCodes } from './deploy-command.ts';
import { readSettings } from './settings.ts';
import { ask } from './socket/client.ts';

/** Set by the bundle: the file that this runs from. */
declare const $agentFile: string;

async function execute([command, ...rest]: string[]): Promise<void> {
  switch (command) {
    case 'run':
      return Agent.run(readSettings(process.env, $agentFile));
    case 'deploy': {
      const order = parseDeployArguments(rest);
      const result = await deliverOrder(order, { onProgress: (line) => process.stderr.write(`${line}\n`) });
      process.stdout.write(`${JSON.stringify(result)}\n`);
      process.exitCode = exitCodes[result.outcome];
      return;
    }
    case 'status': {
      const status = await ask(instancePaths.socket, { command: 'status' }, () => undefined);
      process.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
      return;
    }
    default:
      throw new UsageError(usage);
  }
}

execute(process.argv.slice(2)).catch((error: unknown) => {
  const isUsage = error instanceof UsageError;
  process.stderr.write(`${isUsage ? error.message : String((error as Error).stack ?? error)}\n`);
  process.exit(isUsage ? 64 : 70);
});
