import { SSM } from '@aws-sdk/client-ssm';
import { expect } from 'chai';
import { createSsm } from '../../../../local/services/ssm/service.ts';
import { addInstance, failure, startRegion, type TestRegion } from '../../../support/region.ts';

const content = (line: string, parameters = {}) =>
  JSON.stringify({
    schemaVersion: '2.2',
    parameters,
    mainSteps: [{ action: 'aws:runShellScript', name: 'go', inputs: { runCommand: [line] } }],
  });

describe('command documents', () => {
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

  it('keeps versions; a new one does not become the default by itself', async () => {
    const created = await ssm.createDocument({
      Name: 'greet',
      Content: content('echo 1'),
      DocumentType: 'Command',
    });
    expect(created.DocumentDescription).to.include({
      DocumentVersion: '1',
      Status: 'Active',
      HashType: 'Sha256',
    });
    await ssm.updateDocument({ Name: 'greet', Content: content('echo 2'), DocumentVersion: '$LATEST' });
    const contentOf = async (DocumentVersion?: string) =>
      (await ssm.getDocument({ Name: 'greet', ...(DocumentVersion && { DocumentVersion }) })).Content;
    expect(await contentOf()).to.include('echo 1');
    expect(await contentOf('$LATEST')).to.include('echo 2');
    await ssm.updateDocumentDefaultVersion({ Name: 'greet', DocumentVersion: '2' });
    expect(await contentOf()).to.include('echo 2');
    const again = ssm.updateDocument({
      Name: 'greet',
      Content: content('echo 2'),
      DocumentVersion: '$LATEST',
    });
    expect((await failure(again)).name).to.equal('DuplicateDocumentContent');
    expect((await ssm.describeDocument({ Name: 'greet' })).Document).to.include({
      DefaultVersion: '2',
      LatestVersion: '2',
    });
    await ssm.deleteDocument({ Name: 'greet' });
    expect((await failure(ssm.getDocument({ Name: 'greet' }))).name).to.equal('InvalidDocument');
  });

  it('checks the content', async () => {
    const create = (Content: string) => failure(ssm.createDocument({ Name: 'bad', Content }));
    expect((await create('{')).name).to.equal('InvalidDocumentContent');
    expect((await create(content('echo {{ Nothing }}'))).message).to.include('{{ Nothing }}');
    expect((await create(content('x').replace('2.2', '0.3'))).name).to.equal('InvalidDocumentSchemaVersion');
    expect((await create(content('x').replace('runShellScript', 'other'))).name).to.equal(
      'InvalidDocumentContent',
    );
    expect((await failure(ssm.createDocument({ Name: 'AWS-mine', Content: content('x') }))).name).to.equal(
      'ValidationException',
    );
  });

  it('fills parameters in only when they fit their pattern', async () => {
    addInstance(region, 'i-1');
    const parameters = {
      Label: { type: 'String', allowedPattern: '[a-z0-9.]+' },
      Timeout: { type: 'String', default: '30' },
    };
    await ssm.createDocument({
      Name: 'deploy',
      Content: content('deploy {{ Label }} {{Timeout}}', parameters),
    });
    const send = (Label: string) =>
      ssm.sendCommand({ DocumentName: 'deploy', InstanceIds: ['i-1'], Parameters: { Label: [Label] } });
    const refused = await failure(send('v1; rm -rf /'));
    expect(refused.name).to.equal('InvalidParameters');
    await send('v1.2');
    await region.settle();
    expect(region.machines.ran[0]?.command.argv[2]).to.equal('deploy v1.2 30');
  });
});
