import type { BalancerModel, GroupModel, TargetModel } from './model.ts';

/** HAProxy's servers of a target group, and the commands that bring them about without a reload. */

export interface ServerLine {
  readonly backend: string;
  readonly name: string;
  /** Address and keywords, as on a `server` line. */
  readonly options: string;
  readonly kind: 'probe' | 'traffic' | 'open';
  readonly startsHealthy: boolean;
  /** Key to send again after adding, so that the server gets its cookie. */
  readonly cookieKey?: string;
}

/** A new target is asked this often until it is decided, so that it enters service quickly. */
const probeInterval = '200ms';

/** The servers a group should have now. Draining targets have none: they only finish what they have. */
export function serversOf(group: GroupModel): ServerLine[] {
  return group.targets.flatMap((target) => {
    if (target.phase === 'draining') return [];
    return target.phase === 'probing' ? [probe(group, target)] : serving(group, target);
  });
}

/** Servers of targets that are leaving and may finish what they have. */
export const drainingIds = ({ groups }: BalancerModel): Set<string> =>
  new Set(
    groups.flatMap(({ name, targets }) =>
      targets
        .filter(({ phase }) => phase === 'draining')
        .flatMap((target) => [`${name}/${target.name}`, `${name}.open/${target.name}`]),
    ),
  );

export const serversOfAll = ({ groups }: BalancerModel): ServerLine[] => groups.flatMap(serversOf);

function probe(group: GroupModel, target: TargetModel): ServerLine {
  const { unhealthyThreshold } = group.check;
  return {
    backend: `${group.name}.new`,
    name: target.name,
    options: `${address(target)} check inter ${probeInterval} rise 1 fall ${unhealthyThreshold}${checkPort(group)}`,
    kind: 'probe',
    startsHealthy: false,
  };
}

function serving(group: GroupModel, target: TargetModel): ServerLine[] {
  const { intervalSeconds, healthyThreshold, unhealthyThreshold } = group.check;
  const checks = `check inter ${intervalSeconds}s rise ${healthyThreshold} fall ${unhealthyThreshold}${checkPort(group)}`;
  const slowStart = group.slowStartSeconds > 0 ? ` slowstart ${group.slowStartSeconds}s` : '';
  const shared = {
    name: target.name,
    startsHealthy: target.startsHealthy,
    ...(group.cookie?.kind === 'lb' && { cookieKey: group.name }),
  };
  return [
    { ...shared, backend: group.name, options: `${address(target)} ${checks}${slowStart}`, kind: 'traffic' },
    { ...shared, backend: `${group.name}.open`, options: address(target), kind: 'open' },
  ];
}

const address = ({ address: host, port }: TargetModel): string => `${host}:${port}`;
const checkPort = ({ check }: GroupModel): string => (check.port === undefined ? '' : ` port ${check.port}`);

export const serverId = ({ backend, name }: Pick<ServerLine, 'backend' | 'name'>): string =>
  `${backend}/${name}`;

/**
 * Brings a server in. The order matters: its health must be set after it is enabled, or else it would
 * get requests before its first check.
 */
export function addCommands(server: ServerLine): string[] {
  const id = serverId(server);
  const traffic = server.kind === 'traffic';
  return [
    `add server ${id} ${server.options}`,
    ...(server.kind === 'open' ? [] : [`enable health ${id}`]),
    `enable server ${id}`,
    ...(traffic ? [`set server ${id} health down`] : []),
    ...(traffic && server.startsHealthy ? [`set server ${id} health up`] : []),
    ...(server.cookieKey ? [`set dynamic-cookie-key backend ${server.backend} ${server.cookieKey}`] : []),
  ];
}

/** Brings a server back that was leaving. */
export const returnCommands = (server: ServerLine): string[] => addCommands(server).slice(1);

/** Keeps new requests away; those in flight go on. Sticky ones move, as they would not with `drain`. */
export const leaveCommand = (server: ServerLine): string => `set server ${serverId(server)} state maint`;
export const deleteCommand = (server: ServerLine): string => `del server ${serverId(server)}`;
export const cutCommand = (server: ServerLine): string => `shutdown sessions server ${serverId(server)}`;
