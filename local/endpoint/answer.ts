import type { IncomingMessage, ServerResponse } from 'node:http';
import { authorize, checkRevealing, refusal } from './authorize.ts';
import type { CallFacts } from './call-keys.ts';
import { RequestCall } from './call.ts';
import { writeOutput } from './codec.ts';
import type { EndpointOptions } from './endpoint.ts';
import { awsError, errorReply } from './errors.ts';
import { loadedModel, loadModel, sources, type ServiceModel } from './models.ts';
import { receive, type Received } from './receive.ts';
import { requestOf, type Reply, type Request } from './request.ts';
import { checkRequired } from './required.ts';
import { AwsError, type ServiceName } from './service.ts';
import { signatureOf, type Signature } from './sigv4.ts';

export interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
}

/** From a request to its answer: find service and operation, check the signature, read, call, write. */
export async function answer(options: EndpointOptions, exchange: Exchange): Promise<Reply> {
  let model: ServiceModel | undefined;
  let name = '';
  try {
    const request = requestOf(exchange.message);
    const signature = signatureOf(request);
    model = await modelOf(serviceOf(request, signature));
    const received = await receive(options, exchange.message, request, signature, model);
    name = received.opened.name;
    return await perform(options, exchange, request, model, received);
  } catch (error) {
    const answered = awsError(error, model);
    if (answered !== error && answered.status >= 500) options.onFault?.(error, name);
    return errorReply(answered, model, exchange.requestId);
  }
}

function modelOf(name: ServiceName): ServiceModel | Promise<ServiceModel> {
  return loadedModel(name) ?? loadModel(name);
}

/** The service from the credential scope; for unsigned requests from what the head betrays. */
function serviceOf({ headers }: Request, signature: Signature | undefined): ServiceName {
  if (!signature) {
    const target = headers['x-amz-target']?.split('.')[0];
    const found = Object.entries(sources).find(([, source]) => target && source.target === target);
    return (found?.[0] as ServiceName | undefined) ?? 's3';
  }
  if (Object.hasOwn(sources, signature.service)) return signature.service as ServiceName;
  throw notImplemented(`the service ${signature.service}`);
}

function notImplemented(what: string): AwsError {
  return new AwsError('NotImplemented', `local cloud: ${what} is not implemented`, 501);
}

async function perform(
  options: EndpointOptions,
  { message, response, requestId }: Exchange,
  request: Request,
  model: ServiceModel,
  { opened, body, caller, identity }: Received,
): Promise<Reply> {
  if (!opened.found) throw unknownOperation(model, opened.name);
  const { operation, read } = opened.found;
  const service = options.services[model.name];
  const handler = service?.operations[operation.name];
  if (!handler) throw notImplemented(`${model.name} ${operation.name}`);
  const input = read(body);
  checkRequired(operation.input, input);
  const { account, region } = options;
  const origin = `http://${request.headers.host ?? ''}`;
  const call = new RequestCall({ caller, account, region, requestId, origin }, response);
  const facts: CallFacts = {
    call,
    identity,
    input,
    services: options.services,
    now: options.clock.now(),
    sourceAddress: message.socket.remoteAddress ?? '',
    headers: request.headers,
  };
  authorize(model, operation.name, facts);
  call.denied = (need) => refusal(model, operation.name, facts, need);
  const output = await performed(
    () => handler.call(service.operations, input, call),
    model,
    operation.name,
    facts,
  );
  // Answers leave once per turn of the event loop, after what they say is stored.
  await options.store.settled();
  return writeOutput(model, operation, output, requestId);
}

/** What a handler answers; an error that tells too much is shown only to whom it may be. */
async function performed(
  handle: () => unknown,
  model: ServiceModel,
  operation: string,
  facts: CallFacts,
): Promise<unknown> {
  try {
    return await handle();
  } catch (error) {
    if (error instanceof AwsError) checkRevealing(model, operation, facts, error.code);
    throw error;
  }
}

function unknownOperation(model: ServiceModel, name: string): AwsError {
  const isRest = model.protocol.startsWith('rest-');
  const code = isRest
    ? 'MethodNotAllowed'
    : model.protocol === 'json'
      ? 'UnknownOperationException'
      : 'InvalidAction';
  const message = `local cloud: ${model.name} has no operation ${JSON.stringify(name)}`;
  return new AwsError(code, message, isRest ? 405 : 400);
}
