// Run inside a host's network namespace: tries TCP connections and says which got through, answered or refused by
// the host itself. Standard input: [[source address, address, port], …]. Standard output: [true, false, …].
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

const attempts = JSON.parse(readFileSync(0, 'utf8'));
const results = [];

const attempt = ([localAddress, host, port]) =>
  new Promise((done) => {
    const socket = connect({ localAddress, host, port });
    const end = (result) => {
      socket.destroy();
      done(result);
    };
    socket.setTimeout(10_000, () => end('lost'));
    socket.once('connect', () => end(true));
    // A port where nothing listens answers, too: the host refuses, not the network.
    socket.once('error', ({ code }) =>
      end(code === 'ECONNREFUSED' || (['EHOSTUNREACH', 'ENETUNREACH'].includes(code) ? false : code)),
    );
  });

let next = 0;
const worker = async () => {
  while (next < attempts.length) {
    const index = next++;
    results[index] = await attempt(attempts[index]);
  }
};
await Promise.all(Array.from({ length: 40 }, worker));
process.stdout.write(JSON.stringify(results));
