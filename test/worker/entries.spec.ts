import { expect } from 'chai';

interface Entries {
  summarise: (entry: unknown) => Record<string, unknown>;
  createJournal: (capacity?: number) => { has: (id: string) => boolean; add: (id: string) => void };
}
const { summarise, createJournal } = (await import(
  new URL('../../worker/entries.js', import.meta.url).href
)) as Entries;

describe('the worker', () => {
  it('makes a result of an entry', () => {
    expect(summarise({ author: 'Ada', text: ' Hello  wide world ' })).to.deep.equal({
      author: 'Ada',
      words: 3,
      readingSeconds: 1,
      excerpt: 'Hello wide world',
    });
  });

  it('copes with what is no entry', () => {
    for (const entry of [null, 'text', 7, {}, { text: 5 }])
      expect(summarise(entry)).to.include({ author: 'Someone', words: 0 });
  });

  it('remembers what it has handled, the newest first of all', () => {
    const journal = createJournal(2);
    for (const id of ['a', 'b', 'c']) journal.add(id);
    expect(['a', 'b', 'c'].map((id) => journal.has(id))).to.deep.equal([false, true, true]);
  });
});
