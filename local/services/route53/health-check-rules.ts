import { isIPv4, isIPv6 } from 'node:net';
import type { HealthCheckConfig, HealthCheckRegion } from '@aws-sdk/client-route-53';
import { invalidInput, unsupported } from './errors.ts';
import { isEndpointCheck } from './health.ts';

/** What the settings of a health check may be. */

/** Where Route 53 has health checkers; all of them look when a health check names none. */
export const checkerRegions: readonly HealthCheckRegion[] = [
  'us-east-1',
  'us-west-1',
  'us-west-2',
  'eu-west-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-northeast-1',
  'sa-east-1',
];

const fewestRegions = 3;
const mostChildren = 256;

const everywhere = ['Type', 'Inverted', 'Disabled'];
const ofEndpoints = [
  ...['IPAddress', 'Port', 'FullyQualifiedDomainName', 'RequestInterval', 'FailureThreshold'],
  ...['MeasureLatency', 'EnableSNI', 'Regions'],
];
const ofTypes: Readonly<Record<string, readonly string[]>> = {
  TCP: ofEndpoints,
  HTTP: [...ofEndpoints, 'ResourcePath'],
  HTTPS: [...ofEndpoints, 'ResourcePath'],
  HTTP_STR_MATCH: [...ofEndpoints, 'ResourcePath', 'SearchString'],
  HTTPS_STR_MATCH: [...ofEndpoints, 'ResourcePath', 'SearchString'],
  CALCULATED: ['HealthThreshold', 'ChildHealthChecks'],
  CLOUDWATCH_METRIC: ['AlarmIdentifier', 'InsufficientDataHealthStatus'],
};

/** What the rules have to know besides the settings. */
export interface Surroundings {
  readonly region: string;
  readonly hasHealthCheck: (id: string) => boolean;
}

/** Throws what is wrong with settings. */
export function checkConfig(config: HealthCheckConfig, surroundings: Surroundings): void {
  const { Type: type = '' } = config;
  const allowed = ofTypes[type];
  if (!allowed) throw type === 'RECOVERY_CONTROL' ? unsupported(type) : invalidInput(`Invalid type: ${type}`);
  for (const [member, value] of Object.entries(config))
    if (value !== undefined && !everywhere.includes(member) && !allowed.includes(member))
      throw invalidInput(
        `Basic validation failed: ${member} is not allowed for health checks of type ${type}.`,
      );
  if (isEndpointCheck(config.Type)) checkEndpoint(config);
  if (type === 'CALCULATED') checkChildren(config, surroundings);
  if (type === 'CLOUDWATCH_METRIC') checkAlarm(config, surroundings);
}

function checkEndpoint(config: HealthCheckConfig): void {
  const { IPAddress: address, FullyQualifiedDomainName: name, Port: port, SearchString: text } = config;
  if (address === undefined && name === undefined)
    throw invalidInput('Basic validation failed: IPAddress or FullyQualifiedDomainName is required.');
  if (address !== undefined) checkAddress(address);
  if (port === undefined && config.Type === 'TCP')
    throw invalidInput('Basic validation failed: Port is required for health checks of type TCP.');
  within('Port', port, 1, 65_535);
  within('FailureThreshold', config.FailureThreshold, 1, 10);
  if (config.RequestInterval !== undefined && ![10, 30].includes(config.RequestInterval))
    throw invalidInput(`Basic validation failed: RequestInterval ${config.RequestInterval} is not 10 or 30.`);
  for (const member of ['FullyQualifiedDomainName', 'ResourcePath', 'SearchString'] as const)
    within(`The length of ${member}`, config[member]?.length, 0, 255);
  if (config.Type?.endsWith('STR_MATCH') && !text)
    throw invalidInput(`Basic validation failed: SearchString is required for type ${config.Type}.`);
  checkRegions(config.Regions);
  if (config.MeasureLatency) throw unsupported('MeasureLatency');
}

/**
 * Route 53 looks from the internet, so private addresses are refused. The ranges for documentation, which AWS
 * refuses too, are the public ones of this region's internet.
 */
function checkAddress(address: string): void {
  if (isIPv6(address)) throw unsupported('A health check by IPv6');
  const [first = 0, second = 0] = address.split('.').map(Number);
  const isPrivate =
    [0, 10, 127].includes(first) ||
    first >= 224 ||
    (first === 100 && second >= 64 && second < 128) ||
    (first === 169 && second === 254) ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && second === 168);
  if (!isIPv4(address) || isPrivate)
    throw invalidInput(`Invalid IPAddress: ${address} is not a public IPv4 address.`);
}

function checkRegions(regions: readonly HealthCheckRegion[] | undefined): void {
  if (!regions || regions.length === 0) return;
  const unknown = regions.find((region) => !checkerRegions.includes(region));
  if (unknown !== undefined) throw invalidInput(`Invalid health check region: ${unknown}`);
  if (new Set(regions).size < fewestRegions)
    throw invalidInput(`Basic validation failed: Regions must name at least ${fewestRegions} regions.`);
}

function checkChildren(config: HealthCheckConfig, { hasHealthCheck }: Surroundings): void {
  const { ChildHealthChecks: children = [], HealthThreshold: threshold } = config;
  within('HealthThreshold', threshold, 0, 256);
  within('The number of ChildHealthChecks', children.length, 0, mostChildren);
  const missing = children.find((id) => !hasHealthCheck(id));
  if (missing !== undefined) throw invalidInput(`The child health check ${missing} does not exist.`);
}

function checkAlarm({ AlarmIdentifier: alarm }: HealthCheckConfig, { region }: Surroundings): void {
  if (!alarm?.Name) throw invalidInput('Basic validation failed: AlarmIdentifier is required.');
  if (alarm.Region !== region) throw unsupported(`An alarm in ${String(alarm.Region)}`);
}

function within(what: string, value: number | undefined, from: number, to: number): void {
  if (value !== undefined && (value < from || value > to))
    throw invalidInput(`Basic validation failed: ${what} must be from ${from} to ${to}: ${value}`);
}

/** Settings with what holds where nothing is said. */
export function withDefaults(config: HealthCheckConfig): HealthCheckConfig {
  const common = { Inverted: false, Disabled: false };
  if (!isEndpointCheck(config.Type)) return { ...common, ...config };
  return {
    ...common,
    RequestInterval: 30,
    FailureThreshold: 3,
    MeasureLatency: false,
    EnableSNI: config.Type?.startsWith('HTTPS') === true,
    ...config,
  };
}
