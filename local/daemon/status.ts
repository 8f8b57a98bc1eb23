/** What `status --json` prints. */
export type Status =
  { readonly running: false; readonly folder: string; readonly hasState: boolean } | RunningStatus;

export interface RunningStatus {
  readonly running: true;
  readonly folder: string;
  /** The daemon's first process, by its number outside. */
  readonly pid: number;
  readonly startedAt: string;
  readonly endpoint: string;
  readonly frontDoor: string;
  /** The same for HTTPS, with certificates of the cloud's own authority. */
  readonly secureFrontDoor: string;
  /** Answers what the public DNS of the cloud answers, over UDP. */
  readonly nameServer: string;
  /** File with the root of the cloud's certificate authority: for `curl --cacert`, or a browser's settings. */
  readonly authority: string;
  readonly region: string;
  readonly account: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** How much faster metrics, alarms and scaling policies live than the rest. */
  readonly timeLapse: number;
  readonly instances: readonly InstanceStatus[];
  readonly loadBalancers: readonly LoadBalancerStatus[];
  /** Of the daemon and everything that runs in it, shared pages counted once. */
  readonly memoryBytes: number;
}

export interface InstanceStatus {
  readonly instanceId: string;
  readonly name: string;
  readonly state: string;
  readonly privateAddress: string;
  readonly publicAddress: string;
}

export interface LoadBalancerStatus {
  readonly name: string;
  readonly dnsName: string;
  readonly state: string;
}

/** The status for people: no secret in it. */
export function renderStatus(status: Status): string {
  if (!status.running)
    return status.hasState
      ? `The local cloud is stopped. Its state is in ${status.folder}.`
      : `There is no local cloud in ${status.folder} yet.`;
  const running = status.instances.filter(({ state }) => state === 'running').length;
  const lines = [
    `The local cloud runs since ${status.startedAt} (pid ${status.pid}).`,
    `  endpoint    ${status.endpoint}  (${status.region}, account ${status.account})`,
    `  front door  ${status.frontDoor}  ${status.secureFrontDoor}`,
    `  authority   ${status.authority}`,
    `  state       ${status.folder}`,
    `  memory      ${Math.round(status.memoryBytes / 1e6)} MB`,
    ...(status.timeLapse === 1
      ? []
      : [`  time lapse  metrics and alarms live ${status.timeLapse} times as fast`]),
    `  instances   ${running} running of ${status.instances.length}`,
    ...status.instances.map(instanceLine),
    `  load balancers  ${status.loadBalancers.length}`,
    ...status.loadBalancers.map(({ name, dnsName, state }) => `    ${name}  ${state}  ${dnsName}`),
  ];
  return lines.join('\n');
}

function instanceLine({ instanceId, name, state, privateAddress, publicAddress }: InstanceStatus): string {
  return `    ${[instanceId, state, privateAddress, publicAddress, name].filter(Boolean).join('  ')}`;
}
