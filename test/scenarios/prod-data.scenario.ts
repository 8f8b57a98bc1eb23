import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { awsOf, type Aws } from '../support/aws.ts';
import { launchBrowser } from '../support/browser.ts';
import { until } from '../support/client.ts';
import { edit, must, startCloud, type TestCloud } from '../support/cloud.ts';

const host = 'www.mywordpress.example';
const password = 'a long enough password';
/** 64 by 64 pixels of green, a PNG. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAUElEQVR42u3PQQkAAAgEsAtiKHPYP4ARfAuDFVhq+rUICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICFwW2TVgxGIYeNsAAAAASUVORK5CYII=',
  'base64',
);

interface Drill {
  readonly requests: number;
  readonly percentFailed: number;
  readonly secondsUntilWhole: number | null;
}

/** prod with its database, cache and shared files: what a person writes stays, whatever goes down. */
describe('prod with all its data', () => {
  let cloud: TestCloud;
  let aws: Aws;
  let browser: Browser;
  const title = 'Seven mornings at the harbour';
  const site = (path: string): string => `http://${host}.localhost:${cloud.frontDoorPort}${path}`;
  const open = async (options: BrowserContextOptions = {}): Promise<Page> =>
    (await browser.newContext(options)).newPage();
  const webInstances = async (): Promise<string[]> => {
    const [web] = JSON.parse(await must(cloud.beanpole('status', 'prod/web', '--json'))) as {
      instances: { id: string; zone: string }[];
    }[];
    return web?.instances.map(({ id }) => id) ?? [];
  };

  before(async () => {
    browser = await launchBrowser();
    cloud = await startCloud();
    aws = awsOf(cloud);
    // Health checks as an environment has them that wants to lose little when a zone is gone.
    edit(join(cloud.project, 'Pulumi.prod.yaml'), (text) =>
      text.replace(
        'healthCheckPath: /health\n',
        `healthCheckPath: /health
      healthCheckIntervalSeconds: 5
      healthCheckTimeoutSeconds: 2
      healthyThresholdCount: 2
      unhealthyThresholdCount: 2
      deregistrationDelaySeconds: 5
`,
      ),
    );
    for (const stack of ['application', 'prod']) await cloud.up(stack);
    const secrets = join(cloud.folder, 'secrets.env');
    writeFileSync(secrets, `ADMIN_PASSWORD=${password}\n`, { mode: 0o600 });
    await must(cloud.beanpole('config', 'set', 'prod/web', '--secret', '--file', secrets));
    await must(cloud.beanpole('version', 'create', 'v1'));
    await must(cloud.beanpole('deploy', 'prod', '--version', 'v1'));
  });
  after(async () => {
    await cloud.remove();
    await browser.close();
  });

  it('is where a post with a picture is written through one instance and read through another', async () => {
    const author = await open({ viewport: { width: 1280, height: 860 } });
    await author.goto(site('/admin'));
    await author.getByLabel('Password').fill(password);
    await author.getByRole('button', { name: 'Sign in' }).click();
    await author.getByRole('link', { name: 'New post' }).click();
    await author.getByLabel('Title').fill(title);
    await author.getByLabel('Text').fill('The harbour wakes **before** the town does.');
    const file = { name: 'sea.png', mimeType: 'image/png', buffer: picture };
    await author.getByLabel('Choose a picture').setInputFiles(file);
    await author.getByLabel('What it shows').fill('A green sea');
    await author.getByRole('button', { name: 'Publish' }).click();
    await author.getByRole('heading', { name: title }).waitFor();

    await everyInstanceShowsThePost();
  });

  it('keeps post and picture when every instance is replaced', async () => {
    const before = await webInstances();
    await must(cloud.beanpole('deploy', 'prod/web', '--version', 'v1', '--policy', 'Immutable'));
    const now = await webInstances();
    expect(now).to.have.length(2);
    expect(now.filter((id) => before.includes(id))).to.deep.equal([]);
    await everyInstanceShowsThePost();
  });

  it('comes through the loss of a database writer', async () => {
    const { DBClusters = [] } = await aws.rds.describeDBClusters({});
    const writer = DBClusters[0]?.DBClusterMembers?.find(({ IsClusterWriter }) => IsClusterWriter);
    await drill(1, 'database', writer?.DBInstanceIdentifier ?? '');
  });

  it('comes through the loss of the cache primary', async () => {
    const { ReplicationGroups = [] } = await aws.elasticache.describeReplicationGroups({});
    const members = ReplicationGroups[0]?.NodeGroups?.[0]?.NodeGroupMembers;
    const primary = members?.find(({ CurrentRole }) => CurrentRole === 'primary');
    await drill(1, 'cache', primary?.CacheClusterId ?? '');
  });

  it('loses no request when the master password is rotated', async () => {
    await drill(0, 'rotate', 'prod');
  });

  it('comes through the loss of an instance', async () => {
    await drill(2, 'instance', (await webInstances())[0] ?? '');
  });

  // The first zone is the one that everything was made in first: load balancer, NAT gateway, mount target.
  for (const zone of ['eu-central-1a', 'eu-central-1b'])
    it(`comes through the loss of zone ${zone}`, async () => {
      await drill(2, 'zone', zone, '--rate', '100');
    });

  it('has the post and its picture after all of it, and nothing for Pulumi to do', async () => {
    await everyInstanceShowsThePost();
    await cloud.atRest('prod');
  });

  /**
   * Whole again in time, with no more than `mostFailed` percent of the requests lost: those in flight on what died,
   * more of them on a busy machine. How few they are on a quiet one is told by bench/failover.ts.
   */
  async function drill(mostFailed: number, ...words: string[]): Promise<void> {
    const told = await must(cloud.beanpole('local', 'drill', ...words, '--json', '--timeout', '150'));
    const { requests, percentFailed, secondsUntilWhole } = JSON.parse(told) as Drill;
    expect(secondsUntilWhole, told).not.to.equal(null);
    expect(requests).to.be.greaterThan(50);
    expect(percentFailed, told).to.be.at.most(mostFailed);
  }

  async function everyInstanceShowsThePost(): Promise<void> {
    const wanted = new Set(await webInstances());
    const reader = await open({ viewport: { width: 390, height: 844 }, isMobile: true });
    const seen = new Set<string>();
    await until('every instance has shown the post with its picture', 60, async () => {
      await reader.goto(site('/'));
      seen.add(await reader.locator('#instance').innerText());
      await reader.getByRole('link', { name: title }).first().click();
      const image = reader.getByRole('img', { name: 'A green sea' });
      const isDrawn = await image.evaluate(
        (shown: { complete: boolean; naturalWidth: number }) => shown.complete && shown.naturalWidth > 0,
      );
      return isDrawn && [...wanted].every((id) => seen.has(id));
    });
    await reader.context().close();
  }
});
