/** Stores the identities of all resources: `node test/infra/identities/update.ts`, after a change that is meant. */
import { writeFileSync } from 'node:fs';
import { recordStack } from '../stacks.ts';

for (const stack of ['application', 'dev', 'prod', 'everything']) {
  const recording = await recordStack(stack);
  writeFileSync(
    new URL(`${stack}.json`, import.meta.url),
    `${JSON.stringify(recording.identities(), null, 2)}\n`,
  );
}
