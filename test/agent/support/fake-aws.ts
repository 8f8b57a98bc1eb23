/** As much of AWS as an agent asks, with state to look at; the whole agent is tested against the local cloud elsewhere. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface QueuedMessage {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  visibleAt: number;
  receives: number;
  firstReceivedAt: number | undefined;
}

export class FakeAws {
  readonly objects = new Map<string, Buffer>();
  readonly parameters = new Map<string, string>();
  readonly logEvents = new Map<string, string[]>();
  readonly messages = new Map<string, QueuedMessage>();
  /** Deleted messages with how often each was received. */
  readonly handled = new Map<string, number>();
  readonly calls: string[] = [];
  lifecycleState = 'Pending:Wait';
  lifecycleResult: string | undefined;
  associatedAddress: string | undefined;
  /** Answers 503 to everything. */
  isDown = false;
  #server: Server | undefined;
  #nextId = 0;

  async listen(port: number): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    this.#server = server;
    server.keepAliveTimeout = 60_000;
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  send(body: string): string {
    const id = `message-${++this.#nextId}`;
    this.messages.set(id, {
      id,
      body,
      sentAt: Date.now(),
      visibleAt: 0,
      receives: 0,
      firstReceivedAt: undefined,
    });
    return id;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const [path = '/'] = (request.url ?? '/').split('?');
    if (path.startsWith('/latest/')) {
      metadata(request, response, path.slice('/latest/'.length));
      return;
    }
    if (this.isDown) {
      answer(response, 503, '<Error><Code>ServiceUnavailable</Code></Error>', 'text/xml');
      return;
    }
    const target = request.headers['x-amz-target'];
    if (typeof target === 'string') return this.#json(response, target, JSON.parse(body.toString()) as Json);
    const form = new URLSearchParams(body.toString());
    const action = form.get('Action');
    if (action !== null) {
      this.#query(response, action, form);
      return;
    }
    this.#s3(request, response, path.slice(1), body);
  }

  async #json(response: ServerResponse, target: string, input: Json): Promise<void> {
    const action = target.slice(target.lastIndexOf('.') + 1);
    this.calls.push(action);
    const handler = this.#handlers[action];
    if (!handler) {
      answer(response, 501, `{"__type":"UnknownOperation","message":"${action}"}`, jsonType);
      return;
    }
    const output = await handler(input, response);
    if ('__type' in output) {
      answer(response, 400, JSON.stringify(output), jsonType);
      return;
    }
    answer(response, 200, JSON.stringify(output), jsonType);
  }

  readonly #handlers: Record<string, (input: Json, response: ServerResponse) => Json | Promise<Json>> = {
    GetParameter: ({ Name }) => {
      const value = this.parameters.get(String(Name));
      return value === undefined
        ? { __type: 'ParameterNotFound', message: String(Name) }
        : { Parameter: { Name, Value: value, Version: 1, Type: 'String' } };
    },
    GetParameters: ({ Names }) => ({
      Parameters: (Names as string[]).flatMap((selector) => {
        const [name = '', version = '1'] = selector.split(':');
        const value = this.parameters.get(name);
        return value === undefined ? [] : [{ Name: name, Value: value, Version: Number(version) }];
      }),
      InvalidParameters: [],
    }),
    CreateLogStream: ({ logGroupName, logStreamName }) => {
      this.logEvents.set(`${String(logGroupName)} ${String(logStreamName)}`, []);
      return {};
    },
    PutLogEvents: ({ logGroupName, logStreamName, logEvents }) => {
      const events = this.logEvents.get(`${String(logGroupName)} ${String(logStreamName)}`);
      if (!events)
        return { __type: 'ResourceNotFoundException', message: 'The specified log stream does not exist.' };
      events.push(...(logEvents as { message: string }[]).map(({ message }) => message));
      return { nextSequenceToken: '1' };
    },
    ReceiveMessage: async (
      { MaxNumberOfMessages = 1, WaitTimeSeconds = 0, VisibilityTimeout = 30 },
      response,
    ) => {
      const deadline = Date.now() + Number(WaitTimeSeconds) * 1000;
      for (;;) {
        const taken = response.destroyed
          ? []
          : this.#take(Number(MaxNumberOfMessages), Number(VisibilityTimeout));
        if (taken.length > 0) return { Messages: taken };
        if (Date.now() >= deadline || response.destroyed) return {};
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    DeleteMessageBatch: ({ Entries }) => {
      for (const { ReceiptHandle } of Entries as Json[]) {
        const id = String(ReceiptHandle);
        this.handled.set(id, this.messages.get(id)?.receives ?? 0);
        this.messages.delete(id);
      }
      return { Successful: (Entries as Json[]).map(({ Id }) => ({ Id })), Failed: [] };
    },
    ChangeMessageVisibilityBatch: ({ Entries }) => {
      for (const { ReceiptHandle, VisibilityTimeout } of Entries as Json[]) {
        const message = this.messages.get(String(ReceiptHandle));
        if (message) message.visibleAt = Date.now() + Number(VisibilityTimeout) * 1000;
      }
      return { Successful: (Entries as Json[]).map(({ Id }) => ({ Id })), Failed: [] };
    },
  };

  #take(count: number, visibilityTimeout: number): Json[] {
    const now = Date.now();
    const visible = [...this.messages.values()].filter(({ visibleAt }) => visibleAt <= now).slice(0, count);
    return visible.map((message) => {
      message.visibleAt = now + visibilityTimeout * 1000;
      message.receives++;
      message.firstReceivedAt ??= now;
      return {
        MessageId: message.id,
        ReceiptHandle: message.id,
        Body: message.body,
        MD5OfBody: createHash('md5').update(message.body).digest('hex'),
        Attributes: {
          ApproximateReceiveCount: String(message.receives),
          ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
          SentTimestamp: String(message.sentAt),
          SenderId: 'AROAEXAMPLE:i-1',
        },
      };
    });
  }

  #query(response: ServerResponse, action: string, form: URLSearchParams): void {
    this.calls.push(action);
    const id = '<RequestId>fake</RequestId>';
    if (action === 'DescribeAutoScalingInstances') {
      answer(
        response,
        200,
        `<DescribeAutoScalingInstancesResponse><DescribeAutoScalingInstancesResult><AutoScalingInstances><member><InstanceId>i-1</InstanceId><AutoScalingGroupName>web-blue</AutoScalingGroupName><LifecycleState>${this.lifecycleState}</LifecycleState><AvailabilityZone>eu-central-1a</AvailabilityZone><HealthStatus>HEALTHY</HealthStatus><ProtectedFromScaleIn>false</ProtectedFromScaleIn></member></AutoScalingInstances></DescribeAutoScalingInstancesResult></DescribeAutoScalingInstancesResponse>`,
        'text/xml',
      );
      return;
    }
    if (action === 'CompleteLifecycleAction') {
      this.lifecycleResult = form.get('LifecycleActionResult') ?? undefined;
      this.lifecycleState = 'InService';
      answer(
        response,
        200,
        `<CompleteLifecycleActionResponse>${id}</CompleteLifecycleActionResponse>`,
        'text/xml',
      );
      return;
    }
    if (action === 'AssociateAddress') {
      this.associatedAddress = form.get('AllocationId') ?? undefined;
      answer(
        response,
        200,
        '<AssociateAddressResponse><associationId>eipassoc-1</associationId></AssociateAddressResponse>',
        'text/xml',
      );
      return;
    }
    answer(response, 501, `<Error><Code>${action}</Code></Error>`, 'text/xml');
  }

  #s3(request: IncomingMessage, response: ServerResponse, key: string, body: Buffer): void {
    this.calls.push(`${request.method ?? ''} ${key}`);
    if (request.method === 'PUT') {
      this.objects.set(key, body);
      response.setHeader('etag', '"fake"');
      answer(response, 200, '', 'text/xml');
      return;
    }
    const found = this.objects.get(key);
    if (!found) {
      answer(
        response,
        404,
        '<Error><Code>NoSuchKey</Code><Message>No such key.</Message></Error>',
        'text/xml',
      );
      return;
    }
    answer(response, 200, found, 'application/octet-stream');
  }
}

type Json = Record<string, unknown>;
const jsonType = 'application/x-amz-json-1.1';

const facts: Record<string, string> = {
  'api/token': 'token',
  'meta-data/instance-id': 'i-1',
  'meta-data/placement/availability-zone': 'eu-central-1a',
  'meta-data/local-ipv4': '10.0.0.5',
  'meta-data/iam/security-credentials/': 'role',
  'meta-data/iam/security-credentials/role': JSON.stringify({
    Code: 'Success',
    AccessKeyId: 'AKIAFAKE',
    SecretAccessKey: 'secret',
    Token: 'token',
    Expiration: '2099-01-01T00:00:00Z',
  }),
};

function metadata(request: IncomingMessage, response: ServerResponse, path: string): void {
  const isAllowed = path === 'api/token' || request.headers['x-aws-ec2-metadata-token'] === 'token';
  const fact = isAllowed ? facts[path] : undefined;
  answer(response, fact === undefined ? 404 : 200, fact ?? '', 'text/plain');
}

function answer(response: ServerResponse, status: number, body: string | Buffer, type: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
