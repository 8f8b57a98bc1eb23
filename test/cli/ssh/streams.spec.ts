import { expect } from 'chai';
import fc from 'fast-check';
import { inputMessage, payloadTypes, type AgentMessage } from '../../../cli/ssh/agent-message.ts';
import { Incoming, Outgoing } from '../../../cli/ssh/streams.ts';

const text = (word: string): Buffer => Buffer.from(word);
const numbered = (sequence: number): AgentMessage =>
  inputMessage(sequence, payloadTypes.output, text(String(sequence)));
const sequences = (messages: readonly AgentMessage[] | undefined): number[] | undefined =>
  messages?.map(({ sequence }) => sequence);

describe('what comes in', () => {
  it('comes in order and once, however it arrives', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...Array(20).keys()], { minLength: 20 }),
        fc.array(fc.nat(19), { maxLength: 20 }),
        (order, again) => {
          const incoming = new Incoming();
          const seen = [...order, ...again].flatMap((sequence) => incoming.take(numbered(sequence)) ?? []);
          expect(sequences(seen)).to.deep.equal([...Array(20).keys()]);
        },
      ),
    );
  });

  it('is not kept when it is too far ahead', () => {
    expect(new Incoming().take(numbered(10_000))).to.equal(undefined);
  });
});

describe('what goes out', () => {
  it('is sent again while it is not acknowledged, the oldest first', () => {
    const outgoing = new Outgoing();
    outgoing.add(payloadTypes.output, text('a'), 0);
    outgoing.add(payloadTypes.output, text('b'), 0);
    expect(outgoing.due(199)).to.equal(undefined);
    expect(outgoing.due(200)?.sequence).to.equal(0);
    expect(outgoing.due(399)).to.equal(undefined);
    outgoing.acknowledge(0, 400);
    expect(outgoing.due(400)?.sequence).to.equal(1);
    outgoing.acknowledge(1, 410);
    outgoing.acknowledge(1, 411);
    expect([outgoing.due(5000), outgoing.silence(5000)]).to.deep.equal([undefined, 0]);
  });

  it('waits longer where the way is long, but never more than a second', () => {
    const outgoing = new Outgoing();
    for (let turn = 0; turn < 40; turn += 1) {
      outgoing.add(payloadTypes.output, text('x'), turn * 1000);
      outgoing.acknowledge(turn, turn * 1000 + 400);
    }
    expect(outgoing.timeout).to.be.within(390, 600);
    outgoing.add(payloadTypes.output, text('x'), 100_000);
    outgoing.acknowledge(40, 190_000);
    expect(outgoing.timeout).to.equal(1000);
  });

  it('goes over a new connection as a whole', () => {
    const outgoing = new Outgoing();
    for (const word of ['a', 'b', 'c']) outgoing.add(payloadTypes.output, text(word), 0);
    outgoing.acknowledge(1, 10);
    expect(sequences(outgoing.all(20))).to.deep.equal([0, 2]);
    expect(outgoing.silence(50)).to.equal(50);
  });
});
