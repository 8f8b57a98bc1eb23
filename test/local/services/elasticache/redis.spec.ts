import { expect } from 'chai';
import { successor } from '../../../../local/services/elasticache/failover.ts';
import { accessOf, filesOf } from '../../../../local/services/elasticache/redis/config.ts';
import { parseReplication } from '../../../../local/services/elasticache/redis/plane.ts';
import { encode, readAnswers } from '../../../../local/services/elasticache/redis/resp.ts';

describe('a cache node', () => {
  const node = {
    hostId: 'cache-1',
    port: 6379,
    authTokens: [],
    adminPassword: 'secret',
    settings: { 'maxmemory-policy': 'allkeys-lru', 'notify-keyspace-events': '' },
  };

  it('listens with TLS only when it is to be encrypted', () => {
    const tls = { certificate: 'c', privateKey: 'k', root: 'r' };
    const { 'redis.conf': plain = '' } = filesOf(node);
    const { 'redis.conf': encrypted = '', ...others } = filesOf({ ...node, tls, primary: '10.0.0.7' });
    expect(plain.split('\n')).to.include('port 6379').and.not.include('port 0');
    expect(encrypted.split('\n')).to.include.members([
      'port 0',
      'tls-port 6379',
      'tls-replication yes',
      'replicaof 10.0.0.7 6379',
    ]);
    expect(others).to.deep.equal({ 'certificate.pem': 'c', 'key.pem': 'k', 'root.pem': 'r' });
    expect(plain).to.contain('notify-keyspace-events ""\n');
  });

  it('opens to clients with a valid token, without the commands that AWS keeps', () => {
    expect(accessOf({ authTokens: [] }))
      .to.include('nopass')
      .and.to.include('-config');
    expect(accessOf({ authTokens: ['one', 'two'] })).to.include.members(['>one', '>two', '-replicaof']);
    expect(accessOf({ authTokens: ['one'] })).to.not.include('nopass');
  });

  it('is read from INFO', () => {
    const replica = 'role:slave\r\nmaster_host:10.0.0.7\r\nmaster_link_status:up\r\nslave_repl_offset:42\r\n';
    expect(parseReplication(replica)).to.deep.equal({
      role: 'replica',
      primary: '10.0.0.7',
      isSynchronized: true,
      offset: 42,
    });
    expect(parseReplication(replica.replace('up', 'down')).isSynchronized).to.equal(false);
    expect(parseReplication('role:master\r\nmaster_repl_offset:9\r\n')).to.deep.equal({
      role: 'primary',
      isSynchronized: true,
      offset: 9,
    });
  });

  it('understands answers, whole ones only', () => {
    const text = '+OK\r\n:7\r\n$4\r\nädd\r\n$-1\r\n*2\r\n$1\r\na\r\n:1\r\n';
    expect(readAnswers(Buffer.from(text))).to.deep.equal(['OK', 7, 'ädd', null, ['a', 1]]);
    for (let end = 0; end < Buffer.byteLength(text); end++)
      expect(readAnswers(Buffer.from(text).subarray(0, end)).length).to.be.below(5);
    expect(String(readAnswers(Buffer.from('-NOPERM no\r\n'))[0])).to.equal('Error: NOPERM no');
    expect(encode(['SET', 'ä'])).to.equal('*2\r\n$3\r\nSET\r\n$2\r\nä\r\n');
  });
});

describe('a failover', () => {
  it('chooses the replica with the highest offset that answers', () => {
    expect(successor([])).to.equal(undefined);
    expect(successor([{ id: 'a', offset: undefined }])).to.equal(undefined);
    expect(
      successor([
        { id: 'a', offset: 5 },
        { id: 'b', offset: 9 },
        { id: 'c', offset: 9 },
        { id: 'd', offset: undefined },
      ]),
    ).to.equal('b');
  });
});
