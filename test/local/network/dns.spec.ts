import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { decode, encode, streamDecode, streamEncode, type Packet } from 'dns-packet';
import { answerMessage, recordOf, type Resolution } from '../../../local/network/dns-answer.ts';
import { serveDns } from '../../../local/network/dns-server.ts';

const query = (name: string, type: 'A' | 'TXT' = 'A'): Packet => ({
  type: 'query',
  id: 7,
  flags: 256,
  questions: [{ name, type }],
});

const resolve = (name: string, type: string): Resolution => {
  if (name === 'broken.example') throw new Error('no zone');
  if (name !== 'www.example') return { code: 'NXDOMAIN', records: [] };
  const records = type === 'A' ? [{ name, type, ttl: 60, data: '203.0.113.5' }] : [];
  return { code: 'NOERROR', records };
};

const ask = (packet: Packet, limit: number | 'stream' = 4096, using = resolve) =>
  decode(answerMessage(encode(packet), using, limit)!);

describe('an answer of the name server', () => {
  it('holds the records with their time to live', () => {
    const answer = ask(query('www.example'));
    expect(answer.answers).to.deep.include.members([
      { name: 'www.example', type: 'A', ttl: 60, class: 'IN', flush: false, data: '203.0.113.5' },
    ]);
    expect([answer.id, answer.flag_ra, answer.flag_rd]).to.deep.equal([7, true, true]);
  });

  it('tells a name that is not there from one without such records', () => {
    const rcode = (packet: Packet): number => (ask(packet).flags ?? 0) & 15;
    expect(rcode(query('nobody.example'))).to.equal(3);
    expect(rcode(query('www.example', 'TXT'))).to.equal(0);
  });

  it('is a server failure when the name cannot be resolved', () => {
    const { error } = console;
    console.error = () => undefined;
    try {
      expect((ask(query('broken.example')).flags ?? 0) & 15).to.equal(2);
    } finally {
      console.error = error;
    }
  });

  it('is cut short where it is too long for the client, and whole on a stream', () => {
    const many = (name: string): Resolution => ({
      code: 'NOERROR',
      records: Array.from({ length: 60 }, (_, index) => ({
        name,
        type: 'A',
        ttl: 1,
        data: `10.0.0.${index}`,
      })),
    });
    expect(ask(query('www.example'), 4096, many)).to.include({ flag_tc: true });
    expect(ask(query('www.example'), 'stream', many).answers).to.have.length(60);
  });

  it('is not given to what is no question', () => {
    expect(answerMessage(Buffer.from('hello'), resolve, 512)).to.equal(undefined);
  });

  it('knows the data of every type that Route 53 keeps', () => {
    const data = (type: string, text: string): unknown => {
      const [answer] = recordOf({ name: 'x.example', type, ttl: 1, data: text });
      return answer && 'data' in answer ? answer.data : undefined;
    };
    expect(data('CNAME', 'y.example.')).to.equal('y.example');
    expect(data('TXT', '"a b" "c"')).to.deep.equal(['a b', 'c']);
    expect(data('MX', '10 mail.example.')).to.deep.equal({ preference: 10, exchange: 'mail.example' });
    expect(data('SRV', '1 2 443 t.example')).to.deep.equal({
      priority: 1,
      weight: 2,
      port: 443,
      target: 't.example',
    });
    expect(data('CAA', '0 issue "ca.example"')).to.include({ tag: 'issue', value: 'ca.example' });
    expect(data('SOA', 'ns.example. admin.example. 1 2 3 4 5')).to.include({
      mname: 'ns.example',
      minimum: 5,
    });
    expect(data('SPF', 'x')).to.equal(undefined);
  });
});

describe('the name server', () => {
  it('answers over UDP and TCP, and knows who asks', async () => {
    const sources: string[] = [];
    const port = 20_000 + (process.pid % 20_000);
    const close = await serveDns(
      '127.0.0.1',
      (source, name, type) => {
        sources.push(source);
        return resolve(name, type);
      },
      port,
    );
    try {
      const udp = createSocket('udp4');
      udp.send(encode(query('www.example')), port, '127.0.0.1');
      const [message] = (await once(udp, 'message')) as [Buffer];
      udp.close();
      const tcp = connect(port, '127.0.0.1');
      tcp.write(streamEncode(query('www.example')));
      const [piece] = (await once(tcp, 'data')) as [Buffer];
      tcp.destroy();
      expect(decode(message).answers).to.have.length(1);
      expect(streamDecode(piece).answers).to.have.length(1);
      expect(sources).to.deep.equal(['127.0.0.1', '127.0.0.1']);
    } finally {
      close();
    }
  });
});
