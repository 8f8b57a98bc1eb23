import {
  PartialFailure,
  type CheckRequest,
  type CreateRequest,
  type DeleteRequest,
  type Difference,
  type DiffRequest,
  type Made,
  type ReadRequest,
  type UpdateRequest,
} from '../protocol/plugin.ts';
import { Unknown, hasUnknown, type Properties, type Value } from '../protocol/values.ts';
import { absent, checkInputs, isObject, type Failure } from './check.ts';
import type { AnyDefinition, Revision } from './definition.ts';
import { differences, segments } from './difference.ts';
import { automaticName } from './names.ts';
import { importedInputs, refreshedInputs } from './refresh.ts';
import type { Schema } from './schema.ts';

/** What one operation on a resource needs: told of the resource's id as soon as it exists. */
export interface Operation {
  created(id: string): void;
}

/** Settings of the provider that change what a resource's inputs mean. */
export interface Defaults {
  readonly tags: Readonly<Record<string, string>>;
}

/** Checks the program's inputs; names what has no name, and keeps the name of what has one already. */
export function check<C>(
  definition: AnyDefinition<C>,
  request: CheckRequest,
): { inputs: Properties; failures: readonly Failure[] } {
  const { inputs, failures, defaults } = checkInputs(definition.inputs, request.news, definition.type);
  const defaulted = [...defaults];
  const { naming } = definition;
  if (naming && absent(inputs[naming.property])) {
    const kept = wasDefault(request.olds, naming.property) ? request.olds[naming.property] : undefined;
    inputs[naming.property] = kept ?? automaticName(naming, inputs, request.name, request.seed);
    defaulted.push(naming.property);
  }
  const further: readonly Failure[] = failures.length > 0 ? [] : (definition.check?.(inputs) ?? []);
  return { inputs: { ...inputs, __defaults: defaulted }, failures: [...failures, ...further] };
}

const wasDefault = (inputs: Properties, key: string): boolean => {
  const defaults = inputs.__defaults;
  return Array.isArray(defaults) && defaults.includes(key);
};

/** What has to change for the cloud's resource to be what the program wants, and whether in place. */
export function diff<C>(definition: AnyDefinition<C>, request: DiffRequest, defaults: Defaults): Difference {
  const { news, olds } = request;
  const wanted = withAllTags(definition.inputs, news, defaults);
  const found = {
    ...olds,
    ...(definition.inputs.tags && olds.tagsAll !== undefined ? { tags: olds.tagsAll } : {}),
  };
  const changes = differences(definition.inputs, wanted, found, request.ignoreChanges);
  const changed = new Set(changes.map(({ path }) => segments(path)[0] ?? path));
  const replaces = [
    ...changes.filter((change) => change.replaces).map(({ path }) => segments(path)[0] ?? path),
    ...(definition.replaces?.(news, olds) ?? []).filter((property) => changed.has(property)),
  ];
  return {
    changes,
    replaces: [...new Set(replaces)],
    deleteBeforeReplace: replaces.length > 0 && needsNameFirst(definition, news, olds),
  };
}

/** A name that the program chose cannot belong to two resources at once. */
function needsNameFirst<C>(definition: AnyDefinition<C>, news: Properties, olds: Properties): boolean {
  if (definition.deleteBeforeReplace) return true;
  const property = definition.naming?.property;
  return property !== undefined && !wasDefault(news, property) && news[property] === olds[property];
}

function withAllTags(schema: Schema, inputs: Properties, defaults: Defaults): Properties {
  if (schema.tags?.type !== 'map' || Object.keys(defaults.tags).length === 0) return inputs;
  const tags = inputs.tags;
  if (tags instanceof Unknown) return inputs;
  return { ...inputs, tags: { ...defaults.tags, ...(isObject(tags) ? tags : {}) } };
}

export async function create<C extends Operation>(
  definition: AnyDefinition<C>,
  request: CreateRequest,
  context: C,
  defaults: Defaults,
): Promise<Made & { id: string }> {
  const inputs = withAllTags(definition.inputs, request.inputs, defaults);
  if (request.preview) return { id: '', ...made(definition, knownOnly(previewed(request.inputs, inputs))) };
  let existing = '';
  const watched = watching(context, (id) => (existing = id));
  try {
    const id = await definition.create(inputs, watched);
    existing = id;
    const state = await readBack(definition, id, watched, { inputs: request.inputs, state: {} });
    return { id, ...made(definition, state) };
  } catch (error) {
    if (!existing) throw error;
    throw await partial(definition, error, existing, context, request.inputs, request.inputs);
  }
}

export async function read<C extends Operation>(
  definition: AnyDefinition<C>,
  request: ReadRequest,
  context: C,
): Promise<Made & { id: string; inputs: Properties }> {
  const isImport = Object.keys(request.inputs).length === 0;
  const found = await definition.read(request.id, context, request);
  if (!found) return { id: '', inputs: {}, properties: {}, secrets: [] };
  const state = withHidden(definition.inputs, found, request.inputs, request.state);
  const inputs = isImport
    ? importedInputs(definition.inputs, state)
    : refreshedInputs(definition.inputs, request.inputs, state);
  const id = typeof state.id === 'string' ? state.id : request.id;
  return { id, inputs, ...made(definition, state) };
}

export async function update<C extends Operation>(
  definition: AnyDefinition<C>,
  request: UpdateRequest,
  context: C,
  defaults: Defaults,
): Promise<Made> {
  const { changes } = diff(definition, request, defaults);
  const changed = new Set(changes.map(({ path }) => segments(path)[0] ?? path));
  const news = withAllTags(definition.inputs, request.news, defaults);
  if (request.preview) return made(definition, previewedUpdate(definition, request, news, changed));
  const revision: Revision<Schema> = {
    olds: request.olds,
    news: news,
    changed: (...properties) => properties.some((property) => changed.has(property)),
  };
  try {
    await definition.update?.(request.id, revision, context);
    const known = { inputs: request.news, state: {} };
    return made(definition, await readBack(definition, request.id, context, known));
  } catch (error) {
    throw await partial(definition, error, request.id, context, request.news, request.oldInputs);
  }
}

export async function remove<C extends Operation>(
  definition: AnyDefinition<C>,
  request: DeleteRequest,
  context: C,
): Promise<void> {
  await definition.delete(request.id, context, request);
}

/** What a preview can say of an update: old outputs, new inputs, and what nobody can know yet. */
function previewedUpdate<C>(
  definition: AnyDefinition<C>,
  request: UpdateRequest,
  news: Properties,
  changed: ReadonlySet<string>,
): Properties {
  const state: Properties = { ...request.olds };
  for (const key of Object.keys(definition.inputs)) {
    if (!changed.has(key)) continue;
    if (absent(request.news[key])) Reflect.deleteProperty(state, key);
    else state[key] = request.news[key];
  }
  for (const key of definition.unknownAfter?.(changed, request.news) ?? [])
    Reflect.deleteProperty(state, key);
  if (changed.has('tags')) state.tagsAll = news.tags ?? {};
  return knownOnly(state);
}

function previewed(given: Properties, complete: Properties): Properties {
  return 'tags' in complete ? { ...given, tagsAll: complete.tags } : given;
}

/** In a preview an absent property is one not known yet. */
function knownOnly(state: Properties): Properties {
  const isKnown = ([key, value]: [string, Value | undefined]) => key !== '__defaults' && !hasUnknown(value);
  return Object.fromEntries(Object.entries(state).filter(isKnown));
}

/** Reads what was just made or changed. AWS may need a moment until every server has heard of it. */
async function readBack<C extends Operation>(
  definition: AnyDefinition<C>,
  id: string,
  context: C,
  known: { inputs: Properties; state: Properties },
): Promise<Properties> {
  const found = await definition.read(id, context, known);
  if (!found) throw new Error(`${definition.type} ${id} was made, but AWS does not know it any more.`);
  return withHidden(definition.inputs, found, known.inputs, {});
}

/** Adds what only the provider knows: the program's wishes about how to do things. */
function withHidden(schema: Schema, found: Properties, inputs: Properties, state: Properties): Properties {
  const result: Properties = { ...found };
  for (const [key, property] of Object.entries(schema)) {
    if (!property.hidden || key in result) continue;
    const value = inputs[key] ?? state[key];
    if (!absent(value)) result[key] = value;
  }
  return result;
}

/** The state to keep after a failure: what the cloud says now, else what we know. */
async function partial<C extends Operation>(
  definition: AnyDefinition<C>,
  error: unknown,
  id: string,
  context: C,
  inputs: Properties,
  fallback: Properties,
): Promise<PartialFailure> {
  const found = await definition.read(id, context, { inputs, state: {} }).catch(() => undefined);
  const state = found ? withHidden(definition.inputs, found, inputs, {}) : fallback;
  return new PartialFailure(error, id, made(definition, state), inputs);
}

function made<C>(definition: AnyDefinition<C>, state: Properties): Made {
  const entries = Object.entries(state).filter(
    ([key, value]) => key !== 'id' && key !== '__defaults' && !absent(value),
  );
  return { properties: Object.fromEntries(entries), secrets: definition.secrets ?? [] };
}

function watching<C extends Operation>(context: C, onCreated: (id: string) => void): C {
  const created = (id: string) => {
    onCreated(id);
  };
  return Object.assign(Object.create(context) as C, { created });
}
