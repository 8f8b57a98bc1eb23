import { createHash, randomBytes } from 'node:crypto';
import type { Parts } from '../parts.ts';
import { validation } from './errors.ts';

/** ARNs, DNS names and the rules for names. */

export const newId = (): string => randomBytes(8).toString('hex');

const arn = ({ region, account }: Parts, rest: string): string =>
  `arn:aws:elasticloadbalancing:${region}:${account}:${rest}`;

export const loadBalancerArn = (parts: Parts, name: string, id: string): string =>
  arn(parts, `loadbalancer/app/${name}/${id}`);
export const targetGroupArn = (parts: Parts, name: string, id: string): string =>
  arn(parts, `targetgroup/${name}/${id}`);

/** A listener's ARN continues its load balancer's. */
export const listenerArn = (loadBalancer: string, id: string): string =>
  `${loadBalancer.replace(':loadbalancer/', ':listener/')}/${id}`;
export const ruleArn = (listener: string, id: string): string =>
  `${listener.replace(':listener/', ':listener-rule/')}/${id}`;
/** Every listener has one rule that no one made. */
export const defaultRuleArn = (listener: string): string =>
  ruleArn(listener, createHash('sha256').update(listener).digest('hex').slice(0, 16));

export function newDnsName({ region }: Parts, name: string, scheme: string): string {
  const digits = String(100_000_000 + (randomBytes(4).readUInt32BE() % 1_900_000_000));
  return `${scheme === 'internal' ? 'internal-' : ''}${name}-${digits}.${region}.elb.amazonaws.com`;
}

export function checkName(kind: string, name: string): void {
  if (name.length > 32) throw validation(`${kind} name '${name}' cannot be longer than '32' characters`);
  if (!/^[a-zA-Z0-9-]+$/.test(name)) {
    throw validation(
      `${kind} name '${name}' can only contain characters that are alphanumeric characters and hyphens(-)`,
    );
  }
  if (name.startsWith('-') || name.endsWith('-'))
    throw validation(`${kind} name '${name}' cannot begin or end with a hyphen(-)`);
  if (kind === 'Load balancer' && name.startsWith('internal-'))
    throw validation(`Load balancer name '${name}' cannot begin with 'internal-'`);
}

/** The hosted zone that alias records to load balancers name, by region. */
const hostedZones: Readonly<Record<string, string>> = {
  'us-east-1': 'Z35SXDOTRQ7X7K',
  'us-east-2': 'Z3AADJGX6KTTL2',
  'us-west-1': 'Z368ELLRRE2KJ0',
  'us-west-2': 'Z1H1FL5HABSF5',
  'ca-central-1': 'ZQSVJUPU6J1EY',
  'eu-central-1': 'Z215JYRZR1TBD5',
  'eu-west-1': 'Z32O12XQLNTSW2',
  'eu-west-2': 'ZHURV8PSTC4K8',
  'eu-west-3': 'Z3Q77PNBQS71R4',
  'eu-north-1': 'Z23TAZ6LKFMNIO',
  'ap-south-1': 'ZP97RAFLXTNZK',
  'ap-northeast-1': 'Z14GRHDCWA56QT',
  'ap-southeast-1': 'Z1LMS91P8CMLE5',
  'ap-southeast-2': 'Z1GM3OXH4ZPM65',
  'sa-east-1': 'Z2P70J7HTTTPLU',
};
const anyZone = 'Z215JYRZR1TBD5';

export const hostedZoneOf = (region: string): string => hostedZones[region] ?? anyZone;
