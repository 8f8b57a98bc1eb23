/**
 * Every operation of every client, both ways: what the client writes we read, what we write the client reads.
 * The schemas' layout is the SDK's own affair; this is what tells when it changes.
 */
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { openForm, openHead, writeOutput } from '../../../local/endpoint/codec.ts';
import {
  loadModel,
  sources,
  type OperationModel,
  type ServiceModel,
} from '../../../local/endpoint/models.ts';
import { requestOf } from '../../../local/endpoint/request.ts';
import type { ServiceName } from '../../../local/endpoint/service.ts';
import { comparable, synthetic } from '../../support/synthetic.ts';

interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string | string[] | null>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** What we use of a client's protocol. */
interface ClientProtocol {
  setSerdeContext(context: object): void;
  serializeRequest(operation: object, input: object, context: object): Promise<HttpRequest>;
  deserializeResponse(operation: object, context: object, response: object): Promise<Record<string, unknown>>;
}

/** Event streams are framed in their own way and not implemented; the last two need a host name or a header list of their own. */
const left: Partial<Record<ServiceName, readonly string[]>> = {
  logs: ['GetLogObject', 'StartLiveTail'],
  s3: ['SelectObjectContent', 'WriteGetObjectResponse', 'GetObjectAttributes'],
};

interface Side {
  readonly protocol: ClientProtocol;
  readonly context: object;
  readonly operations: readonly unknown[][];
}

async function clientSide(name: ServiceName): Promise<Side> {
  const exported = Object.entries(await sources[name].load()) as [string, unknown][];
  const found = exported.find(
    ([key, value]) => key.endsWith('Client') && !key.startsWith('_') && typeof value === 'function',
  );
  const Client = found?.[1] as new (options: object) => { config: { protocol: ClientProtocol } };
  const { config } = new Client({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const endpoint = () => Promise.resolve({ protocol: 'http:', hostname: '127.0.0.1', port: 1, path: '/' });
  const context = { ...config, endpoint };
  config.protocol.setSerdeContext(context);
  const operations = exported
    .map(([, value]) => value)
    .filter((value) => Array.isArray(value) && value[0] === 9) as unknown[][];
  return { protocol: config.protocol, context, operations };
}

/** The input as our codec reads it from what the client wrote. */
function readBack(model: ServiceModel, operation: OperationModel, written: HttpRequest): unknown {
  const pairs = Object.entries(written.query ?? {}).flatMap(([key, value]) =>
    [value]
      .flat()
      .map((each) => (each === null ? key : `${encodeURIComponent(key)}=${encodeURIComponent(each)}`)),
  );
  // The bucket is put into the path after serialisation, by the endpoint rules.
  const path =
    operation.input.byName.get('Bucket')?.traits.httpLabel && !written.path.startsWith('/bucket')
      ? `/bucket${written.path}`
      : written.path;
  const headers = Object.fromEntries(
    Object.entries(written.headers).map(([key, value]) => [key.toLowerCase(), value]),
  );
  const url = pairs.length > 0 ? `${path}?${pairs.join('&')}` : path;
  const request = requestOf({ method: written.method, url, headers } as never);
  const body = Buffer.from(written.body ?? '');
  const isForm = model.protocol === 'query' || model.protocol === 'ec2';
  const opened = isForm
    ? openForm(model, request, body)
    : openHead(model, request, (name) => name === operation.name);
  expect(opened.name).to.equal(operation.name);
  return opened.found?.read(body);
}

async function roundTrip(model: ServiceModel, side: Side, schema: unknown[]): Promise<void> {
  const [, namespace, name, traits, input, output] = schema;
  const operation = model.operations.get(name as string);
  if (!operation) throw new Error('it is not in the model');
  const plain = { namespace, name, traits, input, output };
  const sent = synthetic(operation.input) as object;
  const written = await side.protocol.serializeRequest(plain, structuredClone(sent), side.context);
  expect(comparable(readBack(model, operation, written)), 'input').to.equal(comparable(sent));
  const answered = synthetic(operation.output);
  const { status, headers, body } = writeOutput(model, operation, answered, 'request');
  const response = {
    statusCode: status,
    headers,
    body: Readable.from(body ? [Buffer.from(body as string)] : []),
  };
  const { $metadata: _, ...received } = await side.protocol.deserializeResponse(
    plain,
    side.context,
    response,
  );
  for (const { name: member, shape } of operation.output.members)
    if (shape.type === 'blob' && shape.streaming) received[member] = undefined;
  expect(comparable(received), 'output').to.equal(comparable(answered));
}

describe('endpoint round trip', () => {
  for (const name of Object.keys(sources) as ServiceName[]) {
    it(`carries every operation of ${name}`, async () => {
      const model = await loadModel(name);
      const side = await clientSide(name);
      const failures: string[] = [];
      for (const schema of side.operations) {
        if (left[name]?.includes(schema[2] as string)) continue;
        await roundTrip(model, side, schema).catch((error: unknown) =>
          failures.push(`${String(schema[2])}: ${String(error)}`),
        );
      }
      expect(failures).to.deep.equal([]);
      expect(side.operations.length).to.be.greaterThan(9);
    });
  }
});
