import { X509Certificate } from 'node:crypto';
import { ACM, type CertificateDetail } from '@aws-sdk/client-acm';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Route53 } from '@aws-sdk/client-route-53';
import { expect } from 'chai';
import { ManualClock } from '../../../../local/clock.ts';
import { createAcm } from '../../../../local/services/acm/service.ts';
import type { BalancerModel } from '../../../../local/services/elbv2/haproxy/model.ts';
import type { BalancerPlane } from '../../../../local/services/elbv2/haproxy/plane.ts';
import { createElbv2 } from '../../../../local/services/elbv2/service.ts';
import { createRoute53 } from '../../../../local/services/route53/service.ts';
import { addSubnets, failure, startRegion, type TestRegion } from '../../../support/region.ts';

const day = 86_400_000;

describe('Certificate Manager', () => {
  let region: TestRegion;
  let acm: ACM;
  let elb: ElasticLoadBalancingV2;
  let route53: Route53;
  let applied: BalancerModel | undefined;
  let zone: string;
  let manual: ManualClock;
  /** Days that went by at once, without every minute's work. */
  let skipped: number;

  const plane = (): BalancerPlane => ({
    apply: async (model) => {
      applied = model;
    },
    status: async () => new Map(),
    remove: async () => undefined,
    stop: async () => undefined,
  });

  beforeEach(async () => {
    manual = new ManualClock();
    skipped = 0;
    region = await startRegion(
      {
        acm: createAcm,
        route53: createRoute53,
        elasticloadbalancing: (parts) => createElbv2(parts, plane),
      },
      {
        clock: {
          now: () => manual.now() + skipped,
          after: (milliseconds, callback) => manual.after(milliseconds, callback),
        },
      },
    );
    [acm, elb, route53] = [
      new ACM(region.client),
      new ElasticLoadBalancingV2(region.client),
      new Route53(region.client),
    ];
    // The library for certificates loads with the first one.
    await region.parts.authority.rootCertificate();
    const { HostedZone } = await route53.createHostedZone({ Name: 'shop.example', CallerReference: '1' });
    zone = HostedZone?.Id ?? '';
  });
  afterEach(async () => {
    for (const client of [acm, elb, route53]) client.destroy();
    await region.close();
  });

  const request = async (DomainName = 'shop.example', more: string[] = []) =>
    (
      await acm.requestCertificate({
        DomainName,
        ValidationMethod: 'DNS',
        ...(more.length > 0 && { SubjectAlternativeNames: more }),
        KeyAlgorithm: 'EC_prime256v1',
      })
    ).CertificateArn ?? '';
  const describeOne = async (CertificateArn: string): Promise<CertificateDetail> =>
    (await acm.describeCertificate({ CertificateArn })).Certificate ?? {};
  const change = async (Action: 'UPSERT' | 'DELETE', { DomainValidationOptions = [] }: CertificateDetail) => {
    const records = new Map(
      DomainValidationOptions.map(({ ResourceRecord }) => [ResourceRecord?.Name, ResourceRecord]),
    );
    await route53.changeResourceRecordSets({
      HostedZoneId: zone,
      ChangeBatch: {
        Changes: [...records.values()].map((record) => ({
          Action,
          ResourceRecordSet: {
            Name: record?.Name,
            Type: 'CNAME',
            TTL: 60,
            ResourceRecords: [{ Value: record?.Value }],
          },
        })),
      },
    });
  };
  /** Makes a certificate's records and lets it be issued. */
  const issued = async (name = 'shop.example') => {
    const arn = await request(name, [`*.${name}`]);
    await change('UPSERT', await describeOne(arn));
    await passUntil(arn, isIssued);
    return arn;
  };
  /** Lets time pass in steps until a certificate is as wanted: issuing makes keys, which takes real time. */
  async function passUntil(
    arn: string,
    isWanted: (detail: CertificateDetail) => boolean,
    step = 1000,
  ): Promise<CertificateDetail> {
    for (let steps = 0; steps < 500; steps++) {
      const detail = await describeOne(arn);
      if (isWanted(detail)) return detail;
      manual.advance(step);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`The certificate stays ${JSON.stringify(await describeOne(arn))}.`);
  }
  const isIssued = ({ Status }: CertificateDetail) => Status === 'ISSUED';

  async function listen(Certificates: { CertificateArn: string }[], Port = 443) {
    const Subnets = addSubnets(region, 'a', 'b');
    const { LoadBalancers } = await elb.createLoadBalancer({ Name: 'shop', Subnets });
    return await elb.createListener({
      LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
      Protocol: 'HTTPS',
      Port,
      Certificates,
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200' } }],
    });
  }

  it('issues a certificate when its record is in the zone, and not before', async () => {
    const arn = await request('shop.example', ['*.shop.example']);
    manual.advance(60_000);
    const pending = await describeOne(arn);
    expect(pending.Status).to.equal('PENDING_VALIDATION');
    expect((await failure(acm.getCertificate({ CertificateArn: arn }))).name).to.equal(
      'RequestInProgressException',
    );
    const [apex, wildcard] = pending.DomainValidationOptions ?? [];
    expect(apex?.ResourceRecord).to.deep.equal(wildcard?.ResourceRecord);
    expect(apex?.ResourceRecord?.Name).to.match(/^_[0-9a-f]{32}\.shop\.example\.$/);
    await change('UPSERT', pending);
    const done = await passUntil(arn, isIssued);
    expect(done).to.include({ Status: 'ISSUED', Type: 'AMAZON_ISSUED', RenewalEligibility: 'INELIGIBLE' });
    expect(done.DomainValidationOptions?.map((one) => one.ValidationStatus)).to.deep.equal([
      'SUCCESS',
      'SUCCESS',
    ]);
    const { Certificate = '', CertificateChain = '' } = await acm.getCertificate({ CertificateArn: arn });
    const read = new X509Certificate(Certificate);
    expect(read.checkHost('www.shop.example')).to.equal('*.shop.example');
    expect(read.verify(new X509Certificate(CertificateChain).publicKey)).to.equal(true);
    expect((done.NotAfter?.getTime() ?? 0) - region.parts.clock.now()).to.be.closeTo(198 * day, day);
  });

  it('gives up after three days', async () => {
    const arn = await request();
    skipped += 3 * day - 1000;
    expect((await describeOne(arn)).Status).to.equal('PENDING_VALIDATION');
    await passUntil(arn, ({ Status }) => Status === 'VALIDATION_TIMED_OUT');
    await change('UPSERT', await describeOne(arn));
    manual.advance(5000);
    expect((await describeOne(arn)).Status).to.equal('VALIDATION_TIMED_OUT');
  });

  it('goes on issuing after a power cut', async () => {
    const arn = await request();
    await change('UPSERT', await describeOne(arn));
    region = await region.restart();
    acm = new ACM(region.client);
    await passUntil(arn, isIssued);
  });

  it('answers the same request with the same certificate', async () => {
    const twice = { DomainName: 'a.example', ValidationMethod: 'DNS', IdempotencyToken: 'one' } as const;
    const { CertificateArn } = await acm.requestCertificate(twice);
    expect((await acm.requestCertificate(twice)).CertificateArn).to.equal(CertificateArn);
    manual.advance(3_600_000);
    expect((await acm.requestCertificate(twice)).CertificateArn).to.not.equal(CertificateArn);
  });

  it('refuses names that are none, too many of them, and what nothing would act on', async () => {
    const errors = [
      request('shop'),
      request('a.*.example'),
      request(
        'a.example',
        Array.from({ length: 10 }, (_, index) => `a${index}.example`),
      ),
      acm.requestCertificate({ DomainName: 'a.example', ValidationMethod: 'EMAIL' }),
      acm.requestCertificate({ DomainName: 'a.example', ValidationMethod: 'DNS', KeyAlgorithm: 'RSA_4096' }),
      acm.describeCertificate({ CertificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/none' }),
    ];
    const names = [];
    for (const error of errors) names.push((await failure(error)).name);
    expect(names).to.deep.equal([
      'ValidationException',
      'ValidationException',
      'LimitExceededException',
      'ValidationException',
      'ValidationException',
      'ResourceNotFoundException',
    ]);
  });

  it('imports a certificate with its key, and replaces it under the same name', async () => {
    const now = region.parts.clock.now();
    const period = { notBefore: new Date(now - day), notAfter: new Date(now + 30 * day) };
    const own = await region.parts.authority.issue({ names: ['old.example'], ...period });
    const other = await region.parts.authority.issue({ names: ['old.example'], ...period });
    const given = (certificate: string, key: string) => ({
      Certificate: Buffer.from(certificate),
      PrivateKey: Buffer.from(key),
      CertificateChain: Buffer.from(own.chain),
    });
    const { CertificateArn } = await acm.importCertificate(given(own.certificate, own.privateKey));
    const detail = await describeOne(CertificateArn ?? '');
    expect(detail).to.include({ Status: 'ISSUED', Type: 'IMPORTED', DomainName: 'old.example' });
    const mixed = await failure(acm.importCertificate(given(own.certificate, other.privateKey)));
    expect(mixed.message).to.contain('do not match');
    await acm.importCertificate({ ...given(other.certificate, other.privateKey), CertificateArn });
    expect((await describeOne(CertificateArn ?? '')).Serial).to.not.equal(detail.Serial);
    skipped += 31 * day;
    expect((await describeOne(CertificateArn ?? '')).Status).to.equal('EXPIRED');
  });

  it('keeps tags, and lists by status', async () => {
    const arn = await request();
    await acm.addTagsToCertificate({ CertificateArn: arn, Tags: [{ Key: 'a', Value: '1' }, { Key: 'b' }] });
    await acm.removeTagsFromCertificate({ CertificateArn: arn, Tags: [{ Key: 'b' }] });
    expect((await acm.listTagsForCertificate({ CertificateArn: arn })).Tags).to.deep.equal([
      { Key: 'a', Value: '1' },
    ]);
    const list = async (CertificateStatuses: ('ISSUED' | 'PENDING_VALIDATION')[]) =>
      (
        await acm.listCertificates({ CertificateStatuses, Includes: { keyTypes: ['EC_prime256v1'] } })
      ).CertificateSummaryList?.map(({ CertificateArn }) => CertificateArn);
    expect(await list(['PENDING_VALIDATION'])).to.deep.equal([arn]);
    expect(await list(['ISSUED'])).to.deep.equal([]);
  });

  describe('with a load balancer', () => {
    it('is presented by an HTTPS listener, and not deleted as long as it is', async () => {
      const arn = await issued();
      const { Listeners } = await listen([{ CertificateArn: arn }]);
      expect(Listeners?.[0]).to.deep.include({
        Protocol: 'HTTPS',
        SslPolicy: 'ELBSecurityPolicy-2016-08',
        Certificates: [{ CertificateArn: arn }],
      });
      expect(applied?.listeners[0]?.tls?.certificates[0]?.pem).to.contain('PRIVATE KEY');
      expect((await describeOne(arn)).InUseBy).to.have.lengthOf(1);
      expect((await failure(acm.deleteCertificate({ CertificateArn: arn }))).name).to.equal(
        'ResourceInUseException',
      );
      await elb.deleteListener({ ListenerArn: Listeners?.[0]?.ListenerArn });
      await acm.deleteCertificate({ CertificateArn: arn });
    });

    it('is renewed sixty days ahead while its record is there, and the listener has the new one', async () => {
      const arn = await issued();
      await listen([{ CertificateArn: arn }]);
      const before = applied?.listeners[0]?.tls?.certificates[0]?.pem;
      const detail = await describeOne(arn);
      await change('DELETE', detail);
      skipped += 137 * day;
      manual.advance(3_600_000);
      expect((await describeOne(arn)).RenewalSummary).to.equal(undefined);
      skipped += 2 * day;
      const is = (status: string) => (one: CertificateDetail) => one.RenewalSummary?.RenewalStatus === status;
      await passUntil(arn, is('PENDING_VALIDATION'), 3_600_000);
      expect(applied?.listeners[0]?.tls?.certificates[0]?.pem).to.equal(before);
      await change('UPSERT', detail);
      const renewed = await passUntil(arn, is('SUCCESS'), 3_600_000);
      expect(renewed.RenewalEligibility).to.equal('ELIGIBLE');
      expect(renewed.NotAfter?.getTime()).to.be.above(detail.NotAfter?.getTime() ?? 0);
      expect(applied?.listeners[0]?.tls?.certificates[0]?.pem).to.not.equal(before);
    });

    it('is refused by a listener as long as it is not issued, and when there is none', async () => {
      const arn = await request();
      expect((await failure(listen([{ CertificateArn: arn }]))).name).to.equal('UnsupportedCertificate');
      const none = arn.replace(/[^/]+$/, 'none');
      expect((await failure(listen([{ CertificateArn: none }]))).name).to.equal(
        'CertificateNotFoundException',
      );
      expect((await failure(listen([]))).message).to.contain('certificate must be specified');
    });

    it('is one of several that a server name chooses from', async () => {
      const [first, second] = [await issued('shop.example'), await issued('b.shop.example')];
      const { Listeners } = await listen([{ CertificateArn: first }]);
      const ListenerArn = Listeners?.[0]?.ListenerArn;
      const Certificates = [{ CertificateArn: second }];
      await elb.addListenerCertificates({ ListenerArn, Certificates });
      const all = await elb.describeListenerCertificates({ ListenerArn });
      expect(all.Certificates).to.deep.equal([
        { CertificateArn: first, IsDefault: true },
        { CertificateArn: second, IsDefault: false },
      ]);
      expect(applied?.listeners[0]?.tls?.certificates).to.have.lengthOf(2);
      const gone = elb.removeListenerCertificates({ ListenerArn, Certificates: [{ CertificateArn: first }] });
      expect((await failure(gone)).name).to.equal('OperationNotPermittedException');
      await elb.removeListenerCertificates({ ListenerArn, Certificates });
      expect(applied?.listeners[0]?.tls?.certificates).to.have.lengthOf(1);
    });

    it('may use the security policies that there are', async () => {
      const arn = await issued();
      const { Listeners } = await listen([{ CertificateArn: arn }]);
      const ListenerArn = Listeners?.[0]?.ListenerArn;
      await elb.modifyListener({ ListenerArn, SslPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06' });
      expect(applied?.listeners[0]?.tls).to.include({ minimum: 'TLSv1.3', maximum: 'TLSv1.3' });
      const unknown = elb.modifyListener({ ListenerArn, SslPolicy: 'ELBSecurityPolicy-1999' });
      expect((await failure(unknown)).name).to.equal('SSLPolicyNotFoundException');
      const { SslPolicies } = await elb.describeSSLPolicies({
        Names: ['ELBSecurityPolicy-TLS13-1-2-2021-06'],
      });
      expect(SslPolicies?.[0]?.SslProtocols).to.deep.equal(['TLSv1.2', 'TLSv1.3']);
    });
  });
});
