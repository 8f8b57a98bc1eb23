import { createHash, randomUUID } from 'node:crypto';

/**
 * The messages on a session's data channel: binary, big-endian, as the SSM agent and AWS's
 * session-manager-plugin write them (`agent/session/contracts/agentmessage.go`).
 */
export interface AgentMessage {
  readonly type: MessageType;
  readonly sequence: number;
  readonly id: string;
  readonly payloadType: number;
  readonly payload: Buffer;
}

export type MessageType =
  | 'input_stream_data'
  | 'output_stream_data'
  | 'acknowledge'
  | 'channel_closed'
  | 'start_publication'
  | 'pause_publication';

export const payloadTypes = {
  none: 0,
  output: 1,
  size: 3,
  handshakeRequest: 5,
  handshakeResponse: 6,
  handshakeComplete: 7,
} as const;

const offsets = {
  headerLength: 0,
  type: 4,
  schemaVersion: 36,
  created: 40,
  sequence: 48,
  flags: 56,
  id: 64,
  digest: 80,
  payloadType: 112,
  payloadLength: 116,
  payload: 120,
} as const;

/** The first message of a stream bears SYN; messages outside of streams are first and last at once. */
const flags = { none: 0n, syn: 1n, single: 3n } as const;

export function encode(message: AgentMessage, createdAt: number): Buffer {
  const { payload } = message;
  const bytes = Buffer.alloc(offsets.payload + payload.length);
  bytes.writeUInt32BE(offsets.payloadLength, offsets.headerLength);
  bytes.write(message.type.padEnd(32), offsets.type, 'latin1');
  bytes.writeUInt32BE(1, offsets.schemaVersion);
  bytes.writeBigUInt64BE(BigInt(createdAt), offsets.created);
  bytes.writeBigInt64BE(BigInt(message.sequence), offsets.sequence);
  bytes.writeBigUInt64BE(flagsOf(message), offsets.flags);
  swappedHalves(Buffer.from(message.id.replaceAll('-', ''), 'hex')).copy(bytes, offsets.id);
  digestOf(payload).copy(bytes, offsets.digest);
  bytes.writeUInt32BE(message.payloadType, offsets.payloadType);
  bytes.writeUInt32BE(payload.length, offsets.payloadLength);
  payload.copy(bytes, offsets.payload);
  return bytes;
}

/** Throws when the bytes are no message, or not as they were sent. */
export function decode(bytes: Buffer): AgentMessage {
  if (bytes.length < offsets.payload) throw new Error(`A message of ${bytes.length} bytes is cut off.`);
  if (bytes.readUInt32BE(offsets.headerLength) !== offsets.payloadLength)
    throw new Error('A message has a header of another length.');
  const payload = bytes.subarray(offsets.payload);
  if (bytes.readUInt32BE(offsets.payloadLength) !== payload.length)
    throw new Error('A message has another length than it says.');
  if (payload.length > 0 && !digestOf(payload).equals(bytes.subarray(offsets.digest, offsets.payloadType)))
    throw new Error("A message's payload does not have its digest.");
  return {
    type: bytes
      .toString('latin1', offsets.type, offsets.schemaVersion)
      .replaceAll('\0', '')
      .trim() as MessageType,
    sequence: Number(bytes.readBigInt64BE(offsets.sequence)),
    id: uuidOf(swappedHalves(bytes.subarray(offsets.id, offsets.digest))),
    payloadType: bytes.readUInt32BE(offsets.payloadType),
    payload,
  };
}

/** A message outside of the streams, with a document as its payload. */
export const documentMessage = (type: MessageType, content: object): AgentMessage => ({
  type,
  sequence: 0,
  id: randomUUID(),
  payloadType: payloadTypes.none,
  payload: Buffer.from(JSON.stringify(content)),
});

export const acknowledgement = ({ type, id, sequence }: AgentMessage): AgentMessage =>
  documentMessage('acknowledge', {
    AcknowledgedMessageType: type,
    AcknowledgedMessageId: id,
    AcknowledgedMessageSequenceNumber: sequence,
    IsSequentialMessage: true,
  });

function flagsOf({ type, sequence }: AgentMessage): bigint {
  if (type !== 'input_stream_data' && type !== 'output_stream_data') return flags.single;
  return sequence === 0 ? flags.syn : flags.none;
}

const digestOf = (payload: Buffer): Buffer => createHash('sha256').update(payload).digest();

/** Ids are written with their less significant half first. */
const swappedHalves = (id: Buffer): Buffer => Buffer.concat([id.subarray(8), id.subarray(0, 8)]);

const uuidOf = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
