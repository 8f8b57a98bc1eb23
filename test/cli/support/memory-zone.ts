import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  ListResourceRecordSetsCommand,
  type Change,
  type ResourceRecordSet,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import { mockClient } from 'aws-sdk-client-mock';

export interface MemoryZone {
  /** Alias targets by name. */
  readonly targets: Map<string, string>;
  /** Batches that were taken. */
  readonly batches: (readonly Change[])[];
  /** Called before each batch; may throw. */
  beforeChange: () => void;
}

/** A hosted zone of aliases in memory, with Route 53's all-or-nothing batches, behind the SDK's own client. */
export function memoryZone(route53: Route53Client): MemoryZone {
  const zone: MemoryZone = { targets: new Map(), batches: [], beforeChange: () => undefined };
  const { targets } = zone;
  const recordAt = (name: string): ResourceRecordSet => ({
    Name: `${name}.`,
    Type: 'A',
    AliasTarget: { HostedZoneId: 'Z1', DNSName: `${targets.get(name) ?? ''}.`, EvaluateTargetHealth: false },
  });
  mockClient(route53)
    .on(ListResourceRecordSetsCommand)
    .callsFake(({ StartRecordName }: { StartRecordName: string }) => ({
      ResourceRecordSets: [...targets.keys()]
        .filter((name) => name >= StartRecordName)
        .sort()
        .slice(0, 1)
        .map(recordAt),
    }))
    .on(ChangeResourceRecordSetsCommand)
    .callsFake(({ ChangeBatch: { Changes } }: { ChangeBatch: { Changes: Change[] } }) => {
      zone.beforeChange();
      const next = new Map(targets);
      for (const { Action, ResourceRecordSet: record } of Changes) {
        const name = bare(record?.Name);
        const target = bare(record?.AliasTarget?.DNSName);
        if (Action === 'DELETE' ? next.get(name) !== target : next.has(name))
          throw Object.assign(new Error(`Tried to ${Action ?? ''} ${name}`), { name: 'InvalidChangeBatch' });
        if (Action === 'DELETE') next.delete(name);
        else next.set(name, target);
      }
      zone.batches.push(Changes);
      for (const [name, target] of next) targets.set(name, target);
      return { ChangeInfo: { Id: '/change/C1', Status: 'PENDING' } };
    })
    .on(GetChangeCommand)
    .resolvesOnce({ ChangeInfo: { Id: '/change/C1', Status: 'PENDING', SubmittedAt: undefined } })
    .resolves({ ChangeInfo: { Id: '/change/C1', Status: 'INSYNC', SubmittedAt: undefined } });
  return zone;
}

const bare = (name = ''): string => name.replace(/\.$/, '');
