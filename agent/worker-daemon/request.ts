import type { Message } from '@aws-sdk/client-sqs';

export interface RequestFacts {
  readonly queueUrl: string;
  readonly mimeType: string;
  readonly agentVersion: string;
}

/** Attributes that the daemon itself uses; not passed on as headers of their own. */
const ownAttributes = 'beanstalk.sqsd.';
const pathAttribute = 'beanstalk.sqsd.path';

/** Elastic Beanstalk's headers for a message. */
export function messageHeaders(message: Message, facts: RequestFacts): Record<string, string> {
  const { Attributes: attributes = {}, MessageAttributes: custom = {} } = message;
  const headers: Record<string, string> = {
    'User-Agent': `aws-sqsd/${facts.agentVersion}`,
    'Content-Type': facts.mimeType,
    'Content-Length': String(Buffer.byteLength(message.Body ?? '')),
    'X-Aws-Sqsd-Msgid': message.MessageId ?? '',
    'X-Aws-Sqsd-Queue': queueName(facts.queueUrl),
    'X-Aws-Sqsd-Receive-Count': attributes.ApproximateReceiveCount ?? '1',
  };
  const firstReceivedAt = isoTime(attributes.ApproximateFirstReceiveTimestamp);
  const sentAt = isoTime(attributes.SentTimestamp);
  if (firstReceivedAt !== undefined) headers['X-Aws-Sqsd-First-Received-At'] = firstReceivedAt;
  if (sentAt !== undefined) headers['X-Aws-Sqsd-Sent-At'] = sentAt;
  if (attributes.SenderId !== undefined) headers['X-Aws-Sqsd-Sender-Id'] = attributes.SenderId;
  for (const [name, { DataType = '', StringValue }] of Object.entries(custom)) {
    const value =
      StringValue === undefined || DataType.startsWith('Binary') ? undefined : headerValue(StringValue);
    if (value === undefined) continue;
    if (name === pathAttribute) headers['X-Aws-Sqsd-Path'] = value;
    else if (!name.startsWith(ownAttributes)) headers[`X-Aws-Sqsd-Attr-${name}`] = value;
  }
  return headers;
}

export const queueName = (queueUrl: string): string => queueUrl.slice(queueUrl.lastIndexOf('/') + 1);

const isoTime = (milliseconds: string | undefined): string | undefined =>
  milliseconds === undefined
    ? undefined
    : new Date(Number(milliseconds)).toISOString().replace(/\.\d+Z$/, 'Z');

/** UTF-8 as bytes, since a header holds no other; undefined for what no header can hold. */
function headerValue(text: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- a line break would begin another header
  return /[\u0000-\u0008\u000a-\u001f\u007f]/.test(text) ? undefined : Buffer.from(text).toString('latin1');
}

/** Whether a message was first received so long ago that it is thrown away. */
export function isExpired(message: Message, retentionPeriodSeconds: number, now: number): boolean {
  const first = Number(message.Attributes?.ApproximateFirstReceiveTimestamp ?? Number.NaN);
  return now - first > retentionPeriodSeconds * 1000;
}
