import { isObject, type Failure } from '../resource/check.ts';
import { check, create, diff, read, remove, update, type Defaults } from '../resource/lifecycle.ts';
import {
  PartialFailure,
  type CheckRequest,
  type CreateRequest,
  type DeleteRequest,
  type Difference,
  type DiffRequest,
  type Made,
  type Plugin,
  type ReadRequest,
  type UpdateRequest,
} from '../protocol/plugin.ts';
import type { Properties } from '../protocol/values.ts';
import { createClients, type Clients } from './clients.ts';
import { partitionOf, until, type Context } from './context.ts';
import type { AwsDefinition } from './define.ts';
import { findDefinition, findInvoke } from './registry.ts';
import { checkSettings, readSettings, type Settings } from './settings.ts';

/** Long enough for anything AWS does here; a resource's `customTimeouts` say otherwise. */
const patienceSeconds = 20 * 60;

/** The AWS provider: resources and functions translated into calls of the AWS API. */
export class AwsProvider implements Plugin {
  readonly version = '7.48.0';
  readonly #environment: NodeJS.ProcessEnv;
  readonly #clients = new Map<string, Clients>();
  #settings: Settings | undefined;
  #account: Promise<string> | undefined;
  #cancellation = new AbortController();

  constructor(environment: NodeJS.ProcessEnv = process.env) {
    this.#environment = environment;
  }

  checkConfig(news: Properties): readonly Failure[] {
    return checkSettings(news);
  }

  /** A provider for another region or with other keys still knows its resources; each of them decides. */
  diffConfig(): readonly string[] {
    return [];
  }

  async configure(given: Properties): Promise<void> {
    this.#settings = readSettings(given, this.#environment);
    const { allowedAccounts, forbiddenAccounts } = this.#settings;
    if (allowedAccounts.length + forbiddenAccounts.length === 0) return;
    const account = await this.#accountId();
    if (
      forbiddenAccounts.includes(account) ||
      !(allowedAccounts.length === 0 || allowedAccounts.includes(account))
    )
      throw new Error(`AWS account ${account} is not allowed by the provider's configuration.`);
  }

  async check(request: CheckRequest) {
    return check(await findDefinition(request.type), request);
  }

  async diff(request: DiffRequest): Promise<Difference> {
    return diff(await findDefinition(request.type), request, this.#defaults());
  }

  async create(request: CreateRequest): Promise<Made & { id: string }> {
    const [definition, context] = await this.#prepare(request, request.inputs);
    return this.#withOwnTags(request.inputs, create(definition, request, context, this.#defaults()));
  }

  async read(request: ReadRequest): Promise<Made & { id: string; inputs: Properties }> {
    const [definition, context] = await this.#prepare(request, request.state, request.inputs);
    const found = await this.#withOwnTags(request.inputs, read(definition, request, context));
    return { ...found, inputs: this.#withoutDefaultTags(found.inputs, request.inputs) };
  }

  async update(request: UpdateRequest): Promise<Made> {
    const [definition, context] = await this.#prepare(request, request.olds);
    return this.#withOwnTags(request.news, update(definition, request, context, this.#defaults()));
  }

  async delete(request: DeleteRequest): Promise<void> {
    const [definition, context] = await this.#prepare(request, request.state);
    await remove(definition, request, context);
  }

  async invoke(token: string, args: Properties): Promise<Properties> {
    const call = await findInvoke(token);
    return call(args, this.#context(region(args), 0));
  }

  cancel(): void {
    this.#cancellation.abort();
    this.#cancellation = new AbortController();
  }

  async #prepare(
    { type, timeout }: { type: string; timeout: number },
    ...bags: readonly Properties[]
  ): Promise<[AwsDefinition, Context]> {
    const chosen = bags.map(region).find(Boolean);
    return [await findDefinition(type), this.#context(chosen, timeout)];
  }

  #context(chosenRegion: string | undefined, timeout: number): Context {
    const region = chosenRegion ?? this.#configured().region;
    const waiting = {
      signal: this.#cancellation.signal,
      timeoutMilliseconds: (timeout || patienceSeconds) * 1000,
    };
    return {
      region,
      partition: partitionOf(region),
      clients: this.#clientsOf(region),
      account: () => this.#accountId(),
      until: (what, probe) => until(waiting, what, probe),
      created: () => undefined,
    };
  }

  #configured(): Settings {
    if (!this.#settings) throw new Error('The provider was used before it was configured.');
    return this.#settings;
  }

  #clientsOf(region: string): Clients {
    let clients = this.#clients.get(region);
    if (!clients) this.#clients.set(region, (clients = createClients(this.#configured(), region)));
    return clients;
  }

  #accountId(): Promise<string> {
    return (this.#account ??= this.#askForAccount());
  }

  async #askForAccount(): Promise<string> {
    const sts = await this.#clientsOf(this.#configured().region).sts();
    const { Account } = await sts.getCallerIdentity({});
    if (!Account) throw new Error('GetCallerIdentity named no account.');
    return Account;
  }

  #defaults(): Defaults {
    return { tags: this.#settings?.defaultTags ?? {} };
  }

  /** What an operation made, also when it failed halfway. */
  async #withOwnTags<T extends Made>(inputs: Properties, operation: Promise<T>): Promise<T> {
    const own = <M extends Made>(made: M): M => ({
      ...made,
      properties: this.#withoutDefaultTags(made.properties, inputs),
    });
    try {
      return own(await operation);
    } catch (error) {
      if (!(error instanceof PartialFailure)) throw error;
      throw new PartialFailure(error.cause, error.id, own(error.made), error.inputs);
    }
  }

  /** `tags` are the program's own: those that the provider adds to everything show in `tagsAll` only. */
  #withoutDefaultTags(bag: Properties, { tags: own }: Properties): Properties {
    const defaults = this.#defaults().tags;
    const { tags } = bag;
    if (!isObject(tags) || Object.keys(defaults).length === 0) return bag;
    const isOwn = (key: string) => defaults[key] !== tags[key] || (isObject(own) && key in own);
    return { ...bag, tags: Object.fromEntries(Object.entries(tags).filter(([key]) => isOwn(key))) };
  }
}

function region(bag: Properties): string | undefined {
  const chosen = bag.region;
  return typeof chosen === 'string' && chosen ? chosen : undefined;
}
