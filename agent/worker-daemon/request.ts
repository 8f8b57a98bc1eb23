import type { Message } from '@aws-sdk/client-sqs';
import { periodicTask } from '../../model/names.ts';

export interface RequestFacts {
  readonly queueUrl: string;
  readonly mimeType: string;
  readonly agentVersion: string;
}

/** Attributes that the daemon itself uses; not passed on as headers of their own. */
const ownAttributes = ['beanstalk.sqsd.', 'beanpole.'];

/** What is posted for a message: to its task's own path and without a body when it is a periodic task. */
export function requestFor(
  message: Message,
  facts: RequestFacts & { readonly httpPath: string },
): { readonly path: string; readonly body: string; readonly headers: Record<string, string> } {
  const task = taskOf(message);
  const body = task ? '' : (message.Body ?? '');
  const headers = messageHeaders(message, facts);
  headers['Content-Length'] = String(Buffer.byteLength(body));
  if (!task) return { path: facts.httpPath, body, headers };
  headers['X-Aws-Sqsd-Taskname'] = headerValue(task.name) ?? '';
  headers['X-Aws-Sqsd-Scheduled-At'] = headerValue(task.scheduledAt) ?? '';
  return { path: task.path, body, headers };
}

export interface TaskRun {
  readonly path: string;
  readonly name: string;
  readonly scheduledAt: string;
}

/** The periodic task that a message stands for: one with all three attributes, and a path that HTTP can ask for. */
export function taskOf({ MessageAttributes: attributes = {} }: Message): TaskRun | undefined {
  const path = attributes[periodicTask.path]?.StringValue;
  const name = attributes[periodicTask.name]?.StringValue;
  const scheduledAt = attributes[periodicTask.scheduledAt]?.StringValue;
  if (path === undefined || name === undefined || scheduledAt === undefined) return undefined;
  return /^\/[\x21-\x7e]*$/.test(path) ? { path, name, scheduledAt } : undefined;
}

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
    if (name === periodicTask.path) headers['X-Aws-Sqsd-Path'] = value;
    else if (!ownAttributes.some((own) => name.startsWith(own))) headers[`X-Aws-Sqsd-Attr-${name}`] = value;
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
