import { Readable } from 'node:stream';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as s3 from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { expect } from 'chai';
import { createS3 } from '../../../../local/services/s3/service.ts';
import { until } from '../../../support/client.ts';
import { startEndpoint, type TestCloud } from '../../../support/endpoint.ts';
import { failure } from '../../../support/failure.ts';

const Bucket = 'bucket';
const MiB = 1024 * 1024;

describe('S3', () => {
  let cloud: TestCloud;
  let client: s3.S3Client;

  before(async () => {
    cloud = await startEndpoint({ s3: createS3 });
    client = new s3.S3Client(cloud.client);
  });
  after(() => cloud.stop());

  beforeEach(async () => {
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' as const };
    await client.send(new s3.CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  });
  afterEach(async () => {
    const { Versions = [], DeleteMarkers = [] } = await client.send(
      new s3.ListObjectVersionsCommand({ Bucket }),
    );
    for (const { Key, VersionId } of [...Versions, ...DeleteMarkers])
      await client.send(new s3.DeleteObjectCommand({ Bucket, Key, VersionId }));
    await client.send(new s3.DeleteBucketCommand({ Bucket }));
    expect(cloud.faults).to.deep.equal([]);
  });

  const put = (
    Key: string,
    Body: s3.PutObjectCommandInput['Body'] = Key,
    more: Partial<s3.PutObjectCommandInput> = {},
  ) => client.send(new s3.PutObjectCommand({ Bucket, Key, Body, ...more }));
  const get = (Key: string, more: Partial<s3.GetObjectCommandInput> = {}) =>
    client.send(new s3.GetObjectCommand({ Bucket, Key, ...more }));
  const text = async (Key: string, more: Partial<s3.GetObjectCommandInput> = {}) =>
    (await get(Key, more)).Body?.transformToString();
  const version = () =>
    client.send(
      new s3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
  const bodies = () => readdirSync(join(cloud.parts.folder, 'objects'));
  const files = () => bodies().length;

  describe('buckets', () => {
    it('answers location, list, head and a second creation as AWS does', async () => {
      expect((await client.send(new s3.GetBucketLocationCommand({ Bucket }))).LocationConstraint).to.equal(
        'eu-central-1',
      );
      expect((await client.send(new s3.HeadBucketCommand({ Bucket }))).BucketRegion).to.equal('eu-central-1');
      expect(
        (await client.send(new s3.ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name),
      ).to.deep.equal([Bucket]);
      const again = client.send(
        new s3.CreateBucketCommand({
          Bucket,
          CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
        }),
      );
      expect((await failure(again)).name).to.equal('BucketAlreadyOwnedByYou');
      expect((await failure(client.send(new s3.HeadBucketCommand({ Bucket: 'nobody' })))).name).to.equal(
        'NotFound',
      );
      const elsewhere = client.send(
        new s3.CreateBucketCommand({
          Bucket: 'other',
          CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
        }),
      );
      expect((await failure(elsewhere)).name).to.equal('IllegalLocationConstraintException');
      const bad = client.send(new s3.CreateBucketCommand({ Bucket: 'Bad_Name' }));
      expect((await failure(bad)).name).to.equal('InvalidBucketName');
    });

    it('starts encrypted and closed; keeps what is set', async () => {
      const { ServerSideEncryptionConfiguration } = await client.send(
        new s3.GetBucketEncryptionCommand({ Bucket }),
      );
      expect(
        ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
      ).to.equal('AES256');
      const block = await client.send(new s3.GetPublicAccessBlockCommand({ Bucket }));
      expect(block.PublicAccessBlockConfiguration?.BlockPublicPolicy).to.equal(true);
      expect((await client.send(new s3.GetBucketVersioningCommand({ Bucket }))).Status).to.equal(undefined);
      await version();
      expect((await client.send(new s3.GetBucketVersioningCommand({ Bucket }))).Status).to.equal('Enabled');
      await client.send(
        new s3.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }),
      );
      expect((await client.send(new s3.GetBucketTaggingCommand({ Bucket }))).TagSet).to.deep.equal([
        { Key: 'a', Value: 'b' },
      ]);
      await client.send(
        new s3.PutBucketOwnershipControlsCommand({
          Bucket,
          OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerPreferred' }] },
        }),
      );
      const { OwnershipControls } = await client.send(new s3.GetBucketOwnershipControlsCommand({ Bucket }));
      expect(OwnershipControls?.Rules).to.deep.equal([{ ObjectOwnership: 'BucketOwnerPreferred' }]);
    });

    it('keeps a policy, and refuses a public one while that is blocked', async () => {
      expect((await failure(client.send(new s3.GetBucketPolicyCommand({ Bucket })))).name).to.equal(
        'NoSuchBucketPolicy',
      );
      const policy = (Principal: unknown) =>
        JSON.stringify({
          Statement: [{ Effect: 'Allow', Principal, Action: 's3:*', Resource: `arn:aws:s3:::${Bucket}/*` }],
        });
      expect(
        (await failure(client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: policy('*') })))).name,
      ).to.equal('AccessDenied');
      const own = policy({ AWS: 'arn:aws:iam::123456789012:root' });
      await client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: own }));
      expect((await client.send(new s3.GetBucketPolicyCommand({ Bucket }))).Policy).to.equal(own);
      await client.send(new s3.DeleteBucketPolicyCommand({ Bucket }));
    });

    it('does not delete what is not empty', async () => {
      await put('a');
      expect((await failure(client.send(new s3.DeleteBucketCommand({ Bucket })))).name).to.equal(
        'BucketNotEmpty',
      );
    });

    it('carries lifecycle rules out', async () => {
      await version();
      const rule: s3.LifecycleRule = {
        ID: 'old',
        Status: 'Enabled',
        Filter: { Prefix: 'tmp/' },
        Expiration: { Days: 2 },
        NoncurrentVersionExpiration: { NoncurrentDays: 3 },
      };
      await client.send(
        new s3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [rule] } }),
      );
      expect(
        (await client.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules,
      ).to.deep.equal([rule]);
      await put('tmp/a');
      await put('kept');
      cloud.clock.advance(2 * 86_400_000 + 3_600_000);
      expect((await failure(get('tmp/a'))).name).to.equal('NoSuchKey');
      expect(await text('kept')).to.equal('kept');
      expect(
        (await client.send(new s3.ListObjectVersionsCommand({ Bucket, Prefix: 'tmp/' }))).Versions,
      ).to.have.length(1);
      cloud.clock.advance(3 * 86_400_000 + 3_600_000);
      expect(
        (await client.send(new s3.ListObjectVersionsCommand({ Bucket, Prefix: 'tmp/' }))).Versions ?? [],
      ).to.have.length(0);
      await client.send(new s3.DeleteBucketLifecycleCommand({ Bucket }));
    });

    it('refuses a lifecycle filter of several conditions outside And', async () => {
      const limit = (Filter: s3.LifecycleRuleFilter) =>
        client.send(
          new s3.PutBucketLifecycleConfigurationCommand({
            Bucket,
            LifecycleConfiguration: {
              Rules: [{ ID: 'tmp', Status: 'Enabled', Filter, Expiration: { Days: 1 } }],
            },
          }),
        );
      const conditions = { Prefix: 'tmp/', ObjectSizeGreaterThan: 1 };
      expect((await failure(limit(conditions))).name).to.equal('MalformedXML');
      await limit({ And: conditions });
      await client.send(new s3.DeleteBucketLifecycleCommand({ Bucket }));
    });
  });

  describe('objects', () => {
    it('gives back what was put, with metadata, tag and checksum', async () => {
      const { ETag, ChecksumCRC32 } = await put('a b+c&é/ü', 'hello', {
        ContentType: 'text/plain',
        CacheControl: 'no-store',
        Metadata: { who: 'me' },
        Tagging: 'x=1&y=2',
      });
      expect(ETag).to.equal('"5d41402abc4b2a76b9719d911017c592"');
      expect(ChecksumCRC32).to.equal('NhCmhg==');
      const answer = await get('a b+c&é/ü');
      expect(answer).to.deep.include({
        ContentType: 'text/plain',
        CacheControl: 'no-store',
        Metadata: { who: 'me' },
        ContentLength: 5,
        TagCount: 2,
        ETag,
        ChecksumCRC32,
      });
      expect(await answer.Body?.transformToString()).to.equal('hello');
      const head = await client.send(new s3.HeadObjectCommand({ Bucket, Key: 'a b+c&é/ü' }));
      expect(head).to.deep.include({ ContentLength: 5, ETag });
      const { TagSet } = await client.send(new s3.GetObjectTaggingCommand({ Bucket, Key: 'a b+c&é/ü' }));
      expect(TagSet).to.deep.equal([
        { Key: 'x', Value: '1' },
        { Key: 'y', Value: '2' },
      ]);
    });

    it('takes empty bodies, streams in chunks, and large ones with 100-continue', async () => {
      await put('empty', '');
      expect(await text('empty')).to.equal('');
      const large = Buffer.alloc(3 * MiB, 'abcdefg');
      await put('large', large);
      expect(
        Buffer.from((await (await get('large')).Body?.transformToByteArray()) ?? []).equals(large),
      ).to.equal(true);
      await put('stream', Readable.from([Buffer.alloc(100_000, 'x'), Buffer.alloc(50_000, 'y')]), {
        ContentLength: 150_000,
      });
      const head = await client.send(
        new s3.HeadObjectCommand({ Bucket, Key: 'stream', ChecksumMode: 'ENABLED' }),
      );
      expect(head).to.include({ ContentLength: 150_000 });
      expect(head.ContentEncoding ?? '').to.not.contain('aws-chunked');
      expect(head.ChecksumCRC32).to.be.a('string');
    });

    it('refuses a body that is not what its checksum says, and keeps nothing of it', async () => {
      // Bodies of the test before go after the answer to their deletion.
      await until('only segments are left', 5, () =>
        Promise.resolve(bodies().every((name) => name.startsWith('segment-'))),
      );
      const before = files();
      expect((await failure(put('a', 'hello', { ChecksumCRC32: 'AAAAAA==' }))).name).to.equal('BadDigest');
      expect((await failure(put('a', 'hello', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }))).name).to.equal(
        'BadDigest',
      );
      const large = Buffer.alloc(200_000, 'x');
      expect(
        (await failure(put('a', large, { ChecksumSHA256: Buffer.alloc(32).toString('base64') }))).name,
      ).to.equal('BadDigest');
      expect((await failure(get('a'))).name).to.equal('NoSuchKey');
      expect(files()).to.equal(before);
    });

    it('reads ranges', async () => {
      await put('a', '0123456789');
      expect(await text('a', { Range: 'bytes=2-4' })).to.equal('234');
      const tail = await get('a', { Range: 'bytes=-3' });
      expect(tail).to.deep.include({ ContentRange: 'bytes 7-9/10', ContentLength: 3 });
      expect(tail.$metadata.httpStatusCode).to.equal(206);
      expect(await text('a', { Range: 'bytes=8-99' })).to.equal('89');
      expect((await failure(get('a', { Range: 'bytes=10-' }))).name).to.equal('InvalidRange');
    });

    it('names what is missing', async () => {
      const error = await failure(get('nothing'));
      expect(error).to.include({ name: 'NoSuchKey', message: 'The specified key does not exist.' });
      expect(
        (await failure(client.send(new s3.HeadObjectCommand({ Bucket, Key: 'nothing' })))).name,
      ).to.equal('NotFound');
      expect(
        (await failure(client.send(new s3.GetObjectCommand({ Bucket: 'nobody', Key: 'a' })))).name,
      ).to.equal('NoSuchBucket');
      await client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'nothing' }));
    });

    it('refuses what it has no state for', async () => {
      const error = await failure(
        put('a', 'x', { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: new Date() }),
      );
      expect(error.message).to.match(/^local cloud: s3 PutObject does not implement ObjectLock/);
    });

    it('copies bytes, with the same or another description', async () => {
      await put('a', 'hello', { ContentType: 'text/plain' });
      await client.send(new s3.CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
      expect(await get('b')).to.include({ ContentType: 'text/plain' });
      await client.send(
        new s3.CopyObjectCommand({
          Bucket,
          Key: 'a',
          CopySource: `/${Bucket}/a`,
          MetadataDirective: 'REPLACE',
          ContentType: 'text/html',
        }),
      );
      expect(await get('a')).to.include({ ContentType: 'text/html' });
      await client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'a' }));
      expect(await text('b')).to.equal('hello');
      const self = client.send(new s3.CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/b` }));
      expect((await failure(self)).name).to.equal('InvalidRequest');
      for (const CopySource of [`${Bucket}/%zz`, Bucket]) {
        const bad = await failure(client.send(new s3.CopyObjectCommand({ Bucket, Key: 'c', CopySource })));
        expect([bad.name, bad.$metadata.httpStatusCode]).to.deep.equal(['InvalidArgument', 400]);
      }
    });

    it('deletes many at once', async () => {
      for (const key of ['a', 'b', 'c']) await put(key);
      const { Deleted } = await client.send(
        new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a' }, { Key: 'nothing' }] } }),
      );
      expect(Deleted?.map(({ Key }) => Key)).to.deep.equal(['a', 'nothing']);
      await client.send(
        new s3.DeleteObjectsCommand({
          Bucket,
          Delete: { Quiet: true, Objects: [{ Key: 'b' }, { Key: 'c' }] },
        }),
      );
      expect((await client.send(new s3.ListObjectsV2Command({ Bucket }))).KeyCount).to.equal(0);
      const Objects = Array.from({ length: 1001 }, (_, index) => ({ Key: `${index}` }));
      const tooMany = client.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
      expect((await failure(tooMany)).name).to.equal('MalformedXML');
    });
  });

  describe('conditions', () => {
    it('writes only where nothing is', async () => {
      await put('lock', '1', { IfNoneMatch: '*' });
      const error = await failure(put('lock', '2', { IfNoneMatch: '*' }));
      expect(error.name).to.equal('PreconditionFailed');
      expect(error.$metadata.httpStatusCode).to.equal(412);
      expect(await text('lock')).to.equal('1');
      await client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'lock' }));
      await put('lock', '3', { IfNoneMatch: '*' });
    });

    it('writes only over the version one has seen', async () => {
      const { ETag } = await put('state', '1');
      await put('state', '2', { IfMatch: ETag });
      expect((await failure(put('state', '3', { IfMatch: ETag }))).name).to.equal('PreconditionFailed');
      expect((await failure(put('gone', '3', { IfMatch: ETag }))).name).to.equal('NoSuchKey');
      expect(
        (await failure(client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'state', IfMatch: ETag }))))
          .name,
      ).to.equal('PreconditionFailed');
    });

    it('lets one of many racing writers win', async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, (_, index) => put('race', String(index), { IfNoneMatch: '*' })),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    });

    it('answers 409 to a flowing body that was overtaken', async () => {
      let release = (): void => undefined;
      const waits = new Promise<void>((resolve) => (release = resolve));
      const body = Readable.from(
        (async function* () {
          yield Buffer.alloc(70_000);
          await waits;
          yield Buffer.alloc(70_000);
        })(),
      );
      const slow = put('race', body, { IfNoneMatch: '*', ContentLength: 140_000 });
      // The slow one has begun when its file is there.
      const before = files();
      const deadline = Date.now() + 5000;
      while (files() === before && Date.now() < deadline)
        await new Promise((resolve) => setImmediate(resolve));
      await put('race', 'fast');
      release();
      expect((await failure(slow)).name).to.equal('ConditionalRequestConflict');
      expect(await text('race')).to.equal('fast');
    });

    it('reads conditionally', async () => {
      const { ETag } = await put('a');
      const same = await failure(get('a', { IfNoneMatch: ETag }));
      expect(same.$metadata.httpStatusCode).to.equal(304);
      expect((await failure(get('a', { IfMatch: '"x"' }))).name).to.equal('PreconditionFailed');
    });
  });

  describe('versions', () => {
    it('keeps every version, hides deleted keys, and brings them back', async () => {
      await put('a', 'unversioned');
      await version();
      const { VersionId: first } = await put('a', '1');
      await put('a', '2');
      expect(await text('a')).to.equal('2');
      expect(await text('a', { VersionId: first })).to.equal('1');
      expect(await text('a', { VersionId: 'null' })).to.equal('unversioned');
      const { DeleteMarker, VersionId: marker } = await client.send(
        new s3.DeleteObjectCommand({ Bucket, Key: 'a' }),
      );
      expect(DeleteMarker).to.equal(true);
      expect((await failure(get('a'))).name).to.equal('NoSuchKey');
      expect((await failure(get('a', { VersionId: marker }))).name).to.equal('MethodNotAllowed');
      const list = await client.send(new s3.ListObjectVersionsCommand({ Bucket }));
      expect(list.Versions?.map(({ IsLatest }) => IsLatest)).to.deep.equal([false, false, false]);
      expect(list.DeleteMarkers?.map(({ IsLatest }) => IsLatest)).to.deep.equal([true]);
      await client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'a', VersionId: marker }));
      expect(await text('a')).to.equal('2');
    });

    it('pages versions inside a key', async () => {
      await version();
      for (const body of ['1', '2', '3']) await put('a', body);
      await put('b');
      const seen: string[] = [];
      let page: s3.ListObjectVersionsCommandOutput | undefined;
      do {
        page = await client.send(
          new s3.ListObjectVersionsCommand({
            Bucket,
            MaxKeys: 2,
            KeyMarker: page?.NextKeyMarker,
            VersionIdMarker: page?.NextVersionIdMarker,
          }),
        );
        seen.push(...(page.Versions ?? []).map(({ Key, VersionId }) => `${Key}@${VersionId}`));
      } while (page.IsTruncated);
      expect(seen).to.have.length(4);
      expect(new Set(seen)).to.have.length(4);
    });
  });

  describe('lists', () => {
    it('groups by delimiter and pages', async () => {
      for (const key of ['a', 'b/1', 'b/2', 'c', 'd/1', 'e']) await put(key);
      const shown: string[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(
          new s3.ListObjectsV2Command({ Bucket, Delimiter: '/', MaxKeys: 2, ContinuationToken: token }),
        );
        shown.push(
          ...(page.Contents ?? []).map(({ Key = '' }) => Key),
          ...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix),
        );
        token = page.NextContinuationToken;
      } while (token);
      expect(shown).to.deep.equal(['a', 'b/', 'c', 'd/', 'e']);
      const under = await client.send(
        new s3.ListObjectsV2Command({ Bucket, Prefix: 'b/', StartAfter: 'b/1' }),
      );
      expect(under.Contents?.map(({ Key }) => Key)).to.deep.equal(['b/2']);
      const v1 = await client.send(new s3.ListObjectsCommand({ Bucket, Marker: 'b/2', MaxKeys: 1 }));
      expect(v1.Contents?.map(({ Key }) => Key)).to.deep.equal(['c']);
    });
  });

  describe('multipart uploads', () => {
    it('uploads a stream of unknown length with lib-storage and reads it back', async () => {
      const bytes = Buffer.alloc(
        12 * MiB,
        Uint8Array.from({ length: 251 }, (_, index) => index),
      );
      const Body = Readable.from([bytes.subarray(0, 7 * MiB), bytes.subarray(7 * MiB)]);
      const done = await new Upload({
        client,
        params: { Bucket, Key: 'big', Body, IfNoneMatch: '*' },
      }).done();
      expect(done.ETag).to.match(/-3"$/);
      const read = await (await get('big')).Body?.transformToByteArray();
      expect(Buffer.from(read ?? []).equals(bytes)).to.equal(true);
      const across = await (
        await get('big', { Range: `bytes=${5 * MiB - 2}-${5 * MiB + 1}` })
      ).Body?.transformToByteArray();
      expect(Buffer.from(across ?? []).equals(bytes.subarray(5 * MiB - 2, 5 * MiB + 2))).to.equal(true);
      const again = new Upload({
        client,
        params: { Bucket, Key: 'big', Body: Buffer.alloc(6 * MiB), IfNoneMatch: '*' },
      });
      expect((await failure(again.done())).name).to.equal('PreconditionFailed');
      const { Uploads = [] } = await client.send(new s3.ListMultipartUploadsCommand({ Bucket }));
      for (const { Key, UploadId } of Uploads)
        await client.send(new s3.AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    });

    it('lets a read end with the object that it began with, then removes its parts', async () => {
      const bytes = Buffer.concat([1, 2, 3].map((filler) => Buffer.alloc(5 * MiB, filler)));
      await new Upload({ client, params: { Bucket, Key: 'big', Body: bytes } }).done();
      await client.send(new s3.CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/big` }));
      const reads = [await get('big'), await get('copy')];
      await put('big', 'new');
      await client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'copy' }));
      for (const { Body } of reads) {
        const read = await Body?.transformToByteArray();
        expect(Buffer.from(read ?? []).equals(bytes)).to.equal(true);
      }
      await until('only segments are left', 5, async () =>
        bodies().every((name) => name.startsWith('segment-')),
      );
    });

    it('checks order, tags and sizes of parts', async () => {
      const Key = 'parts';
      const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key }));
      const tags: string[] = [];
      for (const PartNumber of [1, 2]) {
        const { ETag = '' } = await client.send(
          new s3.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: 'small' }),
        );
        tags.push(ETag);
      }
      const complete = (...Parts: s3.CompletedPart[]) =>
        failure(
          client.send(
            new s3.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
          ),
        );
      const one = { PartNumber: 1, ETag: tags[0] };
      const two = { PartNumber: 2, ETag: tags[1] };
      expect((await complete(two, one)).name).to.equal('InvalidPartOrder');
      expect((await complete({ ...one, ETag: '"0"' })).name).to.equal('InvalidPart');
      expect((await complete(one, two)).name).to.equal('EntityTooSmall');
      const listed = await client.send(new s3.ListPartsCommand({ Bucket, Key, UploadId }));
      expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).to.deep.equal([
        [1, 5],
        [2, 5],
      ]);
      await client.send(new s3.AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
      expect((await complete(one)).name).to.equal('NoSuchUpload');
    });
  });

  describe('presigned URLs', () => {
    it('put and get without a signature header, and only so long', async () => {
      const plain = new s3.S3Client({ ...cloud.client, requestChecksumCalculation: 'WHEN_REQUIRED' });
      const putUrl = await getSignedUrl(
        plain,
        new s3.PutObjectCommand({ Bucket, Key: 'signed', ContentType: 'text/plain' }),
        { expiresIn: 60 },
      );
      const putAnswer = await fetch(putUrl, {
        method: 'PUT',
        body: 'by url',
        headers: { 'content-type': 'text/plain' },
      });
      expect(putAnswer.status).to.equal(200);
      const url = await getSignedUrl(
        client,
        new s3.GetObjectCommand({ Bucket, Key: 'signed', ResponseContentType: 'text/html' }),
        { expiresIn: 60 },
      );
      const answer = await fetch(url);
      expect(answer.headers.get('content-type')).to.equal('text/html');
      expect(await answer.text()).to.equal('by url');
      expect((await fetch(url.replace('/signed', '/other'))).status).to.equal(403);
      const old = await getSignedUrl(client, new s3.GetObjectCommand({ Bucket, Key: 'signed' }), {
        expiresIn: 60,
        signingDate: new Date(Date.now() - 120_000),
      });
      const late = await fetch(old);
      expect([late.status, (await late.text()).includes('Request has expired')]).to.deep.equal([403, true]);
    });
  });

  it('leaves no file behind when large objects are gone', async () => {
    const before = files();
    await put('a', Buffer.alloc(100_000));
    await put('a', Buffer.alloc(100_000));
    await client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'a' }));
    const deadline = Date.now() + 5000;
    while (files() > before && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
    expect(files()).to.equal(before);
  });
});
