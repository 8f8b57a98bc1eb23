import { expect } from 'chai';
import { checkSettings, readSettings } from '../../../../local/provider/aws/settings.ts';

describe('settings of the AWS provider', () => {
  it('come from the program, then from the environment', () => {
    expect(readSettings({ region: 'eu-west-1' }, { AWS_REGION: 'eu-central-1' }).region).to.equal(
      'eu-west-1',
    );
    expect(readSettings({}, { AWS_DEFAULT_REGION: 'eu-central-1' }).region).to.equal('eu-central-1');
    expect(() => readSettings({}, {})).to.throw('pulumi config set aws:region');
  });

  it('arrive as JSON where they are more than strings', () => {
    const settings = readSettings(
      {
        region: 'eu-west-1',
        accessKey: '0012',
        secretKey: 'x',
        maxRetries: '4',
        endpoints: '[{"ec2":"http://127.0.0.1:1"},{"s3":"http://127.0.0.1:2"}]',
        defaultTags: '{"tags":{"owner":"us"}}',
      },
      {},
    );
    expect(settings.credentials).to.deep.equal({ accessKeyId: '0012', secretAccessKey: 'x' });
    expect(settings.maxAttempts).to.equal(5);
    expect(settings.endpoints).to.deep.equal({ ec2: 'http://127.0.0.1:1', s3: 'http://127.0.0.1:2' });
    expect(settings.defaultTags).to.deep.equal({ owner: 'us' });
  });

  it('are refused when they would be forgotten', () => {
    const given = {
      region: 'eu-west-1',
      skipRegionValidation: 'true',
      httpProxy: 'http://proxy',
      customCaBundle: '',
    };
    expect(checkSettings(given).map(({ property }) => property)).to.deep.equal(['httpProxy']);
  });
});
