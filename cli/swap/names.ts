import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  ListResourceRecordSetsCommand,
  type Change,
  type ResourceRecordSet,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import type { Clients } from '../aws/clients.ts';
import type { Clock } from '../clock.ts';
import { pollMilliseconds, StepFailedError } from '../deploy/run.ts';

/** An environment with a name in DNS. */
export type HostName = NonNullable<EnvironmentDescriptor['hostName']>;

/** A name, and the own names of the environments that it leads to before and after. */
export interface NameChange {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** Names in a hosted zone; everything may be done twice. */
export interface Names {
  /** All names at the same moment, then until every name server of Route 53 answers so. */
  change(changes: readonly NameChange[], signal: AbortSignal): Promise<void>;
}

/** Route 53 says that changes usually take less than a minute. */
const syncMilliseconds = 5 * 60_000;

export function createNames({ route53 }: Pick<Clients, 'route53'>, zone: string, clock: Clock): Names {
  async function untilInSync(Id: string | undefined, signal: AbortSignal): Promise<void> {
    const deadline = clock.now() + syncMilliseconds;
    for (let poll = 0; ; poll += 1) {
      const { ChangeInfo } = await route53.send(new GetChangeCommand({ Id }));
      if (ChangeInfo?.Status === 'INSYNC') return;
      if (clock.now() > deadline)
        throw new StepFailedError('Route 53 has not told all its name servers within 5 min');
      await clock.sleep(pollMilliseconds(poll), signal);
    }
  }

  return {
    async change(changes, signal) {
      const records = await Promise.all(changes.map(({ name }) => readRecord(route53, zone, name)));
      const Changes = changes.flatMap((change, index) => changesOf(change, records[index]));
      if (Changes.length === 0) return;
      const { ChangeInfo } = await send(route53, zone, Changes);
      await untilInSync(ChangeInfo?.Id, signal);
    },
  };
}

/** Deleting names exact values: what somebody else has changed meanwhile is left as it is. */
async function send(route53: Route53Client, HostedZoneId: string, Changes: Change[]) {
  try {
    return await route53.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }),
    );
  } catch (error) {
    if ((error as Error).name !== 'InvalidChangeBatch') throw error;
    throw new StepFailedError(`Route 53 refused to exchange the names: ${(error as Error).message}`);
  }
}

/** Pure: the old record goes and the new one comes in one batch; nothing where it is done already. */
function changesOf({ name, from, to }: NameChange, record: ResourceRecordSet | undefined): Change[] {
  const target = targetOf(record);
  if (target === to) return [];
  if (!record?.AliasTarget || target !== from)
    throw new StepFailedError(
      `${name} leads to ${target ?? 'nothing'} meanwhile: somebody else has changed it`,
    );
  return [
    { Action: 'DELETE', ResourceRecordSet: record },
    {
      Action: 'CREATE',
      ResourceRecordSet: { ...record, AliasTarget: { ...record.AliasTarget, DNSName: to } },
    },
  ];
}

/** The alias target of each environment's name, by `name`; undefined where it is no plain alias. */
export async function readTargets(
  route53: Route53Client,
  hostNames: readonly HostName[],
): Promise<ReadonlyMap<string, string | undefined>> {
  const entries = hostNames.map(
    async ({ hostedZoneId, name }) =>
      [name, targetOf(await readRecord(route53, hostedZoneId, name))] as const,
  );
  return new Map(await Promise.all(entries));
}

async function readRecord(
  route53: Route53Client,
  HostedZoneId: string,
  name: string,
): Promise<ResourceRecordSet | undefined> {
  const { ResourceRecordSets: [first] = [] } = await route53.send(
    new ListResourceRecordSetsCommand({
      HostedZoneId,
      StartRecordName: name,
      StartRecordType: 'A',
      MaxItems: 1,
    }),
  );
  return first && withoutDot(first.Name) === name && first.Type === 'A' ? first : undefined;
}

/** A name that has several records by weight or health leads to no single environment. */
const targetOf = (record: ResourceRecordSet | undefined): string | undefined =>
  record?.SetIdentifier === undefined ? withoutDot(record?.AliasTarget?.DNSName) : undefined;

const withoutDot = (name: string | undefined): string | undefined => name?.replace(/\.$/, '');
