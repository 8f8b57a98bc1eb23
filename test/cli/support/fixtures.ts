import type { GroupState } from '../../../cli/deploy/group.ts';
import { deploymentOptions } from '../../../model/schemas.ts';
import type {
  ApplicationDescriptor,
  ConfigurationSnapshot,
  DeploymentLock,
  EnvironmentDescriptor,
  SlotPointer,
  VersionManifest,
} from '../../../model/schemas.ts';

export const name = { application: 'shop', stack: 'dev', environment: 'web' } as const;

export const configuration: ConfigurationSnapshot = { properties: { GREETING: 'hello' }, parameters: [] };

const digest = (character: string) => character.repeat(64);

export function environment(changes: Partial<EnvironmentDescriptor> = {}): EnvironmentDescriptor {
  const slot = (colour: string) => ({
    autoScalingGroup: `shop-dev-web-${colour}`,
    launchTemplateId: `lt-${colour}`,
    launchTemplateVersion: '1',
  });
  return {
    ...name,
    region: 'eu-central-1',
    tier: 'WebServer',
    type: 'SingleInstance',
    platform: 'nodejs',
    architecture: 'x86_64',
    bucket: 'shop-versions',
    deployDocument: 'beanpole-shop-deploy',
    deploymentPolicy: 'AllAtOnce',
    deploymentOptions: deploymentOptions.parse({ healthyChecks: 1 }),
    deploymentTimeoutSeconds: 300,
    minSize: 1,
    maxSize: 1,
    slots: { blue: slot('blue'), green: slot('green') },
    url: 'http://dev.shop.example/',
    properties: { GREETING: 'hello' },
    ...changes,
  };
}

/** Behind a load balancer. */
export function balanced(changes: Partial<EnvironmentDescriptor> = {}): EnvironmentDescriptor {
  const { blue, green } = environment().slots;
  return environment({
    type: 'LoadBalanced',
    slots: {
      blue: { ...blue, targetGroupArn: 'arn:blue' },
      green: { ...green, targetGroupArn: 'arn:green' },
    },
    ...changes,
  });
}

export const application: ApplicationDescriptor = {
  application: 'shop',
  region: 'eu-central-1',
  bucket: 'shop-versions',
  agent: { key: `agent/${digest('a')}.mjs`, sha256: digest('a') },
  deployDocument: 'beanpole-shop-deploy',
  alarmTopicArn: 'arn:aws:sns:eu-central-1:123456789012:shop',
};

export function version(label: string, changes: Partial<VersionManifest> = {}): VersionManifest {
  const sha256 = digest(label.endsWith('1') ? '1' : '2');
  return {
    label,
    application: 'shop',
    createdAt: `2026-05-0${label.endsWith('1') ? 1 : 2}T10:00:00.000Z`,
    createdBy: 'ann@laptop',
    description: '',
    architecture: 'x86_64',
    bundles: { WebServer: { key: `bundles/${sha256}.zip`, sha256, bytes: 1000 } },
    ...changes,
  };
}

export function pointer(label: string, deployment: number): SlotPointer {
  const bundle = version(label).bundles.WebServer;
  if (!bundle) throw new Error('the fixture has a web bundle');
  return { versionLabel: label, bundle, configuration, deployment };
}

/** A group with these instances in service, spread over three zones. */
export function group(ids: readonly string[] = [], changes: Partial<GroupState> = {}): GroupState {
  const size = { minSize: ids.length, maxSize: ids.length, desiredCapacity: ids.length };
  return {
    size,
    launchTemplateVersion: '1',
    suspendedProcesses: [],
    instances: ids.map((id, index) => ({
      id,
      zone: `eu-central-1${'abc'[index % 3] ?? 'a'}`,
      state: 'InService',
      launchTemplateVersion: '1',
    })),
    ...changes,
  };
}

export const groups = (ids: readonly string[] = ['i-1']) => ({ blue: group(ids), green: group() });

/** Somebody else deploys. */
export const lockOfBob = (expiresAt: string): DeploymentLock => ({
  holder: 'bob@desk, process 7',
  reason: 'deploys v1',
  fencingToken: 3,
  deployment: 2,
  acquiredAt: '2026-05-01T11:59:55.000Z',
  expiresAt,
});
