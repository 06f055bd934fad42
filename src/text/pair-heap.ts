/**
 * A max-heap of token pairs for BPE training: the pair with the highest count comes first; of equal counts, the one
 * with the smaller key (the earlier left token, then the earlier right token). Entries are never updated in place:
 * a changed count is pushed again, and the reader drops entries whose count is no longer true.
 */
export class PairHeap {
  private readonly keys: number[] = [];
  private readonly counts: number[] = [];

  get size(): number {
    return this.keys.length;
  }

  push(key: number, count: number): void {
    let at = this.keys.length;
    this.keys.push(key);
    this.counts.push(count);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(at, parent)) break;
      this.swap(at, parent);
      at = parent;
    }
  }

  /** Takes the first entry out, or undefined when the heap is empty. */
  pop(): { key: number; count: number } | undefined {
    const last = this.keys.length - 1;
    if (last < 0) return undefined;
    this.swap(0, last);
    const key = this.keys.pop()!;
    const count = this.counts.pop()!;
    this.sink();
    return { key, count };
  }

  private sink(): void {
    const size = this.keys.length;
    let at = 0;
    for (;;) {
      let first = at;
      const left = 2 * at + 1;
      if (left < size && this.before(left, first)) first = left;
      if (left + 1 < size && this.before(left + 1, first)) first = left + 1;
      if (first === at) return;
      this.swap(at, first);
      at = first;
    }
  }

  private before(a: number, b: number): boolean {
    const difference = this.counts[a]! - this.counts[b]!;
    return difference !== 0 ? difference > 0 : this.keys[a]! < this.keys[b]!;
  }

  private swap(a: number, b: number): void {
    const key = this.keys[a]!;
    const count = this.counts[a]!;
    this.keys[a] = this.keys[b]!;
    this.counts[a] = this.counts[b]!;
    this.keys[b] = key;
    this.counts[b] = count;
  }
}
