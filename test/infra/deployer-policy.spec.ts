import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { applicationName } from '../../infra/config.ts';
import { pointless } from '../support/iam-reference.ts';

interface Policy {
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Action: string | readonly string[];
    readonly Resource: string | readonly string[];
  }[];
}

describe('docs/deployer-policy.json', () => {
  const text = readFileSync(new URL('../../docs/deployer-policy.json', import.meta.url), 'utf8');
  const { Statement: statements } = JSON.parse(text) as Policy;
  const actions = statements.flatMap(({ Action }) => Action);

  it('fits into the inline policies of a role, however long the names of region and application are', () => {
    const application = 'an-application-of-20';
    expect(applicationName.safeParse(application).success).to.equal(true);
    expect(applicationName.safeParse(`${application}1`).success).to.equal(false);
    const attached = text
      .replaceAll('ACCOUNT', '123456789012')
      .replaceAll('REGION', 'ap-southeast-2')
      .replaceAll('APPLICATION', application);
    expect(attached.replaceAll(/\s/g, '').length).to.be.at.most(10_240);
  });

  it('lets load balancers hold the certificates of other environments', () => {
    const allowed = statements.find(({ Sid }) => Sid === 'LoadBalancers')?.Action;
    expect(allowed).to.include('elasticloadbalancing:*ListenerCertificates');
  });

  it('opens no service as a whole', () => {
    expect(actions.filter((action) => action === '*' || action.endsWith(':*'))).to.deep.equal([]);
  });

  it('changes nothing of other applications where ARNs have names', () => {
    const named = statements
      .flatMap(({ Resource }) => Resource)
      .filter((resource) => /:(role|queue|autoScalingGroup|s3|sqs|sns)/.test(resource));
    for (const resource of named) expect(resource).to.match(/APPLICATION|aws-service-role/);
  });

  it('asks for actions that AWS has, on resources that they know', async () => {
    expect(await pointless(statements)).to.deep.equal([]);
  });

  it('gives each statement an id of its own', () => {
    const ids = statements.map(({ Sid }) => Sid);
    expect(new Set(ids).size).to.equal(ids.length);
  });
});
