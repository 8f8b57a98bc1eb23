import { ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { mockClient } from 'aws-sdk-client-mock';
import { expect } from 'chai';
import type { EnvironmentStack } from '../../../infra/config.ts';
import { readConfiguration } from '../../../infra/config-read.ts';
import { ensurePoliciesFit, recordsIn } from '../../../infra/dns/shared-names.ts';
import { rawConfiguration } from '../stacks.ts';

const stackWith = (routing: object | undefined): EnvironmentStack =>
  readConfiguration(
    rawConfiguration({
      'aws:region': 'eu-central-1',
      'beanpole:application': 'mywordpress',
      'beanpole:domain': { name: 'mywordpress.example' },
      'beanpole:environments': {
        web: { tier: 'WebServer', type: 'SingleInstance', record: 'www', routing },
      },
    }),
    'dev',
  ) as EnvironmentStack;
const set = (
  SetIdentifier: string | undefined,
  more: Partial<ResourceRecordSet> = {},
): ResourceRecordSet => ({
  Name: 'www.mywordpress.example.',
  Type: 'A',
  SetIdentifier,
  ...more,
});
const weighted = { policy: 'Weighted', weight: 1 };

describe('the policy of a name', () => {
  const refusal = (routing: object | undefined, ...records: ResourceRecordSet[]): Promise<string> =>
    ensurePoliciesFit(stackWith(routing), async () => records).then(
      () => 'none',
      (error: unknown) => (error as Error).message,
    );

  it('is free where no record, one, or only such of the policy are there', async () => {
    const failover = { Failover: 'PRIMARY' } as const;
    expect(await refusal(weighted)).to.equal('none');
    expect(await refusal(weighted, set(undefined))).to.equal('none');
    expect(await refusal(weighted, set('dev-web', failover))).to.equal('none');
    expect(await refusal(weighted, set('a', { Weight: 1 }), set('b', { Weight: 0 }))).to.equal('none');
  });

  it('is not where two have another one, and the way there is told', async () => {
    const two = [set('a', { Failover: 'PRIMARY' }), set('b', { Failover: 'SECONDARY' })];
    expect(await refusal(weighted, ...two)).to.contain(
      'www.mywordpress.example cannot be routed by the policy Weighted: 2 records have another one (a: Failover, b: Failover).',
    );
    expect(await refusal(undefined, set('a', { Weight: 1 }), set('b', { Weight: 1 })))
      .to.contain('by the policy Simple')
      .and.contain('Nothing was changed.')
      .and.contain('Next: leave the name to one record');
  });

  it('is not either where another record joins while the only one changes', async () => {
    const stack = stackWith(weighted);
    const { web } = stack.environments;
    if (!web) throw new Error('There is no web environment.');
    const both = { ...stack, environments: { web, next: web } };
    const message = await ensurePoliciesFit(both, async () => [set('dev-web', { Failover: 'PRIMARY' })]).then(
      () => 'none',
      (error: unknown) => (error as Error).message,
    );
    expect(message).to.contain('one record has another one (dev-web: Failover)');
  });

  it('is read from the zone', async () => {
    const route53 = new Route53Client({ region: 'eu-central-1' });
    mockClient(route53)
      .on(ListResourceRecordSetsCommand, {
        HostedZoneId: 'Z1',
        StartRecordName: 'www.mywordpress.example',
        StartRecordType: 'A',
      })
      .resolves({
        ResourceRecordSets: [
          set('a'),
          set('b', { Type: 'TXT' }),
          set('c', { Name: 'x.mywordpress.example.' }),
        ],
        IsTruncated: false,
        MaxItems: 100,
      });
    const found = await recordsIn(route53, 'Z1')('www.mywordpress.example');
    expect(found.map(({ SetIdentifier }) => SetIdentifier)).to.deep.equal(['a']);
  });
});
