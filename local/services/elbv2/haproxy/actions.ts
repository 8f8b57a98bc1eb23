import { acls, quote } from './conditions.ts';
import type { ActionModel, ListenerModel, RuleModel } from './model.ts';

/** Listener rules as HAProxy's http-request rules. The first rule that fits wins: its name is remembered. */

export interface RuleFiles {
  /** Bodies of fixed responses. */
  readonly files: Record<string, string>;
  /** Maps that may change without a reload. */
  readonly maps: Record<string, string>;
}

/** Draws of a weighted choice: weights become shares of it. */
const draws = 10_000;

export function ruleLines(listener: ListenerModel, out: RuleFiles): string[] {
  const choose = listener.rules.map(({ id, conditions }) =>
    `http-request set-var(txn.rule) str(${id}) if !{ var(txn.rule) -m found } ${acls(conditions)}`.trimEnd(),
  );
  return [
    ...choose,
    ...listener.rules.flatMap((rule) => actionLines(rule, listener.tls ? 'https' : 'http', out)),
  ];
}

function actionLines({ id, action }: RuleModel, scheme: 'http' | 'https', out: RuleFiles): string[] {
  const condition = `if { var(txn.rule) -m str ${id} }`;
  switch (action.kind) {
    case 'fixed':
      return [fixedResponse(id, action, out, condition)];
    case 'redirect':
      return [
        `http-request redirect location "${location(action, scheme)}" code ${action.status} ${condition}`,
      ];
    case 'forward':
      return forward(id, action, out, condition);
  }
}

function fixedResponse(
  id: string,
  { status, contentType, body }: Extract<ActionModel, { kind: 'fixed' }>,
  out: RuleFiles,
  condition: string,
): string {
  const file = `body-${id}`;
  if (body !== '') out.files[file] = body;
  const payload = body === '' ? '' : ` content-type ${quote(contentType)} file ${file}`;
  return `http-request return status ${status}${payload} hdr Server awselb/2.0 ${condition}`;
}

/** The Location of a redirect, with ALB's `#{…}` replaced by what HAProxy knows of the request. */
function location(action: Extract<ActionModel, { kind: 'redirect' }>, ownScheme: string): string {
  const fill = (text: string) =>
    text
      // Between double quotes these three mean something, and so does the percent sign of what stands for them.
      .replaceAll(/["\\$]/g, encodeURIComponent)
      .replaceAll('%', '%%')
      .replaceAll('#{protocol}', ownScheme)
      .replaceAll('#{host}', '%[req.hdr(host),host_only]')
      .replaceAll('#{port}', '%[dst_port]')
      .replaceAll('#{path}', '%[path,regsub(^/,)]')
      .replaceAll('#{query}', '%[query]');
  const scheme = fill(action.protocol.toLowerCase());
  const query = action.query === '#{query}' ? '%[var(txn.query)]' : action.query && `?${fill(action.query)}`;
  return `${scheme}://${fill(action.host)}:${fill(action.port)}${fill(action.path)}${query}`;
}

function forward(
  id: string,
  { groups, stickySeconds }: Extract<ActionModel, { kind: 'forward' }>,
  out: RuleFiles,
  condition: string,
): string[] {
  const [only] = groups;
  if (groups.length === 1 && only) return [`http-request set-var(txn.tg) str(${only.name}) ${condition}`];
  const weights = `weights-${id}.map`;
  out.maps[weights] = weightRanges(groups);
  const drawn = `rand(${draws}),map_int(${weights})`;
  if (stickySeconds === undefined) return [`http-request set-var(txn.tg) ${drawn} ${condition}`];
  const known = `groups-${id}.map`;
  out.files[known] = groups.map(({ name }) => `${name} ${name}\n`).join('');
  return [
    `http-request set-var(txn.tg) req.cook(AWSALBTG),map_str(${known}) ${condition}`,
    `http-request set-var(txn.tg) ${drawn} ${condition} !{ var(txn.tg) -m found }`,
    `http-request set-var(txn.sticky) int(${stickySeconds}) ${condition}`,
    ...['AWSALBTG', 'AWSALBTGCORS'].map(
      (cookie) =>
        `http-response add-header Set-Cookie "${cookie}=%[var(txn.tg)]; Expires=%[date(${stickySeconds}),http_date]; Path=/${cookie.endsWith('CORS') ? '; SameSite=None; Secure' : ''}" ${condition}`,
    ),
  ];
}

/** A map from draws to groups: `0:7999 a`, `8000:9999 b`. A weight of zero gets no draw. */
export function weightRanges(groups: readonly { readonly name: string; readonly weight: number }[]): string {
  const total = groups.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return '';
  let sum = 0;
  return groups
    .map(({ name, weight }) => {
      const start = Math.round((sum * draws) / total);
      sum += weight;
      const end = Math.round((sum * draws) / total);
      return end > start ? `${start}:${end - 1} ${name}\n` : '';
    })
    .join('');
}
