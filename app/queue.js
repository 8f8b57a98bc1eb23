/** The queue to the worker; undefined when the environment has none. The AWS SDK is loaded when it is first needed. */
export function createQueue(queueUrl, region) {
  if (!queueUrl) return undefined;
  let client;
  const connect = async () => {
    const { SQSClient, SendMessageCommand } = await import('@aws-sdk/client-sqs');
    return { sqs: new SQSClient({ region }), SendMessageCommand };
  };
  return {
    /** Resolves to the message's id when the queue has it. `kind` tells the worker what to do. */
    async send(kind, job) {
      const { sqs, SendMessageCommand } = await (client ??= connect());
      const answer = await sqs.send(
        new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify({ kind, ...job }) }),
      );
      return answer.MessageId;
    },
  };
}
