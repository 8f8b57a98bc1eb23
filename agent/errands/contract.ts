/** The errands by name: what goes in and what comes out, as JSON. */
import type { EnvironmentName } from '../../model/names.ts';
import type {
  ConfigurationSnapshot,
  CronTask,
  CurrentPointer,
  InstanceDescriptor,
  InstanceResult,
} from '../../model/schemas.ts';
import type { Identity } from '../metadata.ts';

import type { WorkCounts } from '../worker-daemon/work-counts.ts';
import type { PropertiesInput, ResolvedProperties } from './properties.ts';

export type Phase = InstanceResult['phases'][number];

export interface Prepared {
  /** Process type → command; `web` is there. */
  readonly commands: Record<string, string>;
  readonly ports: Record<string, number>;
  /** Where requests go in. */
  readonly port: number;
  readonly folder: string;
  readonly properties: Record<string, string>;
  /** Version of the secret that the database's password is of. */
  readonly databaseVersion?: string;
  /** Properties that the bundle itself sets; the environment's go before them. */
  readonly defaults: Record<string, string>;
  /** Periodic tasks of a worker. */
  readonly cron: readonly CronTask[];
  readonly hasPostdeployHooks: boolean;
  readonly phases: Phase[];
  /** What the bundle asks for and does not get, one sentence each. */
  readonly notes: string[];
}

/** What commands of a bundle are told of the deployment. */
interface CommandFacts {
  readonly versionLabel: string;
  readonly configuration: ConfigurationSnapshot;
  readonly descriptor: InstanceDescriptor;
  readonly identity: Identity;
  readonly nodeFolder: string;
  /** This instance does what is done once per deployment. */
  readonly isLeader: boolean;
  /** The live release, if it is of the same version and only properties change. */
  readonly liveFolder: string | null;
}

export interface Due {
  readonly task: string;
  readonly at: string;
}

export interface MetricsInput {
  readonly queueUrl: string;
  readonly name: EnvironmentName;
  readonly counts: WorkCounts;
}

export interface Errands {
  descriptor: { input: { parameter: string }; output: InstanceDescriptor };
  pointer: { input: { bucket: string; key: string }; output: CurrentPointer | null };
  /** Fetches, checks and unpacks a bundle unless that is done, runs its hooks and commands, resolves the properties. */
  prepare: {
    input: CommandFacts & {
      bundle: { key: string; sha256: string };
      deployment: number;
      releases: string;
      /** Configuration of a release's nginx and php-fpm, one folder for each block of ports. */
      ownFolders: string;
      /** Of the block of ports that the release may use. */
      firstPort: number;
    };
    output: Prepared;
  };
  /** Answers how many hooks ran. */
  postdeploy: { input: CommandFacts & { folder: string; defaults: Record<string, string> }; output: number };
  properties: { input: PropertiesInput; output: ResolvedProperties };
  /** The version of a secret that holds now. */
  secretVersion: { input: { secretArn: string }; output: string };
  /** Completes a lifecycle hook if the instance waits in it. */
  lifecycle: {
    input: { instanceId: string; hook: string; result: 'CONTINUE' | 'ABANDON' };
    output: { state: string | null; completed: boolean };
  };
  /** Asks the instance's Auto Scaling group to take it out and replace it; answers where it was. */
  leave: { input: { instanceId: string }; output: { state: string | null } };
  /** Due times of tasks, each after a moment of its own, in order. */
  due: { input: { tasks: readonly (CronTask & { after: string })[]; until: string }; output: Due[] };
  metrics: { input: MetricsInput; output: null };
  address: { input: { allocationId: string; instanceId: string }; output: null };
}

export type ErrandName = keyof Errands;
export type ErrandInput<Name extends ErrandName> = Errands[Name]['input'];
export type ErrandOutput<Name extends ErrandName> = Errands[Name]['output'];

/** What a child prints as its only line of standard output. */
export type ErrandAnswer =
  | { readonly ok: true; readonly output: unknown }
  | {
      readonly ok: false;
      readonly message: string;
      readonly isFinal: boolean;
      readonly lines: readonly string[];
    };

/** Sends an errand: the seam that tests replace. Progress lines come while it runs. */
export type SendErrand = <Name extends ErrandName>(
  name: Name,
  input: ErrandInput<Name>,
  options?: { readonly signal?: AbortSignal; readonly onProgress?: (line: string) => void },
) => Promise<ErrandOutput<Name>>;

/** An errand came back without result. */
export class ErrandError extends Error {
  /** The same attempt would fail again: the bundle is broken, the descriptor is not valid. */
  readonly isFinal: boolean;
  /** Last lines of the command of the bundle that failed. */
  readonly lines: readonly string[];

  constructor(message: string, isFinal: boolean, lines: readonly string[] = []) {
    super(message);
    this.name = 'ErrandError';
    this.isFinal = isFinal;
    this.lines = lines;
  }
}
