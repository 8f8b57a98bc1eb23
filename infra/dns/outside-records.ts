/** Names of a stack that lead to something outside it. */
import type { EnvironmentStack } from '../config.ts';
import { stackPrefix, stackTags } from '../naming.ts';
import { Domain } from './domain.ts';
import type { Routing } from './domain.ts';
import { setIdentifierOf } from './routing-rules.ts';
import type { RecordConfiguration } from './routing-section.ts';

/** A `Domain` for each of `domain.records`, after those of the environments. */
export function createOutsideRecords(
  stack: EnvironmentStack,
  hostedZoneId: string | undefined,
  ofEnvironments: readonly Domain[],
): Domain[] {
  const { domain } = stack;
  if (!domain || hostedZoneId === undefined) return [];
  const made: Domain[] = [];
  for (const [key, { record, addresses, ttlSeconds, routing }] of Object.entries(domain.records))
    made.push(
      new Domain(`${stackPrefix(stack)}-${key}`, {
        hostedZoneId,
        domainName: domain.name,
        record,
        target: { addresses, ttlSeconds },
        routing: routing && routingOf(routing, stack.stack, key),
        others: [...ofEnvironments, ...made],
        tags: stackTags(stack),
      }),
    );
  return made;
}

function routingOf(
  routing: NonNullable<RecordConfiguration['routing']>,
  stack: string,
  key: string,
): Routing {
  const { healthCheck } = routing;
  return {
    ...routing,
    setIdentifier: setIdentifierOf(routing, stack, key),
    healthCheck: healthCheck && { ...healthCheck, path: healthCheck.path ?? '/' },
  };
}
