import {
  CreateLogStreamCommand,
  PutLogEventsCommand,
  type CloudWatchLogsClient,
} from '@aws-sdk/client-cloudwatch-logs';
import { displayName, logGroup, type EnvironmentName } from '../../model/names.ts';
import type { Event } from '../../model/schemas.ts';
import { isoTime, type Clock } from '../clock.ts';
import type { EventLog } from './run.ts';

export interface FlushableEventLog extends EventLog {
  /** Waits for what has been written; answers what went wrong, if anything. */
  flush(): Promise<string | undefined>;
}

/** What the events are about: one of the two. */
export interface EventSource {
  readonly deployment?: number;
  readonly swap?: number;
}

/** Events of one deployment or swap, in the environment's `events` log group; written behind the deployment's back. */
export function createEventLog(
  logs: CloudWatchLogsClient,
  name: EnvironmentName,
  { deployment, swap }: EventSource,
  clock: Clock,
): FlushableEventLog {
  const logGroupName = logGroup(name, 'events');
  // A stream of this runner's own: two runners of one must not get into each other's way.
  const logStreamName = `${swap === undefined ? `deployment-${deployment ?? 0}` : `swap-${swap}`}/${clock.now()}`;
  let waiting: { timestamp: number; message: string }[] = [];
  let created = false;
  let failure: string | undefined;
  let writing: Promise<void> | undefined;

  async function writeAll(): Promise<void> {
    if (!created)
      await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName })).catch(ignoreExisting);
    created = true;
    while (waiting.length > 0) {
      const logEvents = waiting;
      waiting = [];
      await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
    }
  }

  const start = () => {
    writing ??= writeAll()
      .catch((error: unknown) => {
        failure ??= (error as Error).message;
      })
      .finally(() => {
        writing = undefined;
      });
  };

  return {
    write({ severity, message, instanceId }) {
      const at = clock.now();
      const event: Event = {
        at: isoTime(at),
        severity,
        environment: displayName(name),
        ...(deployment !== undefined && { deployment }),
        message,
        ...(instanceId !== undefined && { instanceId }),
      };
      waiting.push({ timestamp: at, message: JSON.stringify(event) });
      if (failure === undefined) start();
    },
    async flush() {
      while (writing) await writing;
      return failure;
    },
  };
}

function ignoreExisting(error: unknown): void {
  if ((error as Error).name !== 'ResourceAlreadyExistsException') throw error;
}
