/**
 * An AWS provider that does nothing: it answers inputs as outputs under made-up ids, through the same protocol.
 * `pulumi up` against it shows what the engine and the program cost by themselves.
 *
 * As a plugin: node bench/provider.ts (prints its port). To put it in a PULUMI_HOME of its own beside the real
 * awsx plugin: node bench/provider.ts install DIR
 */
import { installProviders, writeLauncher } from '../local/provider/install.ts';
import { endWithParent } from '../local/provider/protocol/parent.ts';
import { serve } from '../local/provider/protocol/server.ts';
import type { Plugin } from '../local/provider/protocol/plugin.ts';
import { text, Unknown, type Properties, type Value } from '../local/provider/protocol/values.ts';
import { fileURLToPath } from 'node:url';

const region = process.env.AWS_REGION ?? 'eu-central-1';
const account = '123456789012';
const zones = ['a', 'b', 'c'].map((letter) => `${region}${letter}`);
let count = 0;

const idle: Plugin = {
  version: '7.48.0',
  checkConfig: () => [],
  diffConfig: () => [],
  configure: async () => undefined,
  check: async ({ news }) => ({ inputs: news, failures: [] }),
  async diff({ olds, news }) {
    const changed = Object.keys(news).filter(
      (key) => JSON.stringify(news[key]) !== JSON.stringify(olds[key]),
    );
    const changes = changed.map((path) => ({ path, kind: 'update' as const, replaces: false }));
    return { changes, replaces: [], deleteBeforeReplace: false };
  },
  async create({ type, inputs, preview }) {
    const id = `${type.split(':').at(-1)}-${++count}`;
    if (preview) return { id, properties: known(inputs), secrets: [] };
    return { id, properties: outputs(id, inputs), secrets: [] };
  },
  read: async ({ id, inputs, state }) => ({ id, inputs, properties: state, secrets: [] }),
  update: async ({ olds, news }) => ({ properties: { ...olds, ...known(news) }, secrets: [] }),
  delete: async () => undefined,
  invoke: async (token, args) => answers[token.split(':').at(-1) ?? '']?.(args) ?? {},
  cancel: () => undefined,
};

/** Outputs that programs wait for, whatever the type. */
function outputs(id: string, inputs: Properties): Properties {
  const made = {
    arn: `arn:aws:idle:${region}:${account}:${id}`,
    arnSuffix: id,
    name: id,
    url: `http://127.0.0.1/${account}/${id}`,
    allocationId: id,
    publicIp: '192.0.2.1',
    dnsName: `${id}.example`,
    identifier: id,
    endpoint: `${id}.example`,
    readerEndpoint: `${id}-ro.example`,
    primaryEndpointAddress: `${id}.example`,
    readerEndpointAddress: `${id}-ro.example`,
    zoneId: `Z${count}`,
    nameServers: ['ns-1.example', 'ns-2.example'],
    latestVersion: 1,
    defaultVersion: 1,
    version: 1,
    uniqueId: id,
    masterUserSecrets: [{ secretArn: `arn:aws:idle:${region}:${account}:${id}-secret` }],
    memberClusters: [`${id}-001`, `${id}-002`, `${id}-003`],
    tagsAll: inputs.tags,
  };
  return { ...made, ...inputs };
}

function known(inputs: Properties): Properties {
  const isKnown = ([, value]: [string, Value | undefined]) => !(value instanceof Unknown);
  return Object.fromEntries(Object.entries(inputs).filter(isKnown));
}

const answers: Record<string, (args: Properties) => Properties> = {
  getAvailabilityZones: () => ({
    id: region,
    region,
    names: zones,
    zoneIds: zones.map((_, index) => `az${index + 1}`),
    groupNames: [region],
  }),
  getCallerIdentity: () => ({
    id: account,
    accountId: account,
    arn: `arn:aws:iam::${account}:root`,
    userId: account,
  }),
  getRegion: () => ({ id: region, name: region, region, description: region, endpoint: '' }),
  getParameter: ({ name }) => ({
    id: name,
    name,
    version: 1,
    type: 'String',
    ...parameterValue(name),
  }),
  getPolicyDocument: () => ({ id: '1', json: '{}', minifiedJson: '{}' }),
  getZone: ({ name }) => ({
    id: 'Z1',
    zoneId: 'Z1',
    name,
    arn: 'arn:aws:route53:::hostedzone/Z1',
    nameServers: [],
  }),
};

/** A program may read a parameter that the run's own settings decide (`IDLE_PARAMETERS`, JSON by name). */
function parameterValue(name: Value | undefined): Properties {
  const given = JSON.parse(process.env.IDLE_PARAMETERS ?? '{}') as Record<string, string>;
  const value = given[text(name)] ?? 'ami-0123456789abcdef0';
  return { value, insecureValue: value };
}

/** A PULUMI_HOME in which `aws` does nothing and `awsx` is the real one. */
export function installIdleProvider(pulumiHome: string, node = process.execPath): void {
  installProviders({ pulumiHome, node });
  writeLauncher(
    { pulumiHome, node },
    { name: 'aws', version: '7.48.0', program: fileURLToPath(import.meta.url) },
  );
}

if (import.meta.main) {
  const [verb, folder] = process.argv.slice(2);
  if (verb === 'install' && folder) installIdleProvider(folder);
  else {
    endWithParent();
    process.stdout.write(`${await serve(idle)}\n`);
  }
}
