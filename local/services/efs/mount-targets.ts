import { randomBytes } from 'node:crypto';
import type { DescribeSubnetsResult, Subnet } from '@aws-sdk/client-ec2';
import type {
  CreateMountTargetCommandInput,
  DeleteMountTargetCommandInput,
  DescribeMountTargetsCommandInput,
  DescribeMountTargetsCommandOutput,
  DescribeMountTargetSecurityGroupsCommandInput,
  DescribeMountTargetSecurityGroupsCommandOutput,
  ModifyMountTargetSecurityGroupsCommandInput,
  MountTargetDescription,
} from '@aws-sdk/client-efs';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import { ask, type Parts } from '../parts.ts';
import { securityGroupsIn } from '../security-groups.ts';
import { findAccessPoint } from './access-points.ts';
import {
  badRequest,
  mountTargetConflict,
  mountTargetNotFound,
  securityGroupNotFound,
  subnetNotFound,
  unsupported,
} from './errors.ts';
import { findFileSystem, invalidMarker, targetsOf } from './file-systems.ts';
import { newId, type FilesState, type StoredMountTarget } from './state.ts';
import type { MountTargets } from './targets.ts';

const mostSecurityGroups = 5;

/** Making, describing and deleting mount targets: one per zone, all in one VPC. */
export function mountTargetOperations(parts: Parts, state: FilesState, targets: MountTargets) {
  const view = (one: StoredMountTarget): MountTargetDescription => ({
    OwnerId: parts.account,
    MountTargetId: one.id,
    FileSystemId: one.fileSystemId,
    SubnetId: one.subnetId,
    LifeCycleState: one.state,
    IpAddress: one.address,
    NetworkInterfaceId: one.interfaceId,
    AvailabilityZoneId: one.availabilityZoneId,
    AvailabilityZoneName: one.availabilityZone,
    VpcId: one.vpcId,
  });

  return {
    async CreateMountTarget(input: CreateMountTargetCommandInput): Promise<MountTargetDescription> {
      const { id: fileSystemId } = findFileSystem(state, input.FileSystemId);
      for (const member of ['IpAddress', 'Ipv6Address'] as const)
        if (input[member] !== undefined) throw unsupported(member);
      if ((input.IpAddressType ?? 'IPV4_ONLY') !== 'IPV4_ONLY')
        throw unsupported(`IpAddressType ${input.IpAddressType}`);
      const subnet = await findSubnet(input.SubnetId ?? '', parts);
      const { AvailabilityZone: availabilityZone = '', VpcId: vpcId = '' } = subnet;
      const securityGroups = await findGroups(input.SecurityGroups ?? [], vpcId, parts);
      for (const other of targetsOf(state, fileSystemId)) {
        if (other.availabilityZone === availabilityZone)
          throw mountTargetConflict('mount target already exists in this AZ');
        if (other.vpcId !== vpcId)
          throw mountTargetConflict(
            `requested subnet for new mount target is not in the same VPC as existing mount targets`,
          );
      }
      const made: StoredMountTarget = {
        id: newId('fsmt'),
        fileSystemId,
        hostId: `efs-${randomBytes(6).toString('hex')}`,
        subnetId: subnet.SubnetId ?? '',
        vpcId,
        availabilityZone,
        availabilityZoneId: subnet.AvailabilityZoneId ?? '',
        securityGroups,
        state: 'creating',
      };
      state.mountTargets.set(made.id, made);
      void targets.bringUp(made.id);
      return view(made);
    },

    DescribeMountTargets(input: DescribeMountTargetsCommandInput): Answer<DescribeMountTargetsCommandOutput> {
      const given = [input.FileSystemId, input.MountTargetId, input.AccessPointId].filter(
        (one) => one !== undefined,
      );
      if (given.length !== 1) throw badRequest('Give one of FileSystemId, MountTargetId and AccessPointId.');
      const { items, nextToken } = page(
        choose(state, input),
        input.MaxItems ?? 100,
        input.Marker,
        invalidMarker,
      );
      return { MountTargets: items.map(view), ...(nextToken && { NextMarker: nextToken }) };
    },

    DescribeMountTargetSecurityGroups(
      input: DescribeMountTargetSecurityGroupsCommandInput,
    ): Answer<DescribeMountTargetSecurityGroupsCommandOutput> {
      return { SecurityGroups: findTarget(state, input.MountTargetId).securityGroups };
    },

    async ModifyMountTargetSecurityGroups(
      input: ModifyMountTargetSecurityGroupsCommandInput,
    ): Promise<Record<string, never>> {
      const found = findTarget(state, input.MountTargetId);
      const securityGroups = await findGroups(input.SecurityGroups ?? [], found.vpcId, parts);
      await parts.services.ec2.setSecurityGroups(found.hostId, securityGroups);
      state.mountTargets.set(found.id, { ...found, securityGroups });
      return {};
    },

    DeleteMountTarget(input: DeleteMountTargetCommandInput): Record<string, never> {
      const found = findTarget(state, input.MountTargetId);
      state.mountTargets.set(found.id, { ...found, state: 'deleting' });
      void targets.bringUp(found.id);
      return {};
    },
  };
}

function choose(state: FilesState, input: DescribeMountTargetsCommandInput): StoredMountTarget[] {
  if (input.MountTargetId !== undefined) return [findTarget(state, input.MountTargetId)];
  const fileSystemId =
    input.AccessPointId === undefined
      ? findFileSystem(state, input.FileSystemId).id
      : findAccessPoint(state, input.AccessPointId).fileSystemId;
  return targetsOf(state, fileSystemId);
}

function findTarget(state: FilesState, id: string | undefined): StoredMountTarget {
  const found = state.mountTargets.get(id ?? '');
  if (!found) throw mountTargetNotFound(id ?? '');
  return found;
}

async function findSubnet(id: string, parts: Parts): Promise<Subnet> {
  const answer = await ask<DescribeSubnetsResult>(parts, 'ec2', 'DescribeSubnets', { SubnetIds: [id] }).catch(
    (error: unknown) => {
      if (error instanceof AwsError) throw subnetNotFound(id);
      throw error;
    },
  );
  const [found] = answer.Subnets ?? [];
  if (!found) throw subnetNotFound(id);
  return found;
}

/** Those that were given, or else the VPC's default one. */
async function findGroups(ids: readonly string[], vpcId: string, parts: Parts): Promise<string[]> {
  if (ids.length > mostSecurityGroups)
    throw badRequest(`A mount target has at most ${mostSecurityGroups} security groups.`);
  return securityGroupsIn(vpcId, ids, parts, ([first = '']) => securityGroupNotFound(first));
}
