import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

export interface CertificateArgs {
  /** Where the record is that proves that the domain is yours. */
  readonly hostedZoneId: pulumi.Input<string>;
  /** The one name that the certificate is for, in full; another one replaces it, after its successor is in use. */
  readonly fqdn: string;
  /** On the certificate: application, stack and environment. */
  readonly tags: Record<string, string>;
}

/** Issuing looks for the record; it changes only with the certificate, so it need not be short. */
const ttlSeconds = 300;

/**
 * A certificate of ACM for one name, validated by a record in the hosted zone, and renewed by ACM as long as
 * that record stays. The zone must be delegated, which is looked at before; else it would wait until it gives up.
 * Cost: nothing; public certificates are free on a load balancer.
 * @see https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
 * @stackFile domain.https, environments.web.record
 */
export class Certificate extends pulumi.ComponentResource {
  /** Known when it is issued: whoever uses it waits so long. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:dns:Certificate', name, {}, opts);

    const certificate = this.createCertificate(name, args);
    const record = this.createRecord(name, args, certificate);
    const validation = this.createValidation(name, certificate, record);

    this.arn = validation.certificateArn;
    this.registerOutputs({ arn: this.arn });
  }

  private createCertificate(name: string, { fqdn, tags }: CertificateArgs): aws.acm.Certificate {
    return new aws.acm.Certificate(
      name,
      { domainName: fqdn, validationMethod: 'DNS', tags: { ...tags, Name: name } },
      // A listener presents the old one until it has the new one.
      { parent: this, deleteBeforeReplace: false },
    );
  }

  private createRecord(
    name: string,
    { hostedZoneId }: CertificateArgs,
    certificate: aws.acm.Certificate,
  ): aws.route53.Record {
    const option = certificate.domainValidationOptions.apply(([only]) => only);
    return new aws.route53.Record(
      `${name}-validation`,
      {
        zoneId: hostedZoneId,
        name: option.apply((one) => one?.resourceRecordName ?? ''),
        type: option.apply((one) => one?.resourceRecordType ?? ''),
        records: [option.apply((one) => one?.resourceRecordValue ?? '')],
        ttl: ttlSeconds,
        // The record of a name is the same in all of its certificates: another stack may have made it.
        allowOverwrite: true,
      },
      { parent: this },
    );
  }

  private createValidation(
    name: string,
    certificate: aws.acm.Certificate,
    record: aws.route53.Record,
  ): aws.acm.CertificateValidation {
    return new aws.acm.CertificateValidation(
      name,
      { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
      { parent: this },
    );
  }
}
