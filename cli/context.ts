import { hostname, userInfo } from 'node:os';
import { createClients, type Clients } from './aws/clients.ts';
import { systemClock, type Clock } from './clock.ts';
import { findProject, type Project } from './project.ts';
import type { LocalTerminal } from './ssh/terminal.ts';
import type { Ui } from './ui/ui.ts';

/** Everything that touches the world, as a command is given it. */
export interface Context {
  /** The folder with the stack files, and what they say of application and region. */
  readonly project: Project;
  readonly environment: NodeJS.ProcessEnv;
  readonly clients: Clients;
  readonly clock: Clock;
  readonly ui: Ui;
  readonly terminal: LocalTerminal;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** `user@host`, for locks, records and manifests. */
  readonly user: string;
  /** What a second Ctrl-C prints before it leaves. */
  readonly onLeave: (advice: () => string) => void;
}

export interface Surroundings {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly ui: Ui;
  readonly terminal: LocalTerminal;
  readonly signal: AbortSignal;
  readonly onLeave: (advice: () => string) => void;
}

export function createContext(surroundings: Surroundings): Context {
  const { folder, environment, ui, terminal, signal, onLeave } = surroundings;
  const project = findProject(folder);
  return {
    project,
    environment,
    clients: createClients(environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? project.region),
    clock: systemClock,
    ui,
    terminal,
    signal,
    user: userAtHost(environment),
    onLeave,
  };
}

/** A user id without a name (a container) must not end a command. */
function userAtHost(environment: NodeJS.ProcessEnv): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `${environment.USER ?? 'someone'}@${hostname()}`;
  }
}
