import type { Aws } from '../../support/aws.ts';
import type { StateResource } from '../../support/stack-state.ts';

/** One change of a resource behind Pulumi's back. */
export interface Drift {
  change(resource: StateResource, aws: Aws): Promise<unknown>;
  /** The property that a refresh shows; `gone` where the change is that the resource is there no more. */
  readonly shows: string;
}

/** By type of resource. */
export type Drifts = Readonly<Record<string, Drift>>;

/** Adds a tag: the one thing that can be changed of some resources of EC2. */
export const tagged: Drift = {
  change: ({ id }, { ec2 }) =>
    ec2.createTags({ Resources: [id], Tags: [{ Key: 'owner', Value: 'somebody' }] }),
  shows: 'tags',
};
