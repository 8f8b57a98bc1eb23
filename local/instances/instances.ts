import type { Shown } from './shown-folders.ts';

/** The compute plane: machines with a network, a process tree and a disk of their own. */
export interface Instances {
  /**
   * Boots a machine in its host's namespace; resolves when its init runs. The first boot makes the disk
   * from the image or a snapshot and runs the user data; a later boot (`reboot`) keeps the disk.
   */
  boot(machine: Machine): Promise<void>;
  /** Shuts the machine down (SIGTERM to its units, then the namespace is taken down); the disk stays. */
  halt(instanceId: string): Promise<void>;
  /** Ends a machine as a power cut does; false: it does not run. The disk stays. */
  crash(instanceId: string): boolean;
  /** Removes a disk that no machine runs from. */
  discard(disk: string): Promise<void>;
  /** Removes all disks but these: what a power cut left of those that are gone. */
  sweep(disks: readonly string[]): void;
  /**
   * Copies a disk as it is at one moment; the copy is there whole or not at all. Disks are named by the id of what
   * they belong to: an instance, a volume, a snapshot. A copy that is there already is left alone.
   */
  copyDisk(from: string, to: string, onProgress?: (percent: number) => void): Promise<void>;
  /** Gives a disk that no machine runs from another name; may be done twice. */
  renameDisk(from: string, to: string): Promise<void>;
  /** Runs a command on a running machine as root; the way of the SSM agent. Ends with the signal. */
  run(instanceId: string, command: MachineCommand): Promise<MachineCommandResult>;
  /** Starts a program on a terminal of its own, as root; the way of a session of the SSM agent. */
  openTerminal(instanceId: string, program: TerminalProgram): Promise<Terminal>;
  isRunning(instanceId: string): boolean;
  /** What the machine wrote to its console (init, user data) since its last boots; undefined: nothing yet. */
  consoleOutput?(instanceId: string): Promise<string | undefined>;
  /** Total CPU seconds and resident bytes of all its processes. */
  usage(instanceId: string): { cpuSeconds: number; memoryBytes: number };
  /** Shows a folder of the cloud to a running machine. */
  show(instanceId: string, folder: string): Promise<Shown>;
  /** Called when a machine ends that nobody halted. */
  onDeath(listener: (instanceId: string) => void): void;
}

export interface Machine {
  readonly instanceId: string;
  readonly imageId: string;
  /** The disk that the machine's own is a copy of; absent: the image that every machine is made of. */
  readonly snapshotId?: string;
  /** `ip-10-0-1-5`. */
  readonly hostname: string;
  readonly privateAddress: string;
  /** Decoded; run once at first boot. */
  readonly userData: string | undefined;
}

export interface MachineCommand {
  readonly argv: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  readonly signal?: AbortSignal;
  /** Called with each piece of output as it comes. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', text: string) => void;
}

export interface MachineCommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TerminalProgram {
  readonly argv: readonly string[];
  /** Called with each piece of what the terminal shows. */
  readonly onOutput: (bytes: Buffer) => void;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A program on a terminal of a machine. */
export interface Terminal {
  /** The program's exit code, when it has ended and all its output has been told. */
  readonly ended: Promise<number>;
  /** What a person types. */
  write(bytes: Uint8Array): void;
  resize(size: TerminalSize): void;
  /** Stops telling output, so that the program has to wait, until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends it as a lost line does: the program gets SIGHUP. */
  hangUp(): void;
}

/** What the metadata service (IMDS) tells an instance about itself; asked anew for each request. */
export interface MetadataSource {
  /** Paths under `/latest/` with their text, e.g. `meta-data/instance-id`; undefined: no such instance. */
  metadata(instanceId: string): Record<string, string> | undefined;
  /** Temporary credentials of the instance profile's role; undefined: no profile, or a role that EC2 may not assume. */
  credentials(instanceId: string): Promise<RoleCredentials | undefined>;
  /** How the metadata service answers this instance; undefined: no such instance. */
  metadataOptions?(instanceId: string): MetadataOptions | undefined;
}

export interface MetadataOptions {
  /** `disabled`: the service answers 403 to everything. */
  readonly httpEndpoint: 'enabled' | 'disabled';
  /** `required`: only requests with a session token (IMDSv2) are answered, others get 401. */
  readonly httpTokens: 'required' | 'optional';
}

export interface RoleCredentials {
  readonly roleName: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}
