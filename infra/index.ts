/** The Pulumi program: reads the stack file and the account, then registers what the stack consists of. */
import * as pulumi from '@pulumi/pulumi';
import { bundleAgent } from './application/agent-bundle.ts';
import { readConfiguration } from './config-read.ts';
import type { EnvironmentStack } from './config.ts';
import { ensureDelegated } from './dns/delegation.ts';
import { ensurePoliciesFit, recordsIn } from './dns/shared-names.ts';
import { ensureNamesKept } from './dns/swapped-names.ts';
import { clientsIn, observe, observeAccount } from './observe.ts';
import { ensureDomainInZone, isHeld, lockHeld, lockSentence } from './observed.ts';
import type { Account, Observed } from './observed.ts';
import { buildEnvironments, buildShared } from './program.ts';
import type { Outputs } from './program.ts';

// The SDK takes a stack trace for each promise and has all of them translated by source maps, which costs an eighth of
// an update. Node runs this TypeScript as it is written: its own traces name the right lines.
Reflect.deleteProperty(Error, 'prepareStackTrace');

export default async function program(): Promise<Outputs> {
  const configuration = readConfiguration(pulumi.runtime.allConfig(), pulumi.getStack());
  const clients = clientsIn(configuration.region);
  const account = await observeAccount(clients, configuration.region);
  await announce(account);
  if (configuration.kind === 'shared') return buildShared(configuration, await bundleAgent());

  const observed = await observe(clients, account, configuration);
  await ensureUnlocked(configuration, observed);
  if (configuration.domain)
    ensureDomainInZone(configuration.domain.name, observed.application.hostedZone, configuration.stack);
  if (configuration.domain?.https && observed.application.hostedZone)
    await ensureDelegated(observed.application.hostedZone);
  if (observed.application.hostedZone) {
    const { id } = observed.application.hostedZone;
    await ensurePoliciesFit(configuration, recordsIn(clients.route53, id));
    await ensureNamesKept(clients.route53, id, configuration);
  }
  return buildEnvironments(configuration, observed);
}

/** Every plan says where it would be carried out. */
async function announce({ id, region }: Account): Promise<void> {
  const endpoint = process.env.AWS_ENDPOINT_URL;
  await pulumi.log.info(`Account ${id}, region ${region}, endpoint ${endpoint ?? 'AWS'}`);
}

/** A preview changes nothing and only says it; `up` would plan against what the deployment is moving. */
async function ensureUnlocked(
  { application, stack }: EnvironmentStack,
  { environments }: Observed,
): Promise<void> {
  const now = new Date();
  const sentences = Object.entries(environments).flatMap(([environment, { lock }]) =>
    isHeld(lock, now) ? [lockSentence({ application, stack, environment }, lock)] : [],
  );
  if (sentences.length === 0) return;
  if (!pulumi.runtime.isDryRun()) throw lockHeld(sentences, stack);
  for (const sentence of sentences) await pulumi.log.warn(sentence);
}
