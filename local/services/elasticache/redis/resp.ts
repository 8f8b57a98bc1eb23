import { connect } from 'node:net';

/** The protocol of Redis, as far as this service speaks it: commands to a server's own socket. */

const answerDeadline = 5000;

type Value = string | number | null | Value[];

/** Sends commands one after the other over one connection; the answer is that to the last. */
export function ask(socket: string, ...commands: readonly (readonly string[])[]): Promise<Value> {
  return new Promise((resolve, reject) => {
    const connection = connect(socket);
    let received = Buffer.alloc(0);
    const fail = (error: Error) => {
      connection.destroy();
      reject(error);
    };
    connection.setTimeout(answerDeadline, () => {
      fail(new Error(`The server on ${socket} did not answer within ${answerDeadline / 1000} s.`));
    });
    connection.on('error', fail);
    connection.on('close', () => {
      reject(new Error(`The server on ${socket} closed the connection.`));
    });
    connection.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const answers = readAnswers(received);
      const error = answers.find((answer) => answer instanceof Error);
      if (error) fail(error);
      else if (answers.length === commands.length) {
        resolve(answers.at(-1) as Value);
        connection.destroy();
      }
    });
    connection.write(commands.map(encode).join(''));
  });
}

export const encode = (words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;

/** All whole answers in what has come so far; an error among them is an `Error`. */
export function readAnswers(buffer: Buffer): (Value | Error)[] {
  const answers: (Value | Error)[] = [];
  for (let at = 0; at < buffer.length;) {
    const answer = readAnswer(buffer, at);
    if (!answer) break;
    answers.push(answer.value);
    at = answer.end;
  }
  return answers;
}

function readAnswer(buffer: Buffer, start: number): { value: Value | Error; end: number } | undefined {
  const lineEnd = buffer.indexOf('\r\n', start);
  if (lineEnd < 0) return undefined;
  const line = buffer.toString('utf8', start + 1, lineEnd);
  const end = lineEnd + 2;
  switch (String.fromCharCode(buffer[start] ?? 0)) {
    case '+':
      return { value: line, end };
    case '-':
      return { value: new Error(line), end };
    case ':':
      return { value: Number(line), end };
    case '$':
      return readText(buffer, end, Number(line));
    default:
      return readList(buffer, end, Number(line));
  }
}

function readText(buffer: Buffer, start: number, length: number) {
  if (length < 0) return { value: null, end: start };
  const end = start + length + 2;
  return buffer.length < end ? undefined : { value: buffer.toString('utf8', start, end - 2), end };
}

function readList(buffer: Buffer, start: number, length: number) {
  const value: Value[] = [];
  let end = start;
  for (let index = 0; index < length; index++) {
    const item = readAnswer(buffer, end);
    if (!item) return undefined;
    value.push(item.value as Value);
    ({ end } = item);
  }
  return { value, end };
}
