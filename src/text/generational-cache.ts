/**
 * A bounded cache without bookkeeping on every read: entries live in a young and an old generation of at most
 * `capacity` each; when the young one is full it becomes the old one, and what was not read since is forgotten.
 */
export class GenerationalCache<Key, Value> {
  private readonly capacity: number;
  private young = new Map<Key, Value>();
  private old = new Map<Key, Value>();

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get(key: Key): Value | undefined {
    const value = this.young.get(key);
    if (value !== undefined) return value;
    const older = this.old.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: Key, value: Value): void {
    if (this.young.size >= this.capacity) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
  }
}
