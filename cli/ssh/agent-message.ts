import { createHash, randomUUID } from 'node:crypto';

/**
 * The messages of Session Manager's data channel: binary, big-endian, as AWS's session-manager-plugin writes and
 * reads them (`src/message/clientmessage.go`):
 *
 *     header length 4 · type 32 · schema version 4 · created 8 · sequence 8 · flags 8 · id 16 · digest 32 ·
 *     payload type 4 · payload length 4 · payload
 */
export interface AgentMessage {
  readonly type: string;
  readonly sequence: number;
  /** A UUID. */
  readonly id: string;
  readonly payloadType: number;
  readonly payload: Buffer;
}

export const payloadTypes = {
  none: 0,
  output: 1,
  size: 3,
  handshakeRequest: 5,
  handshakeResponse: 6,
  handshakeComplete: 7,
  encryptionChallenge: 8,
  standardError: 11,
} as const;

const typeAt = 4;
const versionAt = 36;
const createdAt = 40;
const sequenceAt = 48;
const flagsAt = 56;
const idAt = 64;
const digestAt = 80;
const payloadTypeAt = 112;
/** The header ends where the payload's length begins. */
const headerLength = 116;
const payloadAt = 120;

export function encode(message: AgentMessage, now: number): Buffer {
  const { type, sequence, id, payloadType, payload } = message;
  const bytes = Buffer.alloc(payloadAt + payload.length);
  bytes.writeUInt32BE(headerLength, 0);
  bytes.write(type.padEnd(versionAt - typeAt), typeAt, 'latin1');
  bytes.writeUInt32BE(1, versionAt);
  bytes.writeBigUInt64BE(BigInt(now), createdAt);
  bytes.writeBigInt64BE(BigInt(sequence), sequenceAt);
  // An acknowledgement is its sequence's first message and its last (SYN, FIN).
  bytes.writeBigUInt64BE(type === 'acknowledge' ? 3n : 0n, flagsAt);
  const uuid = Buffer.from(id.replaceAll('-', ''), 'hex');
  // Its second half comes first.
  uuid.copy(bytes, idAt, 8, 16);
  uuid.copy(bytes, idAt + 8, 0, 8);
  sha256(payload).copy(bytes, digestAt);
  bytes.writeUInt32BE(payloadType, payloadTypeAt);
  bytes.writeUInt32BE(payload.length, headerLength);
  payload.copy(bytes, payloadAt);
  return bytes;
}

/** Reads a message; throws when it is cut off or not as it was sent. */
export function decode(bytes: Buffer): AgentMessage {
  if (bytes.length < payloadAt || bytes.readUInt32BE(0) !== headerLength)
    throw new Error(`A message of ${bytes.length} bytes has no whole header.`);
  const length = bytes.readUInt32BE(headerLength);
  const payload = bytes.subarray(payloadAt);
  if (payload.length !== length)
    throw new Error(`A message has ${payload.length} bytes of payload instead of ${length}.`);
  if (length > 0 && !sha256(payload).equals(bytes.subarray(digestAt, payloadTypeAt)))
    throw new Error('The payload of a message does not have the digest that was sent with it.');
  const hex = bytes.toString('hex', idAt + 8, digestAt) + bytes.toString('hex', idAt, idAt + 8);
  return {
    // AWS fills up with blanks, or with zeros.
    type: bytes
      .toString('latin1', typeAt, versionAt)
      .replace(/[\0 ]+$/, '')
      .trimStart(),
    sequence: Number(bytes.readBigInt64BE(sequenceAt)),
    id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    payloadType: bytes.readUInt32BE(payloadTypeAt),
    payload,
  };
}

export const inputMessage = (sequence: number, payloadType: number, payload: Buffer): AgentMessage => ({
  type: 'input_stream_data',
  sequence,
  id: randomUUID(),
  payloadType,
  payload,
});

export const acknowledgementOf = ({ type, id, sequence }: AgentMessage): AgentMessage => ({
  type: 'acknowledge',
  sequence: 0,
  id: randomUUID(),
  payloadType: payloadTypes.none,
  payload: Buffer.from(
    JSON.stringify({
      AcknowledgedMessageType: type,
      AcknowledgedMessageId: id,
      AcknowledgedMessageSequenceNumber: sequence,
      IsSequentialMessage: true,
    }),
  ),
});

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
