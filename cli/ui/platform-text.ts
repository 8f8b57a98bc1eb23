import { shortDigest, type PlatformStatus } from '../platform/describe.ts';
import { table } from './table.ts';

/** What new instances would be, what each one is, and what a person should know. */
export function platformText(all: readonly PlatformStatus[]): string {
  const parts = [
    table(
      ['ENVIRONMENT', 'TEMPLATE', 'IMAGE', 'AGENT', 'UPDATE'],
      all.map(({ environment, launchTemplateVersion, image, agent, updatePending }) => [
        environment,
        launchTemplateVersion,
        image ?? '-',
        shortDigest(agent),
        updatePending ? 'pending' : '-',
      ]),
    ),
  ];
  const rows = all.flatMap(({ environment, instances }) =>
    instances.map((each) => [
      each.id,
      environment,
      each.launchTemplateVersion ?? '-',
      each.image ?? '-',
      shortDigest(each.agent),
      each.isCurrent ? 'current' : 'older',
    ]),
  );
  if (rows.length > 0)
    parts.push(table(['INSTANCE', 'ENVIRONMENT', 'TEMPLATE', 'IMAGE', 'AGENT', 'STATE'], rows));
  const notes = all.flatMap(({ environment, notes: each }) => each.map((note) => `${environment}: ${note}`));
  if (notes.length > 0) parts.push(notes.join('\n'));
  return parts.join('\n\n');
}
