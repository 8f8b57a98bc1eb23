/** What the worker makes of an entry. */
export function summarise(entry) {
  const { author, text } = entry && typeof entry === 'object' ? entry : {};
  const words = typeof text === 'string' ? text.trim().split(/\s+/).filter(Boolean) : [];
  return {
    author: typeof author === 'string' ? author : 'Someone',
    words: words.length,
    readingSeconds: Math.ceil(words.length / 4),
    excerpt: words.slice(0, 12).join(' '),
  };
}

/** Remembers the last messages handled, so that a repeated delivery does nothing. */
export function createJournal(capacity = 10_000) {
  const ids = new Set();
  return {
    has: (id) => ids.has(id),
    add(id) {
      ids.add(id);
      if (ids.size > capacity) ids.delete(ids.values().next().value);
    },
  };
}
