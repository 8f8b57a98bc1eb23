import { expect } from 'chai';
import { ManualClock } from '../../../local/clock.ts';
import type { MetadataOptions, MetadataSource } from '../../../local/instances/instances.ts';
import { MetadataService } from '../../../local/instances/metadata.ts';

const texts = {
  'meta-data/instance-id': 'i-1',
  'meta-data/placement/region': 'eu-central-1',
  'meta-data/placement/availability-zone': 'eu-central-1a',
  'dynamic/instance-identity/document': '{}',
};

function service(options?: MetadataOptions) {
  const clock = new ManualClock();
  const source: MetadataSource = {
    metadata: (id) => (id.startsWith('i-') ? texts : undefined),
    credentials: async () => ({
      roleName: 'web',
      accessKeyId: 'ASIA1',
      secretAccessKey: 's',
      sessionToken: 't',
      expiration: new Date(Date.UTC(2026, 0, 1, 6)),
    }),
    ...(options && { metadataOptions: () => options }),
  };
  const imds = new MetadataService(source, clock);
  const ask = (path: string, headers = {}, method = 'GET', host: string | undefined = 'i-1') =>
    imds.answer(host, { method, path, headers });
  const token = async (ttl = '60', host = 'i-1'): Promise<Record<string, string>> => {
    const header = { 'x-aws-ec2-metadata-token-ttl-seconds': ttl };
    return { 'x-aws-ec2-metadata-token': (await ask('/latest/api/token', header, 'PUT', host)).body };
  };
  return { ask, token, clock };
}

describe('the metadata service', () => {
  it('answers with a token, until the token has expired', async () => {
    const { ask, token, clock } = service();
    const headers = await token('60');
    expect(await ask('/latest/meta-data/instance-id', headers)).to.include({ status: 200, body: 'i-1' });
    clock.advance(60_000);
    expect(await ask('/latest/meta-data/instance-id', headers)).to.include({ status: 401 });
  });

  it('refuses to answer without a token where one is required, which it is unless said otherwise', async () => {
    expect(await service().ask('/latest/meta-data/instance-id')).to.include({ status: 401 });
    const optional = service({ httpEndpoint: 'enabled', httpTokens: 'optional' });
    expect(await optional.ask('/latest/meta-data/instance-id')).to.include({ status: 200 });
    expect(
      await optional.ask('/latest/meta-data/instance-id', { 'x-aws-ec2-metadata-token': 'x' }),
    ).to.include({
      status: 401,
    });
  });

  it('takes no token of another instance', async () => {
    const { ask, token } = service();
    expect(await ask('/latest/meta-data/instance-id', await token('60', 'i-2'))).to.include({ status: 401 });
  });

  it('checks the token`s time to live, and gives none through a proxy', async () => {
    const { ask } = service();
    const put = (headers: object) => ask('/latest/api/token', headers, 'PUT');
    const name = 'x-aws-ec2-metadata-token-ttl-seconds';
    expect(await put({})).to.include({ status: 400 });
    expect(await put({ [name]: '0' })).to.include({ status: 400 });
    expect(await put({ [name]: '21601' })).to.include({ status: 400 });
    expect(await put({ [name]: '60', 'x-forwarded-for': '1.2.3.4' })).to.include({ status: 403 });
  });

  it('answers nothing when it is disabled, and nobody it does not know', async () => {
    const disabled = service({ httpEndpoint: 'disabled', httpTokens: 'optional' });
    expect(await disabled.ask('/latest/meta-data/')).to.include({ status: 403 });
    expect(await service().ask('/latest/meta-data/', {}, 'GET', 'elb-1')).to.include({ status: 404 });
  });

  it('lists what is below a path', async () => {
    const { ask, token } = service();
    const headers = await token();
    expect((await ask('/latest/meta-data/', headers)).body).to.equal('iam/\ninstance-id\nplacement/');
    expect((await ask('/latest/meta-data/placement', headers)).body).to.equal('availability-zone\nregion');
    expect((await ask('/latest/', headers)).body).to.equal('dynamic/\nmeta-data/');
    expect(await ask('/latest/meta-data/none', headers)).to.include({ status: 404 });
  });

  it('gives the role`s credentials as the SDKs read them', async () => {
    const { ask, token } = service();
    const headers = await token();
    expect((await ask('/latest/meta-data/iam/security-credentials/', headers)).body).to.equal('web');
    const { body } = await ask('/latest/meta-data/iam/security-credentials/web', headers);
    expect(JSON.parse(body)).to.deep.equal({
      Code: 'Success',
      LastUpdated: '2026-01-01T00:00:00Z',
      Type: 'AWS-HMAC',
      AccessKeyId: 'ASIA1',
      SecretAccessKey: 's',
      Token: 't',
      Expiration: '2026-01-01T06:00:00Z',
    });
  });
});
