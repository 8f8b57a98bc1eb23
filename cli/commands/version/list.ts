import type { VersionManifest } from '../../../model/schemas.ts';
import { createDocuments } from '../../aws/documents.ts';
import { command, shared } from '../../command.ts';
import { findApplication } from '../../environments.ts';
import { applicationOf } from '../../project.ts';
import { ago, size } from '../../ui/duration.ts';
import { table } from '../../ui/table.ts';
import { listVersions } from '../../versions/catalogue.ts';

export default command({
  name: 'version list',
  group: 'Build',
  summary: 'List the application versions, newest first.',
  options: { application: shared.application, json: shared.json },
  examples: [
    {
      command: 'beanpole version list',
      effect: 'label, age, size of each bundle, who and from which commit',
    },
    { command: 'beanpole version list --json', effect: 'the manifests, for scripts' },
  ],

  async run(_, { application: given, json }, { clients, project, ui, clock }) {
    const application = await findApplication(clients.ssm, applicationOf(project, given));
    const versions = await listVersions(createDocuments(clients.s3, application.bucket));
    if (json) ui.json(versions);
    else if (versions.length > 0)
      ui.data(
        table(
          titles,
          versions.map((version) => rowOf(version, clock.now())),
        ),
      );
    if (versions.length === 0) ui.next('beanpole version create v1', 'there is no version yet');
  },
});

const titles = ['VERSION', 'CREATED', 'WEB', 'WORKER', 'BY', 'COMMIT', 'DESCRIPTION'];

const rowOf = (
  { label, createdAt, bundles, createdBy, sourceCommit, description }: VersionManifest,
  now: number,
): string[] => [
  label,
  ago(now - Date.parse(createdAt)),
  bundles.WebServer ? size(bundles.WebServer.bytes) : '-',
  bundles.Worker ? size(bundles.Worker.bytes) : '-',
  createdBy,
  sourceCommit?.slice(0, 8) ?? '-',
  description,
];
