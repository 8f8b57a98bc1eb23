import { expect } from 'chai';
import type { Properties } from '../../../../local/provider/protocol/values.ts';
import { lives, openAccount, replacing, type Account, type Resource } from './account.ts';

const certificateType = 'aws:acm/certificate:Certificate';
const validationType = 'aws:acm/certificateValidation:CertificateValidation';

describe('resources of the way in', () => {
  let account: Account;
  let zone: Resource;
  before(async () => {
    account = await openAccount();
    zone = await account.make('aws:route53/zone:Zone', { name: 'shop.example' });
  });
  after(() => account.stop());

  /** A certificate, its record and its validation, as a program makes them. */
  async function validated(domainName: string): Promise<Resource[]> {
    const made = await account.make(certificateType, { domainName, keyAlgorithm: 'EC_prime256v1' });
    const [option] = made.state.domainValidationOptions as Properties[];
    const record = await account.make('aws:route53/record:Record', {
      zoneId: zone.id,
      name: option?.resourceRecordName ?? '',
      type: option?.resourceRecordType ?? '',
      ttl: 60,
      records: [option?.resourceRecordValue ?? ''],
    });
    const validation = await account.make(validationType, {
      certificateArn: made.id,
      validationRecordFqdns: [record.state.fqdn ?? ''],
    });
    return [validation, record, made];
  }

  it('acm Certificate', async () => {
    const acm = await account.clients.acm();
    const inputs = { domainName: 'shop.example', subjectAlternativeNames: ['*.shop.example'] };
    await lives(account, {
      type: certificateType,
      inputs: { ...inputs, tags: { a: '1' } },
      changed: { ...inputs, tags: { b: '2' } },
      drift: ({ id }) =>
        acm.addTagsToCertificate({ CertificateArn: id, Tags: [{ Key: 'owner', Value: 'somebody' }] }),
      shows: ['tags'],
    });
    const made = await account.make(certificateType, inputs);
    expect(made.state).to.include({ status: 'PENDING_VALIDATION', validationMethod: 'DNS' });
    expect(
      await replacing(made, inputs, [{ domainName: 'other.example' }, { keyAlgorithm: 'EC_prime256v1' }]),
    ).to.deep.equal(['domainName', 'keyAlgorithm']);
    await made.remove();
  });

  it('acm CertificateValidation, which waits until the certificate is issued', async () => {
    const all = await validated('www.shop.example');
    const certificate = all.at(-1);
    await certificate?.refresh();
    expect(certificate?.state.status).to.equal('ISSUED');
    const other = await account.make(certificateType, { domainName: 'b.shop.example' });
    const failure = await account
      .make(validationType, { certificateArn: other.id, validationRecordFqdns: ['c.shop.example'] })
      .catch((error: unknown) => (error as Error).message);
    expect(failure).to.contain('validationRecordFqdns lacks _');
    await other.remove();
    for (const one of all) await one.remove();
  });

  it('lb Listener for HTTPS, and ListenerCertificate', async () => {
    const elb = await account.clients.elb();
    const vpc = await account.make('aws:ec2/vpc:Vpc', { cidrBlock: '10.0.0.0/16' });
    const subnets = [];
    for (const [index, zoneName] of ['a', 'b'].entries())
      subnets.push(
        await account.make('aws:ec2/subnet:Subnet', {
          vpcId: vpc.id,
          cidrBlock: `10.0.${index}.0/24`,
          availabilityZone: `${account.region}${zoneName}`,
        }),
      );
    const balancer = await account.make('aws:lb/loadBalancer:LoadBalancer', {
      internal: true,
      subnets: subnets.map(({ id }) => id),
    });
    const [first, second] = [await validated('www.shop.example'), await validated('b.shop.example')];
    const [firstArn = '', secondArn = ''] = [first.at(-1)?.id, second.at(-1)?.id];
    const inputs = {
      loadBalancerArn: balancer.id,
      port: 443,
      protocol: 'HTTPS',
      certificateArn: firstArn,
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      defaultActions: [
        { type: 'fixed-response', fixedResponse: { contentType: 'text/plain', statusCode: '200' } },
      ],
    };
    await lives(account, {
      type: 'aws:lb/listener:Listener',
      inputs,
      changed: { ...inputs, certificateArn: secondArn, sslPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06' },
      drift: ({ id }) =>
        elb.modifyListener({ ListenerArn: id, SslPolicy: 'ELBSecurityPolicy-TLS-1-2-2017-01' }),
      shows: ['sslPolicy'],
    });
    const listener = await account.make('aws:lb/listener:Listener', inputs);
    const extra = await account.make('aws:lb/listenerCertificate:ListenerCertificate', {
      listenerArn: listener.id,
      certificateArn: secondArn,
    });
    await elb.removeListenerCertificates({
      ListenerArn: listener.id,
      Certificates: [{ CertificateArn: secondArn }],
    });
    expect(await extra.refresh()).to.equal(false);
    for (const one of [listener, balancer, ...first, ...second]) await one.remove();
  });
});
