/** What the web environments of a stack have together, so that `beanpole swap` can exchange their names. */
import * as aws from '@pulumi/aws';
import type { Environment } from '../environment/environment.ts';
import { Domain } from './domain.ts';

type Environments = Readonly<Record<string, Environment>>;

/** The `record` of each; all own names are there before the first of them, and go after the last. */
export function createNames(environments: Environments): Domain[] {
  const webs = Object.values(environments).flatMap(({ web, name }) => (web ? [{ web, name }] : []));
  const swappableWith = webs.flatMap(({ web }) => web.ownName ?? []);
  const made: Domain[] = [];
  for (const { web, name } of webs) {
    const { ownName, publicName } = web;
    if (!publicName) continue;
    const target = ownName ? { ownName, swappableWith } : web.target;
    made.push(new Domain(name, { ...publicName, target, others: [...made] }, { parent: web }));
  }
  return made;
}

/**
 * Each load balancer also holds the certificates of the others: it answers for their names when those lead to it.
 * Free; an Application Load Balancer holds up to 25 besides its own.
 */
export function shareCertificates(environments: Environments): aws.lb.ListenerCertificate[] {
  const secure = Object.entries(environments).flatMap(([environment, { name, web }]) => {
    const { loadBalancer, certificateArn } = web ?? {};
    return loadBalancer && certificateArn ? [{ environment, name, loadBalancer, certificateArn }] : [];
  });
  return secure.flatMap(({ name, loadBalancer, environment }) =>
    secure
      .filter((other) => other.environment !== environment)
      .map(
        (other) =>
          new aws.lb.ListenerCertificate(
            `${name}-for-${other.environment}`,
            { listenerArn: loadBalancer.listenerArn, certificateArn: other.certificateArn },
            { parent: loadBalancer },
          ),
      ),
  );
}
