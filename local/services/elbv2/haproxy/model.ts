/** A load balancer as plain values: what its HAProxy has to do. */

export interface BalancerModel {
  /** Also the network host's id and the folder's name. */
  readonly id: string;
  readonly dnsName: string;
  /** Private addresses, one per zone. */
  readonly addresses: readonly string[];
  readonly idleSeconds: number;
  readonly forwardedFor: 'append' | 'preserve' | 'remove';
  /** Offers HTTP/2 on HTTPS listeners. */
  readonly http2: boolean;
  /** Removes headers whose names are not letters, digits and hyphens. */
  readonly dropsInvalidHeaders: boolean;
  readonly listeners: readonly ListenerModel[];
  readonly groups: readonly GroupModel[];
}

export interface ListenerModel {
  readonly port: number;
  /** Makes it an HTTPS listener. */
  readonly tls?: TlsModel;
  /** By priority; the default rule, without conditions, is last. */
  readonly rules: readonly RuleModel[];
}

export interface TlsModel {
  readonly minimum: string;
  readonly maximum: string;
  /** Up to TLS 1.2, by OpenSSL's names. */
  readonly ciphers: readonly string[];
  /** The default one is first. */
  readonly certificates: readonly CertificateModel[];
}

export interface CertificateModel {
  /** Unique, fit to be a file's name. */
  readonly id: string;
  /** Key, certificate and chain. */
  readonly pem: string;
}

export interface RuleModel {
  /** Unique in the load balancer. */
  readonly id: string;
  /** All must hold. */
  readonly conditions: readonly ConditionModel[];
  readonly action: ActionModel;
}

export type ConditionModel =
  | { readonly kind: 'path' | 'host' | 'method' | 'source'; readonly values: readonly string[] }
  | { readonly kind: 'header'; readonly name: string; readonly values: readonly string[] }
  | { readonly kind: 'query'; readonly values: readonly { readonly key?: string; readonly value: string }[] };

export type ActionModel =
  | {
      readonly kind: 'forward';
      readonly groups: readonly { readonly name: string; readonly weight: number }[];
      /** Stickiness to a group. */
      readonly stickySeconds?: number;
    }
  | {
      readonly kind: 'redirect';
      readonly status: 301 | 302;
      readonly protocol: string;
      readonly host: string;
      readonly port: string;
      readonly path: string;
      readonly query: string;
    }
  | { readonly kind: 'fixed'; readonly status: number; readonly contentType: string; readonly body: string };

export interface GroupModel {
  /** Unique, fit to be a backend's name. */
  readonly name: string;
  readonly algorithm: 'roundrobin' | 'leastconn' | 'random';
  readonly slowStartSeconds: number;
  readonly check: CheckModel;
  readonly cookie?: CookieModel;
  readonly targets: readonly TargetModel[];
}

export interface CheckModel {
  readonly path: string;
  readonly matcher: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** When it is not the traffic port. */
  readonly port?: number;
}

export type CookieModel =
  | { readonly kind: 'lb'; readonly seconds: number }
  | { readonly kind: 'app'; readonly name: string; readonly seconds: number };

export interface TargetModel {
  /** Unique in its group. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** New and not yet decided; in use by its health; leaving. */
  readonly phase: 'probing' | 'serving' | 'draining';
  /** How a serving target begins: as its first checks left it. */
  readonly startsHealthy: boolean;
}
