import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { versionLabel, type Tier } from '../../../model/schemas.ts';
import { command, shared, text } from '../../command.ts';
import { findApplication, listEnvironments } from '../../environments.ts';
import { UserError } from '../../errors.ts';
import { applicationOf, type Project } from '../../project.ts';
import { createVersion, type Source } from '../../versions/create.ts';
import { gitCommit, labelFrom } from '../../versions/git.ts';
import { applyLifecycle } from '../../versions/lifecycle.ts';

/** Elastic Beanstalk keeps at most so much of a commit's message. */
const descriptionLength = 200;

export default command({
  name: 'version create',
  group: 'Build',
  summary: 'Build source bundles and keep them under a label that is never used again.',
  argument: {
    name: 'label',
    summary:
      'Letters, digits, . _ + -, at most 100: v42. Without one: app-<commit>-<date>_<time>, as eb calls it.',
    required: false,
  },
  options: {
    web: text('folder', 'Folder or .zip of the web application; app/ unless given.'),
    worker: text('folder', 'Folder or .zip of the worker; worker/ unless given.'),
    description: text('text', "What it is; the commit's first line unless given.", '-m'),
    sourceCommit: text('commit', "The commit it was built from; git's HEAD unless given."),
    application: shared.application,
    json: shared.json,
  },
  examples: [
    { command: 'beanpole version create v42', effect: 'bundles of app/ and worker/' },
    { command: 'beanpole version create', effect: 'the same, called after the commit and the time' },
    { command: 'beanpole version create v42 --web site', effect: 'the web bundle from site/' },
    {
      command: 'beanpole version create v42 --web site.zip',
      effect: 'an Elastic Beanstalk source bundle as it is',
    },
  ],

  async run(given, options, context) {
    const { project, clients, clock, ui } = context;
    if (given !== '') requireLabel(given);
    const name = applicationOf(project, options.application);
    const sources = findSources(project, options);
    const [application, environments, git] = await Promise.all([
      findApplication(clients.ssm, name),
      listEnvironments(clients.ssm, name),
      gitCommit(project.folder),
    ]);
    const label = given === '' ? labelFrom(git, clock.now()) : given;
    const board = ui.board();
    const description = (options.description ?? git?.subject ?? '').slice(0, descriptionLength);
    const sourceCommit = options.sourceCommit ?? git?.commit;
    const request = { label, description, sourceCommit, sources, application, environments };
    const version = await createVersion(context, request, board).finally(() => {
      board.close();
    });
    if (options.json) ui.json(version);
    ui.note(ui.paint.good(`Version ${label} is ready (${Object.keys(version.bundles).join(', ')}).`));
    await applyLifecycle(context, application);
    ui.next(`beanpole deploy ${environments[0]?.stack ?? 'dev'} --version ${label}`, 'to see it live');
  },
});

function requireLabel(label: string): void {
  const checked = versionLabel.safeParse(label);
  if (checked.success) return;
  throw new UserError(
    `"${label}" cannot be a version label: ${checked.error.issues.map(({ message }) => message).join('; ')}.`,
    {
      next: 'beanpole version create v1',
    },
  );
}

/** What was named counts; of the usual folders, those that exist. */
function findSources(
  { folder }: Project,
  given: { web: string | undefined; worker: string | undefined },
): Source[] {
  const source = (tier: Tier, named: string | undefined, usual: string): Source[] => {
    if (named !== undefined) return [{ tier, path: resolve(named) }];
    const path = join(folder, usual);
    return existsSync(path) ? [{ tier, path }] : [];
  };
  const sources = [...source('WebServer', given.web, 'app'), ...source('Worker', given.worker, 'worker')];
  if (sources.length > 0) return sources;
  throw new UserError(`There is nothing to build: ${folder} has neither app/ nor worker/.`, {
    next: 'beanpole version create <label> --web <folder>',
  });
}
