import { expect } from 'chai';
import { lives, openAccount, replacing, type Account } from './account.ts';

const trust = (service: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });
const policy = (action: string, principal = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: [action], Resource: ['*'], ...principal }],
});

describe('resources of the other services', () => {
  let account: Account;
  before(async () => {
    account = await openAccount();
  });
  after(() => account.stop());

  it('sqs Queue and QueuePolicy', async () => {
    const sqs = await account.clients.sqs();
    const dead = await account.make('aws:sqs/queue:Queue', {});
    const redrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.state.arn, maxReceiveCount: 5 });
    await lives(account, {
      type: 'aws:sqs/queue:Queue',
      inputs: { visibilityTimeoutSeconds: 60, redrivePolicy, tags: { a: '1' } },
      changed: {
        visibilityTimeoutSeconds: 90,
        redrivePolicy,
        messageRetentionSeconds: 600,
        tags: { b: '2' },
      },
      drift: ({ id }) => sqs.setQueueAttributes({ QueueUrl: id, Attributes: { VisibilityTimeout: '7' } }),
      shows: ['visibilityTimeoutSeconds'],
    });
    const everyone = { Principal: '*' };
    const Policy = JSON.stringify(policy('sqs:ReceiveMessage', everyone));
    await lives(account, {
      type: 'aws:sqs/queuePolicy:QueuePolicy',
      inputs: { queueUrl: dead.id, policy: policy('sqs:SendMessage', everyone) },
      changed: { queueUrl: dead.id, policy: policy('sqs:*', everyone) },
      drift: ({ id }) => sqs.setQueueAttributes({ QueueUrl: id, Attributes: { Policy } }),
      shows: ['policy'],
    });
    await dead.remove();
  });

  it('ssm Parameter, plain and secret', async () => {
    const ssm = await account.clients.ssm();
    for (const type of ['String', 'SecureString']) {
      const inputs = { name: `/test/${type}`, type, value: 'one', description: 'd' };
      await lives(account, {
        type: 'aws:ssm/parameter:Parameter',
        inputs,
        changed: { ...inputs, value: 'two', tags: { a: '1' } },
        drift: ({ id }) => ssm.putParameter({ Name: id, Value: 'three', Overwrite: true }),
        shows: ['value'],
      });
    }
    const secret = { name: '/test/x', type: 'SecureString', value: 'v' };
    const made = await account.make('aws:ssm/parameter:Parameter', secret);
    expect(await replacing(made, secret, [{ type: 'String' }, { name: '/test/y' }])).to.deep.equal([
      'type',
      'name',
    ]);
    const { secrets } = await account.provider.read({
      type: made.type,
      id: made.id,
      inputs: made.inputs,
      state: made.state,
      timeout: 5,
    });
    expect(secrets).to.deep.equal(['value']);
    await made.remove();
  });

  it('secretsmanager Secret and SecretVersion, whose value is secret', async () => {
    const secrets = await account.clients.secretsmanager();
    const inputs = { description: 'a', recoveryWindowInDays: 0, tags: { a: '1' } };
    await lives(account, {
      type: 'aws:secretsmanager/secret:Secret',
      inputs,
      changed: { ...inputs, description: 'b', tags: { b: '2' } },
      drift: ({ id }) => secrets.updateSecret({ SecretId: id, Description: 'c' }),
      shows: ['description'],
    });
    const secret = await account.make('aws:secretsmanager/secret:Secret', inputs);
    const value = { secretId: secret.id, secretString: '{"password":"x"}' };
    const version = await account.make('aws:secretsmanager/secretVersion:SecretVersion', value);
    expect(version.state).to.include({ arn: secret.id, secretString: '{"password":"x"}' });
    expect(await replacing(version, value, [{ secretString: 'y' }])).to.deep.equal(['secretString']);
    expect((await secrets.getSecretValue({ SecretId: secret.id })).SecretString).to.equal('{"password":"x"}');
    await version.remove();
    await secret.remove();
  });

  it('ssm Document, also back to an earlier content', async () => {
    const ssm = await account.clients.ssm();
    const content = (...commands: string[]) =>
      JSON.stringify({
        schemaVersion: '2.2',
        mainSteps: [{ action: 'aws:runShellScript', name: 'run', inputs: { runCommand: commands } }],
      });
    const inputs = { documentType: 'Command', content: content('a', 'b') };
    await lives(account, {
      type: 'aws:ssm/document:Document',
      inputs,
      changed: { ...inputs, content: content('b', 'a') },
      drift: ({ id }) => ssm.updateDocumentDefaultVersion({ Name: id, DocumentVersion: '1' }),
      shows: ['content'],
    });
  });

  it('iam Role, RolePolicy, RolePolicyAttachment and InstanceProfile', async () => {
    const iam = await account.clients.iam();
    const inputs = { assumeRolePolicy: trust('ec2.amazonaws.com'), description: 'd' };
    await lives(account, {
      type: 'aws:iam/role:Role',
      inputs,
      changed: { ...inputs, maxSessionDuration: 7200, description: undefined, tags: { a: '1' } },
      drift: ({ id }) =>
        iam.updateAssumeRolePolicy({ RoleName: id, PolicyDocument: trust('lambda.amazonaws.com') }),
      shows: ['assumeRolePolicy'],
    });
    const role = (await account.make('aws:iam/role:Role', inputs)).id;
    const PolicyDocument = JSON.stringify(policy('*'));
    await lives(account, {
      type: 'aws:iam/rolePolicy:RolePolicy',
      inputs: { role, policy: policy('s3:Get*') },
      changed: { role, policy: policy('s3:List*') },
      drift: ({ state }) =>
        iam.putRolePolicy({ RoleName: role, PolicyName: state.name as string, PolicyDocument }),
      shows: ['policy'],
    });
    const policyArn = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';
    await lives(account, {
      type: 'aws:iam/rolePolicyAttachment:RolePolicyAttachment',
      inputs: { role, policyArn },
      drift: () => iam.detachRolePolicy({ RoleName: role, PolicyArn: policyArn }),
      shows: 'gone',
    });
    await lives(account, {
      type: 'aws:iam/instanceProfile:InstanceProfile',
      inputs: {},
      changed: { role },
      drift: ({ id }) => iam.removeRoleFromInstanceProfile({ InstanceProfileName: id, RoleName: role }),
      shows: ['role'],
    });
  });

  it('iam Role with policies of its own', async () => {
    const iam = await account.clients.iam();
    const inputs = {
      assumeRolePolicy: trust('ec2.amazonaws.com'),
      inlinePolicies: [{ name: 'one', policy: JSON.stringify(policy('s3:Get*')) }],
      managedPolicyArns: ['arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore'],
    };
    await lives(account, {
      type: 'aws:iam/role:Role',
      inputs,
      changed: { ...inputs, inlinePolicies: [{ name: 'two', policy: JSON.stringify(policy('s3:Put*')) }] },
      drift: ({ id }) => iam.deleteRolePolicy({ RoleName: id, PolicyName: 'two' }),
      shows: ['inlinePolicies'],
    });
  });

  it('cloudwatch LogGroup and MetricAlarm', async () => {
    const logs = await account.clients.logs();
    await lives(account, {
      type: 'aws:cloudwatch/logGroup:LogGroup',
      inputs: { name: '/test/logs', retentionInDays: 7 },
      changed: { name: '/test/logs', retentionInDays: 14, tags: { a: '1' } },
      drift: ({ id }) => logs.deleteRetentionPolicy({ logGroupName: id }),
      shows: ['retentionInDays'],
    });
    const cloudwatch = await account.clients.cloudwatch();
    const inputs = {
      comparisonOperator: 'GreaterThanThreshold',
      evaluationPeriods: 2,
      metricName: 'CPUUtilization',
      namespace: 'AWS/EC2',
      period: 60,
      statistic: 'Average',
      threshold: 80,
      dimensions: { AutoScalingGroupName: 'web' },
    };
    await lives(account, {
      type: 'aws:cloudwatch/metricAlarm:MetricAlarm',
      inputs,
      changed: { ...inputs, threshold: 90, alarmDescription: 'busy', tags: { a: '1' } },
      drift: ({ id }) => cloudwatch.disableAlarmActions({ AlarmNames: [id] }),
      shows: ['actionsEnabled'],
    });
  });

  it('sns Topic', async () => {
    const sns = await account.clients.sns();
    await lives(account, {
      type: 'aws:sns/topic:Topic',
      inputs: {},
      changed: { displayName: 'Alarms', tags: { a: '1' } },
      drift: ({ id }) =>
        sns.setTopicAttributes({ TopicArn: id, AttributeName: 'DisplayName', AttributeValue: 'else' }),
      shows: ['displayName'],
    });
  });
});
