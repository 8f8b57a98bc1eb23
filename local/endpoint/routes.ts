import { decode, type Request, type Routed } from './request.ts';
import type { OperationModel, ServiceModel } from './models.ts';

interface Route {
  readonly operation: OperationModel;
  readonly method: string;
  readonly segments: readonly string[];
  readonly literals: readonly (readonly [string, string | undefined])[];
  readonly requiredQuery: readonly string[];
  readonly requiredHeaders: readonly string[];
  /** S3: the bucket is a label that the template does not show; it comes first in the path. */
  readonly inBucket: boolean;
  readonly weight: number;
}

const tables = new WeakMap<ServiceModel, ReadonlyMap<string, readonly Route[]>>();

/** Which REST operation a request means: by method, path, literal query keys and required members. */
export function route(
  model: ServiceModel,
  request: Request,
  implemented: (name: string) => boolean,
): Routed | undefined {
  let table = tables.get(model);
  if (!table) tables.set(model, (table = routesOf(model)));
  const path = request.path.replace(/^\//, '');
  const found: Routed[] = [];
  for (const candidate of table.get(request.method) ?? []) {
    const labels = matches(candidate, request, path);
    if (!labels) continue;
    const routed = { operation: candidate.operation, labels };
    // Twins (ListBuckets and ListDirectoryBuckets): the client may say which, else the one we have.
    if (request.query.get('x-id') === candidate.operation.name) return routed;
    found.push(routed);
  }
  return found.find(({ operation }) => implemented(operation.name)) ?? found[0];
}

/** Routes by method, the most particular first. */
function routesOf(model: ServiceModel): ReadonlyMap<string, readonly Route[]> {
  const routes = [...model.operations.values()].flatMap((operation) =>
    operation.http ? [routeOf(operation)] : [],
  );
  return Map.groupBy(
    routes.sort((a, b) => b.weight - a.weight),
    ({ method }) => method,
  );
}

function routeOf(operation: OperationModel): Route {
  const [method, template] = operation.http ?? ['', '', 200];
  const [path = '', query = ''] = template.split('?');
  const segments = path.split('/').filter(Boolean);
  const pairs = query.split('&').map((pair) => pair.split('='));
  const literals = pairs.flatMap(([key, value]) => (key && key !== 'x-id' ? [[key, value] as const] : []));
  const required = operation.input.members.filter((member) => member.required);
  const requiredQuery = required.flatMap(({ traits }) => traits.httpQuery ?? []);
  const requiredHeaders = required.flatMap(({ traits }) => traits.httpHeader ?? []);
  const hidden = operation.input.byName.get('Bucket')?.traits.httpLabel && !template.includes('{Bucket}');
  const weight =
    10 * (literals.length + requiredQuery.length + requiredHeaders.length) + fixedSegments(segments);
  return {
    operation,
    method,
    segments,
    literals,
    requiredQuery,
    requiredHeaders,
    inBucket: Boolean(hidden),
    weight,
  };
}

function fixedSegments(segments: readonly string[]): number {
  return segments.filter((segment) => !segment.startsWith('{')).length;
}

function matches(route: Route, request: Request, path: string): Record<string, string> | undefined {
  if (!route.literals.every(([key, value]) => hasLiteral(request, key, value))) return undefined;
  if (!route.requiredQuery.every((key) => request.query.has(key))) return undefined;
  if (!route.requiredHeaders.every((key) => request.headers[key] !== undefined)) return undefined;
  return route.inBucket ? matchInBucket(route, path) : matchSegments(route.segments, path);
}

function hasLiteral({ query }: Request, key: string, value: string | undefined): boolean {
  return query.has(key) && (!value || query.get(key) === value);
}

function matchInBucket(route: Route, path: string): Record<string, string> | undefined {
  const slash = path.indexOf('/');
  const bucket = slash < 0 ? path : path.slice(0, slash);
  if (!bucket) return undefined;
  const labels = matchSegments(route.segments, slash < 0 ? '' : path.slice(slash + 1));
  return labels && { ...labels, Bucket: decode(bucket) };
}

function matchSegments(segments: readonly string[], path: string): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  const parts = path === '' ? [] : path.split('/');
  for (const [index, segment] of segments.entries()) {
    const part = parts[index];
    if (!part && !segment.endsWith('+}')) return undefined;
    if (segment.endsWith('+}')) {
      if (parts.length <= index) return undefined;
      labels[segment.slice(1, -2)] = parts.slice(index).map(decode).join('/');
      return labels;
    }
    if (segment.startsWith('{')) labels[segment.slice(1, -1)] = decode(part ?? '');
    else if (segment !== part) return undefined;
  }
  // A trailing slash (Route 53's clients send one) is no further segment.
  return parts.slice(segments.length).every((part) => part === '') ? labels : undefined;
}
