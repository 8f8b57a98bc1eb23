import { expect } from 'chai';
import {
  acknowledgementOf,
  decode,
  encode,
  payloadTypes,
  type AgentMessage,
} from '../../../cli/ssh/agent-message.ts';

/** Made with AWS's session-manager-plugin 1.3.0.0 (`SerializeClientMessage`). */
const byAws = Buffer.from(
  [
    '00000074',
    Buffer.from('input_stream_data'.padEnd(32)).toString('hex'),
    '00000001',
    '0000019b76daa800',
    '0000000000000007',
    '0000000000000000',
    '8899aabbccddeeff0011223344556677',
    'e9fe7e88e89d532379960402db8f9458194dae772aa5fda5a12806c22215f0ff',
    '00000001',
    '00000003',
    '6c730a',
  ].join(''),
  'hex',
);
const message: AgentMessage = {
  type: 'input_stream_data',
  sequence: 7,
  id: '00112233-4455-6677-8899-aabbccddeeff',
  payloadType: payloadTypes.output,
  payload: Buffer.from('ls\n'),
};

describe('messages of the data channel', () => {
  it('are written as AWS writes them', () => {
    expect(encode(message, Date.UTC(2026, 0, 1)).toString('hex')).to.equal(byAws.toString('hex'));
  });

  const samples: Record<string, AgentMessage> = {
    typed: message,
    'without a payload': { ...message, payload: Buffer.alloc(0) },
    'of any bytes': { ...message, payload: Buffer.from([0, 255, 128, 10]) },
    'far along': { ...message, sequence: 2 ** 40 },
    acknowledging: acknowledgementOf(message),
  };
  for (const [name, sample] of Object.entries(samples)) {
    it(`are read as they were written: ${name}`, () => {
      expect(decode(encode(sample, 1))).to.deep.equal(sample);
    });
  }

  it('may have their type filled up with zeros', () => {
    const bytes = encode(message, 1);
    bytes.fill(0, 4 + message.type.length, 36);
    expect(decode(bytes).type).to.equal('input_stream_data');
  });

  it('acknowledge by type, id and number', () => {
    const { type, payload } = acknowledgementOf(message);
    expect([type, JSON.parse(payload.toString())]).to.deep.equal([
      'acknowledge',
      {
        AcknowledgedMessageType: 'input_stream_data',
        AcknowledgedMessageId: message.id,
        AcknowledgedMessageSequenceNumber: 7,
        IsSequentialMessage: true,
      },
    ]);
  });

  const broken: Record<string, [string, (bytes: Buffer) => Buffer]> = {
    'cut off in the header': ['no whole header', (bytes) => bytes.subarray(0, 100)],
    'cut off in the payload': [
      '2 bytes of payload instead of 3',
      (bytes) => bytes.subarray(0, bytes.length - 1),
    ],
    changed: ['digest', (bytes) => bytes.fill('x', bytes.length - 1)],
    'with another header': ['no whole header', (bytes) => bytes.fill(1, 0, 4)],
    empty: ['no whole header', () => Buffer.alloc(0)],
  };
  for (const [name, [problem, change]] of Object.entries(broken)) {
    it(`are refused when ${name}`, () => {
      expect(() => decode(change(encode(message, 1)))).to.throw(problem);
    });
  }
});
