import { expect } from 'chai';
import { failure } from '../support/failure.ts';
import { driverError } from './fakes.ts';
import { load } from './load.ts';

interface Publications {
  front: (page: number, options: { fresh: boolean }) => Promise<unknown>;
  post: (slug: string, options: { fresh: boolean }) => Promise<unknown>;
  changed: (slug?: string) => Promise<unknown>;
}
const { createPublications } = await load<{ createPublications: (parts: object) => Publications }>(
  'publications.js',
);
const { DatabaseAwayError } = await load<{ DatabaseAwayError: new (cause: Error) => Error }>(
  'data/outage.js',
);

describe('what visitors read', () => {
  let trouble: Error | undefined;
  let cached: string[];
  let stored: string[];
  let publications: Publications;
  beforeEach(() => {
    trouble = undefined;
    cached = [];
    stored = [];
    const answer = async (value: unknown) => {
      if (trouble) throw trouble;
      return value;
    };
    publications = createPublications({
      posts: {
        published: () => answer('newest'),
        publishedBySlug: (slug: string) => answer(slug === 'there' ? { id: 1, slug } : undefined),
      },
      comments: { approvedOf: () => answer(['comment']) },
      cache: {
        get: async (name: string) => {
          cached.push(name);
          return 'kept';
        },
        changed: async (pages: object) => stored.push(...Object.keys(pages)),
      },
    });
  });

  it('comes from the cache, but for somebody who has just written', async () => {
    expect(await publications.front(2, { fresh: false })).to.equal('kept');
    expect(await publications.front(2, { fresh: true })).to.equal('newest');
    expect(cached).to.deep.equal(['front:2']);
  });

  it('is a post with its comments, or nothing', async () => {
    expect(await publications.post('there', { fresh: true })).to.deep.equal({
      post: { id: 1, slug: 'there' },
      comments: ['comment'],
    });
    expect(await publications.post('elsewhere', { fresh: true })).to.equal(undefined);
  });

  it('comes from the cache for everybody while the database is away; other errors are not hidden', async () => {
    trouble = new DatabaseAwayError(driverError('ECONNREFUSED'));
    expect(await publications.front(1, { fresh: true })).to.equal('kept');
    trouble = new Error('a bug');
    expect((await failure(publications.front(1, { fresh: true }))).message).to.equal('a bug');
  });

  it('is stored anew when it changes', async () => {
    await publications.changed('there');
    await publications.changed();
    expect(stored).to.deep.equal(['front:1', 'post:there', 'front:1']);
  });
});
