/** Names of a stack that lead to something outside it. */
import type { EnvironmentStack } from '../config.ts';
import { stackPrefix, stackTags } from '../naming.ts';
import { Domain } from './domain.ts';
import type { Routing } from './domain.ts';
import { setIdentifierOf } from './routing-rules.ts';
import type { RecordConfiguration } from './routing-section.ts';

/** A `Domain` for each of `domain.records`. */
export function createOutsideRecords(stack: EnvironmentStack, hostedZoneId: string | undefined): Domain[] {
  const { domain } = stack;
  if (!domain || hostedZoneId === undefined) return [];
  return Object.entries(domain.records).map(
    ([key, { record, addresses, ttlSeconds, routing }]) =>
      new Domain(`${stackPrefix(stack)}-${key}`, {
        hostedZoneId,
        domainName: domain.name,
        record,
        target: { addresses, ttlSeconds },
        routing: routing && routingOf(routing, stack.stack, key),
        tags: stackTags(stack),
      }),
  );
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
