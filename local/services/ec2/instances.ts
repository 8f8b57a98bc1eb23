import type {
  DescribeInstancesCommandInput,
  DescribeInstancesCommandOutput,
  DescribeInstanceStatusCommandInput,
  DescribeInstanceStatusCommandOutput,
  GetConsoleOutputCommandInput,
  GetConsoleOutputCommandOutput,
  Instance,
  InstanceStatus,
  Reservation,
} from '@aws-sdk/client-ec2';
import type { Answer } from '../../endpoint/service.ts';
import { find, listed, type Ec2Context } from './context.ts';
import { select, type FilterTable } from './filters.ts';
import { shownInstance, stateOf } from './instance-shape.ts';
import { statusOf } from './instance-step.ts';
import { page } from './requests.ts';
import type { InstanceRow } from './state.ts';
import { tagsOf } from './tags.ts';
import { zoneNamed } from './zones.ts';

const filters: FilterTable<Instance> = {
  architecture: (row) => row.Architecture,
  'availability-zone': (row) => row.Placement?.AvailabilityZone,
  'client-token': (row) => row.ClientToken,
  'dns-name': (row) => row.PublicDnsName,
  'group-id': (row) => row.SecurityGroups?.map(({ GroupId }) => GroupId) ?? [],
  'group-name': (row) => row.SecurityGroups?.map(({ GroupName }) => GroupName) ?? [],
  'iam-instance-profile.arn': (row) => row.IamInstanceProfile?.Arn,
  'image-id': (row) => row.ImageId,
  'instance-id': (row) => row.InstanceId,
  'instance-lifecycle': (row) => row.InstanceLifecycle,
  'instance-state-code': (row) => row.State?.Code,
  'instance-state-name': (row) => row.State?.Name,
  'instance-type': (row) => row.InstanceType,
  'instance.group-id': (row) => row.SecurityGroups?.map(({ GroupId }) => GroupId) ?? [],
  'ip-address': (row) => row.PublicIpAddress,
  'network-interface.network-interface-id': (row) =>
    row.NetworkInterfaces?.map((nic) => nic.NetworkInterfaceId) ?? [],
  'owner-id': (row) => row.NetworkInterfaces?.[0]?.OwnerId,
  'private-dns-name': (row) => row.PrivateDnsName,
  'private-ip-address': (row) => row.PrivateIpAddress,
  'spot-instance-request-id': (row) => row.SpotInstanceRequestId,
  'subnet-id': (row) => row.SubnetId,
  'vpc-id': (row) => row.VpcId,
};

type StatusRow = InstanceStatus & { Tags: Instance['Tags'] };

const statusFilters: FilterTable<StatusRow> = {
  'availability-zone': (row) => row.AvailabilityZone,
  'instance-state-code': (row) => row.InstanceState?.Code,
  'instance-state-name': (row) => row.InstanceState?.Name,
  'instance-status.status': (row) => row.InstanceStatus?.Status,
  'system-status.status': (row) => row.SystemStatus?.Status,
};

/** What can be seen of instances. */
export function instanceOperations(context: Ec2Context) {
  const { state, parts } = context;

  const reservations = (rows: readonly Instance[]): Reservation[] => {
    const byId = new Map<string, Instance[]>();
    for (const row of rows) {
      const id = state.instances.get(row.InstanceId ?? '')?.reservationId ?? '';
      byId.set(id, [...(byId.get(id) ?? []), row]);
    }
    return [...byId].map(([ReservationId, Instances]) => ({
      ReservationId,
      OwnerId: parts.account,
      Groups: [],
      Instances,
    }));
  };

  const status = (row: InstanceRow): StatusRow => {
    const Status = statusOf(row);
    const detail = Status === 'ok' ? 'passed' : Status === 'impaired' ? 'failed' : 'initializing';
    const checks =
      Status === 'not-applicable'
        ? {}
        : { Details: [{ Name: 'reachability' as const, Status: detail as 'passed' }] };
    return {
      InstanceId: row.id,
      AvailabilityZone: row.zone,
      AvailabilityZoneId: zoneNamed(parts.region, row.zone).id,
      InstanceState: stateOf(row),
      InstanceStatus: { Status, ...checks },
      SystemStatus: { Status: Status === 'impaired' ? 'ok' : Status },
      Events: [],
      Tags: tagsOf(state, row.id),
    };
  };

  return {
    DescribeInstances(input: DescribeInstancesCommandInput): Answer<DescribeInstancesCommandOutput> {
      const rows = listed(state.instances, 'instance', input.InstanceIds).map((row) =>
        shownInstance(context, row),
      );
      const { rows: cut, ...next } = page(select(rows, input.Filters, filters), input);
      return { Reservations: reservations(cut), ...next };
    },

    DescribeInstanceStatus(
      input: DescribeInstanceStatusCommandInput,
    ): Answer<DescribeInstanceStatusCommandOutput> {
      const rows = listed(state.instances, 'instance', input.InstanceIds)
        .filter((row) => input.IncludeAllInstances === true || row.state === 'running')
        .map(status);
      const { rows: cut, ...next } = page(select(rows, input.Filters, statusFilters), input);
      return { InstanceStatuses: cut.map(({ Tags: _, ...row }) => row), ...next };
    },

    async GetConsoleOutput(
      input: GetConsoleOutputCommandInput,
    ): Promise<Answer<GetConsoleOutputCommandOutput>> {
      const { id } = find(state.instances, 'instance', input.InstanceId);
      const text = await parts.instances.consoleOutput?.(id);
      const Timestamp = new Date(parts.clock.now());
      if (text === undefined) return { InstanceId: id, Timestamp };
      // AWS keeps the newest 64 KiB.
      const tail = Buffer.from(text).subarray(-64 * 1024);
      return { InstanceId: id, Timestamp, Output: tail.toString('base64') };
    },
  };
}
