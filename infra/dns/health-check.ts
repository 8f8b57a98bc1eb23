import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { HealthCheckConfiguration } from './routing-section.ts';

/** What Route 53's health checkers ask. */
export type Endpoint = { readonly name: pulumi.Input<string> } | { readonly address: pulumi.Input<string> };

export interface HealthCheckArgs {
  readonly endpoint: Endpoint;
  readonly settings: Omit<HealthCheckConfiguration, 'path'> & { readonly path: string };
  readonly tags: Record<string, string>;
}

/**
 * Asks an endpoint from Route 53's locations all over the world. Cost: 0.50 USD a month, the first 50 of an account
 * free (0.75 USD outside AWS); 1 USD more for each of HTTPS, a search string and an interval of 10 seconds (2 USD
 * outside AWS).
 */
export class HealthCheck extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: HealthCheckArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:dns:HealthCheck', name, {}, opts);
    this.id = this.createHealthCheck(name, args).id;
    this.registerOutputs({ id: this.id });
  }

  private createHealthCheck(
    name: string,
    { endpoint, settings, tags }: HealthCheckArgs,
  ): aws.route53.HealthCheck {
    const { protocol, searchString } = settings;
    return new aws.route53.HealthCheck(
      name,
      {
        type: searchString === undefined ? protocol : `${protocol}_STR_MATCH`,
        ...('name' in endpoint ? { fqdn: endpoint.name } : { ipAddress: endpoint.address }),
        port: settings.port ?? (protocol === 'HTTPS' ? 443 : 80),
        resourcePath: settings.path,
        searchString,
        requestInterval: settings.intervalSeconds,
        failureThreshold: settings.failureThreshold,
        tags: { ...tags, Name: name },
      },
      // A record goes by the old one until there is the new one.
      { parent: this, deleteBeforeReplace: false },
    );
  }
}
