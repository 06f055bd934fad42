import type { KeyValueCache } from './key-value-cache.ts';
import { NO_CONTENT } from './pages.ts';
import type { Sequence } from './sequence.ts';

export interface SchedulerOptions {
  readonly cache: KeyValueCache;
  /** Most rows of one step. */
  readonly rowLimit: number;
  /** Most sequences that run at once: seats of the cache. */
  readonly seats: number;
}

/**
 * Continuous batching: each step takes one row from every sequence that generates and fills up with rows of prompts, so
 * that sequences come and go between steps. When pages run out, the sequence that came last gives its pages back and
 * waits at the front of the queue to be computed again.
 */
export class Scheduler {
  readonly #cache: KeyValueCache;
  readonly #rowLimit: number;
  /** Free rows of the page table. */
  readonly #seats: number[];
  readonly #waiting: Sequence[] = [];
  /** In order of arrival. */
  readonly #running: Sequence[] = [];
  readonly #planned: Sequence[] = [];

  constructor({ cache, rowLimit, seats }: SchedulerOptions) {
    this.#cache = cache;
    this.#rowLimit = rowLimit;
    this.#seats = Array.from({ length: seats }, (_, index) => seats - 1 - index);
  }

  get waiting(): readonly Sequence[] {
    return this.#waiting;
  }
  get running(): readonly Sequence[] {
    return this.#running;
  }
  get idle(): boolean {
    return this.#waiting.length + this.#running.length === 0;
  }

  add(sequence: Sequence): void {
    this.check(sequence);
    this.#waiting.push(sequence);
  }

  /** @throws {RangeError} if the sequence would not fit even if it were alone */
  check(sequence: Sequence): void {
    const { pages } = this.#cache;
    const needed = pages.needed(sequence.limit);
    if (needed > pages.count) {
      throw new RangeError(
        `a sequence of up to ${sequence.limit} tokens needs ${needed} pages, but the cache has ${pages.count} pages of ` +
          `${pages.size} tokens; give the engine more cacheTokens or ask for fewer tokens`,
      );
    }
  }

  /**
   * Chooses the rows of the next step: sequences with `scheduled` set to their number of rows, starting at `computed`.
   * The list is reused by the next call. It is empty only when no sequence is left.
   */
  plan(): readonly Sequence[] {
    this.#planned.length = 0;
    let rows = this.#rowLimit;
    // Sequences that generate come first: a long prompt must not hold up the others.
    for (const generating of [true, false]) {
      for (let i = 0; i < this.#running.length && rows > 0; i++) {
        const sequence = this.#running[i]!;
        const missing = sequence.length - sequence.computed;
        if ((missing === 1) !== generating) continue;
        rows -= this.#schedule(sequence, Math.min(missing, rows));
      }
    }
    while (rows > 0 && this.#waiting.length > 0 && this.#seats.length > 0) {
      const sequence = this.#waiting[0]!;
      if (!this.#admit(sequence)) break;
      this.#waiting.shift();
      rows -= this.#schedule(sequence, Math.min(sequence.length - sequence.computed, rows));
    }
    return this.#planned;
  }

  /** Notes that the planned rows are in the cache. */
  advance(): void {
    const { pages } = this.#cache;
    for (const sequence of this.#planned) {
      sequence.computed += sequence.scheduled;
      sequence.scheduled = 0;
      const full = Math.floor(sequence.computed / pages.size);
      for (; sequence.registered < full; sequence.registered++) {
        const page = sequence.pages[sequence.registered]!;
        const start = sequence.registered * pages.size;
        sequence.content = pages.register(page, sequence.content, sequence.tokens, start);
      }
    }
  }

  /** Takes a sequence out, waiting or running, and gives its pages back. */
  remove(sequence: Sequence): void {
    const list = sequence.seat < 0 ? this.#waiting : this.#running;
    const index = list.indexOf(sequence);
    if (index >= 0) list.splice(index, 1);
    this.#leave(sequence);
  }

  /** Reserves pages for `wanted` more rows, taking them from later sequences if need be; returns the rows planned. */
  #schedule(sequence: Sequence, wanted: number): number {
    const needed = this.#cache.pages.needed(sequence.computed + wanted);
    while (sequence.pages.length < needed) {
      const page = this.#cache.pages.take();
      if (page !== undefined) this.#append(sequence, page);
      else if (!this.#preempt(sequence)) return 0;
    }
    sequence.scheduled = wanted;
    this.#planned.push(sequence);
    return wanted;
  }

  #append(sequence: Sequence, page: number): void {
    this.#cache.setPage(sequence.seat, sequence.pages.length, page);
    sequence.pages.push(page);
  }

  /** Sends the sequence that came last, among those not yet planned, back to wait. False if that is the asking one. */
  #preempt(asking: Sequence): boolean {
    const victim = this.#running.findLast((sequence) => sequence.scheduled === 0) ?? asking;
    this.#running.splice(this.#running.indexOf(victim), 1);
    this.#leave(victim);
    victim.preemptions++;
    this.#waiting.unshift(victim);
    return victim !== asking;
  }

  /** Seats a waiting sequence if there are pages for all of it; pages that hold its beginning already are shared. */
  #admit(sequence: Sequence): boolean {
    const { pages } = this.#cache;
    // The last token is always computed: its logits are wanted.
    const reusable = Math.floor((sequence.length - 1) / pages.size);
    const found: number[] = [];
    let content = NO_CONTENT;
    while (found.length < reusable) {
      const page = pages.reuse(content, sequence.tokens, found.length * pages.size);
      if (page === undefined) break;
      found.push(page);
      content = pages.content(page);
    }
    // One page to spare, or the sequence would have to leave again at once.
    const wanted = Math.min(sequence.limit, sequence.length + pages.size);
    if (pages.free < pages.needed(wanted) - found.length) {
      pages.release(found);
      return false;
    }
    sequence.seat = this.#seats.pop()!;
    sequence.computed = found.length * pages.size;
    sequence.registered = found.length;
    sequence.content = content;
    if (sequence.preemptions === 0) sequence.reused = sequence.computed;
    for (const page of found) this.#append(sequence, page);
    this.#running.push(sequence);
    return true;
  }

  #leave(sequence: Sequence): void {
    this.#cache.pages.release(sequence.pages);
    if (sequence.seat >= 0) this.#seats.push(sequence.seat);
    sequence.pages = [];
    sequence.seat = -1;
    sequence.computed = 0;
    sequence.registered = 0;
    sequence.content = NO_CONTENT;
    sequence.scheduled = 0;
  }
}
