import type { ApplicationDescriptor, VersionLifecycle, VersionManifest } from '../../model/schemas.ts';
import { createDocuments } from '../aws/documents.ts';
import type { Context } from '../context.ts';
import { listVersions } from './catalogue.ts';
import { deleteVersions } from './delete.ts';
import { findUses, reasonsFor, type Use } from './uses.ts';

/** What is kept; a version is deleted that is beyond all limits given. */
export interface Limits {
  /** So many of the newest. */
  readonly keep?: number | undefined;
  readonly olderThanMilliseconds?: number | undefined;
}

export interface Choice {
  readonly doomed: readonly VersionManifest[];
  /** Beyond the limits, but needed. */
  readonly spared: readonly { readonly version: VersionManifest; readonly reasons: readonly string[] }[];
}

const dayMilliseconds = 86_400_000;

export const limitsOf = ({ maxCount, maxAgeDays }: VersionLifecycle): Limits => ({
  keep: maxCount,
  olderThanMilliseconds: maxAgeDays === undefined ? undefined : maxAgeDays * dayMilliseconds,
});

/** Pure: which of the versions, newest first, are deleted. The newest one never is. */
export function chooseVersions(
  versions: readonly VersionManifest[],
  { keep = 1, olderThanMilliseconds = 0 }: Limits,
  uses: readonly Use[],
  now: number,
): Choice {
  const beyond = versions
    .slice(Math.max(1, keep))
    .filter(({ createdAt }) => now - Date.parse(createdAt) > olderThanMilliseconds)
    .map((version) => ({ version, reasons: reasonsFor(uses, version.label) }));
  return {
    doomed: beyond.filter(({ reasons }) => reasons.length === 0).map(({ version }) => version),
    spared: beyond.filter(({ reasons }) => reasons.length > 0),
  };
}

export async function choose(
  { clients, clock }: Context,
  { application, bucket }: ApplicationDescriptor,
  limits: Limits,
): Promise<Choice> {
  const documents = createDocuments(clients.s3, bucket);
  const [versions, uses] = await Promise.all([listVersions(documents), findUses(documents, application)]);
  return chooseVersions(versions, limits, uses, clock.now());
}

/** The application stack's rule, when a version has been made; the version is there whatever becomes of it. */
export async function applyLifecycle(context: Context, application: ApplicationDescriptor): Promise<void> {
  const { versionLifecycle } = application;
  if (!versionLifecycle) return;
  const { ui } = context;
  try {
    const { doomed } = await choose(context, application, limitsOf(versionLifecycle));
    if (doomed.length === 0) return;
    await deleteVersions(context, application, doomed);
    ui.note(`Deleted by the application's lifecycle: ${doomed.map(({ label }) => label).join(', ')}.`);
  } catch (error) {
    ui.warn(`Old versions could not be deleted: ${(error as Error).message}`);
    ui.next('beanpole version prune', 'to try again');
  }
}
