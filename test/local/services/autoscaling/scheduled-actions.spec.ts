import * as sdk from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand } from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { createAutoScaling } from '../../../../local/services/autoscaling/service.ts';
import { failure } from '../../../support/failure.ts';
import { imageId, instanceType, makeNetwork, startRegion, type TestRegion } from '../ec2/region.ts';

const hour = 3600 * 1000;
const AutoScalingGroupName = 'web';

describe('scheduled actions', () => {
  let region: TestRegion;
  let client: sdk.AutoScaling;
  beforeEach(async () => {
    region = await startRegion({ autoscaling: createAutoScaling });
    client = new sdk.AutoScaling(region.cloud.client);
    const { subnetId } = await makeNetwork(region);
    await region.ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: 'web',
        LaunchTemplateData: { ImageId: await imageId(region), InstanceType: instanceType },
      }),
    );
    await client.createAutoScalingGroup({
      AutoScalingGroupName,
      LaunchTemplate: { LaunchTemplateName: 'web' },
      VPCZoneIdentifier: subnetId,
      MinSize: 0,
      MaxSize: 4,
    });
  });
  afterEach(async () => {
    client.destroy();
    await region.stop();
  });

  const put = (more: Partial<sdk.PutScheduledUpdateGroupActionCommandInput>) =>
    client.putScheduledUpdateGroupAction({ AutoScalingGroupName, ScheduledActionName: 'action', ...more });
  const sizes = async () => {
    const [group] = (await client.describeAutoScalingGroups({})).AutoScalingGroups!;
    return [group!.MinSize, group!.MaxSize, group!.DesiredCapacity];
  };
  const actions = async () => (await client.describeScheduledActions({})).ScheduledUpdateGroupActions!;
  const inHours = (hours: number) => new Date(region.cloud.clock.now() + hours * hour);

  it('change the sizes once, and are forgotten', async () => {
    await put({ StartTime: inHours(2), MinSize: 2, DesiredCapacity: 3 });
    region.cloud.clock.advance(1.9 * hour);
    expect(await sizes()).to.deep.equal([0, 4, 0]);
    region.cloud.clock.advance(0.2 * hour);
    expect(await sizes()).to.deep.equal([2, 4, 3]);
    expect(await actions()).to.deep.equal([]);
    const { Activities } = await client.describeScalingActivities({ AutoScalingGroupName });
    expect(Activities![0]!.Cause).to.contain(
      'a scheduled action update of AutoScalingGroup constraints to min: 2, max: 4, desired: 3',
    );
  });

  it('come again and again, in their time zone', async () => {
    // The clock stands at midnight UTC, 1 January: 01:00 in Berlin.
    await put({ Recurrence: '0 3 * * *', TimeZone: 'Europe/Berlin', DesiredCapacity: 1 });
    expect((await actions())[0]!.StartTime!.toISOString()).to.equal('2026-01-01T02:00:00.000Z');
    region.cloud.clock.advance(2 * hour);
    expect(await sizes()).to.deep.equal([0, 4, 1]);
    expect((await actions())[0]!.StartTime!.toISOString()).to.equal('2026-01-02T02:00:00.000Z');
  });

  it('fail, and say so, where they would break the bounds', async () => {
    await client.updateAutoScalingGroup({ AutoScalingGroupName, MaxSize: 0 });
    await put({ StartTime: inHours(1), MinSize: 2 });
    region.cloud.clock.advance(hour);
    expect(await sizes()).to.deep.equal([0, 0, 0]);
    const { Activities } = await client.describeScalingActivities({ AutoScalingGroupName });
    expect(Activities![0]).to.include({
      StatusCode: 'Failed',
      StatusMessage: 'Max bound, 0, must be greater than or equal to min bound, 2',
    });
  });

  it('rest while they are suspended', async () => {
    await client.suspendProcesses({ AutoScalingGroupName, ScalingProcesses: ['ScheduledActions'] });
    await put({ StartTime: inHours(1), DesiredCapacity: 2 });
    region.cloud.clock.advance(hour);
    expect(await sizes()).to.deep.equal([0, 4, 0]);
  });

  it('are put and deleted in batches, each by itself', async () => {
    const { FailedScheduledUpdateGroupActions: failed } = await client.batchPutScheduledUpdateGroupAction({
      AutoScalingGroupName,
      ScheduledUpdateGroupActions: [
        { ScheduledActionName: 'good', StartTime: inHours(1), DesiredCapacity: 1 },
        { ScheduledActionName: 'late', StartTime: inHours(-1), DesiredCapacity: 1 },
      ],
    });
    expect(failed).to.deep.equal([
      {
        ScheduledActionName: 'late',
        ErrorCode: 'ValidationError',
        ErrorMessage: 'Given start time is in the past',
      },
    ]);
    await client.batchDeleteScheduledAction({ AutoScalingGroupName, ScheduledActionNames: ['good'] });
    expect(await actions()).to.deep.equal([]);
  });

  const refused: readonly (readonly [
    string,
    Partial<sdk.PutScheduledUpdateGroupActionCommandInput>,
    string,
  ])[] = [
    ['without sizes', { Recurrence: '0 3 * * *' }, 'At least one of MinSize'],
    ['without a time', { MinSize: 1 }, 'Either StartTime or Recurrence'],
    ['with a recurrence that is none', { MinSize: 1, Recurrence: 'daily' }, 'recurrence string: daily'],
    [
      'with a time zone that is none',
      { MinSize: 1, Recurrence: '0 3 * * *', TimeZone: 'Mars/Olympus' },
      'Mars/Olympus',
    ],
  ];
  for (const [what, input, message] of refused)
    it(`are refused ${what}`, async () => {
      expect((await failure(put(input))).message).to.contain(message);
    });
});
