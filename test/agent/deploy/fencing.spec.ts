import { expect } from 'chai';
import { decide, type DeploymentOrder } from '../../../agent/deploy/fencing.ts';
import { bootAction } from '../../../agent/deploy/boot-action.ts';
import type { Release } from '../../../agent/state.ts';

const sha256 = 'a'.repeat(64);
const configuration = { properties: { A: '1', B: '2' }, parameters: [] };
const order = (more: Partial<DeploymentOrder> = {}): DeploymentOrder => ({
  origin: 'Command',
  deployment: 5,
  token: 9,
  versionLabel: 'v5',
  bundle: { key: 'k', sha256 },
  configuration,
  ...more,
});
const live = (more: Partial<Release> = {}): Release => ({
  deployment: 5,
  versionLabel: 'v5',
  bundle: { key: 'k', sha256 },
  configuration: { properties: { B: '2', A: '1' }, parameters: [] },
  folder: '/r',
  commands: {},
  port: 5101,
  processes: [],
  ...more,
});
const seen = (token: number, deployment: number, release: Release | null = null) => ({
  fencing: { token, deployment },
  live: release,
});

describe('fencing', () => {
  for (const { title, state, given, kind } of [
    { title: 'a new deployment runs', state: seen(8, 4), given: order(), kind: 'Run' },
    {
      title: 'what serves is started anew with a new password',
      state: seen(9, 5, live()),
      given: order({ origin: 'Rotation' }),
      kind: 'Run',
    },
    {
      title: 'a new password does not bring back what no longer serves',
      state: seen(9, 6, live({ deployment: 6 })),
      given: order({ origin: 'Rotation' }),
      kind: 'Refuse',
    },
    {
      title: 'an older token is refused, though its deployment is newer',
      state: seen(10, 4),
      given: order(),
      kind: 'Refuse',
    },
    {
      title: 'an older deployment of the same token is refused',
      state: seen(9, 6),
      given: order(),
      kind: 'Refuse',
    },
    {
      title: 'a newer token may finish the deployment of another',
      state: seen(8, 5),
      given: order(),
      kind: 'Run',
    },
    {
      title: 'what serves already is not done again',
      state: seen(9, 5, live()),
      given: order(),
      kind: 'AlreadyServing',
    },
    {
      title: 'the way back under the same number runs',
      state: seen(9, 5, live()),
      given: order({ versionLabel: 'v4', bundle: { key: 'k4', sha256: 'b'.repeat(64) } }),
      kind: 'Run',
    },
    {
      title: 'the same version with other properties runs',
      state: seen(9, 5, live({ configuration: { properties: {}, parameters: [] } })),
      given: order(),
      kind: 'Run',
    },
    {
      title: 'a booting instance needs no token',
      state: seen(9, 5),
      given: order({ origin: 'Pointer', token: 0, deployment: 4 }),
      kind: 'Run',
    },
    {
      title: 'a pointer does not push a newer version aside',
      state: seen(9, 5, live()),
      given: order({ origin: 'Pointer', token: 0, deployment: 4 }),
      kind: 'Refuse',
    },
  ] as const)
    it(title, () => expect(decide(state, given).kind).to.equal(kind));
});

describe('a starting instance', () => {
  const pointed = (deployment: number) => ({
    active: 'blue' as const,
    slots: {
      blue: { versionLabel: 'v5', bundle: { key: 'k', sha256, bytes: 1 }, configuration, deployment },
      green: null,
    },
  });

  for (const { title, action, kind } of [
    {
      title: 'without pointer shows the placeholder',
      action: bootAction(null, 'blue', null),
      kind: 'ShowPlaceholder',
    },
    {
      title: 'of an empty slot shows the placeholder',
      action: bootAction(pointed(5), 'green', null),
      kind: 'ShowPlaceholder',
    },
    { title: 'deploys what the pointer says', action: bootAction(pointed(5), 'blue', null), kind: 'Deploy' },
    {
      title: 'after a reboot keeps what it has',
      action: bootAction(pointed(5), 'blue', live()),
      kind: 'KeepServing',
    },
    {
      title: 'keeps what a deployment under way gave it',
      action: bootAction(pointed(4), 'blue', live()),
      kind: 'KeepServing',
    },
    {
      title: 'that missed a deployment makes up for it',
      action: bootAction(pointed(6), 'blue', live()),
      kind: 'Deploy',
    },
  ])
    it(title, () => expect(action.kind).to.equal(kind));
});
