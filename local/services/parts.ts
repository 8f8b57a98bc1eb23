import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { Authority } from '../authority.ts';
import type { Clock, Lapse } from '../clock.ts';
import type { Need } from '../endpoint/authorization.ts';
import type { CallFacts } from '../endpoint/call-keys.ts';
import type { Identity } from '../endpoint/identity.ts';
import type { Caller, Call, Service } from '../endpoint/service.ts';
import type { Instances, MetadataSource, RoleCredentials } from '../instances/instances.ts';
import type { Network } from '../network/network.ts';
import type { Outages } from '../outages.ts';
import type { Store } from '../store.ts';

/** What every service is made of: `createX(parts)` takes it and returns the service. */
export interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  /** Metrics, alarms and scaling policies live faster than the rest, for whoever wants to watch them. */
  readonly lapse?: Lapse | undefined;
  readonly account: string;
  readonly region: string;
  /** Where the cloud keeps its files: `objects/`, `disks/`, `run/`. */
  readonly folder: string;
  /** Origin of the endpoint, the same outside and on every instance: `http://127.0.0.1:4566`. */
  readonly origin: string;
  readonly network: Network;
  readonly instances: Instances;
  readonly outages: Outages;
  /** Issues the certificates of the region's servers; instances trust it. */
  readonly authority: Authority;
  /** The other services. Filled when all are made: use it in operations and `start`, not in `createX`. */
  readonly services: Services;
}

/** What services offer each other beyond the operations of their API. */
export interface Services {
  readonly acm: Certificates;
  readonly autoscaling: AutoScaling;
  readonly ec2: Ec2;
  readonly elasticache: ElastiCache;
  readonly elasticfilesystem: Efs;
  readonly elasticloadbalancing: LoadBalancing;
  readonly iam: Iam;
  readonly logs: Service;
  readonly monitoring: Service;
  readonly rds: Databases;
  readonly route53: Dns;
  readonly s3: Service;
  readonly secretsmanager: SecretsManager;
  readonly sns: Topics;
  readonly sqs: Queues;
  readonly ssm: Service;
  readonly sts: Service;
}

/** A service with processes of its own, which a drill may take down. */
export interface Crashable {
  /** Ends a part's process by force, as a fault would; false: it is not ours, or does not run. */
  crash(id: string): boolean;
}

export interface Ec2 extends Service, MetadataSource, Crashable {
  /** Makes interfaces for a service's own host (a load balancer's nodes), and the host with them. */
  createInterfaces(hostId: string, wanted: readonly InterfaceRequest[]): Promise<readonly MadeInterface[]>;
  /** Takes a service's host and all its interfaces away. */
  removeHost(hostId: string): Promise<void>;
  /** Replaces the security groups of all interfaces of a service's host. */
  setSecurityGroups(hostId: string, securityGroupIds: readonly string[]): Promise<void>;
  /** Told of every change of an instance's state (`pending`, `running`, `terminated`, …), and of its spot risk. */
  onInstanceState(listener: (instanceId: string, state: string) => void): void;
  /** What whoever launches instances by a template or by hand needs to be allowed. */
  launchNeeds(input: Partial<RunInstancesCommandInput>, call: Call): readonly Need[];
  /** What EC2's own DNS answers (`ip-10-0-1-5.eu-central-1.compute.internal`); undefined: not ours. */
  resolve(name: string): readonly string[] | undefined;
  /** Whether a VPC's resolver answers from private hosted zones: it has DNS support and DNS hostnames. */
  usesPrivateZones(vpcId: string): boolean;
  /**
   * Takes a spot instance back: a rebalance is recommended now, the notice comes so many seconds later, the end two
   * minutes after the notice. False: it is no spot instance that runs.
   */
  interrupt(id: string, noticeAfterSeconds: number): boolean;
  spotRisk(id: string): SpotRisk | undefined;
  spotPool(instanceType: string, zone: string): SpotPool;
}

/** What a spot instance has been told: it may be interrupted soon, or it will be. */
export type SpotRisk = 'rebalance' | 'interruption';

/** One instance type in one zone; prices in US dollars an hour. */
export interface SpotPool {
  readonly price: number;
  readonly onDemandPrice: number;
  /** Of 1 to 10: how likely capacity is to be there and to stay. */
  readonly score: number;
}

export interface AutoScaling extends Service {
  /** What an instance of a group is told by its metadata (`InService`, `Terminated`, …); undefined: in no group. */
  targetLifecycleState(instanceId: string): string | undefined;
  /** An alarm tells a scaling policy that it is in this state; again each period while it lasts. */
  readonly onAlarm: (policyArn: string, alarm: AlarmTold) => Promise<void>;
}

export interface AlarmTold {
  readonly name: string;
  readonly state: string;
  /** Of the newest period with data. */
  readonly value: number | undefined;
  readonly threshold: number;
}

export interface Queues extends Service {
  /** What CloudWatch measures of every queue at a time. */
  measure(now: number): readonly QueueMeasure[];
}

export interface QueueMeasure {
  readonly name: string;
  readonly visible: number;
  readonly delayed: number;
  readonly inflight: number;
  /** Of the oldest message that is not deleted; 0 in an empty queue. */
  readonly oldestAgeSeconds: number;
  /** Totals since the cloud was started. */
  readonly sent: number;
  readonly received: number;
  readonly deleted: number;
}

export interface Topics extends Service {
  /** What CloudWatch measures of every topic. */
  measure(): readonly TopicMeasure[];
}

/** Totals since the cloud was started. */
export interface TopicMeasure {
  readonly name: string;
  readonly published: number;
  /** To one subscription each. */
  readonly delivered: number;
  readonly failed: number;
}

export interface InterfaceRequest {
  readonly subnetId: string;
  readonly securityGroupIds: readonly string[];
  readonly description: string;
  /** Gives it a public address. */
  readonly isPublic: boolean;
  /** Hosts of one cluster reach each other whatever their security groups say (replication). */
  readonly cluster?: string;
}

export interface MadeInterface {
  readonly interfaceId: string;
  readonly subnetId: string;
  readonly availabilityZone: string;
  readonly privateAddress: string;
  readonly publicAddress?: string;
}

export interface Certificates extends Service {
  /** An issued or imported certificate with its key; undefined: there is none, or it is not issued yet. */
  certificate(arn: string): ServerCertificate | undefined;
  /** Whether there is a certificate, issued or not. */
  hasCertificate(arn: string): boolean;
  /** Told of every certificate that was issued, renewed or imported again. */
  onCertificateChange(listener: (arn: string) => void): void;
}

/** What a server needs to speak TLS, as PEM. */
export interface ServerCertificate {
  readonly names: readonly string[];
  readonly key: string;
  readonly certificate: string;
  readonly chain: string;
}

export interface LoadBalancing extends Service {
  /** ARNs of the load balancers whose listeners present a certificate. */
  usersOfCertificate(arn: string): readonly string[];
  /** Addresses of a load balancer by its DNS name, of nodes with healthy targets first; undefined: not ours. */
  resolve(dnsName: string): readonly string[] | undefined;
  /** Whether Route 53 would send somebody to a load balancer, by its DNS name; undefined: not ours. */
  isHealthy(dnsName: string): boolean | undefined;
}

export interface Databases extends Service, Crashable {
  /** What CloudWatch measures of every DB instance that answers. */
  measure(): Promise<readonly DatabaseMeasure[]>;
  /** Addresses behind an endpoint's name at this moment; undefined: not ours. */
  resolve(name: string): readonly string[] | undefined;
}

export interface DatabaseMeasure {
  readonly instance: string;
  /** Aurora only. */
  readonly cluster?: string;
  readonly role?: 'WRITER' | 'READER';
  /** Since the server was started. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  /** Of the instance class, or of the most that a serverless instance grows to. */
  readonly totalMemoryBytes: number;
  /** Of clients. */
  readonly connections: number;
  /** Behind the server that it follows; absent: it follows none. */
  readonly lagSeconds?: number;
  /** Absent in Aurora, whose storage grows. */
  readonly freeStorageBytes?: number;
  /** Bounds of a serverless instance, in Aurora capacity units. */
  readonly capacity?: { readonly minCapacity: number; readonly maxCapacity: number };
}

export interface ElastiCache extends Service, Crashable {
  /** What CloudWatch measures of every node that answers. */
  measure(): Promise<readonly CacheMeasure[]>;
  /** Addresses behind an endpoint's name at this moment; undefined: not ours. */
  resolve(name: string): readonly string[] | undefined;
}

export interface CacheMeasure {
  /** Id of its cache cluster: `sessions-001`. */
  readonly node: string;
  /** Totals since the server was started. */
  readonly cpuSeconds: number;
  readonly evictions: number;
  readonly hits: number;
  readonly misses: number;
  readonly usedMemoryBytes: number;
  readonly totalMemoryBytes: number;
  readonly connections: number;
  readonly items: number;
  /** Of a replica. */
  readonly lagSeconds?: number;
}

/** What a service that manages secrets for its users (RDS its master passwords) needs of Secrets Manager. */
export interface SecretsManager extends Service {
  /** Makes a secret that only its owner may change; the result is its ARN. */
  keep(name: string, secret: ManagedSecret): string;
  /** Who is asked to rotate an owner's secrets, on RotateSecret and when one is due. */
  onRotate(owner: string, rotate: SecretRotation): void;
  /** The value under a label; undefined: there is none. */
  value(arn: string, stage?: 'AWSCURRENT' | 'AWSPENDING'): string | undefined;
  /** Adds a value as AWSPENDING; the result is the version's id. */
  propose(arn: string, value: string, versionId?: string): string;
  /** Makes the pending value the current one. */
  adopt(arn: string): void;
  /** Deletes a secret at once, as goes with what it belongs to. */
  forget(arn: string): void;
}

export interface ManagedSecret {
  readonly owner: string;
  readonly value: string;
  readonly description: string;
  readonly tags?: readonly { readonly Key: string; readonly Value: string }[];
}

/** Rotates one secret; resolves with the new version's id when it is current. */
export type SecretRotation = (arn: string, versionId?: string) => Promise<string>;

export interface Efs extends Service {
  /** What CloudWatch measures of every file system. */
  measure(): Promise<readonly { readonly id: string; readonly bytes: number }[]>;
  /** Addresses of a file system's mount targets by their DNS name; undefined: not ours, or none is there. */
  resolve(name: string): readonly string[] | undefined;
}

export interface Iam extends Service {
  /** The key of the account's root user: made once per cloud, by chance. */
  rootAccessKey(): { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The caller and secret behind an access key; undefined: no such key, or expired. */
  accessKey(accessKeyId: string): AccessKey | undefined;
  /** Temporary credentials of a role, as STS gives them to EC2 for an instance profile. */
  roleCredentials(roleName: string, sessionName: string): RoleCredentials;
  /** What whoever gives an instance profile (name or ARN) to a service needs to be allowed. */
  passProfile(nameOrArn: string, service: string): readonly Need[];
  /** The role in an instance profile (name or ARN); undefined: no such profile, or an empty one. */
  roleOfProfile(nameOrArn: string): string | undefined;
  /** Whether a role's trust policy lets a service assume it (`ec2.amazonaws.com`). */
  trusts(roleName: string, service: string): boolean;
}

export interface AccessKey {
  readonly caller: Caller;
  readonly secretAccessKey: string;
  /** Temporary keys are valid only together with it. */
  readonly sessionToken?: string;
  /** What policies say of the caller; root has none and needs none. */
  identity?(): Identity;
}

export interface Dns extends Service {
  /** Answers a question as the public resolver does, or as a VPC's resolver when `vpcId` is given. */
  resolve(name: string, type: string, vpcId?: string): DnsAnswer;
}

export interface DnsAnswer {
  readonly code: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL';
  readonly records: readonly { name: string; type: string; ttl: number; data: string }[];
}

/** The call a service makes on another one's operations on behalf of AWS itself. */
export function internalCall(parts: Parts, requestId = 'internal'): Call {
  return {
    caller: {
      kind: 'root',
      arn: `arn:aws:iam::${parts.account}:root`,
      userId: parts.account,
      accessKeyId: '',
    },
    account: parts.account,
    region: parts.region,
    requestId,
    origin: parts.origin,
    signal: neverAborted,
  };
}

/** What policies are told of a call that AWS makes itself, or that an instance's agent makes as its role. */
export function internalFacts(parts: Parts, signer?: Signer): CallFacts {
  const call = internalCall(parts);
  return {
    call: signer ? { ...call, caller: signer.caller } : call,
    identity: signer?.identity,
    input: {},
    services: parts.services,
    now: parts.clock.now(),
    sourceAddress: '',
    headers: {},
  };
}

interface Signer {
  readonly caller: Caller;
  readonly identity: Identity | undefined;
}

const neverAborted = new AbortController().signal;

/** Calls an operation of another service on behalf of AWS itself. */

export async function ask<Output>(
  parts: Parts,
  service: keyof Services,
  operation: string,
  input: object,
): Promise<Output> {
  const handler = parts.services[service].operations[operation];
  if (!handler) throw new Error(`The service ${service} has no operation ${operation}.`);
  return (await handler(input, internalCall(parts))) as Output;
}
