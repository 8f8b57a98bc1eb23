import { expect } from 'chai';
import { ask } from '../support/client.ts';
import { must } from '../support/cloud.ts';
import { startSteadyLoad, type LoadTally } from '../support/steady-load.ts';
import { stepName, type Combination } from './combinations.ts';
import { host, type Stage } from './stage.ts';
import { watchedBeanpole } from './watched-record.ts';

const requestsPerSecond = 40;
export interface Outcome {
  readonly status: string;
  /** Requests that were lost with what was killed. */
  readonly lost: number;
}

/**
 * Deploys under load, injects the fault at its moment, ends by one more command what is left, and expects all of the
 * old or all of the new version, nothing lost but with what was killed, and nothing for Pulumi to do.
 */
export async function attempt(stage: Stage, combination: Combination): Promise<Outcome> {
  const { losesForSeconds } = combination.fault;
  const load =
    losesForSeconds === undefined ? undefined : await startSteadyLoad(stage.cloud, host, requestsPerSecond);
  let tally: LoadTally | undefined;
  const { status, injectedAt } = await deployWithFault(stage, combination).finally(async () => {
    tally = await load?.stop();
  });
  const lost = tally ? lostIn(tally, injectedAt, losesForSeconds ?? 0) : 0;
  const { status: code } = await ask(stage.cloud.frontDoorPort, host);
  expect(code, 'the site answers').to.equal(200);
  await stage.ensureUnchanged();
  return { status, lost };
}

interface Injected {
  readonly status: string;
  readonly injectedAt: number;
}

async function deployWithFault(stage: Stage, combination: Combination): Promise<Injected> {
  const { policy, fault, wayOn } = combination;
  const { cloud, other: version } = stage;
  const before = new Set(await stage.instances());
  let injectedAt = 0;
  let injection: Promise<void> | undefined;
  const args = ['deploy', 'prod/web', '--version', version, '--policy', policy, '--batch-size', '2'];
  const deployed = await watchedBeanpole(cloud, args, ({ record, step, moment }, command) => {
    const isMoment = stepName(record, step.id) === combination.step && moment === fault.moment(step.task);
    if (!isMoment || injection) return Promise.resolve();
    injectedAt = Date.now();
    injection = fault.inject({ stage, command, task: step.task, before, version });
    injection.catch(() => undefined);
    return fault.isAtOnce ? injection : Promise.resolve();
  });
  let output = deployed.stderr;
  try {
    expect(injection, 'the step was reached').not.to.equal(undefined);
    await injection;
    if (fault.losesForSeconds === undefined) await must(cloud.beanpole('local', 'start'));
    output += await end(stage, wayOn);
    const { record } = await stage.latest();
    expect(record.status).to.be.oneOf(['Succeeded', 'RolledBack', 'Aborted']);
    if (record.status === 'Succeeded') stage.running = version;
    await stage.ensureWhole(stage.running);
    return { status: record.status, injectedAt };
  } catch (error) {
    throw new Error(`${(error as Error).message}\nThe commands said:\n${output}`, { cause: error });
  }
}

/** Past the point of no return, or after the end, `abort` refuses and says so. */
async function end(stage: Stage, wayOn: Combination['wayOn']): Promise<string> {
  const said: string[] = [];
  for (const verb of [wayOn, 'resume']) {
    const { record } = await stage.latest();
    if (record.status !== 'InProgress') break;
    const words = verb === 'resume' ? ['resume', 'prod/web', '--wait-for-lock'] : ['abort', 'prod/web'];
    const { code, stderr } = await stage.cloud.beanpole(...words);
    said.push(`${verb} (exit code ${code ?? '?'}):\n${stderr}`);
    if (verb === 'abort' && code === 2) expect(stderr).to.match(/past its point of no return|Too late/);
  }
  return said.join('\n');
}

/** How many were lost with what was killed; any other is one too many. */
function lostIn({ lost, versions }: LoadTally, injectedAt: number, seconds: number): number {
  const excused = ({ sentAt }: LoadTally['lost'][number]): boolean =>
    seconds > 0 && sentAt > injectedAt - 2000 && sentAt < injectedAt + seconds * 1000;
  const inexcusable = lost.filter((each) => !excused(each));
  const told = inexcusable
    .slice(0, 5)
    .map(
      ({ sentAt, connection, why }) =>
        `${connection} ${why} ${((sentAt - injectedAt) / 1000).toFixed(2)} s after the fault`,
    );
  expect(told, `${inexcusable.length} lost requests`).to.deep.equal([]);
  expect(Object.keys(versions)).to.include.oneOf(['v1', 'v2']);
  return lost.length;
}
