import { parseForm, readForm, type FormNode } from './form.ts';
import { readJson, writeJson } from './json.ts';
import type { OperationModel, ServiceModel } from './models.ts';
import type { Reply, Request } from './request.ts';
import { readRest, writeRest, type Body } from './rest.ts';
import { route } from './routes.ts';
import { writeMembers, writeXml } from './xml.ts';

/** A request's operation, its input still to be read. */
export interface Opened {
  /** The operation's name as the request gives it. */
  readonly name: string;
  /** Undefined when AWS has no such operation. */
  readonly found: Found | undefined;
}

export interface Found {
  readonly operation: OperationModel;
  readonly read: (body: Body) => Record<string, unknown>;
}

/** Finds the operation that a REST or JSON request names in its head. */
export function openHead(
  model: ServiceModel,
  request: Request,
  implemented: (name: string) => boolean,
): Opened {
  if (model.protocol === 'json') {
    const name = (request.headers['x-amz-target'] ?? '').replace(/^.*\./, '');
    return opened(model, name, (operation, body) => readJson(operation.input, body as Buffer));
  }
  const routed = route(model, request, implemented);
  if (!routed) return { name: `${request.method} ${request.path}`, found: undefined };
  const { operation } = routed;
  return {
    name: operation.name,
    found: { operation, read: (body) => readRest(model, routed, request, body) },
  };
}

/** Finds the operation that a query request names in its body (or its URL). */
export function openForm(model: ServiceModel, request: Request, body: Buffer): Opened {
  const form = parseForm(request.method === 'GET' ? withoutSigning(request.rawQuery) : body.toString());
  const name = textOf(form, 'Action');
  const dialect = model.protocol === 'ec2' ? 'ec2' : 'query';
  return opened(model, name, (operation) => readForm(operation.input, form, dialect));
}

function opened(
  model: ServiceModel,
  name: string,
  read: (operation: OperationModel, body: Body) => unknown,
): Opened {
  const operation = model.operations.get(name);
  if (!operation) return { name, found: undefined };
  return { name, found: { operation, read: (body) => read(operation, body) as Record<string, unknown> } };
}

function textOf(form: FormNode, field: string): string {
  return form.children?.get(field)?.text ?? '';
}

function withoutSigning(rawQuery: string): string {
  return rawQuery
    .split('&')
    .filter((pair) => !/^x-amz-/i.test(pair))
    .join('&');
}

/** An operation's output as its protocol sends it. */
export function writeOutput(
  model: ServiceModel,
  operation: OperationModel,
  output: unknown,
  requestId: string,
): Reply {
  const value = (output ?? {}) as Record<string, unknown>;
  switch (model.protocol) {
    case 'json':
      return {
        status: 200,
        headers: { 'content-type': `application/x-amz-json-${model.version}` },
        body: writeJson(operation.output, value),
      };
    case 'rest-xml':
    case 'rest-json':
      return writeRest(model, operation, value);
    default:
      return {
        status: 200,
        headers: { 'content-type': 'text/xml' },
        body: writeQuery(model, operation, value, requestId),
      };
  }
}

function writeQuery(
  model: ServiceModel,
  { name, output }: OperationModel,
  value: unknown,
  requestId: string,
): string {
  const open = `<${name}Response xmlns="${model.xmlNamespace}">`;
  if (model.protocol === 'ec2')
    return `${open}<requestId>${requestId}</requestId>${writeMembers(output, value)}</${name}Response>`;
  const result = output.members.length > 0 ? writeXml(`${name}Result`, output, value) : '';
  return `${open}${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${name}Response>`;
}
