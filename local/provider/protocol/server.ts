import grpc from '@grpc/grpc-js';
import pluginMessages from '@pulumi/pulumi/proto/plugin_pb.js';
import service from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import messages from '@pulumi/pulumi/proto/provider_pb.js';
import statusMessages from '@pulumi/pulumi/proto/status_pb.js';
import anyMessages from 'google-protobuf/google/protobuf/any_pb.js';
import emptyMessages from 'google-protobuf/google/protobuf/empty_pb.js';
import structMessages from 'google-protobuf/google/protobuf/struct_pb.js';
import type { Failure } from '../resource/check.ts';
import type { Change } from '../resource/difference.ts';
import { PartialFailure, type Difference, type Made, type Plugin } from './plugin.ts';
import { unwrap, wrap, type Properties, type Unwrapped } from './values.ts';

type Struct = structMessages.Struct;
type Handler<Q, A> = (call: { request: Q }, callback: grpc.sendUnaryData<A>) => void;

/** Serves a plugin to the engine and resolves with the port it listens on. */
export async function serve(plugin: Plugin): Promise<number> {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': 400 << 20 });
  server.addService(service.ResourceProviderService, handlers(plugin));
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
}

/** The calls of Pulumi's ResourceProvider service; those left out answer UNIMPLEMENTED by themselves. */
function handlers(plugin: Plugin): grpc.UntypedServiceImplementation {
  return {
    handshake: handle(() => {
      const response = new messages.ProviderHandshakeResponse();
      return response.setAcceptSecrets(true).setAcceptResources(true).setAcceptOutputs(true);
    }),
    attach: handle(() => new emptyMessages.Empty()),
    getPluginInfo: handle(() => new pluginMessages.PluginInfo().setVersion(plugin.version)),
    ...configurationHandlers(plugin),
    ...resourceHandlers(plugin),
    invoke: handle(async (request: messages.InvokeRequest) => {
      const { properties } = unpack(request.getArgs());
      return new messages.InvokeResponse().setReturn(
        struct(await plugin.invoke(request.getTok(), properties)),
      );
    }),
    cancel: handle(() => {
      plugin.cancel();
      return new emptyMessages.Empty();
    }),
  };
}

function configurationHandlers(plugin: Plugin): grpc.UntypedServiceImplementation {
  return {
    checkConfig: handle((request: messages.CheckRequest) => {
      const failures = plugin.checkConfig(unpack(request.getNews()).properties);
      const response = new messages.CheckResponse().setFailuresList(failures.map(failure));
      const news = request.getNews();
      return news ? response.setInputs(news) : response;
    }),
    diffConfig: handle((request: messages.DiffRequest) => {
      const [olds, news] = [unpack(request.getOlds()).properties, unpack(request.getNews()).properties];
      const changed = JSON.stringify(olds) !== JSON.stringify(news);
      const replaces = plugin.diffConfig(olds, news);
      return new messages.DiffResponse().setReplacesList([...replaces]).setChanges(changes(changed));
    }),
    configure: handle(async (request: messages.ConfigureRequest) => {
      await plugin.configure(unpack(request.getArgs()).properties);
      const response = new messages.ConfigureResponse();
      return response
        .setAcceptsecrets(true)
        .setSupportspreview(true)
        .setAcceptresources(true)
        .setAcceptoutputs(true);
    }),
  };
}

function resourceHandlers(plugin: Plugin): grpc.UntypedServiceImplementation {
  return {
    check: handle(async (request: messages.CheckRequest) => {
      const news = unpack(request.getNews());
      const { inputs, failures } = await plugin.check({
        ...identity(request),
        olds: unpack(request.getOlds()).properties,
        news: news.properties,
        seed: request.getRandomseed_asU8(),
      });
      return new messages.CheckResponse()
        .setInputs(struct(inputs, news.secrets))
        .setFailuresList(failures.map(failure));
    }),
    diff: handle(async (request: messages.DiffRequest) => difference(await plugin.diff(comparison(request)))),
    create: handle(async (request: messages.CreateRequest) => {
      const { properties: inputs, secrets } = unpack(request.getProperties());
      const made = await keepingSecrets(secrets, () =>
        plugin.create({
          ...identity(request),
          inputs,
          preview: request.getPreview(),
          timeout: request.getTimeout(),
        }),
      );
      return new messages.CreateResponse().setId(made.id).setProperties(madeStruct(made, secrets));
    }),
    read: handle(async (request: messages.ReadRequest) => {
      const [inputs, state] = [unpack(request.getInputs()), unpack(request.getProperties())];
      const made = await plugin.read({
        ...identity(request),
        id: request.getId(),
        inputs: inputs.properties,
        state: state.properties,
        timeout: request.getTimeout(),
      });
      const response = new messages.ReadResponse().setId(made.id);
      if (!made.id) return response;
      const secrets = new Set([...inputs.secrets, ...state.secrets]);
      return response
        .setProperties(madeStruct(made, secrets))
        .setInputs(struct(made.inputs, new Set([...inputs.secrets, ...made.secrets])));
    }),
    update: handle(async (request: messages.UpdateRequest) => {
      const { secrets } = unpack(request.getNews());
      const timing = { preview: request.getPreview(), timeout: request.getTimeout() };
      const made = await keepingSecrets(secrets, () => plugin.update({ ...comparison(request), ...timing }));
      return new messages.UpdateResponse().setProperties(madeStruct(made, secrets));
    }),
    delete: handle(async (request: messages.DeleteRequest) => {
      await plugin.delete({
        ...identity(request),
        id: request.getId(),
        inputs: unpack(request.getOldInputs()).properties,
        state: unpack(request.getProperties()).properties,
        timeout: request.getTimeout(),
      });
      return new emptyMessages.Empty();
    }),
  };
}

/** A call of the service from a function that answers or throws. */
function handle<Q, A>(answer: (request: Q) => A | Promise<A>): Handler<Q, A> {
  return (call, callback) => {
    void (async () => answer(call.request))().then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        callback(serviceError(error));
      },
    );
  };
}

function serviceError(error: unknown): Partial<grpc.StatusObject> {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof SecretPartialFailure) return partialFailure(error.failure, error.secrets);
  // UNKNOWN and INTERNAL make the engine fear that its state is damaged; this is an ordinary refusal.
  return { code: grpc.status.FAILED_PRECONDITION, details: message };
}

/** Remembers for the error's sake which inputs were secret: it carries properties too. */
class SecretPartialFailure extends Error {
  readonly failure: PartialFailure;
  readonly secrets: ReadonlySet<string>;

  constructor(failure: PartialFailure, secrets: ReadonlySet<string>) {
    super(failure.message, { cause: failure });
    this.failure = failure;
    this.secrets = secrets;
  }
}

async function keepingSecrets<T>(secrets: ReadonlySet<string>, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof PartialFailure ? new SecretPartialFailure(error, secrets) : error;
  }
}

function partialFailure(error: PartialFailure, secrets: ReadonlySet<string>): Partial<grpc.StatusObject> {
  const detail = new messages.ErrorResourceInitFailed()
    .setId(error.id)
    .setProperties(madeStruct(error.made, secrets))
    .setInputs(struct(error.inputs, secrets))
    .setReasonsList([error.message]);
  const packed = new anyMessages.Any();
  packed.pack(detail.serializeBinary(), 'pulumirpc.ErrorResourceInitFailed');
  const code = grpc.status.FAILED_PRECONDITION;
  const status = new statusMessages.Status().setCode(code).setMessage(error.message).setDetailsList([packed]);
  const metadata = new grpc.Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(status.serializeBinary()));
  return { code, details: error.message, metadata };
}

function identity(request: { getUrn(): string; getType(): string; getName(): string }) {
  // Older engines put type and name only into the URN: urn:pulumi:stack::project::parent$type::name.
  const [, , qualifiedType = '', ...name] = request.getUrn().split('::');
  return {
    type: request.getType() || (qualifiedType.split('$').at(-1) ?? ''),
    name: request.getName() || name.join('::'),
  };
}

function comparison(request: messages.DiffRequest | messages.UpdateRequest) {
  return {
    ...identity(request),
    id: request.getId(),
    oldInputs: unpack(request.getOldInputs()).properties,
    olds: unpack(request.getOlds()).properties,
    news: unpack(request.getNews()).properties,
    ignoreChanges: request.getIgnorechangesList(),
  };
}

function difference({ changes: all, replaces, deleteBeforeReplace }: Difference): messages.DiffResponse {
  const response = new messages.DiffResponse()
    .setChanges(changes(all.length > 0))
    .setDiffsList([...new Set(all.map(({ path }) => topLevel(path)))])
    .setReplacesList([...replaces])
    .setDeletebeforereplace(deleteBeforeReplace)
    .setHasdetaileddiff(true);
  const detailed = response.getDetaileddiffMap();
  for (const change of all) {
    const replacing = change.replaces || replaces.includes(topLevel(change.path));
    detailed.set(change.path, new messages.PropertyDiff().setKind(kind(change, replacing)));
  }
  return response;
}

function kind(change: Change, replacing: boolean): messages.PropertyDiff.Kind {
  const { Kind } = messages.PropertyDiff;
  switch (change.kind) {
    case 'add':
      return replacing ? Kind.ADD_REPLACE : Kind.ADD;
    case 'delete':
      return replacing ? Kind.DELETE_REPLACE : Kind.DELETE;
    case 'update':
      return replacing ? Kind.UPDATE_REPLACE : Kind.UPDATE;
  }
}

function changes(some: boolean): messages.DiffResponse.DiffChanges {
  const { DiffChanges } = messages.DiffResponse;
  return some ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE;
}

const topLevel = (path: string): string => /^[^.[]*/.exec(path)?.[0] ?? path;

function failure({ property, reason }: Failure): messages.CheckFailure {
  return new messages.CheckFailure().setProperty(property).setReason(`${property} ${reason}`);
}

function unpack(bag: Struct | undefined): Unwrapped {
  return unwrap(bag?.toJavaScript() ?? {});
}

function struct(properties: Properties, secrets?: ReadonlySet<string>): Struct {
  return structMessages.Struct.fromJavaScript(wrap(properties, secrets) as never);
}

function madeStruct(made: Made, secrets: ReadonlySet<string>): Struct {
  const all = new Set([...secrets, ...made.secrets, ...(secrets.has('tags') ? ['tagsAll'] : [])]);
  return struct(made.properties, all);
}
