import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { HealthCheckConfiguration } from './routing-section.ts';

/** What Route 53's health checkers ask: a name that they resolve at each request, or an address. */
export type Endpoint = { readonly name: pulumi.Input<string> } | { readonly address: pulumi.Input<string> };

export interface HealthCheckArgs {
  /** What is asked; a load balancer under its own name, since the name that is routed may lead elsewhere. */
  readonly endpoint: Endpoint;
  /** How it is asked. The port is 80 by default, for HTTPS 443. */
  readonly settings: Omit<HealthCheckConfiguration, 'path'> & { readonly path: string };
  /** On the health check; `Name` is what the console calls it by. */
  readonly tags: Record<string, string>;
}

/**
 * Asks an endpoint from Route 53's locations all over the world; 2xx and 3xx are healthy. Certificates are not looked
 * at.
 * Cost: 0.50 USD a month, the first 50 of an account free (0.75 USD outside AWS); 1 USD more for each of HTTPS, a search
 * string and an interval of 10 seconds (2 USD outside AWS).
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html
 * @stackFile environments.web.routing
 */
export class HealthCheck extends pulumi.ComponentResource {
  /** Records name it, and are answered with only while it is healthy. */
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
