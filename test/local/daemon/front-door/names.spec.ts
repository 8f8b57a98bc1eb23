import { expect } from 'chai';
import { requestHeaders, responseHeaders } from '../../../../local/daemon/front-door/headers.ts';
import {
  insideName,
  insideUrl,
  outsideCookie,
  outsideUrl,
} from '../../../../local/daemon/front-door/names.ts';
import { renderPage, unknownNamePage } from '../../../../local/daemon/front-door/pages.ts';

const isOurs = (name: string): boolean => name === 'www.example.com';

describe('names at the front door', () => {
  it('are those of the inside with .localhost behind them', () => {
    expect(insideName('www.Example.com.localhost:8080')).to.equal('www.example.com');
    expect(insideName('www.example.com.localhost')).to.equal('www.example.com');
    for (const host of ['localhost:8080', '127.0.0.1:8080', '.localhost', undefined]) {
      expect(insideName(host)).to.equal(undefined);
    }
  });

  it('are mapped in absolute URLs of our own names only', () => {
    const outside = (url: string): string => outsideUrl(url, { http: 8080, https: 8443 }, isOurs);
    expect(outside('http://www.example.com/a?b')).to.equal('http://www.example.com.localhost:8080/a?b');
    expect(outside('http://www.example.com:80')).to.equal('http://www.example.com.localhost:8080');
    expect(outside('http://www.example.com:8443/')).to.equal('http://www.example.com:8443/');
    expect(outside('http://elsewhere.example/')).to.equal('http://elsewhere.example/');
    expect(outside('https://www.example.com/a')).to.equal('https://www.example.com.localhost:8443/a');
    expect(outside('https://www.example.com:443/')).to.equal('https://www.example.com.localhost:8443/');
    expect(outside('https://www.example.com:80/')).to.equal('https://www.example.com:80/');
    expect(outside('/relative')).to.equal('/relative');
  });

  it('are mapped back in what a browser sends', () => {
    expect(insideUrl('http://www.example.com.localhost:8080/form')).to.equal('http://www.example.com/form');
    expect(insideUrl('https://www.example.com.localhost:8443/')).to.equal('https://www.example.com/');
    expect(insideUrl('http://elsewhere.example/')).to.equal('http://elsewhere.example/');
  });

  it('are mapped in the domain of cookies', () => {
    expect(outsideCookie('a=1; Path=/; Domain=.example.com; HttpOnly')).to.equal(
      'a=1; Path=/; Domain=.example.com.localhost; HttpOnly',
    );
    expect(outsideCookie('domain=1; Path=/')).to.equal('domain=1; Path=/');
  });

  it('are in the headers of both ways; headers of the connection stay on their side', () => {
    expect(
      requestHeaders(['Host', 'x', 'Connection', 'close', 'X-Two', 'a', 'X-Two', 'b'], 'www.example.com'),
    ).to.deep.equal(['Host', 'www.example.com', 'X-Two', 'a', 'X-Two', 'b']);
    expect(
      responseHeaders(
        ['Location', 'http://www.example.com/', 'Keep-Alive', 'timeout=5'],
        { http: 80, https: 443 },
        isOurs,
      ),
    ).to.deep.equal(['Location', 'http://www.example.com.localhost:80/']);
  });
});

describe('a page of the front door', () => {
  const page = unknownNamePage('<b>', ['www.example.com']);

  it('is text for programs and HTML, with everything escaped, for browsers', () => {
    expect(renderPage(page, { scheme: 'http', port: 8080 }, '*/*').body).to.equal(
      'Route 53 does not answer <b>\nNames that it answers:\nhttp://www.example.com.localhost:8080/\n',
    );
    const html = renderPage(page, { scheme: 'http', port: 8080 }, 'text/html,*/*').body;
    expect(html).to.contain('does not answer &lt;b&gt;').and.not.to.contain('<b>');
  });
});
