/** Makes docs/pictures/*.svg from the policies' own steps: `node cli/deployment-pictures.ts`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deploymentOptions, type DeploymentPolicy } from '../model/schemas.ts';
import type { GroupState } from './deploy/group.ts';
import { picture } from './deploy/picture.ts';
import { policies } from './deploy/policies/index.ts';

const instances = ['web-1', 'web-2', 'web-3', 'web-4'];
const slotOf = (colour: string) => ({
  autoScalingGroup: colour,
  targetGroupArn: colour,
  launchTemplateId: colour,
  launchTemplateVersion: '1',
});

/** Each policy with four instances behind a load balancer, in batches of two; by file name. */
export function pictures(): Map<string, string> {
  const names = Object.keys(policies) as DeploymentPolicy[];
  return new Map(names.map((name) => [`${name}.svg`, picture(name, stepsOf(name), instances)]));
}

const stepsOf = (name: DeploymentPolicy) =>
  policies[name].steps({
    environment: {
      stack: 'prod',
      environment: 'web',
      tier: 'WebServer',
      type: 'LoadBalanced',
      slots: { blue: slotOf('blue'), green: slotOf('green') },
    },
    options: deploymentOptions.parse({ batchSizeType: 'Fixed', batchSize: 2 }),
    label: 'v2',
    previous: 'v1',
    active: 'blue',
    groups: { blue: group(instances), green: group([]) },
  });

const group = (ids: readonly string[]): GroupState => ({
  size: { minSize: ids.length, maxSize: ids.length, desiredCapacity: ids.length },
  launchTemplateVersion: '1',
  suspendedProcesses: [],
  instances: ids.map((id) => ({ id, zone: 'a', state: 'InService', launchTemplateVersion: '1' })),
});

if (import.meta.main) {
  const folder = join(import.meta.dirname, '../docs/pictures');
  mkdirSync(folder, { recursive: true });
  for (const [file, svg] of pictures()) writeFileSync(join(folder, file), svg);
}
