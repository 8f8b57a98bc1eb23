import type { MessageAttributeValue } from '@aws-sdk/client-sqs';

/** A queue as it is stored. */
export interface Queue {
  readonly name: string;
  readonly created: number;
  modified: number;
  /** Only what was set; defaults are added in answers. */
  attributes: Record<string, string>;
  tags: Record<string, string>;
  purged?: number;
}

/** Attributes of messages with binary values as base64. */
export type StoredAttributes = Record<
  string,
  Omit<MessageAttributeValue, 'BinaryValue'> & { BinaryValue?: string }
>;

/** What is stored once, when a message is sent. */
export interface Message {
  readonly id: string;
  readonly queue: string;
  readonly body: string;
  readonly md5: string;
  readonly attributes?: StoredAttributes;
  readonly sent: number;
  readonly sender: string;
  /** When its delay ends. */
  readonly visibleAt: number;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  readonly sequence?: string;
  readonly traceHeader?: string;
  /** ARN of the queue that a dead letter comes from. */
  readonly sourceArn?: string;
}

/** What changes with each receive: small, so that a message's body is not written again. */
export interface Delivery {
  readonly count: number;
  readonly first: number;
  readonly visibleAt: number;
  /** The newest receipt; older ones are void. */
  readonly receipt: string;
}

/** A FIFO queue's memory of what it took in the last five minutes. */
export interface Deduplication {
  readonly messageId: string;
  readonly sequence: string;
  readonly at: number;
}

/** A task that moves dead letters back. */
export interface MoveTask {
  readonly handle: string;
  readonly sourceArn: string;
  readonly destinationArn?: string;
  readonly perSecond: number;
  readonly started: number;
  readonly toMove: number;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  moved: number;
  failure?: string;
}
