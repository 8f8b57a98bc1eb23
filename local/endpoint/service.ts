import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** What a service of the local cloud is to the endpoint: a table of operations by AWS's own names. */
import type { Authorization, Need } from './authorization.ts';

/** Who signed a call: an access key's user, role session, or the account's root. */
export interface Caller {
  readonly kind: 'root' | 'user' | 'role';
  /** `arn:aws:iam::…:root`, `arn:aws:iam::…:user/x` or `arn:aws:sts::…:assumed-role/role/session`. */
  readonly arn: string;
  /** Unique id as GetCallerIdentity answers it (`AIDA…`, `AROA…:session`, the account for root). */
  readonly userId: string;
  readonly accessKeyId: string;
  /** For role sessions: the role's name. */
  readonly roleName?: string;
  readonly sessionName?: string;
}

export interface Call {
  readonly caller: Caller;
  readonly account: string;
  readonly region: string;
  readonly requestId: string;
  /** The origin the caller used (`http://127.0.0.1:4566`), as queue URLs must repeat it. */
  readonly origin: string;
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal;
  /** For operations that are answered part by part: AWS's denial of one part; undefined: the caller may do it. */
  readonly denied?: ((need: Need) => AwsError | undefined) | undefined;
}

/** The services by the names AWS signs them with (the fourth part of a credential scope). */
export type ServiceName =
  | 'acm'
  | 'autoscaling'
  | 'ec2'
  | 'elasticache'
  | 'elasticfilesystem'
  | 'elasticloadbalancing'
  | 'iam'
  | 'logs'
  | 'monitoring'
  | 'rds'
  | 'route53'
  | 's3'
  | 'secretsmanager'
  | 'sns'
  | 'sqs'
  | 'ssm'
  | 'sts';

/**
 * A service: `operations` maps an operation's name to its handler. Handlers take the AWS SDK's own
 * `XxxCommandInput` and return its `XxxCommandOutput` (without `$metadata`), or throw an `AwsError`.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each handler has its own input and output
export type Operations = Record<string, (input: any, call: Call) => unknown>;

export interface Service<O extends Operations = Operations> {
  readonly name: ServiceName;
  readonly operations: O;
  /** What its operations need; without it only root may call them. */
  readonly authorization?: Authorization;
  /**
   * Takes a request to switch to another protocol (a WebSocket); false: it is not for this service. `denied` is there
   * when the request is signed.
   */
  upgrade?(message: IncomingMessage, connection: Duplex, head: Buffer, denied: Call['denied']): boolean;
  /** Brings back what the stored state says (processes, timers). Called once, after all services exist. */
  start?(): Promise<void>;
  /** Ends timers and processes of its own; state is already stored. */
  stop?(): Promise<void>;
}

/** A handler's output without the SDK's own metadata. */
export type Answer<T> = Omit<T, '$metadata'>;

/** An error as AWS answers it. `code` is the wire code (`InvalidInstanceID.NotFound`, `QueueDoesNotExist`). */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of a modelled error. */
  readonly fields: Record<string, unknown>;

  constructor(code: string, message: string, status = 400, fields: Record<string, unknown> = {}) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}
