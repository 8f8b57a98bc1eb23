import { expect } from 'chai';
import { weightRanges } from '../../../../local/services/elbv2/haproxy/actions.ts';
import { acls, wildcard } from '../../../../local/services/elbv2/haproxy/conditions.ts';
import { configure } from '../../../../local/services/elbv2/haproxy/config.ts';
import type { BalancerModel, GroupModel, RuleModel } from '../../../../local/services/elbv2/haproxy/model.ts';
import { addCommands, serversOf, serversOfAll } from '../../../../local/services/elbv2/haproxy/servers.ts';

const group = (more: Partial<GroupModel> = {}): GroupModel => ({
  name: 'web-1',
  algorithm: 'roundrobin',
  slowStartSeconds: 0,
  check: {
    path: '/health',
    matcher: '200-299',
    intervalSeconds: 10,
    timeoutSeconds: 5,
    healthyThreshold: 3,
    unhealthyThreshold: 2,
  },
  targets: [{ name: 'i-1_80', address: '10.0.1.5', port: 80, phase: 'serving', startsHealthy: true }],
  ...more,
});

const toWeb: RuleModel['action'] = { kind: 'forward', groups: [{ name: 'web-1', weight: 1 }] };

const model = (rules: RuleModel[] = [], more: Partial<BalancerModel> = {}): BalancerModel => ({
  id: 'elb-1',
  dnsName: 'shop-1.eu-central-1.elb.amazonaws.com',
  addresses: ['10.0.0.10', '10.0.1.10'],
  idleSeconds: 60,
  forwardedFor: 'append',
  http2: true,
  dropsInvalidHeaders: false,
  listeners: [{ port: 80, rules: [...rules, { id: '80.default', conditions: [], action: toWeb }] }],
  groups: [group()],
  ...more,
});

const lines = (one: BalancerModel) =>
  configure(one)
    .textWith(serversOfAll(one))
    .split('\n')
    .map((line) => line.trim());

describe("a load balancer's configuration", () => {
  it('speaks TLS with the certificate that a server name chooses, and HTTP/2', () => {
    const tls = {
      minimum: 'TLSv1.2',
      maximum: 'TLSv1.3',
      ciphers: ['ECDHE-RSA-AES128-GCM-SHA256'],
      certificates: [
        { id: 'one', pem: 'first' },
        { id: 'two', pem: 'second' },
      ],
    };
    const redirect: RuleModel['action'] = {
      kind: 'redirect',
      status: 302,
      protocol: '#{protocol}',
      port: '#{port}',
      host: 'new.example',
      path: '/#{path}',
      query: '#{query}',
    };
    const secure = model([], {
      listeners: [{ port: 443, tls, rules: [{ id: '443.default', conditions: [], action: redirect }] }],
    });
    expect(lines(secure)).to.include.members([
      'bind 10.0.0.10:443,10.0.1.10:443 ssl crt-list certificates-443.list alpn h2,http/1.1 ssl-min-ver TLSv1.2 ssl-max-ver TLSv1.3 ciphers ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0',
      'http-request set-header X-Forwarded-Proto https',
      'http-request redirect location "https://new.example:%[dst_port]/%[path,regsub(^/,)]%[var(txn.query)]" code 302 if { var(txn.rule) -m str 443.default }',
    ]);
    expect(configure(secure).files).to.include({
      'certificates-443.list': 'certificate-one.pem\ncertificate-two.pem\n',
      'certificate-two.pem': 'second',
    });
    expect(lines({ ...secure, http2: false }).join()).to.contain('alpn http/1.1 ');
  });

  it('tells a target that cannot be reached in time from one that refuses', () => {
    expect(lines(model()).filter((line) => line.includes('set-status'))).to.deep.equal([
      'http-after-response set-status 504 reason "Gateway Time-out" if { status 503 } !{ var(txn.answered) -m found } { var(txn.open),nbsrv gt 0 } { date(0,ms),sub(txn.began) ge 9900 }',
      'http-after-response set-status 502 reason "Bad Gateway" if { status 503 } !{ var(txn.answered) -m found } { var(txn.open),nbsrv gt 0 }',
    ]);
  });

  it('binds each zone and keeps connections over a reload', () => {
    expect(lines(model())).to.include.members([
      'bind 10.0.0.10:80,10.0.1.10:80',
      'option idle-close-on-response',
      'http-reuse safe',
      'retries 0',
      'timeout server 60s',
    ]);
  });

  it('tells the target about the client', () => {
    expect(lines(model())).to.include.members([
      'http-request set-header X-Forwarded-For "%[var(txn.xff)], %[src]" if { var(txn.xff) -m found }',
      'http-request set-header X-Forwarded-Proto http',
      'http-request set-header X-Forwarded-Port %[dst_port]',
      'http-request set-header X-Amzn-Trace-Id "Root=%[unique-id,lower]" if !{ var(txn.trace) -m found }',
    ]);
    expect(lines(model([], { forwardedFor: 'remove' }))).to.include(
      'http-request del-header X-Forwarded-For',
    );
  });

  it('checks targets the way ALB does', () => {
    expect(lines(model())).to.include.members([
      "http-check send meth GET uri '/health' ver HTTP/1.1 hdr Host shop-1.eu-central-1.elb.amazonaws.com hdr User-Agent ELB-HealthChecker/2.0 hdr Connection close",
      'http-check expect status 200-299',
      'timeout check 5s',
      'server i-1_80 10.0.1.5:80 check inter 10s rise 3 fall 2',
    ]);
  });

  it('takes for itself whatever a health check path or a redirect holds', () => {
    const check = { ...group().check, path: `/it's#"\\` };
    expect(lines(model([], { groups: [group({ check })] })).join()).to.include(`GET uri '/it'\\''s#"\\' ver`);
    const redirect = {
      kind: 'redirect',
      status: 301,
      protocol: 'HTTPS',
      host: 'new.example',
      port: '443',
      path: '/50%"${a}\\',
      query: '',
    } as const;
    expect(lines(model([{ id: '80.1', conditions: [], action: redirect }])).join()).to.include(
      'location "https://new.example:443/50%%%%22%%24{a}%%5C" code 301',
    );
  });

  it('answers errors as awselb/2.0', () => {
    const { files, structure } = configure(model());
    expect(structure).to.include('errorfile 503 503.http');
    expect(files['503.http']).to.match(
      /^HTTP\/1\.1 503 Service Temporarily Unavailable\r\nServer: awselb\/2\.0\r\n/,
    );
    expect(files['502.http']).to.include('<h1>502 Bad Gateway</h1>');
  });

  it('takes rules in order; the first that fits wins', () => {
    const rules = lines(
      model([
        {
          id: '80.10',
          conditions: [{ kind: 'path', values: ['/api/*'] }],
          action: { kind: 'fixed', status: 404, contentType: 'text/plain', body: 'no' },
        },
        {
          id: '80.20',
          conditions: [{ kind: 'host', values: ['old.example'] }],
          action: {
            kind: 'redirect',
            status: 301,
            protocol: 'HTTPS',
            host: 'new.example',
            port: '443',
            path: '/#{path}',
            query: '#{query}',
          },
        },
      ]),
    );
    expect(rules).to.include.members([
      "http-request set-var(txn.rule) str(80.10) if !{ var(txn.rule) -m found } { path -m reg -- '^/api/.*$' }",
      "http-request return status 404 content-type 'text/plain' file body-80.10 hdr Server awselb/2.0 if { var(txn.rule) -m str 80.10 }",
      'http-request redirect location "https://new.example:443/%[path,regsub(^/,)]%[var(txn.query)]" code 301 if { var(txn.rule) -m str 80.20 }',
      'http-request set-var(txn.rule) str(80.default) if !{ var(txn.rule) -m found }',
      'http-request set-var(txn.tg) str(web-1) if { var(txn.rule) -m str 80.default }',
    ]);
  });

  it('divides by weights in a map, so that weights change without a reload', () => {
    const weighted = (a: number, b: number, stickySeconds?: number) =>
      configure(
        model([
          {
            id: '80.1',
            conditions: [],
            action: {
              kind: 'forward',
              groups: [
                { name: 'a', weight: a },
                { name: 'b', weight: b },
              ],
              ...(stickySeconds !== undefined && { stickySeconds }),
            },
          },
        ]),
      );
    expect(weighted(80, 20).maps).to.deep.equal({ 'weights-80.1.map': '0:7999 a\n8000:9999 b\n' });
    expect(weighted(10, 90).structure).to.equal(weighted(80, 20).structure);
    expect(weighted(1, 0).maps['weights-80.1.map']).to.equal('0:9999 a\n');
    const sticky = weighted(1, 1, 60);
    expect(sticky.files['groups-80.1.map']).to.equal('a a\nb b\n');
    expect(sticky.structure).to.include('set-var(txn.tg) req.cook(AWSALBTG),map_str(groups-80.1.map)');
  });

  it('shares draws out without gap or overlap', () => {
    const ranges = weightRanges([
      { name: 'a', weight: 1 },
      { name: 'b', weight: 1 },
      { name: 'c', weight: 1 },
    ]);
    expect(ranges).to.equal('0:3332 a\n3333:6666 b\n6667:9999 c\n');
    expect(weightRanges([{ name: 'a', weight: 0 }])).to.equal('');
  });

  it('keeps a client at its target by AWSALB', () => {
    const sticky = lines(model([], { groups: [group({ cookie: { kind: 'lb', seconds: 3600 } })] }));
    expect(sticky).to.include('cookie AWSALB insert indirect nocache dynamic maxidle 3600s');
    expect(sticky.join('\n')).to.include(
      '"AWSALBCORS=%[res.cook(AWSALB)]; Expires=%[date(3600),http_date]; Path=/; SameSite=None; Secure"',
    );
  });

  it("keeps a client at its target by the application's cookie", () => {
    const sticky = lines(
      model([], { groups: [group({ cookie: { kind: 'app', name: 'session', seconds: 60 } })] }),
    );
    expect(sticky).to.include.members([
      'stick-table type string len 128 size 100k expire 60s',
      'stick match req.cook(session)',
      'stick store-response res.cook(session)',
    ]);
  });

  it('fails open to copies of the targets that are not checked', () => {
    expect(lines(model())).to.include.members([
      'backend web-1.open',
      'server i-1_80 10.0.1.5:80',
      'http-request set-var(txn.to) var(txn.open) if { var(txn.tg),nbsrv eq 0 } { var(txn.open),nbsrv gt 0 }',
    ]);
  });
});

describe('conditions', () => {
  it('quotes whatever a pattern holds', () => {
    expect(acls([{ kind: 'path', values: ["/it's"] }])).to.equal(`{ path -m reg -- '^/it'\\''s$' }`);
    expect(
      acls([
        { kind: 'header', name: 'X-A', values: ['b'] },
        { kind: 'method', values: ['GET', 'PUT'] },
      ]),
    ).to.equal("{ req.fhdr(X-A) -m reg -i -- '^b$' } { method -- 'GET' 'PUT' }");
    expect(acls([{ kind: 'query', values: [{ key: 'v', value: '1*' }] }])).to.equal(
      "{ query -m reg -i -- '(^|&)v=1[^&]*(&|$)' }",
    );
  });

  it('takes * and ? as wildcards and the rest as it is', () => {
    expect(new RegExp(wildcard('/a.b/*')).test('/a.b/c/d')).to.equal(true);
    expect(new RegExp(wildcard('/a.b/*')).test('/axb/c')).to.equal(false);
    expect(new RegExp(wildcard('/v?')).test('/v12')).to.equal(false);
    expect(new RegExp(wildcard('/\\*')).test('/*')).to.equal(true);
    expect(new RegExp(wildcard('/\\*')).test('/x')).to.equal(false);
  });
});

describe('servers of a target group', () => {
  const target = (phase: 'probing' | 'serving' | 'draining', startsHealthy = false) =>
    group({ targets: [{ name: 'i-1_80', address: '10.0.1.5', port: 80, phase, startsHealthy }] });
  const all = (one: GroupModel) => serversOf(one).flatMap(addCommands);

  it('probe a new target quickly, away from requests', () => {
    expect(all(target('probing'))).to.deep.equal([
      'add server web-1.new/i-1_80 10.0.1.5:80 check inter 200ms rise 1 fall 2',
      'enable health web-1.new/i-1_80',
      'enable server web-1.new/i-1_80',
    ]);
  });

  it('set the health after enabling: the other way round it would have no effect', () => {
    expect(all(target('serving')).slice(0, 4)).to.deep.equal([
      'add server web-1/i-1_80 10.0.1.5:80 check inter 10s rise 3 fall 2',
      'enable health web-1/i-1_80',
      'enable server web-1/i-1_80',
      'set server web-1/i-1_80 health down',
    ]);
    expect(all(target('serving', true))).to.include('set server web-1/i-1_80 health up');
  });

  it('are gone once a target drains', () => {
    expect(serversOf(target('draining'))).to.deep.equal([]);
  });
});
