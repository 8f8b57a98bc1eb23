import { expect } from 'chai';
import { watchDatabase } from '../../agent/database-watch.ts';
import type { DeploymentOrder } from '../../agent/deploy/fencing.ts';
import { emptyState, type AgentState } from '../../agent/state.ts';
import { noConfiguration } from './support/machine.ts';

describe('watching the password of the database', () => {
  const bundle = { key: 'bundles/a.zip', sha256: 'a' };
  const live = {
    deployment: 4,
    versionLabel: 'v4',
    bundle,
    configuration: noConfiguration,
    folder: '/r',
    commands: {},
    port: 5101,
    processes: [],
    databaseVersion: 'first',
  };

  /** Looks as often as there are answers; each is a version, or what goes wrong. */
  async function watch(answers: readonly (string | Error)[], given: AgentState['live'] = live) {
    const stop = new AbortController();
    const orders: DeploymentOrder[] = [];
    const warnings: string[] = [];
    const left = [...answers];
    let state: AgentState = {
      ...emptyState(0),
      live: given,
      fencing: { token: 7, deployment: 4 },
    };
    await watchDatabase({
      clock: {
        now: () => 0,
        sleep: async () => {
          if (left.length === 0) stop.abort(new Error('enough'));
          stop.signal.throwIfAborted();
        },
      },
      signal: stop.signal,
      errand: async () => {
        const answer = left.shift() ?? '';
        if (answer instanceof Error) throw answer;
        return answer;
      },
      database: { host: 'db', port: 3306, name: 'ebdb', secretArn: 'arn:secret' },
      state: () => {
        if (!given) left.shift();
        return state;
      },
      deploy: async (order) => {
        orders.push(order);
        state = { ...state, live: { ...live, databaseVersion: 'second' } };
        return {} as never;
      },
      warn: (text) => warnings.push(text),
    });
    return { orders, warnings };
  }

  it('starts what serves anew when the password is another one, once', async () => {
    const { orders } = await watch(['first', 'second', 'second']);
    expect(orders).to.deep.equal([
      {
        origin: 'Rotation',
        token: 7,
        deployment: 4,
        versionLabel: 'v4',
        bundle,
        configuration: noConfiguration,
      },
    ]);
  });

  it('goes on after a look that failed', async () => {
    const { orders, warnings } = await watch([new Error('no answer'), 'second']);
    expect(warnings).to.have.length(1);
    expect(orders).to.have.length(1);
  });

  it('leaves alone what does not serve yet', async () => {
    expect((await watch(['second'], null)).orders).to.deep.equal([]);
  });
});
