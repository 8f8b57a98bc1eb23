import { expect } from 'chai';
import { deadLetter } from '../../../agent/worker-daemon/dead-letter.ts';

const text = (StringValue: string) => ({ DataType: 'String', StringValue });
const message = {
  MessageId: 'm-1',
  Body: 'body',
  Attributes: { ApproximateReceiveCount: '10', MessageGroupId: 'g' },
};

describe('a dead letter', () => {
  it('is the message with the reason of its last failure', () => {
    const attributes = { colour: text('red'), 'beanpole.reason': text('of an earlier death') };
    expect(
      deadLetter('https://sqs/1/dead', { ...message, MessageAttributes: attributes }, 'answered\u0000 500'),
    ).to.deep.equal({
      QueueUrl: 'https://sqs/1/dead',
      MessageBody: 'body',
      MessageAttributes: {
        colour: text('red'),
        'beanpole.reason': text('answered  500'),
        'beanpole.message-id': text('m-1'),
        'beanpole.receives': text('10'),
      },
    });
  });

  it('has ten attributes at most, as SQS allows: its own come first', () => {
    const nine = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`own-${index}`, text('x')]));
    const letter = deadLetter('https://sqs/1/dead', { ...message, MessageAttributes: nine }, 'reason');
    expect(Object.keys(letter.MessageAttributes ?? {}))
      .to.have.length(10)
      .and.to.include('beanpole.reason');
  });

  it('stays in its group on a FIFO queue, once', () => {
    expect(deadLetter('https://sqs/1/dead.fifo', message, 'reason')).to.include({
      MessageGroupId: 'g',
      MessageDeduplicationId: 'm-1',
    });
  });
});
