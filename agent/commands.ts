/** `deploy` and `status`: short-lived, they ask the supervisor and load nothing of it. */
import process from 'node:process';
import { instancePaths } from '../model/names.ts';
import { parseDeployArguments, usage, UsageError } from './arguments.ts';
import { deliverOrder, exitCodes } from './deploy-command.ts';
import { ask } from './socket/client.ts';

export async function runCommand([command, ...rest]: string[]): Promise<void> {
  switch (command) {
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
