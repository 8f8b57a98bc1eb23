import { join } from 'node:path';
import { expect } from 'chai';
import { edit, must, startCloud, type TestCloud } from '../support/cloud.ts';

/** The policy pack as a user runs it: by the real engine, over both stacks. */
describe('the policy pack', () => {
  let cloud: TestCloud;
  before(async () => {
    cloud = await startCloud();
    await cloud.up('application');
  });
  after(() => cloud.remove());

  const preview = async (stack: string) => {
    await must(cloud.pulumi('stack', 'select', '--create', stack));
    return cloud.pulumi('preview', '--stack', stack, '--policy-pack', join(cloud.project, 'infra/policy'));
  };

  for (const stack of ['dev', 'prod'])
    it(`finds nothing wrong with ${stack}`, async () => {
      const told = await must(preview(stack));
      expect(told).to.contain('beanpole@v0.1.0').and.not.contain('[mandatory]');
    });

  it('stops what breaks a rule, and names rule and resource', async () => {
    edit(join(cloud.project, 'infra/policy/rules.ts'), (text) =>
      text.replace("httpTokens === 'required'", "httpTokens === 'none'"),
    );
    const { code, stdout } = await preview('dev');
    expect(code).to.not.equal(0);
    expect(stdout).to.contain('[mandatory]  imdsv2  (aws:ec2:LaunchTemplate: mywordpress-dev-web-blue)');
  });
});
