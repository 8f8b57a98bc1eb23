import { displayName } from '../../../model/names.ts';
import { deadlineOf, pollMilliseconds, rowKey, StepFailedError, type Perform } from '../run.ts';

/** Until nobody is left in a slot but those who are leaving: Auto Scaling takes its time after a change of size. */
export const awaitEmpty: Perform<'AwaitEmpty'> = async (run, { id, task: { slot } }, signal) => {
  const deadline = deadlineOf(run);
  for (let poll = 0; ; poll += 1) {
    const { instances } = await run.fleets[slot].list();
    const left = instances.filter(({ state }) => state !== 'Leaving');
    const isEmpty = left.length === 0;
    const text = `${displayName(run.environment)}   ${left.length} instances left in slot ${slot}`;
    run.board.row(rowKey(run, id), text, isEmpty ? 'done' : 'running', deadline);
    if (isEmpty) return;
    if (run.clock.now() > deadline)
      throw new StepFailedError(
        `${left.map((instance) => instance.id).join(', ')}: still in slot ${slot}, which was to be empty`,
      );
    await run.clock.sleep(pollMilliseconds(poll), signal);
  }
};
