import * as sdk from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { failure } from '../../../support/failure.ts';
import {
  describe1,
  imageId,
  instanceType,
  inState,
  launch1,
  makeNetwork,
  startRegion,
  type TestRegion,
} from './region.ts';

describe('EC2 spot instances', () => {
  let region: TestRegion;
  let subnetId: string;
  before(async () => {
    region = await startRegion();
    ({ subnetId } = await makeNetwork(region));
  });
  after(() => region.stop());

  const launch = async (SpotOptions: sdk.SpotMarketOptions = {}): Promise<string> => {
    const id = await launch1(region, subnetId, {
      InstanceMarketOptions: { MarketType: 'spot', SpotOptions },
    });
    await inState(region, id, 'running');
    return id;
  };
  const service = () => region.cloud.parts.services.ec2;
  const metadata = (id: string, path: string) => service().metadata(id)?.[`meta-data/${path}`];
  const request = async (id: string) =>
    (
      await region.ec2.send(
        new sdk.DescribeSpotInstanceRequestsCommand({ Filters: [{ Name: 'instance-id', Values: [id] }] }),
      )
    ).SpotInstanceRequests![0]!;

  it('say so in their description, their request and their metadata', async () => {
    const id = await launch();
    const { InstanceLifecycle, SpotInstanceRequestId } = await describe1(region, id);
    expect(InstanceLifecycle).to.equal('spot');
    expect(metadata(id, 'instance-life-cycle')).to.equal('spot');
    expect(metadata(id, 'spot/instance-action')).to.equal(undefined);
    expect(await request(id)).to.include({ SpotInstanceRequestId, State: 'active' });
  });

  it('are refused below their price, which the price history tells', async () => {
    const { SpotPriceHistory } = await region.ec2.send(
      new sdk.DescribeSpotPriceHistoryCommand({ InstanceTypes: [instanceType] }),
    );
    const price = Number(SpotPriceHistory![0]!.SpotPrice);
    expect((await failure(launch({ MaxPrice: String(price / 2) }))).name).to.equal('SpotMaxPriceTooLow');
    await launch({ MaxPrice: String(price) });
  });

  it('are told that EC2 takes them back: first a recommendation, then a notice, two minutes later it does', async () => {
    const id = await launch();
    const started = region.cloud.clock.now();
    expect(service().interrupt(id, 30)).to.equal(true);
    expect(service().spotRisk(id)).to.equal('rebalance');
    expect(metadata(id, 'events/recommendations/rebalance')).to.contain('noticeTime');
    expect(metadata(id, 'spot/instance-action')).to.equal(undefined);
    region.cloud.clock.advance(30_000);
    expect(service().spotRisk(id)).to.equal('interruption');
    const action = JSON.parse(metadata(id, 'spot/instance-action')!) as { action: string; time: string };
    expect(action.action).to.equal('terminate');
    expect(Date.parse(action.time) - started).to.be.closeTo(150_000, 1000);
    expect(await request(id)).to.have.nested.property('Status.Code', 'marked-for-termination');
    region.cloud.clock.advance(119_000);
    expect((await describe1(region, id)).State?.Name).to.equal('running');
    region.cloud.clock.advance(2000);
    const { StateReason } = await inState(region, id, 'terminated');
    expect(StateReason?.Code).to.equal('Server.SpotInstanceTermination');
    expect(await request(id)).to.have.nested.property('Status.Code', 'instance-terminated-no-capacity');
  });

  it('leave a pool that others are rather not launched in', async () => {
    const id = await launch();
    expect(service().spotPool(instanceType, 'eu-central-1b').score).to.equal(10);
    service().interrupt(id, 0);
    expect(service().spotPool(instanceType, 'eu-central-1a').score).to.equal(1);
  });

  it('alone can be interrupted', async () => {
    const { Instances } = await region.ec2.send(
      new sdk.RunInstancesCommand({
        ImageId: await imageId(region),
        InstanceType: instanceType,
        SubnetId: subnetId,
        MinCount: 1,
        MaxCount: 1,
      }),
    );
    expect(service().interrupt(Instances![0]!.InstanceId!, 0)).to.equal(false);
    expect(service().interrupt('i-0', 0)).to.equal(false);
  });
});
