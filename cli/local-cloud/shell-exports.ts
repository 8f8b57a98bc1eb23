import { delimiter } from 'node:path';
import type { CloudFolders } from './folders.ts';
import type { CloudStatus } from './program.ts';

/** Would win over the keys below, or be sent with them. */
const inTheWay = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SESSION_TOKEN'];

/** What makes AWS's tools, Pulumi and `beanpole` talk to the local cloud: standard variables only. */
export function cloudVariables(
  status: CloudStatus,
  folders: CloudFolders,
  passphrase: string,
  environment: NodeJS.ProcessEnv,
): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE } = environment;
  const rest = PATH.split(delimiter).filter((entry) => entry !== folders.bin && !isOfNpm(entry));
  return {
    AWS_ENDPOINT_URL: status.endpoint,
    AWS_ACCESS_KEY_ID: status.accessKeyId,
    AWS_SECRET_ACCESS_KEY: status.secretAccessKey,
    AWS_REGION: status.region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    PULUMI_HOME: folders.pulumiHome,
    PULUMI_BACKEND_URL: `file://${folders.pulumiBackend}`,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    // Pulumi's program and plugins are large: with their compiled code kept they load in two thirds of the time.
    ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }),
    LOCAL_CLOUD_FRONT_DOOR: status.frontDoor,
    LOCAL_CLOUD_SECURE_FRONT_DOOR: status.secureFrontDoor,
    // Pulumi's program asks it whether a domain is delegated.
    LOCAL_CLOUD_NAME_SERVER: status.nameServer,
    // The root certificate, for `curl --cacert`: nothing outside trusts it by itself.
    LOCAL_CLOUD_AUTHORITY: status.authority,
    PATH: [folders.bin, ...rest].join(delimiter),
  };
}

/** `npx beanpole` puts these in front for itself: the shell that asks is not to keep them. */
const isOfNpm = (entry: string): boolean => /\/(node_modules\/\.bin|node-gyp-bin)$/.test(entry);

/** For `eval` in a POSIX shell. */
export function shellExports(variables: Readonly<Record<string, string>>): string {
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}`);
  return [`unset ${inTheWay.join(' ')}`, ...exports].join('\n');
}

export const quote = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;
