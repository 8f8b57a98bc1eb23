import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { displayName, type EnvironmentName } from '../../model/names.ts';
import type { Clock } from '../clock.ts';
import type { Problems } from '../problems.ts';
import type { AgentLog } from './agent-log.ts';
import { LogShipper } from './shipper.ts';

export interface LogConnection {
  readonly logs: CloudWatchLogsClient;
  readonly clock: Clock;
  readonly name: EnvironmentName;
  readonly instanceId: string;
  readonly positionsFile: string;
  readonly problems: Problems;
  /** What the agent says goes to the same place. */
  readonly log: AgentLog;
}

/** Connects the instance with its environment's log groups. */
export async function connectLogs(connection: LogConnection): Promise<LogShipper> {
  const { log, problems, name, instanceId, ...parts } = connection;
  const shipper = await LogShipper.open({
    ...parts,
    name,
    instanceId,
    onProblem: (problem) => {
      const cause = `Logs cannot be sent to CloudWatch: ${problem ?? ''}`;
      problems.set('logs', problem === undefined ? undefined : { severity: 'Warning', cause });
    },
  });
  const lines = shipper.stream('agent');
  const events = shipper.stream('events');
  log.attach(
    { environment: displayName(name), instanceId },
    {
      log: (line) => {
        lines.write(line);
      },
      event: (event) => {
        events.write(JSON.stringify(event), Date.parse(event.at));
      },
    },
  );
  return shipper;
}
