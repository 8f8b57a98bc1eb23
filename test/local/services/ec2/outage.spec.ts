import * as sdk from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { createOutages } from '../../../../local/outages.ts';
import { failure } from '../../../support/failure.ts';
import { describe1, inState, launch1, makeNetwork, startRegion, type TestRegion } from './region.ts';

describe('EC2 when a zone goes down', () => {
  const zone = 'eu-central-1a';
  const outages = createOutages();
  let region: TestRegion;
  let subnetId: string;
  before(async () => {
    region = await startRegion({}, { outages });
    ({ subnetId } = await makeNetwork(region));
  });
  after(() => region.stop());

  const launch = (): Promise<string> => launch1(region, subnetId);
  const zoneState = async () => {
    const command = new sdk.DescribeAvailabilityZonesCommand({ ZoneNames: [zone] });
    return (await region.ec2.send(command)).AvailabilityZones?.[0]?.State;
  };
  const isCut = (id: string) =>
    region.network.plan.vpcs[0]?.hosts.find((host) => host.id === id)?.interfaces[0]?.isCut;

  it('ends what ran there without warning, cuts its network and launches nothing', async () => {
    const id = await launch();
    await inState(region, id, 'running');
    expect(isCut(id)).to.equal(undefined);
    await outages.begin(zone);
    expect(await zoneState()).to.equal('unavailable');
    expect((await describe1(region, id)).State?.Name).to.be.oneOf(['stopping', 'stopped']);
    expect((await failure(launch())).name).to.equal('InsufficientInstanceCapacity');
  });

  it('launches there again when the zone is back', async () => {
    await outages.end(zone);
    expect(await zoneState()).to.equal('available');
    const id = await launch();
    await inState(region, id, 'running');
    expect(isCut(id)).to.equal(undefined);
  });

  it('takes a single instance down by force, and says when there is none', async () => {
    const id = await launch();
    await inState(region, id, 'running');
    expect(region.cloud.parts.services.ec2.crash(id)).to.equal(true);
    await inState(region, id, 'stopped');
    expect(region.cloud.parts.services.ec2.crash(id)).to.equal(false);
  });
});
