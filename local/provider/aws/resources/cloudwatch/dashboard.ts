import { json, required, string } from '../../../resource/schema.ts';
import { regional } from '../../define.ts';
import { ifFound } from '../../errors.ts';

const gone = ['DashboardNotFoundError', 'ResourceNotFound'];

const inputs = {
  dashboardName: required(string({ replaces: true })),
  dashboardBody: required(json()),
};

export default regional({
  type: 'aws:cloudwatch/dashboard:Dashboard',
  inputs,

  async create({ dashboardName, dashboardBody }, context) {
    const cloudwatch = await context.clients.cloudwatch();
    await cloudwatch.putDashboard({ DashboardName: dashboardName, DashboardBody: dashboardBody });
    return dashboardName;
  },

  async read(id, context) {
    const cloudwatch = await context.clients.cloudwatch();
    const found = await ifFound(gone, () => cloudwatch.getDashboard({ DashboardName: id }));
    return (
      found && {
        dashboardArn: found.DashboardArn,
        dashboardName: found.DashboardName,
        dashboardBody: found.DashboardBody,
      }
    );
  },

  async update(id, { news }, context) {
    const cloudwatch = await context.clients.cloudwatch();
    await cloudwatch.putDashboard({ DashboardName: id, DashboardBody: news.dashboardBody });
  },

  async delete(id, context) {
    const cloudwatch = await context.clients.cloudwatch();
    await ifFound(gone, () => cloudwatch.deleteDashboards({ DashboardNames: [id] }));
  },
});
