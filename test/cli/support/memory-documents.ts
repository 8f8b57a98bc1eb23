import type { z } from 'zod';
import { ConflictError, type Documents, type Stored } from '../../../cli/aws/documents.ts';

export interface MemoryDocuments extends Documents {
  readonly bodies: Map<string, { readonly body: string; readonly etag: string }>;
  /** Called before each write; may throw. */
  beforeWrite: (key: string) => void;
  afterWrite: (key: string) => void;
}

/** Documents in memory with the conditional writes of a bucket; for tests that make hundreds of them. */
export function memoryDocuments(): MemoryDocuments {
  const bodies: MemoryDocuments['bodies'] = new Map();
  let writes = 0;
  async function write<T>(key: string, value: T): Promise<Stored<T>> {
    documents.beforeWrite(key);
    const etag = String((writes += 1));
    bodies.set(key, { body: JSON.stringify(value), etag });
    documents.afterWrite(key);
    return { value, etag };
  }
  const documents: MemoryDocuments = {
    bodies,
    beforeWrite: () => undefined,
    afterWrite: () => undefined,
    async read<T>(key: string, schema: z.ZodType<T>) {
      const found = bodies.get(key);
      return found && { value: schema.parse(JSON.parse(found.body)), etag: found.etag };
    },
    async create(key, value) {
      if (bodies.has(key)) throw new ConflictError(key);
      return write(key, value);
    },
    async replace(key, value, etag) {
      if (bodies.get(key)?.etag !== etag) throw new ConflictError(key);
      return write(key, value);
    },
    async remove(keys) {
      for (const key of keys) bodies.delete(key);
    },
    async list(prefix) {
      return [...bodies.keys()].filter((key) => key.startsWith(prefix));
    },
  };
  return documents;
}
