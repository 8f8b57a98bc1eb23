import type {
  DescribeSpotInstanceRequestsCommandInput,
  DescribeSpotInstanceRequestsCommandOutput,
  DescribeSpotPriceHistoryCommandInput,
  DescribeSpotPriceHistoryCommandOutput,
  InstanceMarketOptionsRequest,
  SpotInstanceRequest,
  SpotPrice,
  _InstanceType,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import type { SpotPool } from '../parts.ts';
import type { Ec2Context } from './context.ts';
import { invalidCombination, invalidValue, unsupported } from './errors.ts';
import { select, type FilterTable } from './filters.ts';
import { newId } from './ids.ts';
import { priceText, onDemandPrice, spotPrice } from './prices.ts';
import { accept, page } from './requests.ts';
import type { InstanceRow, SpotRow } from './state.ts';
import { tagsOf } from './tags.ts';
import { zonesOf } from './zones.ts';

/** What a launch asks of the spot market; undefined: nothing, it is on demand. */
export function checkedMarket(
  options: InstanceMarketOptionsRequest | undefined,
  instanceType: string,
): Pick<SpotRow, 'maxPrice'> | undefined {
  if (!options) return undefined;
  const { MarketType: market, SpotOptions: spot = {} } = options;
  if (market !== 'spot') throw unsupported(`InstanceMarketOptions: MarketType ${market ?? ''}`);
  accept('SpotOptions', spot, ['MaxPrice', 'SpotInstanceType', 'InstanceInterruptionBehavior']);
  if ((spot.SpotInstanceType ?? 'one-time') !== 'one-time')
    throw unsupported(`SpotOptions: SpotInstanceType ${spot.SpotInstanceType ?? ''}`);
  if ((spot.InstanceInterruptionBehavior ?? 'terminate') !== 'terminate')
    throw unsupported(`SpotOptions: InstanceInterruptionBehavior ${spot.InstanceInterruptionBehavior ?? ''}`);
  const { MaxPrice: maxPrice } = spot;
  if (maxPrice === undefined || maxPrice === '') return {};
  if (!/^\d+(\.\d+)?$/.test(maxPrice))
    throw invalidValue(
      `Value (${maxPrice}) for parameter price is invalid. "${maxPrice}" is an invalid spot instance price`,
    );
  const least = spotPrice(instanceType);
  if (Number(maxPrice) < least)
    throw new AwsError(
      'SpotMaxPriceTooLow',
      `Your Spot request price of ${maxPrice} is lower than the minimum required Spot request fulfillment price of ${priceText(least)}.`,
    );
  return { maxPrice };
}

export const newSpotRow = (market: Pick<SpotRow, 'maxPrice'>): SpotRow => ({
  ...market,
  requestId: newId('sir'),
});

/** How long a pool that took instances back is the last one that others are launched in. */
const memory = 10 * 60 * 1000;
const bestScore = 10;

/** A spot pool as its market shows it: fewer instances in it, more is left. */
export function spotPool({ state, parts }: Ec2Context, instanceType: string, zone: string): SpotPool {
  const inPool = [...state.instances.values()].filter(
    (row) => row.spot && row.instanceType === instanceType && row.zone === zone,
  );
  const isShort = inPool.some(({ spot }) => (spot?.recommendedAt ?? 0) > parts.clock.now() - memory);
  const running = inPool.filter((row) => row.state === 'pending' || row.state === 'running').length;
  return {
    price: spotPrice(instanceType),
    onDemandPrice: onDemandPrice(instanceType),
    score: isShort ? 1 : Math.max(2, bestScore - running),
  };
}

const requestFilters: FilterTable<SpotInstanceRequest> = {
  'instance-id': (row) => row.InstanceId,
  'spot-instance-request-id': (row) => row.SpotInstanceRequestId,
  state: (row) => row.State,
};

/** The spot market: its prices, and the requests that instances were launched by. */
export function spotOperations({ state, parts }: Ec2Context) {
  return {
    DescribeSpotInstanceRequests(
      input: DescribeSpotInstanceRequestsCommandInput,
    ): Answer<DescribeSpotInstanceRequestsCommandOutput> {
      accept('DescribeSpotInstanceRequests', input, [
        ...['SpotInstanceRequestIds', 'Filters', 'MaxResults', 'NextToken'],
      ]);
      const { SpotInstanceRequestIds: ids } = input;
      const rows = [...state.instances.values()].flatMap((row) =>
        row.spot ? [shownRequest(row, row.spot)] : [],
      );
      const unknown = ids?.find((id) => !rows.some((row) => row.SpotInstanceRequestId === id));
      if (unknown !== undefined)
        throw new AwsError(
          'InvalidSpotInstanceRequestID.NotFound',
          `The spot instance request ID '${unknown}' does not exist`,
        );
      const wanted = rows.filter(({ SpotInstanceRequestId: id = '' }) => !ids?.length || ids.includes(id));
      const { rows: cut, ...next } = page(select(wanted, input.Filters, requestFilters), input);
      return { SpotInstanceRequests: [...cut], ...next };
    },

    DescribeSpotPriceHistory(
      input: DescribeSpotPriceHistoryCommandInput,
    ): Answer<DescribeSpotPriceHistoryCommandOutput> {
      accept('DescribeSpotPriceHistory', input, [
        ...['InstanceTypes', 'AvailabilityZone', 'ProductDescriptions', 'StartTime', 'EndTime'],
        ...['MaxResults', 'NextToken'],
      ]);
      if (!input.InstanceTypes?.length) throw invalidCombination('InstanceTypes must be given here.');
      const Timestamp = new Date(parts.clock.now());
      const rows = input.InstanceTypes.flatMap((type) =>
        zonesOf(parts.region).map(({ name, id }): SpotPrice => ({
          InstanceType: type,
          AvailabilityZone: name,
          AvailabilityZoneId: id,
          ProductDescription: 'Linux/UNIX',
          SpotPrice: priceText(spotPrice(type)),
          Timestamp,
        })),
      ).filter(({ AvailabilityZone: zone }) => (input.AvailabilityZone ?? zone) === zone);
      const { rows: cut, ...next } = page(rows, input);
      return { SpotPriceHistory: [...cut], ...next };
    },
  };

  function shownRequest(row: InstanceRow, spot: SpotRow): SpotInstanceRequest {
    const isRunning = row.state === 'pending' || row.state === 'running';
    return {
      SpotInstanceRequestId: spot.requestId,
      InstanceId: row.id,
      Type: 'one-time',
      State: isRunning ? 'active' : 'closed',
      Status: statusOf(row, spot),
      SpotPrice: spot.maxPrice ?? priceText(onDemandPrice(row.instanceType)),
      ProductDescription: 'Linux/UNIX',
      LaunchedAvailabilityZone: row.zone,
      InstanceInterruptionBehavior: 'terminate',
      CreateTime: new Date(row.launchedAt),
      LaunchSpecification: { ImageId: row.imageId, InstanceType: row.instanceType as _InstanceType },
      Tags: tagsOf(state, spot.requestId),
    };
  }

  function statusOf({ state: lifecycle, stateReason }: InstanceRow, { noticeAt }: SpotRow) {
    const now = parts.clock.now();
    const isOver = lifecycle === 'shutting-down' || lifecycle === 'terminated';
    if (isOver)
      return {
        Code:
          stateReason?.code === interruption.code
            ? 'instance-terminated-no-capacity'
            : 'instance-terminated-by-user',
      };
    return { Code: noticeAt !== undefined && noticeAt <= now ? 'marked-for-termination' : 'fulfilled' };
  }
}

export const interruption = {
  code: 'Server.SpotInstanceTermination',
  message: 'Server.SpotInstanceTermination: Instance terminated, because EC2 needs the capacity back.',
};
