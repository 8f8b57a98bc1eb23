import type { Action, RuleCondition, Tag } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Collection } from '../../store.ts';
import type { MadeInterface, Parts } from '../parts.ts';

/** What Elastic Load Balancing keeps; all by ARN. Times are milliseconds since 1970. */
export interface ElbState {
  readonly loadBalancers: Collection<StoredLoadBalancer>;
  readonly targetGroups: Collection<StoredTargetGroup>;
  readonly listeners: Collection<StoredListener>;
  readonly rules: Collection<StoredRule>;
}

export interface StoredLoadBalancer {
  arn: string;
  name: string;
  /** Sixteen hexadecimal digits, the end of the ARN. */
  id: string;
  /** The network host of its nodes. */
  hostId: string;
  dnsName: string;
  scheme: 'internet-facing' | 'internal';
  vpcId: string;
  created: number;
  securityGroups: string[];
  /** None while it is being made or deleted: a start takes such a one away. */
  interfaces: MadeInterface[];
  attributes: Record<string, string>;
  tags: Tag[];
  state: 'provisioning' | 'active' | 'active_impaired';
  /** Why it does not run. */
  reason?: string;
}

export interface StoredTargetGroup {
  arn: string;
  name: string;
  id: string;
  port: number;
  vpcId: string;
  healthCheck: HealthCheck;
  attributes: Record<string, string>;
  tags: Tag[];
  targets: StoredTarget[];
}

export interface HealthCheck {
  path: string;
  port: string;
  intervalSeconds: number;
  timeoutSeconds: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
  matcher: string;
}

export interface StoredTarget {
  id: string;
  port: number;
  address: string;
  availabilityZone: string;
  /** When its first health checks began, or its draining. */
  since: number;
  phase: 'probing' | 'serving' | 'draining';
  startsHealthy: boolean;
  /** The instance was stopped: it gets no requests until it runs again. */
  stopped: boolean;
}

export interface StoredListener {
  arn: string;
  id: string;
  loadBalancerArn: string;
  port: number;
  /** Makes it an HTTPS listener. */
  tls?: ListenerTls | undefined;
  actions: Action[];
  attributes: Record<string, string>;
  tags: Tag[];
}

export interface ListenerTls {
  /** The default one, presented when no other fits the client's server name. */
  certificateArn: string;
  moreCertificateArns: string[];
  sslPolicy: string;
}

export interface StoredRule {
  arn: string;
  listenerArn: string;
  priority: number;
  conditions: RuleCondition[];
  actions: Action[];
  tags: Tag[];
}

export function elbState({ store }: Parts): ElbState {
  return {
    loadBalancers: store.collection('elasticloadbalancing.loadBalancer'),
    targetGroups: store.collection('elasticloadbalancing.targetGroup'),
    listeners: store.collection('elasticloadbalancing.listener'),
    rules: store.collection('elasticloadbalancing.rule'),
  };
}
