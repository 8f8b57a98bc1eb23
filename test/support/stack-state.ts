import { must, type TestCloud } from './cloud.ts';

/** A resource as Pulumi's state has it. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** The resources of a stack that a provider made in the cloud. */
export async function resourcesOf(cloud: TestCloud, stack: string): Promise<StateResource[]> {
  const { deployment } = JSON.parse(await must(cloud.pulumi('stack', 'export', '--stack', stack))) as {
    deployment: { resources: (Omit<StateResource, 'name'> & { custom: boolean })[] };
  };
  return deployment.resources
    .filter(({ custom, type }) => custom && !type.startsWith('pulumi:'))
    .map((resource) => ({ ...resource, name: resource.urn.split('::').at(-1) ?? '' }));
}

/** What Pulumi tells of one resource: ` ~  aws:sqs:Queue jobs updated (0.1s) [diff: ~delaySeconds]`. */
export interface Told {
  readonly name: string;
  readonly type: string;
  readonly result: string;
  /** The properties, as the program names them, without what became of them. */
  readonly shows: string;
}

/** What Pulumi says it did to resources, without what it left alone. */
export function toldBy(output: string): Told[] {
  const line =
    /^ *[-+~]+ +(aws:\S+) (\S+) (created|updated|deleted|replaced)\b([^[\n]*(?:\[diff: ([^\]]*)\])?)/gm;
  return [...output.matchAll(line)].map(([, type = '', name = '', result = '', , diff = '']) => ({
    type,
    name,
    result,
    shows: diff.replaceAll(/[~+-]/g, ' ').trim(),
  }));
}

/** `aws:sqs/queue:Queue` as Pulumi's output shortens it: `aws:sqs:Queue`. */
export const shortType = (type: string): string => type.replace(/\/[^:]*/, '');
