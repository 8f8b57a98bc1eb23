import { expect } from 'chai';
import type { S3 } from '@aws-sdk/client-s3';
import { Asset, type Properties } from '../../../../local/provider/protocol/values.ts';
import { lives, openAccount, type Account, type Resource } from './account.ts';

describe('resources of S3', () => {
  let account: Account;
  let s3: S3;
  let bucket: Resource;
  before(async () => {
    account = await openAccount();
    s3 = await account.clients.s3();
    bucket = await account.make('aws:s3/bucket:Bucket', { bucket: 'shared-bucket' });
  });
  after(() => account.stop());

  it('Bucket', async () => {
    await lives(account, {
      type: 'aws:s3/bucket:Bucket',
      inputs: { tags: { a: '1' } },
      changed: {},
      drift: ({ id }) => s3.putBucketTagging({ Bucket: id, Tagging: { TagSet: [{ Key: 'b', Value: '2' }] } }),
      shows: ['tags'],
    });
  });

  it('Bucket with objects goes only when that is asked for', async () => {
    const full = await account.make('aws:s3/bucket:Bucket', {});
    await s3.putObject({ Bucket: full.id, Key: 'a', Body: 'x' });
    const refusal = await full.remove().catch((error: unknown) => error);
    expect(refusal).to.have.property('message').that.includes('BucketNotEmpty').and.includes('forceDestroy');
    await full.update({ forceDestroy: true });
    await full.remove();
    expect(await full.refresh()).to.equal(false);
  });

  it('BucketVersioning, which can only be suspended', async () => {
    const inputs = { bucket: bucket.id, versioningConfiguration: { status: 'Enabled' } };
    const versioning = await account.make('aws:s3/bucketVersioning:BucketVersioning', inputs);
    await s3.putBucketVersioning({ Bucket: bucket.id, VersioningConfiguration: { Status: 'Suspended' } });
    await versioning.refresh();
    const { changes } = await versioning.plan(inputs);
    expect(changes.map(({ path }) => path)).to.deep.equal(['versioningConfiguration.status']);
    await versioning.update(inputs);
    expect((await s3.getBucketVersioning({ Bucket: bucket.id })).Status).to.equal('Enabled');
    await versioning.remove();
    expect((await s3.getBucketVersioning({ Bucket: bucket.id })).Status).to.equal('Suspended');
  });

  it('BucketServerSideEncryptionConfiguration', async () => {
    const rules = [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }];
    const type = 'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration';
    const inputs = { bucket: bucket.id, rules };
    const encryption = await account.make(type, inputs);
    expect((await encryption.plan(inputs)).changes).to.deep.equal([]);
    await encryption.refresh();
    expect((await encryption.plan(inputs)).changes).to.deep.equal([]);
    await encryption.remove();
  });

  it('BucketPublicAccessBlock', async () => {
    const PublicAccessBlockConfiguration = { BlockPublicAcls: true, BlockPublicPolicy: false };
    await lives(account, {
      type: 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock',
      inputs: { bucket: bucket.id, blockPublicAcls: true },
      changed: { bucket: bucket.id, blockPublicAcls: true, blockPublicPolicy: true },
      drift: () => s3.putPublicAccessBlock({ Bucket: bucket.id, PublicAccessBlockConfiguration }),
      shows: ['blockPublicPolicy'],
    });
  });

  it('BucketLifecycleConfiguration', async () => {
    const rule = {
      id: 'old',
      status: 'Enabled',
      filter: { prefix: 'bundles/' },
      noncurrentVersionExpiration: { noncurrentDays: 30 },
    };
    const inputs = { bucket: bucket.id, rules: [rule] };
    await lives(account, {
      type: 'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration',
      inputs,
      changed: { ...inputs, rules: [rule, { id: 'tmp', status: 'Enabled', expiration: { days: 1 } }] },
      drift: () =>
        s3.putBucketLifecycleConfiguration({
          Bucket: bucket.id,
          LifecycleConfiguration: {
            Rules: [{ ID: 'old', Status: 'Disabled', Filter: { Prefix: '' }, Expiration: { Days: 3 } }],
          },
        }),
      shows: ['rules'],
    });
  });

  it('BucketLifecycleConfiguration, whose filters have one condition or put several into and', async () => {
    const check = (filter: Properties) =>
      account.provider.check({
        type: 'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration',
        name: 'test',
        olds: {},
        news: {
          bucket: bucket.id,
          rules: [{ id: 'tmp', status: 'Enabled', filter, expiration: { days: 1 } }],
        },
        seed: new Uint8Array([1]),
      });
    const conditions = { prefix: 'tmp/', objectSizeGreaterThan: 1 };
    expect((await check(conditions)).failures).to.deep.equal([
      {
        property: 'rules[0].filter',
        reason: ': only one of prefix, objectSizeGreaterThan can be given; put them into and',
      },
    ]);
    for (const filter of [{}, { prefix: '' }, { objectSizeLessThan: 9 }, { and: conditions }])
      expect((await check(filter)).failures).to.deep.equal([]);
  });

  it('BucketPolicy, compared by what it means', async () => {
    const policy = (effect: string) => ({
      Version: '2012-10-17',
      Statement: [{ Effect: effect, Principal: '*', Action: ['s3:GetObject'], Resource: [`${arn()}/*`] }],
    });
    const arn = () => `arn:aws:s3:::${bucket.id}`;
    await lives(account, {
      type: 'aws:s3/bucketPolicy:BucketPolicy',
      inputs: { bucket: bucket.id, policy: JSON.stringify(policy('Allow'), null, 2) },
      changed: { bucket: bucket.id, policy: policy('Deny') },
      drift: () => s3.putBucketPolicy({ Bucket: bucket.id, Policy: JSON.stringify(policy('Allow')) }),
      shows: ['policy'],
    });
  });

  it('BucketObjectv2, whose content is watched too', async () => {
    const inputs = { bucket: bucket.id, key: 'a/b.txt', content: 'one', contentType: 'text/plain' };
    await lives(account, {
      type: 'aws:s3/bucketObjectv2:BucketObjectv2',
      inputs,
      changed: { ...inputs, content: 'two', tags: { a: '1' } },
      drift: () =>
        s3.putObject({
          Bucket: bucket.id,
          Key: 'a/b.txt',
          Body: 'else',
          ContentType: 'text/plain',
          Tagging: 'a=1',
        }),
      shows: ['content'],
    });
  });

  it('BucketObjectv2 of a file or text', async () => {
    const source = new Asset({ hash: 'h', text: 'hello' });
    const object = await account.make('aws:s3/bucketObjectv2:BucketObjectv2', {
      bucket: bucket.id,
      key: 'c',
      source,
    });
    const { Body } = await s3.getObject({ Bucket: bucket.id, Key: 'c' });
    expect(await Body?.transformToString()).to.equal('hello');
    expect(
      (await object.plan({ bucket: bucket.id, key: 'c', source: new Asset({ hash: 'h' }) })).changes,
    ).to.have.lengthOf(0);
    const other = await object.plan({ bucket: bucket.id, key: 'c', source: new Asset({ hash: 'i' }) });
    expect(other.changes.map(({ path }) => path)).to.deep.equal(['source']);
    await object.remove();
  });
});
