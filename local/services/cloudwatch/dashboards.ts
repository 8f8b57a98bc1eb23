import type {
  DashboardEntry,
  DashboardValidationMessage,
  DeleteDashboardsCommandInput,
  GetDashboardCommandInput,
  GetDashboardCommandOutput,
  ListDashboardsCommandInput,
  ListDashboardsCommandOutput,
  PutDashboardCommandInput,
  PutDashboardCommandOutput,
} from '@aws-sdk/client-cloudwatch';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { invalidToken, invalidValue } from './errors.ts';
import type { CloudWatchState, StoredDashboard } from './state.ts';
import { checkTags } from './tags.ts';

const widgetTypes = ['metric', 'text', 'log', 'alarm', 'explorer', 'custom'];
const mostWidgets = 500;

/** Dashboards: kept and checked, for whoever draws them. */
export function dashboardOperations({ clock, account }: Parts, state: CloudWatchState) {
  const find = (name: string | undefined): StoredDashboard => {
    const found = state.dashboards.get(name ?? '');
    if (!found) throw new AwsError('DashboardNotFoundError', `Dashboard ${name ?? ''} does not exist`, 404);
    return found;
  };

  return {
    async PutDashboard(input: PutDashboardCommandInput): Promise<Answer<PutDashboardCommandOutput>> {
      const { DashboardName: name = '', DashboardBody: body = '' } = input;
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(name))
        throw invalidValue(`The value ${name} for field DashboardName contains invalid characters.`);
      const problems = bodyProblems(body);
      if (problems.length > 0)
        throw new AwsError(
          'DashboardInvalidInputError',
          `The field DashboardBody must be a valid JSON object: ${problems.map(({ Message }) => Message).join(' ')}`,
        );
      const existing = state.dashboards.get(name);
      state.dashboards.set(name, {
        name,
        arn: `arn:aws:cloudwatch::${account}:dashboard/${name}`,
        body,
        modified: clock.now(),
        tags: existing?.tags ?? checkTags(input.Tags ?? []),
      });
      return { DashboardValidationMessages: [] };
    },

    async GetDashboard(input: GetDashboardCommandInput): Promise<Answer<GetDashboardCommandOutput>> {
      const { name, arn, body } = find(input.DashboardName);
      return { DashboardName: name, DashboardArn: arn, DashboardBody: body };
    },

    async ListDashboards(input: ListDashboardsCommandInput): Promise<Answer<ListDashboardsCommandOutput>> {
      const all = [...state.dashboards.values()].filter(({ name }) =>
        name.startsWith(input.DashboardNamePrefix ?? ''),
      );
      const { items, nextToken } = page(all, 1000, input.NextToken, invalidToken);
      const shown = ({ name, arn, body, modified }: StoredDashboard): DashboardEntry => ({
        DashboardName: name,
        DashboardArn: arn,
        LastModified: new Date(modified),
        Size: Buffer.byteLength(body),
      });
      return { DashboardEntries: items.map(shown), ...(nextToken && { NextToken: nextToken }) };
    },

    async DeleteDashboards(input: DeleteDashboardsCommandInput): Promise<Record<string, never>> {
      const names = input.DashboardNames ?? [];
      for (const name of names) find(name);
      for (const name of names) state.dashboards.delete(name);
      return {};
    },
  };
}

function bodyProblems(body: string): DashboardValidationMessage[] {
  let content: unknown;
  try {
    content = JSON.parse(body);
  } catch {
    return [{ Message: 'The body is no JSON.' }];
  }
  const widgets = (content as { widgets?: unknown } | null)?.widgets;
  if (!Array.isArray(widgets)) return [{ DataPath: '/', Message: 'Should have property widgets.' }];
  if (widgets.length > mostWidgets)
    return [{ DataPath: '/widgets', Message: `At most ${mostWidgets} widgets fit on a dashboard.` }];
  return widgets.flatMap((widget: { type?: string } | null, index) =>
    widgetTypes.includes(widget?.type ?? '')
      ? []
      : [{ DataPath: `/widgets/${index}/type`, Message: `Widget ${index} has no known type.` }],
  );
}
