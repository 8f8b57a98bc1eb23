import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { expect } from 'chai';
import { randomPassword } from '../../../../local/services/secretsmanager/passwords.ts';
import { createSecretsManager } from '../../../../local/services/secretsmanager/service.ts';
import { failure, startRegion, type TestRegion } from '../../../support/region.ts';

const oneDay = 24 * 60 * 60 * 1000;

describe('Secrets Manager', () => {
  let region: TestRegion;
  let client: SecretsManager;
  const open = () => (client = new SecretsManager(region.client));

  beforeEach(async () => {
    region = await startRegion({ secretsmanager: createSecretsManager });
    open();
  });
  afterEach(async () => {
    client.destroy();
    await region.close();
  });

  const SecretId = 'shop/database';
  const create = (input: object = {}) =>
    client.createSecret({ Name: SecretId, SecretString: 'first', ...input });
  const stagesOf = async () => {
    const { VersionIdsToStages = {} } = await client.describeSecret({ SecretId });
    return Object.values(VersionIdsToStages).flat().sort();
  };

  it('keeps values, the newest current and the one before it previous', async () => {
    const { ARN = '' } = await create({ Tags: [{ Key: 'team', Value: 'shop' }] });
    expect(ARN).to.match(/^arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop\/database-\w{6}$/);
    const { VersionId } = await client.putSecretValue({ SecretId: ARN, SecretString: 'second' });
    await client.updateSecret({ SecretId, Description: 'of the shop', SecretString: 'third' });
    expect((await client.getSecretValue({ SecretId })).SecretString).to.equal('third');
    const previous = await client.getSecretValue({ SecretId, VersionStage: 'AWSPREVIOUS' });
    expect(previous).to.include({ SecretString: 'second', VersionId });
    expect(await stagesOf()).to.deep.equal(['AWSCURRENT', 'AWSPREVIOUS']);
    const { Versions } = await client.listSecretVersionIds({ SecretId, IncludeDeprecated: true });
    expect(Versions).to.have.length(3);
    expect((await client.describeSecret({ SecretId: ARN.slice(0, -7) })).Description).to.equal('of the shop');
  });

  it('moves a label only from the version that has it', async () => {
    await create();
    const { VersionId = '' } = await client.putSecretValue({
      SecretId,
      SecretString: 'next',
      VersionStages: ['AWSPENDING'],
    });
    expect((await client.getSecretValue({ SecretId })).SecretString).to.equal('first');
    const move = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: VersionId };
    expect((await failure(client.updateSecretVersionStage(move))).name).to.equal('InvalidParameterException');
    const { Versions = [] } = await client.listSecretVersionIds({ SecretId });
    const RemoveFromVersionId = Versions.find((one) => one.VersionStages?.includes('AWSCURRENT'))?.VersionId;
    await client.updateSecretVersionStage({ ...move, RemoveFromVersionId });
    expect((await client.getSecretValue({ SecretId })).SecretString).to.equal('next');
    expect(await stagesOf()).to.deep.equal(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  it('takes a repeated call for one call, and refuses another value under its token', async () => {
    const ClientRequestToken = 'a'.repeat(32);
    const once = await create({ ClientRequestToken });
    expect((await create({ ClientRequestToken })).VersionId).to.equal(once.VersionId);
    const other = client.putSecretValue({ SecretId, ClientRequestToken, SecretString: 'other' });
    expect((await failure(other)).name).to.equal('ResourceExistsException');
    expect((await failure(create())).name).to.equal('ResourceExistsException');
  });

  it('deletes after the recovery window, and restores before its end', async () => {
    await create();
    await client.deleteSecret({ SecretId, RecoveryWindowInDays: 7 });
    expect((await failure(client.getSecretValue({ SecretId }))).name).to.equal('InvalidRequestException');
    expect((await failure(create())).message).to.contain('scheduled for deletion');
    expect((await client.listSecrets({})).SecretList).to.deep.equal([]);
    await client.restoreSecret({ SecretId });
    expect((await client.getSecretValue({ SecretId })).SecretString).to.equal('first');
    await client.deleteSecret({ SecretId, RecoveryWindowInDays: 7 });
    region.clock.advance(7 * oneDay + 60_000);
    expect((await failure(client.describeSecret({ SecretId }))).name).to.equal('ResourceNotFoundException');
    await create();
    await client.deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true });
    await create();
  });

  it('keeps all over a restart', async () => {
    const SecretBinary = Buffer.from([0, 255, 1]);
    await client.createSecret({ Name: 'binary', SecretBinary });
    region = await region.restart();
    open();
    const { SecretBinary: read } = await client.getSecretValue({ SecretId: 'binary' });
    expect(Buffer.from(read ?? [])).to.deep.equal(SecretBinary);
  });

  it('lists by filters, tags, and keeps a resource policy', async () => {
    await create();
    await client.createSecret({ Name: 'other', SecretString: 'x', Tags: [{ Key: 'team', Value: 'ops' }] });
    await client.tagResource({
      SecretId,
      Tags: [
        { Key: 'team', Value: 'shop' },
        { Key: 'old', Value: '' },
      ],
    });
    await client.untagResource({ SecretId, TagKeys: ['old'] });
    const names = async (Key: 'name' | 'tag-value', value: string) =>
      (await client.listSecrets({ Filters: [{ Key, Values: [value] }] })).SecretList?.map(({ Name }) => Name);
    expect(await names('name', 'sho')).to.deep.equal([SecretId]);
    expect(await names('tag-value', 'ops')).to.deep.equal(['other']);
    expect(await names('name', '!shop')).to.deep.equal(['other']);
    const ResourcePolicy = '{"Version":"2012-10-17","Statement":[]}';
    await client.putResourcePolicy({ SecretId, ResourcePolicy });
    expect((await client.getResourcePolicy({ SecretId })).ResourcePolicy).to.equal(ResourcePolicy);
    await client.deleteResourcePolicy({ SecretId });
    expect((await client.getResourcePolicy({ SecretId })).ResourcePolicy).to.equal(undefined);
    const bad = client.putResourcePolicy({ SecretId, ResourcePolicy: 'no' });
    expect((await failure(bad)).name).to.equal('MalformedPolicyDocumentException');
  });

  it('leaves the secrets of a service to it, which rotates them when asked and when due', async () => {
    const { secretsmanager } = region.parts.services;
    const arn = secretsmanager.keep('rds!db-1', { owner: 'rds', value: '1', description: 'of a database' });
    secretsmanager.onRotate('rds', async (which, versionId) => {
      const id = secretsmanager.propose(which, `${Number(secretsmanager.value(which)) + 1}`, versionId);
      expect(secretsmanager.value(which, 'AWSPENDING')).to.equal('2');
      secretsmanager.adopt(which);
      return id;
    });
    const change = client.putSecretValue({ SecretId: arn, SecretString: 'mine' });
    expect((await failure(change)).message).to.contain('managed by rds');
    expect((await failure(client.deleteSecret({ SecretId: arn }))).message).to.contain('managed by rds');
    await client.rotateSecret({ SecretId: arn });
    expect((await client.getSecretValue({ SecretId: arn })).SecretString).to.equal('2');
    const { OwningService, RotationEnabled, RotationRules } = await client.describeSecret({ SecretId: arn });
    expect({ OwningService, RotationEnabled, RotationRules }).to.deep.equal({
      OwningService: 'rds',
      RotationEnabled: true,
      RotationRules: { AutomaticallyAfterDays: 7 },
    });
    const due: string[] = [];
    secretsmanager.onRotate('rds', async (which) => String(due.push(which)));
    region.clock.advance(7 * oneDay - 120_000);
    expect(due).to.deep.equal([]);
    region.clock.advance(180_000);
    expect(due[0]).to.equal(arn);
    secretsmanager.forget(arn);
    expect((await client.listSecrets({})).SecretList).to.deep.equal([]);
  });

  it('refuses rotation of its users own secrets: no function would do it', async () => {
    await create();
    expect((await failure(client.rotateSecret({ SecretId }))).name).to.equal('InvalidRequestException');
    const RotationLambdaARN = 'arn:aws:lambda:eu-central-1:1:function:f';
    expect((await failure(client.rotateSecret({ SecretId, RotationLambdaARN }))).name).to.equal(
      'InvalidParameterException',
    );
  });

  it('makes passwords by the rules it is given', async () => {
    const { RandomPassword = '' } = await client.getRandomPassword({});
    expect(RandomPassword).to.have.length(32).and.to.match(/[a-z]/).and.to.match(/\d/).and.to.match(/\W/);
    const rules = { PasswordLength: 4, ExcludePunctuation: true, ExcludeUppercase: true };
    expect(randomPassword(rules)).to.match(/^[a-z0-9]{4}$/);
    const impossible = client.getRandomPassword({ PasswordLength: 2 });
    expect((await failure(impossible)).name).to.equal('InvalidParameterException');
  });

  const bad: readonly (readonly [string, object, string])[] = [
    ['a bad name', { Name: 'a b' }, 'InvalidParameterException'],
    ['both kinds of value', { SecretBinary: Buffer.from('x') }, 'InvalidParameterException'],
    ['a value above 64 KB', { SecretString: 'x'.repeat(65_537) }, 'InvalidParameterException'],
    ['replicas', { AddReplicaRegions: [{ Region: 'eu-west-1' }] }, 'InvalidParameterException'],
  ];
  for (const [what, input, name] of bad)
    it(`refuses ${what}`, async () => {
      expect((await failure(create(input))).name).to.equal(name);
    });
});
