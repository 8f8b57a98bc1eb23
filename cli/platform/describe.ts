import { displayName } from '../../model/names.ts';
import type { PlatformObservation } from './observe.ts';

export interface InstancePlatform {
  readonly id: string;
  readonly image: string | null;
  readonly agent: string | null;
  readonly launchTemplateVersion: string | null;
  /** It is what a new instance would be. */
  readonly isCurrent: boolean;
}

/** What `platform show` says of an environment; the JSON of `--json` is exactly this. */
export interface PlatformStatus {
  readonly environment: string;
  /** What a new instance would be. */
  readonly image: string | null;
  readonly agent: string | null;
  readonly launchTemplateVersion: string;
  readonly instances: readonly InstancePlatform[];
  /** Instances are older than the launch template: `platform update` replaces them. */
  readonly updatePending: boolean;
  /** The application stack has a newer agent than the launch template: `pulumi up` makes a new one. */
  readonly newerAgent: string | null;
  /** What a person should know, each with its next command. */
  readonly notes: readonly string[];
}

/** Digests as people compare them. */
export const shortDigest = (digest: string | null): string => digest?.slice(0, 12) ?? '-';

/** Pure. */
export function describePlatform(observation: PlatformObservation): PlatformStatus {
  const { environment, newestAgent, templateImage, templateVersion } = observation;
  const instances = observation.instances.map((instance) => describeInstance(observation, instance));
  const agent = environment.agent ?? null;
  const newerAgent = agent === newestAgent ? null : newestAgent;
  const updatePending = instances.some(({ isCurrent }) => !isCurrent);
  const target = displayName(environment);
  return {
    environment: target,
    image: templateImage ?? null,
    agent,
    launchTemplateVersion: templateVersion,
    instances,
    updatePending,
    newerAgent,
    notes: [
      ...(newerAgent === null
        ? []
        : [
            `The application stack has a newer agent (${shortDigest(newerAgent)}), which the launch template does not name yet; next: pulumi up -s ${environment.stack}`,
          ]),
      ...(updatePending
        ? [
            `Instances are older than version ${templateVersion} of the launch template; next: beanpole platform update ${target}`,
          ]
        : []),
    ],
  };
}

/** An instance is what its launch template's version says; a version that nobody knows is not judged. */
const describeInstance = (
  { templateVersion }: PlatformObservation,
  { id, image, agent, launchTemplateVersion }: PlatformObservation['instances'][number],
): InstancePlatform => ({
  id,
  image: image ?? null,
  agent: agent ?? null,
  launchTemplateVersion: launchTemplateVersion ?? null,
  isCurrent: launchTemplateVersion === undefined || launchTemplateVersion === templateVersion,
});
