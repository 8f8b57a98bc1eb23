import { expect } from 'chai';
import policyDocument from '../../../../local/provider/aws/invokes/policy-document.ts';
import type { Properties } from '../../../../local/provider/protocol/values.ts';

const document = async (args: Properties) =>
  JSON.parse((await policyDocument(args)).json as string) as { Statement: unknown[] };
describe('iam.getPolicyDocument', () => {
  it('writes statements as IAM does', async () => {
    const { Statement } = await document({
      statements: [
        {
          sid: 'a',
          actions: ['s3:Put', 's3:Get'],
          resources: ['arn:aws:s3:::b/&{aws:username}'],
          principals: [{ type: 'Service', identifiers: ['ec2.amazonaws.com'] }],
          conditions: [{ test: 'StringEquals', variable: 'aws:x', values: ['1', '2'] }],
        },
        {
          effect: 'Deny',
          actions: ['*'],
          resources: ['*'],
          principals: [{ type: '*', identifiers: ['*'] }],
        },
      ],
    });
    expect(Statement).to.deep.equal([
      {
        Sid: 'a',
        Effect: 'Allow',
        Action: ['s3:Get', 's3:Put'],
        Resource: 'arn:aws:s3:::b/${aws:username}',
        Principal: { Service: 'ec2.amazonaws.com' },
        Condition: { StringEquals: { 'aws:x': ['1', '2'] } },
      },
      { Effect: 'Deny', Action: '*', Resource: '*', Principal: '*' },
    ]);
  });

  it('lets later documents override statements by their Sid', async () => {
    const source = (effect: string) =>
      JSON.stringify({ Statement: [{ Sid: 'a', Effect: effect, Action: '*', Resource: '*' }] });
    const { Statement } = await document({
      sourcePolicyDocuments: [source('Allow')],
      overridePolicyDocuments: [source('Deny')],
    });
    expect(Statement).to.deep.equal([{ Sid: 'a', Effect: 'Deny', Action: '*', Resource: '*' }]);
  });
});
