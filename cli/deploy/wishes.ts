import { displayName } from '../../model/names.ts';
import type { EnvironmentDescriptor, VersionManifest } from '../../model/schemas.ts';
import { createDocuments } from '../aws/documents.ts';
import type { Context } from '../context.ts';
import { findApplication, listEnvironments, selectEnvironments, type Target } from '../environments.ts';
import { UserError } from '../errors.ts';
import { findVersion } from '../versions/catalogue.ts';
import type { Wish } from './deployment.ts';
import { readCurrent } from './pointers.ts';

/** Which version each environment is to get; an environment named by its stack only is left out if the version has nothing for it. */
export async function wishesFor(
  context: Context,
  application: string,
  target: Target,
  label: string | undefined,
): Promise<Wish[]> {
  const { ssm, s3 } = context.clients;
  const [descriptor, environments] = await Promise.all([
    findApplication(ssm, application),
    listEnvironments(ssm, application),
  ]);
  const selected = selectEnvironments(environments, target);
  const version = await findVersion(createDocuments(s3, descriptor.bucket), label);
  const wanted = target.environment === undefined ? withBundle(context, selected, version) : selected;
  return wanted.map((environment) => ({ environment, version, versionIsExplicit: label !== undefined }));
}

/** What runs, once more: with the properties, or on the instances, of now. */
export async function wishForSameVersion(
  { clients }: Context,
  environment: EnvironmentDescriptor,
): Promise<Wish> {
  const documents = createDocuments(clients.s3, environment.bucket);
  const current = await readCurrent(documents, environment);
  const label = current?.slots[current.active]?.versionLabel;
  if (label === undefined)
    throw new UserError(`${displayName(environment)} has no version yet that could be started anew.`, {
      next: `beanpole deploy ${displayName(environment)}`,
    });
  return { environment, version: await findVersion(documents, label), versionIsExplicit: true };
}

function withBundle(
  { ui }: Context,
  environments: readonly EnvironmentDescriptor[],
  version: VersionManifest,
): readonly EnvironmentDescriptor[] {
  const [some, none] = [
    environments.filter(({ tier }) => version.bundles[tier]),
    environments.filter(({ tier }) => !version.bundles[tier]),
  ];
  // With nothing to deploy at all, planning one of them says why.
  if (some.length === 0) return none;
  for (const environment of none)
    ui.warn(
      `${version.label} has no ${environment.tier} bundle: ${displayName(environment)} stays as it is.`,
    );
  return some;
}
