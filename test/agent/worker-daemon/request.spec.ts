import { expect } from 'chai';
import fc from 'fast-check';
import { isExpired, messageHeaders } from '../../../agent/worker-daemon/request.ts';
import { pollsToStart } from '../../../agent/worker-daemon/polls.ts';

const facts = {
  queueUrl: 'https://sqs.eu-central-1.amazonaws.com/123456789012/jobs',
  mimeType: 'application/json',
  agentVersion: '1.0',
};
const message = {
  MessageId: 'm-1',
  Body: '{"n":"ä"}',
  Attributes: {
    ApproximateReceiveCount: '3',
    ApproximateFirstReceiveTimestamp: '1767225600123',
    SentTimestamp: '1767225599000',
    SenderId: 'AROA:i-1',
  },
};

describe('a request of the worker daemon', () => {
  it("has Elastic Beanstalk's headers", () => {
    expect(messageHeaders(message, facts)).to.deep.equal({
      'User-Agent': 'aws-sqsd/1.0',
      'Content-Type': 'application/json',
      'Content-Length': '10',
      'X-Aws-Sqsd-Msgid': 'm-1',
      'X-Aws-Sqsd-Queue': 'jobs',
      'X-Aws-Sqsd-Receive-Count': '3',
      'X-Aws-Sqsd-First-Received-At': '2026-01-01T00:00:00Z',
      'X-Aws-Sqsd-Sent-At': '2025-12-31T23:59:59Z',
      'X-Aws-Sqsd-Sender-Id': 'AROA:i-1',
    });
  });

  it('has one for each attribute of text or number, none for bytes and its own', () => {
    const headers = messageHeaders(
      {
        ...message,
        MessageAttributes: {
          Shop: { DataType: 'String', StringValue: 'Köln' },
          Count: { DataType: 'Number.int', StringValue: '7' },
          Blob: { DataType: 'Binary', BinaryValue: new Uint8Array([1]) },
          Smuggled: { DataType: 'String', StringValue: 'a\r\nX-Evil: 1' },
          'beanstalk.sqsd.path': { DataType: 'String', StringValue: '/nightly' },
          'beanstalk.sqsd.task_name': { DataType: 'String', StringValue: 'nightly' },
        },
      },
      facts,
    );
    expect(Buffer.from(headers['X-Aws-Sqsd-Attr-Shop'] ?? '', 'latin1').toString()).to.equal('Köln');
    expect(headers['X-Aws-Sqsd-Attr-Count']).to.equal('7');
    expect(headers['X-Aws-Sqsd-Path']).to.equal('/nightly');
    expect(Object.keys(headers).filter((name) => /Blob|Smuggled|beanstalk/.test(name))).to.deep.equal([]);
  });

  it('is not made for a message past the retention period', () => {
    const first = 1767225600123;
    expect(isExpired(message, 60, first + 60_000)).to.equal(false);
    expect(isExpired(message, 60, first + 60_001)).to.equal(true);
    expect(isExpired({ Body: '' }, 60, first)).to.equal(false);
  });
});

const plain = { waiting: 0, ahead: 0, mostPerReceive: 10 };

describe('polling', () => {
  for (const { title, facts: given, polls } of [
    {
      title: 'begins with one receive',
      facts: { connections: 50, busy: 0, reserved: [], isIdle: true },
      polls: [10],
    },
    {
      title: 'asks for more when messages come',
      facts: { connections: 50, busy: 8, reserved: [10], isIdle: false },
      polls: [10, 10, 10, 2],
    },
    {
      title: 'asks for what is free only',
      facts: { connections: 12, busy: 9, reserved: [], isIdle: false },
      polls: [3],
    },
    {
      title: 'stops when all connections are busy',
      facts: { connections: 3, busy: 3, reserved: [], isIdle: false },
      polls: [],
    },
    {
      title: 'holds messages ready, by tens, while all connections are busy',
      facts: { connections: 50, busy: 50, waiting: 15, ahead: 50, reserved: [10], isIdle: false },
      polls: [10, 10],
    },
    {
      title: 'does not ask for less than ten ahead of time',
      facts: { connections: 50, busy: 50, waiting: 45, ahead: 50, reserved: [], isIdle: false },
      polls: [],
    },
    {
      title: 'takes one message at a time of a FIFO queue',
      facts: { connections: 3, busy: 1, reserved: [], isIdle: false, mostPerReceive: 1 },
      polls: [1, 1],
    },
    {
      title: 'makes one receive do while the queue is empty',
      facts: { connections: 50, busy: 0, reserved: [10], isIdle: true },
      polls: [],
    },
  ])
    it(title, () => expect(pollsToStart({ ...plain, ...given })).to.deep.equal(polls));

  it('never takes more than there are connections, and never stalls while one is free', () => {
    const counts = fc.record({
      connections: fc.integer({ min: 1, max: 100 }),
      busy: fc.integer({ min: 0, max: 100 }),
      isIdle: fc.boolean(),
    });
    fc.assert(
      fc.property(
        counts,
        fc.array(fc.integer({ min: 1, max: 10 }), { maxLength: 5 }),
        ({ connections, busy, isIdle }, reserved) => {
          const taken = busy + reserved.reduce((sum, each) => sum + each, 0);
          fc.pre(taken <= connections);
          const polls = pollsToStart({ ...plain, connections, busy, reserved, isIdle });
          expect(polls.every((size) => size >= 1 && size <= 10)).to.equal(true);
          expect(taken + polls.reduce((sum, each) => sum + each, 0)).to.be.at.most(connections);
          if (taken < connections && reserved.length === 0) expect(polls.length).to.be.greaterThan(0);
        },
      ),
    );
  });
});
