import { ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53';
import { mockClient } from 'aws-sdk-client-mock';
import { expect } from 'chai';
import type { EnvironmentStack } from '../../../infra/config.ts';
import { ensureNamesKept } from '../../../infra/dns/swapped-names.ts';
import { configurationOf } from '../stacks.ts';

describe('names that a swap has moved', () => {
  const route53 = new Route53Client({ region: 'eu-central-1' });
  const mock = mockClient(route53);
  const prod = configurationOf('prod') as EnvironmentStack;
  const { web, worker } = prod.environments;
  const failure = (configuration: EnvironmentStack) =>
    ensureNamesKept(route53, 'Z-APPLICATION', configuration).then(
      () => 'kept',
      (error: unknown) => (error as Error).message,
    );

  beforeEach(() => {
    mock.reset();
    mock.on(ListResourceRecordSetsCommand).callsFake(({ StartRecordName }: { StartRecordName: string }) => ({
      ResourceRecordSets: [
        {
          Name: `${StartRecordName}.`,
          Type: 'A',
          AliasTarget: { DNSName: 'next.prod.env.mywordpress.example.' },
        },
      ],
    }));
  });

  it('keep the environment that they lead to from being taken away', async () => {
    const message = await failure({ ...prod, environments: { web: web!, worker: worker! } });
    expect(message).to.contain(
      'www.mywordpress.example, the name of prod/web, leads to prod/next since a swap, and prod/next would have no name any more.',
    );
    expect(message).to.contain('Nothing was changed.').and.contain('beanpole swap');
  });

  it('may lead to any environment that has a name', async () => {
    expect(
      await failure({ ...prod, environments: { web: web!, next: { ...web!, record: 'next' } } }),
    ).to.equal('kept');
  });

  it('are not there at the first up', async () => {
    mock
      .on(ListResourceRecordSetsCommand)
      .resolves({ ResourceRecordSets: [{ Name: 'zzz.mywordpress.example.', Type: 'A' } as never] });
    expect(await failure(prod)).to.equal('kept');
  });
});
