/** One node's server: what it is configured with. */
export interface NodeModel {
  /** The node's network host. */
  readonly hostId: string;
  readonly port: number;
  /** Absent: connections are not encrypted. All in PEM. */
  readonly tls?: { readonly certificate: string; readonly privateKey: string; readonly root: string };
  /** AUTH tokens that clients may use; none: clients need none. */
  readonly authTokens: readonly string[];
  readonly adminPassword: string;
  readonly settings: Readonly<Record<string, string>>;
  /** The primary that it replicates; absent: it is the primary. */
  readonly primary?: string;
}

export const administrator = 'administrator';

/**
 * Commands that ElastiCache keeps to itself. It answers `unknown command`, this server `NOPERM`: an
 * application that needs one of them fails here as it would there.
 */
const restricted =
  '-acl -bgrewriteaof -bgsave -config -debug -failover -migrate -module -psync -replconf -replicaof -save -shutdown -slaveof -sync';

/** Who may do what, in the words of `ACL SETUSER`. Pure. */
export function accessOf({ authTokens }: Pick<NodeModel, 'authTokens'>): string[] {
  const passwords = authTokens.length === 0 ? ['nopass'] : authTokens.map((token) => `>${token}`);
  return ['on', 'resetpass', ...passwords, '~*', '&*', '+@all', ...restricted.split(' ')];
}

/** The server's files by name. Pure. */
export function filesOf(node: NodeModel): Record<string, string> {
  const { tls } = node;
  return {
    'redis.conf': `${linesOf(node).join('\n')}\n`,
    ...(tls && { 'certificate.pem': tls.certificate, 'key.pem': tls.privateKey, 'root.pem': tls.root }),
  };
}

function linesOf(node: NodeModel): string[] {
  const { port, tls, adminPassword, settings, primary } = node;
  return [
    'bind 0.0.0.0',
    'protected-mode no',
    ...(tls ? tlsLines(port) : [`port ${port}`]),
    'unixsocket admin.sock',
    'unixsocketperm 700',
    // A cache keeps nothing over the death of all its nodes, on AWS neither.
    'save ""',
    'appendonly no',
    'repl-diskless-sync yes',
    'repl-diskless-sync-delay 0',
    'repl-ping-replica-period 1',
    `user ${administrator} on >${adminPassword} ~* &* +@all`,
    `user default ${accessOf(node).join(' ')}`,
    `masteruser ${administrator}`,
    `masterauth ${adminPassword}`,
    ...(primary === undefined ? [] : [`replicaof ${primary} ${port}`]),
    ...Object.entries(settings).map(([name, value]) => `${name} ${value === '' ? '""' : value}`),
  ];
}

const tlsLines = (port: number): string[] => [
  'port 0',
  `tls-port ${port}`,
  'tls-cert-file certificate.pem',
  'tls-key-file key.pem',
  'tls-ca-cert-file root.pem',
  'tls-auth-clients no',
  'tls-replication yes',
];
