import { spawn } from 'node:child_process';
import { displayName } from '../../model/names.ts';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import { command, flag, shared } from '../command.ts';
import { listEnvironments, parseTarget, selectEnvironments } from '../environments.ts';
import { UserError } from '../errors.ts';
import { throughFrontDoor } from '../local-cloud/front-door.ts';
import { addressOf, readAllTargets } from '../status/address.ts';
import { applicationOf } from '../project.ts';

export default command({
  name: 'open',
  group: 'Look',
  summary: "Open a web environment's address in the browser.",
  argument: { name: 'stack[/environment]', summary: 'dev, or dev/web.', required: true },
  options: { print: flag('Print the address instead.'), application: shared.application },
  examples: [
    { command: 'beanpole open dev', effect: 'opens the web environment of dev' },
    { command: 'curl "$(beanpole open prod --print)"', effect: 'asks it' },
  ],

  async run(argument, { print, application: given }, { clients, environment, project, ui }) {
    const environments = await listEnvironments(clients.ssm, applicationOf(project, given));
    const chosen = choose(selectEnvironments(environments, parseTarget(argument)), argument);
    const address = addressOf(chosen, await readAllTargets(clients, environments)) ?? '';
    const url = throughFrontDoor(address, environment.LOCAL_CLOUD_FRONT_DOOR);
    if (print || !(await openInBrowser(url))) ui.data(url);
    else ui.note(`Opened ${url}`);
  },
});

function choose(selected: readonly EnvironmentDescriptor[], argument: string): EnvironmentDescriptor {
  const [first, ...more] = selected.filter(({ url }) => url !== undefined);
  if (!first)
    throw new UserError(
      `${argument} has no address: ${selected.map((each) => `${displayName(each)} is a ${each.tier}`).join(', ')}.`,
      {
        next: `beanpole status ${argument}`,
      },
    );
  if (more.length > 0)
    throw new UserError(`${argument} has several web environments.`, {
      next: [first, ...more].map((each) => `beanpole open ${displayName(each)}`).join(', or '),
    });
  return first;
}

/** An opener that has not failed by then is showing the page. */
const openMilliseconds = 2000;

/** False when there is no browser to open it in. */
function openInBrowser(url: string): Promise<boolean> {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  return new Promise((resolve) => {
    const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
    const timer = setTimeout(() => {
      child.unref();
      resolve(true);
    }, openMilliseconds);
    const ended = (opened: boolean) => {
      clearTimeout(timer);
      resolve(opened);
    };
    child.once('error', () => {
      ended(false);
    });
    child.once('exit', (code) => {
      ended(code === 0);
    });
  });
}
