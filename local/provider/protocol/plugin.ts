import type { Failure } from '../resource/check.ts';
import type { Change } from '../resource/difference.ts';
import type { Properties } from './values.ts';

/** What a provider does, in plain values; the gRPC server in front of it knows Pulumi's protocol. */
export interface Plugin {
  readonly version: string;
  checkConfig(news: Properties): readonly Failure[];
  /** Provider settings whose change makes every resource of the provider a new one. */
  diffConfig(olds: Properties, news: Properties): readonly string[];
  configure(settings: Properties): Promise<void>;
  check(request: CheckRequest): Promise<{ inputs: Properties; failures: readonly Failure[] }>;
  diff(request: DiffRequest): Promise<Difference>;
  create(request: CreateRequest): Promise<Made & { id: string }>;
  /** An empty id: the resource is gone. */
  read(request: ReadRequest): Promise<Made & { id: string; inputs: Properties }>;
  update(request: UpdateRequest): Promise<Made>;
  delete(request: DeleteRequest): Promise<void>;
  invoke(token: string, args: Properties): Promise<Properties>;
  /** Ends waiting as soon as possible; what was made stays. */
  cancel(): void;
}

export interface CheckRequest {
  readonly type: string;
  /** The resource's name in the program. */
  readonly name: string;
  readonly olds: Properties;
  readonly news: Properties;
  readonly seed: Uint8Array;
}

export interface DiffRequest {
  readonly type: string;
  readonly id: string;
  readonly oldInputs: Properties;
  readonly olds: Properties;
  readonly news: Properties;
  readonly ignoreChanges: readonly string[];
}

export interface Difference {
  readonly changes: readonly Change[];
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

interface Timed {
  /** Seconds; 0 leaves it to the provider. */
  readonly timeout: number;
}

export interface CreateRequest extends Timed {
  readonly type: string;
  readonly inputs: Properties;
  readonly preview: boolean;
}

export interface ReadRequest extends Timed {
  readonly type: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly state: Properties;
}

export interface UpdateRequest extends DiffRequest, Timed {
  readonly preview: boolean;
}

export interface DeleteRequest extends Timed {
  readonly type: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly state: Properties;
}

export interface Made {
  readonly properties: Properties;
  /** Properties that are secret by their nature. */
  readonly secrets: readonly string[];
}

/** The resource exists, but not as it should: the engine keeps it in its state and tries again next time. */
export class PartialFailure extends Error {
  readonly id: string;
  readonly made: Made;
  readonly inputs: Properties;

  constructor(cause: unknown, id: string, made: Made, inputs: Properties) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'PartialFailure';
    this.id = id;
    this.made = made;
    this.inputs = inputs;
  }
}
