import type {
  DescribeInstanceTypesCommandInput,
  DescribeInstanceTypesCommandOutput,
  DescribeInstanceTypeOfferingsCommandInput,
  DescribeInstanceTypeOfferingsCommandOutput,
  InstanceTypeInfo,
  _InstanceType,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import type { Ec2Context } from './context.ts';
import { invalidValue } from './errors.ts';
import { select, type FilterTable } from './filters.ts';
import type { Architecture } from './base-image.ts';
import { page } from './requests.ts';
import { zonesOf } from './zones.ts';

interface TypeRow {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly architecture: Architecture;
  readonly isBurstable: boolean;
}

/** Sizes as [name, virtual CPUs, GiB of memory]. */
type Size = readonly [name: string, vcpus: number, gib: number];

const burstable: readonly Size[] = [
  ['nano', 2, 0.5],
  ['micro', 2, 1],
  ['small', 2, 2],
  ['medium', 2, 4],
  ['large', 2, 8],
  ['xlarge', 4, 16],
  ['2xlarge', 8, 32],
];
const sizes = (gibPerCpu: number, least: 'medium' | 'large'): readonly Size[] => [
  ...(least === 'medium' ? [['medium', 1, gibPerCpu] as const] : []),
  ['large', 2, 2 * gibPerCpu],
  ['xlarge', 4, 4 * gibPerCpu],
  ['2xlarge', 8, 8 * gibPerCpu],
  ['4xlarge', 16, 16 * gibPerCpu],
];

const families: readonly (readonly [family: string, architecture: Architecture, sizes: readonly Size[]])[] = [
  ['t3', 'x86_64', burstable],
  ['t3a', 'x86_64', burstable],
  ['t4g', 'arm64', burstable],
  ['m5', 'x86_64', sizes(4, 'large')],
  ['m6i', 'x86_64', sizes(4, 'large')],
  ['m6g', 'arm64', sizes(4, 'medium')],
  ['m7i', 'x86_64', sizes(4, 'large')],
  ['m7g', 'arm64', sizes(4, 'medium')],
  ['c6i', 'x86_64', sizes(2, 'large')],
  ['c6g', 'arm64', sizes(2, 'medium')],
  ['c7i', 'x86_64', sizes(2, 'large')],
  ['c7g', 'arm64', sizes(2, 'medium')],
  ['r6i', 'x86_64', sizes(8, 'large')],
  ['r6g', 'arm64', sizes(8, 'medium')],
  ['r7g', 'arm64', sizes(8, 'medium')],
];

const types = new Map<string, TypeRow>(
  families.flatMap(([family, architecture, list]) =>
    list.map(([size, vcpus, gib]): [string, TypeRow] => {
      const name = `${family}.${size}`;
      return [
        name,
        { name, vcpus, memoryMiB: gib * 1024, architecture, isBurstable: family.startsWith('t') },
      ];
    }),
  ),
);

/** A type that instances can have; its figures are AWS's, not limits that this machine keeps to. */
export function instanceType(name: string): TypeRow {
  const row = types.get(name);
  if (!row) throw invalidValue(`Invalid value '${name}' for InstanceType.`);
  return row;
}

const filters: FilterTable<InstanceTypeInfo & { Tags?: undefined }> = {
  'burstable-performance-supported': (type) => type.BurstablePerformanceSupported,
  'current-generation': (type) => type.CurrentGeneration,
  'instance-type': (type) => type.InstanceType,
  'memory-info.size-in-mib': (type) => type.MemoryInfo?.SizeInMiB,
  'processor-info.supported-architecture': (type) => type.ProcessorInfo?.SupportedArchitectures ?? [],
  'vcpu-info.default-vcpus': (type) => type.VCpuInfo?.DefaultVCpus,
};

export function instanceTypeOperations({ parts: { region } }: Ec2Context) {
  return {
    DescribeInstanceTypes(
      input: DescribeInstanceTypesCommandInput,
    ): Answer<DescribeInstanceTypesCommandOutput> {
      const unknown = input.InstanceTypes?.filter((name) => !types.has(name)) ?? [];
      if (unknown.length)
        throw new AwsError(
          'InvalidInstanceType',
          `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
        );
      const rows = [...types.values()]
        .filter(
          ({ name }) => !input.InstanceTypes?.length || input.InstanceTypes.includes(name as _InstanceType),
        )
        .map(shown);
      const { rows: cut, ...next } = page(select(rows, input.Filters, filters), input, [5, 100]);
      return { InstanceTypes: [...cut], ...next };
    },

    DescribeInstanceTypeOfferings(
      input: DescribeInstanceTypeOfferingsCommandInput,
    ): Answer<DescribeInstanceTypeOfferingsCommandOutput> {
      const kind = input.LocationType ?? 'region';
      const zones = zonesOf(region);
      const locations =
        kind === 'availability-zone'
          ? zones.map(({ name }) => name)
          : kind === 'availability-zone-id'
            ? zones.map(({ id }) => id)
            : [region];
      const rows = [...types.keys()].flatMap((name) =>
        locations.map((Location) => ({
          InstanceType: name as _InstanceType,
          LocationType: kind,
          Location,
          Tags: undefined,
        })),
      );
      const found = select(rows, input.Filters, {
        'instance-type': (row) => row.InstanceType,
        location: (row) => row.Location,
      });
      const { rows: cut, ...next } = page(found, input);
      return { InstanceTypeOfferings: cut.map(({ Tags: _, ...row }) => row), ...next };
    },
  };
}

function shown({
  name,
  vcpus,
  memoryMiB,
  architecture,
  isBurstable,
}: TypeRow): InstanceTypeInfo & { Tags?: undefined } {
  return {
    InstanceType: name as _InstanceType,
    CurrentGeneration: true,
    BurstablePerformanceSupported: isBurstable,
    BareMetal: false,
    Hypervisor: 'nitro',
    MemoryInfo: { SizeInMiB: memoryMiB },
    ProcessorInfo: { SupportedArchitectures: [architecture] },
    VCpuInfo: { DefaultVCpus: vcpus },
    SupportedRootDeviceTypes: ['ebs'],
    SupportedUsageClasses: ['on-demand', 'spot'],
    SupportedVirtualizationTypes: ['hvm'],
  };
}
