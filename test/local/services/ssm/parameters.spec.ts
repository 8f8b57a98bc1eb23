import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SSM } from '@aws-sdk/client-ssm';
import { expect } from 'chai';
import { createSsm } from '../../../../local/services/ssm/service.ts';
import { failure, startRegion, type TestRegion } from '../../../support/region.ts';

describe('Parameter Store', () => {
  let region: TestRegion;
  let ssm: SSM;
  beforeEach(async () => {
    region = await startRegion({ ssm: createSsm });
    ssm = new SSM(region.client);
  });
  afterEach(async () => {
    ssm.destroy();
    await region.close();
  });

  it('numbers versions and reads them by number and by label', async () => {
    await ssm.putParameter({ Name: '/web/size', Value: 'one', Type: 'String' });
    const second = await ssm.putParameter({ Name: '/web/size', Value: 'two', Overwrite: true });
    expect(second).to.include({ Version: 2, Tier: 'Standard' });
    await ssm.labelParameterVersion({ Name: '/web/size', ParameterVersion: 1, Labels: ['first', '1st'] });
    const read = async (Name: string) => (await ssm.getParameter({ Name })).Parameter;
    expect(await read('/web/size')).to.include({
      Value: 'two',
      Version: 2,
      Type: 'String',
      ARN: 'arn:aws:ssm:eu-central-1:123456789012:parameter/web/size',
    });
    expect(await read('/web/size:1')).to.include({ Value: 'one', Selector: ':1' });
    expect(await read('/web/size:first')).to.include({ Value: 'one' });
    expect(await read('arn:aws:ssm:eu-central-1:123456789012:parameter/web/size')).to.include({
      Value: 'two',
    });
    expect((await failure(read('/web/size:7'))).name).to.equal('ParameterVersionNotFound');
    expect((await failure(read('/web/none'))).name).to.equal('ParameterNotFound');
    const { Parameters: history } = await ssm.getParameterHistory({ Name: '/web/size' });
    expect(history?.map(({ Value, Labels }) => [Value, Labels])).to.deep.equal([
      ['one', ['first']],
      ['two', []],
    ]);
  });

  it('refuses to overwrite unless asked', async () => {
    await ssm.putParameter({ Name: 'plain', Value: '1', Type: 'String' });
    const again = await failure(ssm.putParameter({ Name: 'plain', Value: '2', Type: 'String' }));
    expect(again.name).to.equal('ParameterAlreadyExists');
  });

  it('keeps a SecureString sealed on disk and in answers without decryption', async () => {
    await ssm.putParameter({ Name: '/web/password', Value: 'open sesame', Type: 'SecureString' });
    const sealed = await ssm.getParameter({ Name: '/web/password' });
    expect(sealed.Parameter?.Value).to.not.include('sesame');
    const opened = await ssm.getParameter({ Name: '/web/password', WithDecryption: true });
    expect(opened.Parameter?.Value).to.equal('open sesame');
    const stored = JSON.stringify([...region.parts.store.collection('ssm.parameter').values()]);
    expect(stored).to.not.include('sesame');
    const keys = join(region.parts.folder, 'keys');
    expect(readdirSync(keys).map((file) => readFileSync(join(keys, file)).length)).to.deep.equal([32]);
  });

  it('lists what lies under a path, page by page', async () => {
    for (const name of ['/a/x', '/a/y', '/a/b/z', '/ab/x'])
      await ssm.putParameter({ Name: name, Value: '1', Type: 'String' });
    const names = async (Recursive: boolean) =>
      (await ssm.getParametersByPath({ Path: '/a', Recursive })).Parameters?.map(({ Name }) => Name);
    expect(await names(false)).to.deep.equal(['/a/x', '/a/y']);
    expect(await names(true)).to.deep.equal(['/a/b/z', '/a/x', '/a/y']);
    const first = await ssm.getParametersByPath({ Path: '/a', Recursive: true, MaxResults: 2 });
    const rest = await ssm.getParametersByPath({
      Path: '/a',
      Recursive: true,
      ...(first.NextToken && { NextToken: first.NextToken }),
    });
    expect(rest.Parameters?.map(({ Name }) => Name)).to.deep.equal(['/a/y']);
    expect(rest.NextToken).to.equal(undefined);
  });

  it('chooses the tier by size', async () => {
    const put = (Name: string, length: number, Tier?: 'Standard' | 'Advanced' | 'Intelligent-Tiering') =>
      ssm.putParameter({ Name, Value: 'x'.repeat(length), Type: 'String', ...(Tier && { Tier }) });
    expect((await failure(put('a', 4097))).name).to.equal('ValidationException');
    expect((await put('b', 4097, 'Advanced')).Tier).to.equal('Advanced');
    expect((await put('c', 4096, 'Intelligent-Tiering')).Tier).to.equal('Standard');
    expect((await put('d', 4097, 'Intelligent-Tiering')).Tier).to.equal('Advanced');
    expect((await failure(put('e', 8193, 'Advanced'))).name).to.equal('ValidationException');
  });

  it('checks names and patterns', async () => {
    const put = (Name: string, more = {}) => ssm.putParameter({ Name, Value: 'v', Type: 'String', ...more });
    expect((await failure(put('/aws/own'))).name).to.equal('AccessDeniedException');
    expect((await failure(put('ssm-x'))).name).to.equal('ValidationException');
    expect((await failure(put('with space'))).name).to.equal('ValidationException');
    expect((await failure(put('half/way'))).name).to.equal('ValidationException');
    expect((await failure(put('/p', { AllowedPattern: '^\\d+$' }))).name).to.equal(
      'ParameterPatternMismatchException',
    );
    expect((await failure(put('/p', { AllowedPattern: '(' }))).name).to.equal(
      'InvalidAllowedPatternException',
    );
    expect((await failure(put('/p', { Policies: '[]' }))).name).to.equal('UnsupportedOperationException');
  });

  it('tags, filters and deletes', async () => {
    await ssm.putParameter({ Name: '/t/1', Value: '1', Type: 'String', Tags: [{ Key: 'k', Value: 'v' }] });
    await ssm.putParameter({ Name: '/t/2', Value: '1', Type: 'StringList' });
    await ssm.addTagsToResource({
      ResourceType: 'Parameter',
      ResourceId: '/t/2',
      Tags: [{ Key: 'k', Value: 'w' }],
    });
    const found = await ssm.describeParameters({ ParameterFilters: [{ Key: 'tag:k', Values: ['w'] }] });
    expect(found.Parameters?.map(({ Name }) => Name)).to.deep.equal(['/t/2']);
    await ssm.removeTagsFromResource({ ResourceType: 'Parameter', ResourceId: '/t/2', TagKeys: ['k'] });
    const { TagList } = await ssm.listTagsForResource({ ResourceType: 'Parameter', ResourceId: '/t/2' });
    expect(TagList).to.deep.equal([]);
    const deleted = await ssm.deleteParameters({ Names: ['/t/1', '/none'] });
    expect(deleted).to.deep.include({ DeletedParameters: ['/t/1'], InvalidParameters: ['/none'] });
    expect((await failure(ssm.deleteParameter({ Name: '/t/1' }))).name).to.equal('ParameterNotFound');
  });

  it('publishes images of the architecture that the region has, and no other', async () => {
    region.ec2.images.push({
      ImageId: 'ami-1',
      Architecture: 'x86_64',
      CreationDate: '2026-01-01T00:00:00.000Z',
    });
    const name = (architecture: string) =>
      `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`;
    expect((await ssm.getParameter({ Name: name('x86_64') })).Parameter?.Value).to.equal('ami-1');
    expect((await failure(ssm.getParameter({ Name: name('arm64') }))).name).to.equal('ParameterNotFound');
  });
});
