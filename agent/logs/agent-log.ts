import process from 'node:process';
import type { Event } from '../../model/schemas.ts';

export type Severity = Event['severity'];

/** The agent's own words: to standard output (the machine's journal) and, once it is known where, to AWS. */
export class AgentLog {
  #sinks: { log: (line: string) => void; event: (event: Event) => void } | undefined;
  #early: { lines: string[]; events: Event[] } = { lines: [], events: [] };
  #environment = '';
  #instanceId: string | undefined;

  /** Called when instance and environment are known; what was said before follows. */
  attach(
    where: { environment: string; instanceId: string },
    sinks: { log: (line: string) => void; event: (event: Event) => void },
  ): void {
    this.#environment = where.environment;
    this.#instanceId = where.instanceId;
    this.#sinks = sinks;
    for (const line of this.#early.lines) sinks.log(line);
    for (const event of this.#early.events) sinks.event({ ...event, ...where });
    this.#early = { lines: [], events: [] };
  }

  /** For whoever looks after the agent. */
  write(severity: Severity, message: string): void {
    const line = `${new Date().toISOString()} ${severity} ${message}`;
    process.stdout.write(`${line}\n`);
    if (this.#sinks) this.#sinks.log(line);
    else if (this.#early.lines.length < 500) this.#early.lines.push(line);
  }

  /** For whoever looks at the environment: an event, and a line in the log. */
  event(severity: Severity, message: string, deployment?: number): void {
    this.write(severity, message);
    const event: Event = {
      at: new Date().toISOString(),
      severity,
      environment: this.#environment,
      message,
      ...(this.#instanceId === undefined ? {} : { instanceId: this.#instanceId }),
      ...(deployment === undefined ? {} : { deployment }),
    };
    if (this.#sinks) this.#sinks.event(event);
    else if (this.#early.events.length < 100) this.#early.events.push(event);
  }
}
