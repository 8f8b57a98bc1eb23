/** The errands by name: what goes in and what comes out, as JSON. */
import type {
  ConfigurationSnapshot,
  CurrentPointer,
  InstanceDescriptor,
  InstanceResult,
  Platform,
} from '../../model/schemas.ts';

export type Phase = InstanceResult['phases'][number];

export interface Prepared {
  /** Process type → command; `web` is there. */
  readonly commands: Record<string, string>;
  readonly properties: Record<string, string>;
  readonly phases: Phase[];
}

export interface Errands {
  descriptor: { input: { parameter: string }; output: InstanceDescriptor };
  pointer: { input: { bucket: string; key: string }; output: CurrentPointer | null };
  /** Fetches, checks and unpacks a bundle unless its folder is there, and resolves the properties. */
  prepare: {
    input: {
      bucket: string;
      bundle: { key: string; sha256: string };
      folder: string;
      platform: Platform;
      configuration: ConfigurationSnapshot;
    };
    output: Prepared;
  };
  /** Completes the launch hook if the instance waits in it. */
  lifecycle: {
    input: { instanceId: string; hook: string; result: 'CONTINUE' | 'ABANDON' };
    output: { state: string | null; completed: boolean };
  };
  address: { input: { allocationId: string; instanceId: string }; output: null };
}

export type ErrandName = keyof Errands;
export type ErrandInput<Name extends ErrandName> = Errands[Name]['input'];
export type ErrandOutput<Name extends ErrandName> = Errands[Name]['output'];

/** What a child prints as its only line of standard output. */
export type ErrandAnswer =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly message: string; readonly isFinal: boolean };

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

  constructor(message: string, isFinal: boolean) {
    super(message);
    this.name = 'ErrandError';
    this.isFinal = isFinal;
  }
}
