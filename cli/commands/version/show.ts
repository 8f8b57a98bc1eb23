import { displayName } from '../../../model/names.ts';
import { createDocuments, type Documents } from '../../aws/documents.ts';
import { command, shared } from '../../command.ts';
import { readCurrent } from '../../deploy/pointers.ts';
import { findApplication, listEnvironments } from '../../environments.ts';
import type { EnvironmentDescriptor, VersionManifest } from '../../../model/schemas.ts';
import { applicationOf } from '../../project.ts';
import { size } from '../../ui/duration.ts';
import { findVersion } from '../../versions/catalogue.ts';
import { findUses, reasonsFor } from '../../versions/uses.ts';

export default command({
  name: 'version show',
  group: 'Build',
  summary: 'Show an application version and where it runs.',
  argument: { name: 'label', summary: 'The version label.', required: true },
  options: { application: shared.application, json: shared.json },
  examples: [
    { command: 'beanpole version show v42', effect: 'bundles with their digests, origin, environments' },
    { command: 'beanpole version show v42 --json', effect: 'the same, for scripts' },
  ],

  async run(label, { application: given, json }, { clients, project, ui }) {
    const name = applicationOf(project, given);
    const [application, environments] = await Promise.all([
      findApplication(clients.ssm, name),
      listEnvironments(clients.ssm, name),
    ]);
    const documents = createDocuments(clients.s3, application.bucket);
    const version = await findVersion(documents, label);
    const [environmentNames, uses] = await Promise.all([
      runningOn(documents, environments, label),
      findUses(documents, name),
    ]);
    const reasons = reasonsFor(uses, label);
    if (json) ui.json({ ...version, environments: environmentNames, neededBecause: reasons });
    else ui.data(textOf(version, environmentNames, reasons));
  },
});

/** Environments whose active slot points to the version. */
async function runningOn(
  documents: Documents,
  environments: readonly EnvironmentDescriptor[],
  label: string,
): Promise<string[]> {
  const currents = await Promise.all(environments.map((environment) => readCurrent(documents, environment)));
  return environments
    .filter((_, index) => {
      const current = currents[index];
      return current?.slots[current.active]?.versionLabel === label;
    })
    .map(displayName);
}

function textOf(
  version: VersionManifest,
  environments: readonly string[],
  reasons: readonly string[],
): string {
  const bundles = Object.entries(version.bundles).map(
    ([tier, bundle]) => `${tier.padEnd(12)} ${size(bundle?.bytes ?? 0)}, sha256 ${bundle?.sha256 ?? ''}`,
  );
  return [
    `Version      ${version.label}${version.description ? ` (${version.description})` : ''}`,
    `Application  ${version.application}`,
    `Created      ${version.createdAt} by ${version.createdBy}`,
    `Commit       ${version.sourceCommit ?? '-'}`,
    `Built for    ${version.architecture}`,
    ...bundles,
    `Runs on      ${environments.length > 0 ? environments.join(', ') : 'no environment'}`,
    `Needed       ${reasons.length > 0 ? reasons.join('; ') : 'by nobody: it can be deleted'}`,
  ].join('\n');
}
