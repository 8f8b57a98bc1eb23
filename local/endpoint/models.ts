import { compile, type StructureShape, type Traits } from './shapes.ts';
import type { ServiceName } from './service.ts';

export type Protocol = 'json' | 'query' | 'ec2' | 'rest-xml' | 'rest-json';

export interface OperationModel {
  readonly name: string;
  readonly input: StructureShape;
  readonly output: StructureShape;
  /** REST only: method, URI template, status. */
  readonly http?: readonly [string, string, number];
}

export interface ErrorModel {
  readonly name: string;
  readonly namespace: string;
  /** The code on the wire of query protocols (and SQS's older one), with its status. */
  readonly query?: readonly [string, number];
  readonly status?: number;
}

/** What AWS's own client knows of a service: its protocol, operations and errors. */
export interface ServiceModel {
  readonly name: ServiceName;
  readonly protocol: Protocol;
  /** JSON: `1.0` or `1.1`; query: the API version. */
  readonly version: string;
  /** JSON: prefix of `X-Amz-Target`. */
  readonly target?: string;
  /** SQS and CloudWatch: spoke query before and still name errors so. */
  readonly queryCompatible: boolean;
  readonly xmlNamespace: string;
  readonly operations: ReadonlyMap<string, OperationModel>;
  /** By shape name and by wire code. */
  readonly errors: ReadonlyMap<string, ErrorModel>;
}

interface Source {
  readonly load: () => Promise<object>;
  readonly protocol: Protocol;
  readonly version: string;
  readonly target?: string;
  readonly queryCompatible?: boolean;
  readonly xmlNamespace?: string;
}

/** Protocol facts per service; the schemas do not hold them (they sit in a client's `protocolSettings`). */
export const sources: Record<ServiceName, Source> = {
  acm: {
    load: () => import('@aws-sdk/client-acm'),
    protocol: 'json',
    version: '1.1',
    target: 'CertificateManager',
  },
  autoscaling: {
    load: () => import('@aws-sdk/client-auto-scaling'),
    protocol: 'query',
    version: '2011-01-01',
    xmlNamespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
  },
  ec2: {
    load: () => import('@aws-sdk/client-ec2'),
    protocol: 'ec2',
    version: '2016-11-15',
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15',
  },
  elasticache: {
    load: () => import('@aws-sdk/client-elasticache'),
    protocol: 'query',
    version: '2015-02-02',
    xmlNamespace: 'http://elasticache.amazonaws.com/doc/2015-02-02/',
  },
  elasticfilesystem: {
    load: () => import('@aws-sdk/client-efs'),
    protocol: 'rest-json',
    version: '2015-02-01',
  },
  elasticloadbalancing: {
    load: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
    protocol: 'query',
    version: '2015-12-01',
    xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
  },
  iam: {
    load: () => import('@aws-sdk/client-iam'),
    protocol: 'query',
    version: '2010-05-08',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  },
  logs: {
    load: () => import('@aws-sdk/client-cloudwatch-logs'),
    protocol: 'json',
    version: '1.1',
    target: 'Logs_20140328',
  },
  monitoring: {
    load: () => import('@aws-sdk/client-cloudwatch'),
    protocol: 'json',
    version: '1.0',
    target: 'GraniteServiceVersion20100801',
    queryCompatible: true,
  },
  rds: {
    load: () => import('@aws-sdk/client-rds'),
    protocol: 'query',
    version: '2014-10-31',
    xmlNamespace: 'http://rds.amazonaws.com/doc/2014-10-31/',
  },
  route53: {
    load: () => import('@aws-sdk/client-route-53'),
    protocol: 'rest-xml',
    version: '2013-04-01',
    xmlNamespace: 'https://route53.amazonaws.com/doc/2013-04-01/',
  },
  s3: {
    load: () => import('@aws-sdk/client-s3'),
    protocol: 'rest-xml',
    version: '2006-03-01',
    xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
  },
  secretsmanager: {
    load: () => import('@aws-sdk/client-secrets-manager'),
    protocol: 'json',
    version: '1.1',
    target: 'secretsmanager',
  },
  sns: {
    load: () => import('@aws-sdk/client-sns'),
    protocol: 'query',
    version: '2010-03-31',
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
  },
  sqs: {
    load: () => import('@aws-sdk/client-sqs'),
    protocol: 'json',
    version: '1.0',
    target: 'AmazonSQS',
    queryCompatible: true,
  },
  ssm: { load: () => import('@aws-sdk/client-ssm'), protocol: 'json', version: '1.1', target: 'AmazonSSM' },
  sts: {
    load: () => import('@aws-sdk/client-sts'),
    protocol: 'query',
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  },
};

const loaded = new Map<ServiceName, ServiceModel>();

/** A model that is loaded already. */
export function loadedModel(name: ServiceName): ServiceModel | undefined {
  return loaded.get(name);
}

/** Loads a service's client on first use: all of them at start would cost half a second and 130 MB. */
export async function loadModel(name: ServiceName): Promise<ServiceModel> {
  const known = loaded.get(name);
  if (known) return known;
  const source = sources[name];
  const model = modelOf(name, source, Object.values(await source.load()));
  loaded.set(name, model);
  return model;
}

function modelOf(name: ServiceName, source: Source, exported: unknown[]): ServiceModel {
  const operations = new Map<string, OperationModel>();
  const errors = new Map<string, ErrorModel>();
  for (const schema of exported) {
    if (!Array.isArray(schema)) continue;
    if (schema[0] === 9) operations.set(schema[2] as string, lazyOperation(schema));
    if (schema[0] === -3) addError(errors, schema);
  }
  const { protocol, version, target, queryCompatible = false, xmlNamespace = '' } = source;
  return {
    name,
    protocol,
    version,
    ...(target && { target }),
    queryCompatible,
    xmlNamespace,
    operations,
    errors,
  };
}

/** Shapes are compiled when an operation is first called; EC2 alone has 700. */
function lazyOperation(schema: unknown[]): OperationModel {
  const http = (schema[3] as Traits | 0) || undefined;
  let input: StructureShape | undefined;
  let output: StructureShape | undefined;
  return {
    name: schema[2] as string,
    ...(http && typeof http === 'object' && http.http && { http: http.http }),
    get input() {
      return (input ??= compile(schema[4]).shape as StructureShape);
    },
    get output() {
      return (output ??= compile(schema[5]).shape as StructureShape);
    },
  };
}

function addError(errors: Map<string, ErrorModel>, schema: unknown[]): void {
  const traits = (typeof schema[3] === 'object' ? schema[3] : {}) as Traits;
  const error: ErrorModel = {
    name: schema[2] as string,
    namespace: schema[1] as string,
    ...(traits.awsQueryError && { query: traits.awsQueryError }),
    ...(traits.httpError && { status: traits.httpError }),
  };
  errors.set(error.name, error);
  if (error.query && !errors.has(error.query[0])) errors.set(error.query[0], error);
}
