/** What each kind of stack consists of. */
import type * as pulumi from '@pulumi/pulumi';
import type { AgentBundle } from './application/agent-bundle.ts';
import { Application } from './application/application.ts';
import type { EnvironmentStack, SharedStack } from './config.ts';
import { createDataStores, type DataStores } from './data/data-stores.ts';
import { createOutsideRecords } from './dns/outside-records.ts';
import { PrivateZone } from './dns/private-zone.ts';
import { createNames, shareCertificates } from './dns/public-names.ts';
import { Environment } from './environment/environment.ts';
import type { WorkQueue } from './environment/work-queue.ts';
import { stackPrefix, stackTags } from './naming.ts';
import { Network } from './network/network.ts';
import { Dashboard } from './observability/dashboard.ts';
import { DataAlarms } from './observability/data-alarms.ts';
import type { Observed } from './observed.ts';

/** Values that `pulumi stack output` shows. */
export type Outputs = Record<string, pulumi.Input<unknown>>;

export function buildShared(configuration: SharedStack, agent: AgentBundle): Outputs {
  const { bucket, nameServers } = new Application({ configuration, agent });
  return { bucket, agent: agent.sha256, ...(nameServers && { nameServers }) };
}

export function buildEnvironments(configuration: EnvironmentStack, observed: Observed): Outputs {
  const network = new Network(stackPrefix(configuration), {
    configuration: configuration.network,
    tags: stackTags(configuration),
  });
  const stores = createDataStores(configuration, network);
  const made: Record<string, Environment> = {};
  // Workers first: web environments give work to their queues.
  for (const name of workersFirst(configuration))
    made[name] = buildEnvironment(name, configuration, observed, { network, stores }, made);

  const names = createNames(made);
  shareCertificates(made);
  createOutsideRecords(configuration, observed.application.hostedZone?.id, names);
  createPrivateZone(configuration, network, stores);
  createDataAlarms(configuration, observed, stores);
  createDashboard(configuration, made, stores);

  const perEnvironment = <T>(of: (environment: Environment) => T) =>
    Object.fromEntries(
      Object.entries(made).flatMap(([name, environment]) =>
        of(environment) === undefined ? [] : [[name, of(environment)]],
      ),
    );
  return {
    urls: perEnvironment(({ web }) => web?.url),
    queueUrls: perEnvironment(({ worker }) => worker?.queue.url),
    pendingInfrastructureChanges: perEnvironment(({ pendingChange }) =>
      pendingChange.apply((sentence) => sentence ?? 'none'),
    ),
    ...(observed.application.hostedZone && { nameServers: observed.application.hostedZone.nameServers }),
  };
}

function createPrivateZone(
  configuration: EnvironmentStack,
  { vpcId }: Network,
  { database, cache }: DataStores,
): PrivateZone | undefined {
  const { privateZone } = configuration.network;
  if (privateZone === undefined) return undefined;
  const names = {
    ...(database && { database: database.host }),
    ...(database?.readerHost && { 'database-reader': database.readerHost }),
    ...(cache && { cache: cache.host }),
    ...(cache?.readerHost && { 'cache-reader': cache.readerHost }),
  };
  return new PrivateZone(`${stackPrefix(configuration)}-private-zone`, {
    domainName: privateZone,
    vpcId,
    names,
    tags: stackTags(configuration),
  });
}

function createDashboard(
  configuration: EnvironmentStack,
  made: Readonly<Record<string, Environment>>,
  { database, cache, files }: DataStores,
): Dashboard {
  const environments = Object.values(made).map(({ shownOnDashboard }) => shownOnDashboard);
  const data = {
    databaseInstances: database?.instances ?? [],
    cacheNodes: cache?.nodes ?? [],
    fileSystemId: files?.fileSystemId,
  };
  return new Dashboard(stackPrefix(configuration), { region: configuration.region, environments, data });
}

function createDataAlarms(
  configuration: EnvironmentStack,
  { application }: Observed,
  stores: DataStores,
): DataAlarms | undefined {
  const { database, cache } = configuration;
  if (!stores.database && !stores.cache) return undefined;
  return new DataAlarms(`${stackPrefix(configuration)}-data-alarms`, {
    ...(stores.database && database && { database: { store: stores.database, configuration: database } }),
    ...(stores.cache && cache && { cache: { store: stores.cache, configuration: cache } }),
    topicArn: application.alarmTopicArn,
    tags: stackTags(configuration),
  });
}

const workersFirst = ({ environments }: EnvironmentStack): string[] =>
  Object.keys(environments).sort(
    (a, b) => Number(environments[b]?.tier === 'Worker') - Number(environments[a]?.tier === 'Worker'),
  );

function buildEnvironment(
  environment: string,
  { application, stack, environments, domain }: EnvironmentStack,
  observed: Observed,
  shared: { readonly network: Network; readonly stores: DataStores },
  made: Readonly<Record<string, Environment>>,
): Environment {
  const configuration = environments[environment];
  const observedEnvironment = observed.environments[environment];
  if (!configuration || !observedEnvironment)
    throw new Error(`The environment ${environment} was not read from the account.`);
  return new Environment({
    name: { application, stack, environment },
    configuration,
    account: observed.account,
    application: observed.application,
    observed: observedEnvironment,
    ...shared,
    domain,
    targetQueue:
      configuration.tier === 'WebServer' ? targetQueue(configuration.workerEnvironment, made) : undefined,
  });
}

/** The queue of the worker that the stack file names, else of the only one there is. */
function targetQueue(
  named: string | undefined,
  made: Readonly<Record<string, Environment>>,
): WorkQueue | undefined {
  const workers = Object.entries(made).flatMap(([name, { worker }]) => (worker ? [{ name, worker }] : []));
  return workers.find(({ name }) => named === undefined || name === named)?.worker.queue;
}
