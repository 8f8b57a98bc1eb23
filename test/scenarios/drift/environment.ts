/** What somebody could change in an environment's instances and in what is around them. */
import type { Drifts } from './drift.ts';

const everything = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});

export const environmentDrifts: Drifts = {
  'aws:iam/role:Role': {
    change: ({ id }, { iam }) => iam.updateRole({ RoleName: id, MaxSessionDuration: 7200 }),
    shows: 'maxSessionDuration',
  },
  'aws:iam/rolePolicy:RolePolicy': {
    change: ({ inputs }, { iam }) =>
      iam.putRolePolicy({
        RoleName: String(inputs.role),
        PolicyName: String(inputs.name),
        PolicyDocument: everything,
      }),
    shows: 'policy',
  },
  'aws:iam/instanceProfile:InstanceProfile': {
    change: ({ id, inputs }, { iam }) =>
      iam.removeRoleFromInstanceProfile({ InstanceProfileName: id, RoleName: String(inputs.role) }),
    shows: 'role',
  },
  'aws:cloudwatch/logGroup:LogGroup': {
    change: ({ id }, { logs }) => logs.putRetentionPolicy({ logGroupName: id, retentionInDays: 400 }),
    shows: 'retentionInDays',
  },
  'aws:cloudwatch/metricAlarm:MetricAlarm': {
    change: ({ id }, { cloudwatch }) => cloudwatch.disableAlarmActions({ AlarmNames: [id] }),
    shows: 'actionsEnabled',
  },
  'aws:sqs/queue:Queue': {
    change: ({ id }, { sqs }) =>
      sqs.setQueueAttributes({ QueueUrl: id, Attributes: { MessageRetentionPeriod: '60' } }),
    shows: 'messageRetentionSeconds',
  },
  'aws:sqs/queuePolicy:QueuePolicy': {
    change: ({ id, outputs }, { sqs }) =>
      sqs.setQueueAttributes({
        QueueUrl: id,
        Attributes: { Policy: String(outputs.policy).replace('"Deny"', '"Allow"') },
      }),
    shows: 'policy',
  },
  'aws:ec2/launchTemplate:LaunchTemplate': {
    change: ({ id }, { ec2 }) =>
      ec2.createLaunchTemplateVersion({
        LaunchTemplateId: id,
        SourceVersion: '$Latest',
        LaunchTemplateData: { MetadataOptions: { HttpTokens: 'optional' } },
      }),
    shows: 'metadataOptions',
  },
  'aws:autoscaling/group:Group': {
    change: ({ id }, { autoscaling }) =>
      autoscaling.updateAutoScalingGroup({ AutoScalingGroupName: id, HealthCheckGracePeriod: 7 }),
    shows: 'healthCheckGracePeriod',
  },
  'aws:autoscaling/policy:Policy': {
    change: async ({ id, inputs }, { autoscaling }) => {
      const AutoScalingGroupName = String(inputs.autoscalingGroupName);
      const { ScalingPolicies } = await autoscaling.describePolicies({
        AutoScalingGroupName,
        PolicyNames: [id],
      });
      const { PolicyType, TargetTrackingConfiguration } = ScalingPolicies?.[0] ?? {};
      await autoscaling.putScalingPolicy({
        AutoScalingGroupName,
        PolicyName: id,
        PolicyType,
        TargetTrackingConfiguration,
        EstimatedInstanceWarmup: 7,
      });
    },
    shows: 'estimatedInstanceWarmup',
  },
  'aws:cloudwatch/dashboard:Dashboard': {
    change: ({ id }, { cloudwatch }) =>
      cloudwatch.putDashboard({ DashboardName: id, DashboardBody: '{"widgets":[]}' }),
    shows: 'dashboardBody',
  },
  'aws:autoscaling/lifecycleHook:LifecycleHook': {
    change: ({ id, inputs }, { autoscaling }) =>
      autoscaling.putLifecycleHook({
        LifecycleHookName: id,
        AutoScalingGroupName: String(inputs.autoscalingGroupName),
        // Which hook is the first one differs from run to run, and their defaults differ.
        DefaultResult: inputs.defaultResult === 'CONTINUE' ? 'ABANDON' : 'CONTINUE',
      }),
    shows: 'defaultResult',
  },
};
