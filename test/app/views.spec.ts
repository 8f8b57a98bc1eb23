import { expect } from 'chai';
import { load } from './load.ts';

type View = (facts: Record<string, unknown>) => string;
const { frontPage } = await load<{ frontPage: View }>('views/front.js');
const { postPage } = await load<{ postPage: View }>('views/post.js');
const { contentSecurityPolicy } = await load<{ contentSecurityPolicy: string }>('views/layout.js');
const { renderText, excerptOf } = await load<{
  renderText: (text: string) => { toString(): string };
  excerptOf: (text: string, length?: number) => string;
}>('views/text.js');

const facts = { version: 'v1', instance: 'i-1', zone: 'eu-central-1a' };
const front = { facts, page: 1, pages: 1, canSend: true };
const post = {
  id: 1,
  slug: 'a-post',
  title: 'A <post>',
  body: 'Text',
  status: 'published',
  publishedAt: new Date(0),
};

describe("MyWordPress's pages", () => {
  it('show version, instance and zone, and a form to the worker', () => {
    const html = frontPage(front);
    expect(html)
      .to.match(/id="version">v1</)
      .and.match(/id="instance">i-1</)
      .and.match(/id="zone">eu-central-1a</);
    expect(html).to.include('method="post" action="/entries"');
  });

  it('need no file from elsewhere and no script', () => {
    for (const html of [
      frontPage({ ...front, front: { posts: [post] } }),
      postPage({ facts, post, comments: [] }),
    ])
      expect(html).to.not.match(/<script|<[^>]* (style|on\w+)=|url\((?!#)|@import|(src|srcset)="https?:/);
    expect(contentSecurityPolicy).to.include("default-src 'none'").and.not.include('unsafe');
  });

  it('say what is missing where there is no database and no queue', () => {
    expect(frontPage({ ...front, canSend: false }))
      .to.include('has no database')
      .and.include('no queue')
      .and.not.include('<form');
  });

  it('confirm a note and escape whatever the address says', () => {
    expect(frontPage({ ...front, sent: '<script>' }))
      .to.include('on its way')
      .and.include('&#60;script&#62;')
      .and.not.include('<script>');
  });

  it('say what was wrong, and take no word of their own from the address', () => {
    expect(frontPage({ ...front, problem: 'empty' })).to.include('Write a few words');
    for (const problem of ['constructor', '<b>', ['empty']])
      expect(frontPage({ ...front, problem })).to.not.include('role="alert"');
  });

  it('escape what people wrote, and give back a comment that was not saved', () => {
    const comments = [{ author: '<i>', body: 'a\nb <script>', createdAt: new Date(0) }];
    const html = postPage({
      facts,
      post,
      comments,
      problem: 'Not now.',
      written: { author: 'Ada', body: 'Keep <me>' },
    });
    expect(html)
      .to.include('A &#60;post&#62;')
      .and.include('a<br>b &#60;script&#62;')
      .and.include('Keep &#60;me&#62;</textarea>')
      .and.include('value="Ada"')
      .and.include('role="alert">Not now.');
  });

  it('show the sizes of a picture that are there, its original before, and a drawn one where there is none', () => {
    const picture = { ...post, image: 'ab', imageAlt: 'A "sea"', imageWidth: 3, imageHeight: 2 };
    const shown = (sizes: number[]) => postPage({ facts, post: { ...picture, sizes }, comments: [] });
    expect(shown([])).to.include('src="/uploads/ab/original.webp"').and.not.include('srcset');
    expect(shown([480, 960]))
      .to.include('srcset="/uploads/ab/480.webp 480w, /uploads/ab/960.webp 960w"')
      .and.include('alt="A &#34;sea&#34;"');
    expect(postPage({ facts, post, comments: [] })).to.include('<svg class="cover"');
  });
});

describe("a post's text", () => {
  it('knows a few marks', () => {
    expect(String(renderText('## Title\n\nOne **two** *three* `**four**`\n\n- a\n- b\n\n> said'))).to.equal(
      '<h2>Title</h2>\n<p>One <strong>two</strong> <em>three</em> <code>**four**</code></p>\n' +
        '<ul><li>a</li><li>b</li></ul>\n<blockquote><p>said</p></blockquote>',
    );
  });

  it('lets no other HTML through, in links neither', () => {
    expect(
      String(renderText('<img onerror=x> [a](javascript:alert(1)) [b](https://x.example/"onclick=y)')),
    ).to.not.match(/<img|href="javascript|"onclick/);
    expect(String(renderText('[a](https://x.example/?a=1&b=2)'))).to.include(
      '<a href="https://x.example/?a=1&#38;b=2"',
    );
  });

  it('is cut between words, without its marks', () => {
    expect(excerptOf('## A\n\nword **bold** [link](https://x.example) more', 18)).to.equal(
      'A word bold link\u00a0…',
    );
  });
});
