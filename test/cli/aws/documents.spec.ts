import { DeleteObjectsCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { expect } from 'chai';
import { createDocuments } from '../../../cli/aws/documents.ts';
import { explainAwsError } from '../../../cli/aws/explain-error.ts';
import { failure } from '../../support/failure.ts';

describe('removing documents', () => {
  const removing = async (Code: string, Message: string) => {
    const s3 = new S3Client({ region: 'eu-central-1' });
    mockClient(s3)
      .on(DeleteObjectsCommand)
      .resolves({ Errors: [{ Key: 'a.json', Code, Message }] });
    const error = await failure(createDocuments(s3, 'shop').remove(['a.json', 'b.json']));
    return explainAwsError(error, {})?.next ?? error.message;
  };

  it('says of a key that may not be deleted what to allow to whom', async () => {
    const role = 'arn:aws:sts::123456789012:assumed-role/deployer/ann';
    const said = `User: ${role} is not authorized to perform: s3:DeleteObject on resource: "arn:aws:s3:::shop/a.json" because no identity-based policy allows the s3:DeleteObject action`;
    expect(await removing('AccessDenied', said)).to.match(
      /^allow s3:DeleteObject on arn:aws:s3:::shop\/a\.json to the role deployer/,
    );
  });

  it('says which key could not be deleted for another reason', async () => {
    expect(await removing('InternalError', 'We encountered an internal error.')).to.equal(
      's3://shop/a.json could not be removed: We encountered an internal error.',
    );
  });
});
