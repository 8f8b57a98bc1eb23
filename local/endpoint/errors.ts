import { InputFault } from './faults.ts';
import type { Protocol, ServiceModel } from './models.ts';
import type { Reply } from './request.ts';
import { AwsError } from './service.ts';
import { escapeXml, textElement } from './xml.ts';

/** Anything thrown, as an error of AWS's. */
export function awsError(error: unknown, model: ServiceModel | undefined): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof InputFault) return inputError(error, model);
  const message = error instanceof Error ? error.message : String(error);
  return new AwsError('InternalFailure', `local cloud: ${message}`, 500);
}

function inputError({ kind, path, message: detail }: InputFault, model: ServiceModel | undefined): AwsError {
  const message = {
    missing: `1 validation error detected: Value null at '${lowerFirst(path)}' failed to satisfy constraint: Member must not be null`,
    unknown: `local cloud: ${model?.name ?? 'this service'} knows no field ${path} here`,
    malformed: path ? `1 validation error detected: Value at '${lowerFirst(path)}': ${detail}` : detail,
  }[kind];
  return new AwsError(inputCode(kind, model), inputMessage(kind, path, model) ?? message, 400);
}

function inputMessage(
  kind: InputFault['kind'],
  path: string,
  model: ServiceModel | undefined,
): string | undefined {
  const asParameter = model?.protocol === 'ec2' || model?.name === 'sqs';
  if (kind === 'missing' && asParameter) return `The request must contain the parameter ${path}.`;
  return undefined;
}

function inputCode(kind: InputFault['kind'], model: ServiceModel | undefined): string {
  switch (model?.protocol) {
    case 'ec2':
      return { missing: 'MissingParameter', unknown: 'UnknownParameter', malformed: 'InvalidParameterValue' }[
        kind
      ];
    case 'query':
      return { missing: 'ValidationError', unknown: 'ValidationError', malformed: 'ValidationError' }[kind];
    case 'rest-json':
      return 'BadRequest';
    case 'rest-xml':
      if (model.name === 'route53') return 'InvalidInput';
      return { missing: 'InvalidRequest', unknown: 'InvalidArgument', malformed: 'MalformedXML' }[kind];
    default:
      if (model?.queryCompatible)
        return {
          missing: 'MissingParameter',
          unknown: 'InvalidParameterValue',
          malformed: 'InvalidParameterValue',
        }[kind];
      return kind === 'malformed' ? 'SerializationException' : 'ValidationException';
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** An error on the wire, in the form of the service's protocol. */
export function errorReply(error: AwsError, model: ServiceModel | undefined, requestId: string): Reply {
  const known = model?.errors.get(error.code);
  // Handlers may leave the status to the model. (JSON 1.1 models name statuses that AWS does not send.)
  const modelled = model?.protocol === 'json' ? known?.query?.[1] : (known?.query?.[1] ?? known?.status);
  const status = error.status === 400 ? (modelled ?? 400) : error.status;
  if (status === 304) return { status, headers: {}, body: undefined };
  const protocol: Protocol = model?.protocol ?? 'rest-xml';
  if (protocol === 'rest-json') return restJsonError(error, model, status);
  return protocol === 'json' ? jsonError(error, model, status) : xmlError(error, model, status, requestId);
}

function jsonError(error: AwsError, model: ServiceModel | undefined, status: number): Reply {
  const known = model?.errors.get(error.code);
  const headers: Record<string, string> = {
    'content-type': `application/x-amz-json-${model?.version ?? '1.1'}`,
  };
  if (model?.queryCompatible)
    headers['x-amzn-query-error'] =
      `${known?.query?.[0] ?? error.code};${status < 500 ? 'Sender' : 'Receiver'}`;
  const type = known ? `${known.namespace}#${known.name}` : error.code;
  return {
    status,
    headers,
    body: JSON.stringify({ __type: type, message: error.message, Message: error.message, ...error.fields }),
  };
}

/** The name is in a header only. */
function restJsonError(error: AwsError, model: ServiceModel | undefined, status: number): Reply {
  const name = model?.errors.get(error.code)?.name ?? error.code;
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': name };
  return { status, headers, body: JSON.stringify({ ...error.fields, Message: error.message }) };
}

function xmlError(
  error: AwsError,
  model: ServiceModel | undefined,
  status: number,
  requestId: string,
): Reply {
  const code = model?.errors.get(error.code)?.query?.[0] ?? error.code;
  const fields = Object.entries(error.fields).map(([name, value]) => textElement(name, String(value)));
  const inner = textElement('Code', code) + textElement('Message', error.message) + fields.join('');
  return { status, headers: { 'content-type': 'text/xml' }, body: envelope(inner, model, status, requestId) };
}

function envelope(inner: string, model: ServiceModel | undefined, status: number, requestId: string): string {
  if (model?.protocol === 'ec2') {
    return `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>${inner}</Error></Errors><RequestID>${requestId}</RequestID></Response>`;
  }
  if (!model || model.name === 's3') {
    return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner}<RequestId>${requestId}</RequestId></Error>`;
  }
  const type = `<Type>${status < 500 ? 'Sender' : 'Receiver'}</Type>`;
  return `<ErrorResponse xmlns="${escapeXml(model.xmlNamespace)}"><Error>${type}${inner}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}
