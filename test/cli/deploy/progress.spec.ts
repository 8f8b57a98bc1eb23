import { expect } from 'chai';
import { plainBoard } from '../../../cli/ui/board.ts';
import type { DeploymentPolicy } from '../../../model/schemas.ts';
import { balanced } from '../support/fixtures.ts';
import { SimulatedEnvironment } from '../support/simulated-environment.ts';

/** What a log without a terminal shows, without how long each thing took. */
async function linesOf(policy: DeploymentPolicy, spoil?: (stage: SimulatedEnvironment) => void) {
  const options = { batchSizeType: 'Fixed', batchSize: 2 } as const;
  const stage = new SimulatedEnvironment({ environment: balanced(), policy, options, instances: 4 });
  const lines: string[] = [];
  stage.board = plainBoard(
    (line) => lines.push(line.replace(/ \([\d.]+ m?s\)$/, '')),
    () => stage.clock.now(),
  );
  spoil?.(stage);
  await stage.deploy();
  return lines;
}

describe('the progress of a deployment', () => {
  it('tells the step of how many, each instance, and how many are done', async () => {
    const lines = await linesOf('Rolling');
    const second = lines.findIndex((line) => line.startsWith('dev/web 2/8: Send v2 to batch 1 of 2'));
    expect(lines.slice(second + 1, second + 7)).to.deep.equal([
      'dev/web   i-1: v2 deploying',
      'dev/web   i-2: v2 deploying',
      'dev/web   0 of 2 instances are done with v2',
      'ok: dev/web   i-1: v2 deployed',
      'ok: dev/web   i-2: v2 deployed',
      'ok: dev/web   2 of 2 instances are done with v2',
    ]);
    expect(lines.at(-1)).to.equal('ok: dev/web 8/8: Let Auto Scaling go on with AZRebalance in slot blue.');
  });

  it('shows instances that come up, and none that were there', async () => {
    const lines = await linesOf('RollingWithAdditionalBatch');
    expect(lines.filter((line) => /: (booting|in service)$/.test(line))).to.deep.equal([
      'dev/web   i-new-1: booting',
      'dev/web   i-new-2: booting',
      'ok: dev/web   i-new-1: in service',
      'ok: dev/web   i-new-2: in service',
    ]);
  });

  it('counts the steps of the way back by themselves', async () => {
    const lines = await linesOf('Rolling', (stage) => {
      for (const machine of stage.groups.blue.fleet.machines.values()) machine.broken.add('v2');
    });
    expect(
      lines.filter((line) => /^(FAILED: )?dev\/web \d/.test(line)).map((line) => line.slice(0, 40)),
    ).to.deep.equal([
      'dev/web 1/8: Keep Auto Scaling from AZRe',
      'dev/web 2/8: Send v2 to batch 1 of 2 (i-',
      'FAILED: dev/web 2/8: Send v2 to batch 1 ',
      'dev/web 1/2: Bring every instance of dev',
      'dev/web 2/2: Let Auto Scaling go on with',
    ]);
  });
});
