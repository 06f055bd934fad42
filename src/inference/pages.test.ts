import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRuntime } from '../tensor/index.ts';
import { randomConfig } from './fixtures/random-model.ts';
import { KeyValueCache } from './key-value-cache.ts';
import { NO_CONTENT, Pages } from './pages.ts';
import { Sampler } from './sampling.ts';
import { Scheduler } from './scheduler.ts';
import { Sequence } from './sequence.ts';
import { oneStage } from './stages.ts';

describe('Pages', () => {
  it('finds a page only by its tokens after the same prefix', () => {
    const pages = new Pages(4, 2);
    const tokens = Int32Array.of(5, 6, 7, 8);
    const [a, b] = [pages.take()!, pages.take()!];
    const first = pages.register(a, NO_CONTENT, tokens, 0);
    pages.register(b, first, tokens, 2);
    expect(pages.reuse(NO_CONTENT, tokens, 0)).toBe(a);
    expect(pages.reuse(first, tokens, 2)).toBe(b);
    expect(pages.reuse(NO_CONTENT, tokens, 2)).toBeUndefined();
    expect(pages.reuse(first, tokens, 0)).toBeUndefined();
    expect(pages.users(a)).toBe(2);
  });

  it('keeps contents of unused pages until they are taken, prefixes longest', () => {
    const pages = new Pages(3, 1);
    const tokens = Int32Array.of(1, 2, 3);
    const taken = [pages.take()!, pages.take()!, pages.take()!];
    let content = NO_CONTENT;
    taken.forEach((page, index) => {
      content = pages.register(page, content, tokens, index);
    });
    pages.release(taken);
    expect(pages.take()).toBe(taken[2]);
    const again = pages.reuse(NO_CONTENT, tokens, 0)!;
    expect(again).toBe(taken[0]);
    expect(pages.reuse(pages.content(again), tokens, 1)).toBe(taken[1]);
    expect(pages.take()).toBeUndefined();
  });

  it('refuses to release a page twice', () => {
    const pages = new Pages(1, 1);
    const page = pages.take()!;
    pages.release([page]);
    expect(() => pages.release([page])).toThrow(/released more often/);
  });
});

/** Tokens that each slot of the cache holds, as a step would write them: the prefix up to the position. */
class SlotContents {
  readonly #slots = new Map<number, string>();

  write(sequence: Sequence, size: number, position: number): void {
    this.#slots.set(slot(sequence, size, position), prefix(sequence, position));
  }
  holds(sequence: Sequence, size: number, position: number): boolean {
    return this.#slots.get(slot(sequence, size, position)) === prefix(sequence, position);
  }
}
const slot = ({ pages }: Sequence, size: number, position: number) =>
  pages[Math.floor(position / size)]! * size + (position % size);
const prefix = ({ tokens }: Sequence, position: number) => tokens.subarray(0, position + 1).join();

describe('Scheduler', () => {
  const shapes = fc.record({
    pages: fc.integer({ min: 4, max: 20 }),
    pageSize: fc.constantFrom(1, 2, 4),
    seats: fc.integer({ min: 1, max: 5 }),
    rowLimit: fc.integer({ min: 1, max: 12 }),
    requests: fc.array(
      fc.record({
        prompt: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 14 }),
        maximumTokens: fc.integer({ min: 1, max: 10 }),
        arrival: fc.integer({ min: 0, max: 10 }),
        leaves: fc.option(fc.integer({ min: 0, max: 30 }), { freq: 4 }),
      }),
      { minLength: 1, maxLength: 10 },
    ),
  });

  it('serves everyone, lets every row see its whole prefix, and loses no page', async () => {
    const runtime = await createRuntime({ target: 'interpreter', workers: 1, memoryBytes: 4 << 20 });
    const run = fc.property(shapes, ({ pages, pageSize, seats, rowLimit, requests }) => {
      const cache = new KeyValueCache(oneStage(runtime, randomConfig), randomConfig, {
        ...{ pages, pageSize, seats, pagesPerSequence: 30 },
        format: 'f32',
      });
      const scheduler = new Scheduler({ cache, rowLimit, seats });
      const contents = new SlotContents();
      const open = new Map<Sequence, number | null>();
      const coming = requests.filter((r) => Math.ceil((r.prompt.length + r.maximumTokens) / pageSize) <= pages);
      for (let step = 0; step < 2000 && (coming.length > 0 || open.size > 0); step++) {
        for (const request of coming.filter(({ arrival }) => arrival <= step)) {
          coming.splice(coming.indexOf(request), 1);
          const sequence = new Sequence({ ...request, sampler: new Sampler() });
          scheduler.add(sequence);
          open.set(sequence, request.leaves);
        }
        for (const [sequence, leaves] of open) {
          if (leaves !== step) continue;
          scheduler.remove(sequence);
          open.delete(sequence);
        }
        const planned = [...scheduler.plan()];
        if (open.size > 0) expect(planned.length).toBeGreaterThan(0);
        expect(new Set(planned.map(({ seat }) => seat)).size).toBe(planned.length);
        expect(planned.reduce((sum, { scheduled }) => sum + scheduled, 0)).toBeLessThanOrEqual(rowLimit);
        const asked = planned.map(({ computed, scheduled }) => computed + scheduled);
        planned.forEach((sequence, i) => {
          for (let at = sequence.computed; at < asked[i]!; at++) contents.write(sequence, pageSize, at);
        });
        planned.forEach((sequence, i) => {
          for (let at = 0; at < asked[i]!; at++) expect(contents.holds(sequence, pageSize, at)).toBe(true);
        });
        scheduler.advance();
        planned.forEach((sequence, i) => {
          if (asked[i] !== sequence.length) return;
          // Few different tokens, so that sequences share prefixes by chance.
          sequence.append((sequence.length * 7 + step) % 2);
          if (sequence.length < sequence.limit) return;
          scheduler.remove(sequence);
          open.delete(sequence);
        });
        const held = new Map<number, number>();
        for (const page of scheduler.running.flatMap((sequence) => sequence.pages)) {
          held.set(page, (held.get(page) ?? 0) + 1);
        }
        expect(cache.pages.free).toBe(pages - held.size);
        for (const [page, users] of held) expect(cache.pages.users(page)).toBe(users);
      }
      expect([coming.length, open.size, cache.pages.free]).toEqual([0, 0, pages]);
      expect(scheduler.idle).toBe(true);
      cache.release();
    });
    fc.assert(run, { numRuns: 200 });
    await runtime.close();
  });
});
