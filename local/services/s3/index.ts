import type { Collection } from '../../store.ts';
import type { Version } from './state.ts';

/** All versions of all objects, found by bucket and key, and walked in the order of keys. */
export class ObjectIndex {
  readonly #collection: Collection<Version>;
  readonly #buckets = new Map<string, BucketIndex>();

  constructor(collection: Collection<Version>) {
    this.#collection = collection;
    for (const version of collection.values()) this.#bucket(version.bucket).add(version);
  }

  /** The newest version, which may be a delete marker. */
  newest(bucket: string, key: string): Version | undefined {
    return this.versions(bucket, key).at(-1);
  }

  /** The newest version when it is not a delete marker. */
  current(bucket: string, key: string): Version | undefined {
    const newest = this.newest(bucket, key);
    return newest?.isDeleteMarker ? undefined : newest;
  }

  /** All versions of a key, oldest first. */
  versions(bucket: string, key: string): readonly Version[] {
    return this.#buckets.get(bucket)?.versions.get(key) ?? [];
  }

  find(bucket: string, key: string, versionId: string): Version | undefined {
    return this.versions(bucket, key).find((version) => version.versionId === versionId);
  }

  /** Keys in order. */
  keys(bucket: string): readonly string[] {
    return this.#buckets.get(bucket)?.keys ?? [];
  }

  /** All versions in no particular order. */
  all(): IterableIterator<Version> {
    return this.#collection.values();
  }

  /** Adds a version as the newest one of its key. */
  add(version: Version): void {
    this.#bucket(version.bucket).add(version);
    this.#collection.set(idOf(version), version);
  }

  /** Puts a version in the place of the newest one of its key, which had the same id. */
  replaceNewest(version: Version): void {
    this.#buckets.get(version.bucket)?.versions.get(version.key)?.splice(-1, 1, version);
    this.#collection.set(idOf(version), version);
  }

  /** Stores a version again that has changed. */
  update(version: Version): void {
    this.#collection.set(idOf(version), version);
  }

  remove(version: Version): void {
    this.#bucket(version.bucket).remove(version);
    this.#collection.delete(idOf(version));
  }

  #bucket(name: string): BucketIndex {
    let found = this.#buckets.get(name);
    if (!found) this.#buckets.set(name, (found = new BucketIndex()));
    return found;
  }
}

function idOf({ bucket, key, versionId }: Version): string {
  return `${bucket}/${key}\0${versionId}`;
}

class BucketIndex {
  readonly versions = new Map<string, Version[]>();
  #keys: string[] | undefined = [];

  /** Sorted when asked for after keys came or went. */
  get keys(): readonly string[] {
    return (this.#keys ??= [...this.versions.keys()].sort((a, b) => (a < b ? -1 : 1)));
  }

  add(version: Version): void {
    const versions = this.versions.get(version.key);
    if (versions) {
      versions.push(version);
      return;
    }
    this.versions.set(version.key, [version]);
    this.#keys = undefined;
  }

  remove(version: Version): void {
    const versions = this.versions.get(version.key) ?? [];
    versions.splice(versions.indexOf(version), 1);
    if (versions.length > 0) return;
    this.versions.delete(version.key);
    this.#keys = undefined;
  }
}
