import { ruleLines, type RuleFiles } from './actions.ts';
import { quote } from './conditions.ts';
import { errorPages } from './error-pages.ts';
import type { BalancerModel, GroupModel, ListenerModel } from './model.ts';
import type { ServerLine } from './servers.ts';

/** Everything HAProxy reads for one load balancer. */
export interface Configuration {
  /** `alb.cfg` with some servers in it, as a reload needs it. */
  readonly textWith: (servers: readonly ServerLine[]) => string;
  /** `alb.cfg` without servers: as long as it stays equal, no reload is needed. */
  readonly structure: string;
  /** Other files by name; a change of one needs a reload. */
  readonly files: Readonly<Record<string, string>>;
  /** Maps by name; they change by command. */
  readonly maps: Readonly<Record<string, string>>;
}

/** HAProxy must not want more file descriptors than an ordinary user may have: twice this and some. */
const maximumConnections = 4000;
/** How long a target may take to accept a connection. */
const connectSeconds = 10;
/** Longest life of an old worker after a reload: the longest deregistration delay. */
const hardStopSeconds = 3600;

/** Writes the configuration of a load balancer. Files are named relative to its folder. */
export function configure(model: BalancerModel): Configuration {
  const out: RuleFiles = { files: {}, maps: {} };
  for (const [status, page] of errorPages) out.files[`${status}.http`] = page;
  const frontends = model.listeners.map((listener) => frontend(model, listener, out));
  const head = [preamble(model), ...frontends];
  const textWith = (servers: readonly ServerLine[]) =>
    [...head, ...model.groups.map((group) => backends(group, model, servers))].join('\n\n').concat('\n');
  return { textWith, structure: textWith([]), ...out };
}

function preamble({ idleSeconds }: BalancerModel): string {
  return section('global', [
    'log stdout format raw local0',
    'stats socket unix@admin.sock mode 600 level admin expose-fd listeners',
    'server-state-file servers.state',
    `maxconn ${maximumConnections}`,
    `hard-stop-after ${hardStopSeconds}s`,
  ]).concat(
    '\n\n',
    section('defaults', [
      'mode http',
      'log global',
      'log-format "%ts|%ST|%Tr|%b|%s|%B|%U"',
      'load-server-state-from-file global',
      'option http-keep-alive',
      // Without it a reload resets idle client connections.
      'option idle-close-on-response',
      'http-reuse safe',
      'retries 0',
      `timeout connect ${connectSeconds}s`,
      `timeout client ${idleSeconds}s`,
      `timeout server ${idleSeconds}s`,
      `timeout tunnel ${idleSeconds}s`,
      'timeout http-request 60s',
      'unique-id-format 1-%[date,hex,bytes(8,8)]-%[uuid,regsub(-,,g),bytes(0,24)]',
      ...[...errorPages.keys()].map((status) => `errorfile ${status} ${status}.http`),
    ]),
    '\n\n',
    // HAProxy does not start without a listener; a load balancer may have none yet.
    section('frontend alive', ['bind unix@alive.sock']),
  );
}

function frontend(model: BalancerModel, listener: ListenerModel, out: RuleFiles): string {
  const binds = model.addresses.map((address) => `${address}:${listener.port}`).join(',');
  return section(`frontend listener-${listener.port}`, [
    `bind ${binds}${tlsOptions(listener, model.http2, out)}`,
    ...(model.dropsInvalidHeaders ? ['http-request del-header [^-A-Za-z0-9] -m reg'] : []),
    ...forwardedFor(model.forwardedFor),
    `http-request set-header X-Forwarded-Proto ${listener.tls ? 'https' : 'http'}`,
    'http-request set-header X-Forwarded-Port %[dst_port]',
    'http-request set-var(txn.trace) req.hdr(X-Amzn-Trace-Id)',
    'http-request set-header X-Amzn-Trace-Id "Self=%[unique-id,lower];%[var(txn.trace)]" if { var(txn.trace) -m found }',
    'http-request set-header X-Amzn-Trace-Id "Root=%[unique-id,lower]" if !{ var(txn.trace) -m found }',
    'http-request set-var(txn.query) query,regsub(^,?) if { query -m len gt 0 }',
    'http-request set-var(txn.began) date(0,ms)',
    ...ruleLines(listener, out),
    // Fail open: when no target of the group is healthy, all of them get requests.
    'http-request set-var(txn.open) var(txn.tg),concat(.open) if { var(txn.tg) -m found }',
    'http-request set-var(txn.to) var(txn.tg)',
    'http-request set-var(txn.to) var(txn.open) if { var(txn.tg),nbsrv eq 0 } { var(txn.open),nbsrv gt 0 }',
    'http-response set-var(txn.answered) bool(true)',
    // A target that cannot be reached in time is a gateway time-out to ALB, one that refuses a bad gateway.
    `http-after-response set-status 504 reason "Gateway Time-out" if { status 503 } !{ var(txn.answered) -m found } { var(txn.open),nbsrv gt 0 } { date(0,ms),sub(txn.began) ge ${connectSeconds * 1000 - 100} }`,
    'http-after-response set-status 502 reason "Bad Gateway" if { status 503 } !{ var(txn.answered) -m found } { var(txn.open),nbsrv gt 0 }',
    ...cookieLines(model.groups),
    'use_backend %[var(txn.to)] if { var(txn.to) -m found }',
  ]);
}

/** The certificates go into files; a client's server name chooses, and the first one is for all others. */
function tlsOptions({ port, tls }: ListenerModel, http2: boolean, out: RuleFiles): string {
  if (!tls) return '';
  const list = `certificates-${port}.list`;
  const files = tls.certificates.map(({ id, pem }) => ({ name: `certificate-${id}.pem`, pem }));
  for (const { name, pem } of files) out.files[name] = pem;
  out.files[list] = files.map(({ name }) => `${name}\n`).join('');
  const ciphers = tls.ciphers.length > 0 ? ` ciphers ${tls.ciphers.join(':')}:@SECLEVEL=0` : '';
  const protocols = http2 ? 'h2,http/1.1' : 'http/1.1';
  return ` ssl crt-list ${list} alpn ${protocols} ssl-min-ver ${tls.minimum} ssl-max-ver ${tls.maximum}${ciphers}`;
}

function forwardedFor(mode: BalancerModel['forwardedFor']): string[] {
  if (mode === 'preserve') return [];
  if (mode === 'remove') return ['http-request del-header X-Forwarded-For'];
  return [
    'http-request set-var(txn.xff) req.fhdr(X-Forwarded-For)',
    'http-request set-header X-Forwarded-For "%[var(txn.xff)], %[src]" if { var(txn.xff) -m found }',
    'http-request set-header X-Forwarded-For "%[src]" if !{ var(txn.xff) -m found }',
  ];
}

/** HAProxy writes AWSALB without an expiry; ALB adds one, and a copy for cross-origin requests. */
function cookieLines(groups: readonly GroupModel[]): string[] {
  return groups.flatMap(({ name, cookie }) => {
    if (cookie?.kind !== 'lb') return [];
    const expires = `Expires=%[date(${cookie.seconds}),http_date]; Path=/`;
    const condition = `if { var(txn.tg) -m str ${name} }`;
    return [
      `http-after-response add-header Set-Cookie "AWSALBCORS=%[res.cook(AWSALB)]; ${expires}; SameSite=None; Secure" ${condition} { res.cook(AWSALB) -m found }`,
      `http-after-response replace-header Set-Cookie ^(AWSALB=[^;]*).*$ "\\1; ${expires}" ${condition}`,
    ];
  });
}

/** Three backends per group: in use, not yet decided, and all for failing open. */
function backends(group: GroupModel, model: BalancerModel, all: readonly ServerLine[]): string {
  const { check } = group;
  const checks = [
    'option httpchk',
    `http-check send meth GET uri ${quote(check.path)} ver HTTP/1.1 hdr Host ${model.dnsName} hdr User-Agent ELB-HealthChecker/2.0 hdr Connection close`,
    `http-check expect status ${check.matcher}`,
    `timeout check ${check.timeoutSeconds}s`,
  ];
  const servers = (backend: string) =>
    all
      .filter((server) => server.backend === backend)
      .map(({ name, options }) => `server ${name} ${options}`);
  const traffic = [`balance ${group.algorithm}`, ...stickiness(group)];
  return [
    section(`backend ${group.name}`, [...traffic, ...checks, ...servers(group.name)]),
    section(`backend ${group.name}.new`, ['balance roundrobin', ...checks, ...servers(`${group.name}.new`)]),
    section(`backend ${group.name}.open`, [...traffic, ...servers(`${group.name}.open`)]),
  ].join('\n\n');
}

function stickiness({ name, cookie }: GroupModel): string[] {
  if (!cookie) return [];
  if (cookie.kind === 'lb') {
    return [
      `cookie AWSALB insert indirect nocache dynamic maxidle ${cookie.seconds}s`,
      `dynamic-cookie-key ${name}`,
    ];
  }
  return [
    `stick-table type string len 128 size 100k expire ${cookie.seconds}s`,
    `stick match req.cook(${cookie.name})`,
    `stick store-response res.cook(${cookie.name})`,
  ];
}

const section = (head: string, lines: readonly string[]): string =>
  [head, ...lines.map((line) => `  ${line}`)].join('\n');
