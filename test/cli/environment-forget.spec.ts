import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DeleteLogGroupCommand, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { DescribeDBClusterSnapshotsCommand, DescribeDBSnapshotsCommand } from '@aws-sdk/client-rds';
import { mockClient } from 'aws-sdk-client-mock';
import { expect } from 'chai';
import { keys, parameters } from '../../model/names.ts';
import { errorOf, run } from './support/commands.ts';
import { account, type Account } from './support/account.ts';
import { pointer, version } from './support/fixtures.ts';

const web = { application: 'shop', stack: 'prod', environment: 'web' };
const worker = { ...web, environment: 'worker' };
const dev = { ...web, stack: 'dev' };

/** What prod has left after a destroy, and dev, which is none of its business. */
function destroyed(): { self: Account; deletedGroups: string[]; groups: string[]; instances: string[] } {
  const self = account();
  const { clients } = self.context;
  const stage = { self, deletedGroups: [] as string[], groups: [] as string[], instances: [] as string[] };
  for (const name of [web, worker, dev]) {
    self.bucket.put(keys.current(name), { active: 'blue', slots: { blue: pointer('v1', 1), green: null } });
    self.bucket.put(keys.deployment(name, 1), {});
    self.written.set(parameters.property(name, 'API_KEY'), [
      { Value: 'x', Type: 'SecureString', Description: '' },
    ]);
  }
  self.bucket.put(keys.schedule(worker), {});
  self.bucket.put(keys.swap('prod', 1), {});
  self.bucket.put(keys.version('v1'), version('v1'));
  mockClient(clients.logs)
    .on(DescribeLogGroupsCommand)
    .callsFake(({ logGroupNamePrefix }: { logGroupNamePrefix: string }) => ({
      logGroups: [{ logGroupName: `${logGroupNamePrefix}web/agent` }],
    }))
    .on(DeleteLogGroupCommand)
    .callsFake(({ logGroupName }: { logGroupName: string }) => {
      stage.deletedGroups.push(logGroupName);
      return {};
    });
  mockClient(clients.rds)
    .on(DescribeDBSnapshotsCommand)
    .resolves({ DBSnapshots: [{ DBSnapshotIdentifier: 'other-prod-database-final' }] })
    .on(DescribeDBClusterSnapshotsCommand)
    .resolves({ DBClusterSnapshots: [{ DBClusterSnapshotIdentifier: 'shop-prod-database-final' }] });
  mockClient(clients.autoScaling)
    .on(DescribeAutoScalingGroupsCommand)
    .callsFake(() => ({
      AutoScalingGroups: stage.groups.map((AutoScalingGroupName) => ({ AutoScalingGroupName })),
    }));
  mockClient(clients.ec2)
    .on(DescribeInstancesCommand)
    .callsFake(() => ({
      Reservations: [{ Instances: stage.instances.map((InstanceId) => ({ InstanceId })) }],
    }));
  return stage;
}

const left = ({ bucket, written }: Account) => [...bucket.objects.keys(), ...written.keys()];

describe('beanpole environment forget', () => {
  it('removes all that commands and instances made for a stack, and nothing else', async () => {
    const { self, deletedGroups } = destroyed();
    await run(self, 'environment forget prod --yes');
    expect(left(self)).to.have.members([
      keys.current(dev),
      keys.deployment(dev, 1),
      keys.version('v1'),
      parameters.property(dev, 'API_KEY'),
    ]);
    expect(deletedGroups).to.deep.equal(['/beanpole/shop/prod/web/agent']);
    expect(self.output.notes.at(-1)).to.equal('The stack prod is forgotten.');
  });

  it('lists first what goes and what stays, and asks', async () => {
    const { self } = destroyed();
    const before = left(self);
    const error = await errorOf(self, 'environment forget prod');
    expect(error.message).to.contain('nobody to ask');
    expect(error.next).to.equal('beanpole environment forget prod --yes');
    expect(left(self)).to.deep.equal(before);
    const [text = ''] = self.output.data;
    expect(text)
      .to.contain(keys.schedule(worker))
      .and.contain('/beanpole/shop/prod/web/properties/API_KEY')
      .and.contain('Stays: snapshots of the database of prod (1):\n  shop-prod-database-final')
      .and.not.contain('environments/dev');
    self.confirms = false;
    expect((await errorOf(self, 'environment forget prod')).message).to.equal('Not confirmed.');
    self.confirms = true;
    await run(self, 'environment forget prod');
    expect(left(self)).not.to.deep.equal(before);
  });

  it('forgets one environment, and leaves the others of its stack and their swaps', async () => {
    const { self } = destroyed();
    await run(self, 'environment forget prod/web --yes');
    expect(left(self)).to.include.members([keys.current(worker), keys.swap('prod', 1)]);
    expect(left(self)).not.to.include(keys.current(web));
  });

  it('refuses while anything of it exists, and says what', async () => {
    const stage = destroyed();
    stage.groups.push('shop-prod-web-blue');
    stage.instances.push('i-1');
    stage.self.parameters.set(parameters.environmentDescriptor(web), '{}');
    const before = left(stage.self);
    const error = await errorOf(stage.self, 'environment forget prod --yes');
    expect(error.message).to.equal(
      'The stack prod still exists: the parameter /beanpole/shop/prod/web/environment, the Auto Scaling group shop-prod-web-blue, the instance i-1.',
    );
    expect(error.next).to.contain('pulumi destroy -s prod');
    expect(left(stage.self)).to.deep.equal(before);
  });

  it('refuses while a deployment holds the lock', async () => {
    const { self } = destroyed();
    self.bucket.put(keys.lock(web), {
      holder: 'bob',
      reason: 'deployment 2 of v2',
      fencingToken: 1,
      deployment: 2,
      acquiredAt: '2026-05-01T12:00:00.000Z',
      expiresAt: '2026-05-01T12:10:00.000Z',
    });
    expect((await errorOf(self, 'environment forget prod --yes')).exitCode).to.equal(5);
  });

  it('twice says that nothing is left', async () => {
    const { self } = destroyed();
    await run(self, 'environment forget prod/worker --yes');
    await run(self, 'environment forget prod/worker --yes');
    expect(self.output.notes.at(-1)).to.equal('Nothing of prod/worker is left that could be forgotten.');
  });

  it('also works when the application and its bucket are gone', async () => {
    const { self } = destroyed();
    self.parameters.delete(parameters.application('shop'));
    await run(self, 'environment forget prod --yes');
    expect([...self.written.keys()]).to.deep.equal([parameters.property(dev, 'API_KEY')]);
  });
});
