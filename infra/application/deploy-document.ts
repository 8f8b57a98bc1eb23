/** The SSM document by which a deployment reaches an instance. Pure. */
import { instancePaths } from '../../model/names.ts';
import { nodePath } from '../environment/user-data.ts';

interface Parameter {
  readonly type: 'String';
  readonly description: string;
  readonly allowedPattern: string;
  readonly default?: string;
}

/** Parameters become words of a shell command: each pattern admits nothing that a shell would interpret. */
const parameters: Readonly<Record<string, Parameter>> = {
  Deployment: {
    type: 'String',
    description: 'Number of the deployment.',
    allowedPattern: '^[1-9][0-9]{0,8}$',
  },
  FencingToken: {
    type: 'String',
    description: 'Of the lock; the agent refuses an older one.',
    allowedPattern: '^[0-9]{1,15}$',
  },
  BundleKey: {
    type: 'String',
    description: 'Key of the source bundle.',
    allowedPattern: '^bundles/[0-9a-f]{64}[.]zip$',
  },
  Sha256: { type: 'String', description: 'Digest of the source bundle.', allowedPattern: '^[0-9a-f]{64}$' },
  VersionLabel: {
    type: 'String',
    description: 'Label of the application version.',
    allowedPattern: '^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$',
  },
  Configuration: {
    type: 'String',
    description: 'Configuration snapshot, base64 of JSON.',
    allowedPattern: '^[A-Za-z0-9+/]+={0,2}$',
  },
  Timeout: {
    type: 'String',
    description: 'Seconds for one instance.',
    allowedPattern: '^[1-9][0-9]{0,3}$',
    default: '600',
  },
  Stage: {
    type: 'String',
    description: 'Empty, or the stage that prepares one instance and does what is done once per deployment.',
    allowedPattern: '^(--stage release)?$',
    default: '',
  },
};

const command = [
  `exec ${nodePath} ${instancePaths.agent} deploy`,
  '--deployment {{ Deployment }}',
  '--token {{ FencingToken }}',
  '--bundle-key {{ BundleKey }}',
  '--sha256 {{ Sha256 }}',
  '--version {{ VersionLabel }}',
  '--configuration {{ Configuration }}',
  '{{ Stage }}',
].join(' ');

export const deployDocumentContent = (): string =>
  JSON.stringify({
    schemaVersion: '2.2',
    description: 'Brings an instance to an application version. Sent by `beanpole deploy`.',
    parameters,
    mainSteps: [
      {
        action: 'aws:runShellScript',
        name: 'deploy',
        inputs: { timeoutSeconds: '{{ Timeout }}', runCommand: [command] },
      },
    ],
  });
