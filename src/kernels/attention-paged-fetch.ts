import type { PagedAttentionVariant, PagedParameters } from './attention-paged-layout.ts';
import { passes } from './attention-paged-shapes.ts';
import { type PagedTask, sequencePages, slotOf, type Work } from './attention-paged-work.ts';
import type { Builder, I32, Pointer } from './builder.ts';
import { CACHE_BYTES, type CacheRow, headRow, slotRow } from './cache-format.ts';

/** Cache lines of 64 bytes. */
const LINE = 64;

/**
 * Fetches what this worker needs a block of positions later, evenly over the work on a block: head by head of a slot's
 * keys and then of its values, as processors fetch more by themselves where lines follow each other.
 */
export function fetcher(b: Builder, p: PagedParameters, variant: PagedAttentionVariant, task: PagedTask) {
  const { row, keyHeads, next } = task;
  if (next === undefined || !b.target.prefetches) return { begin: () => undefined, advance: () => undefined };
  const { memory, nopeDim, ropeDim, valueDim, pageSize } = variant;
  const share = passes(b, variant);
  const end = task.end(row);
  const [position, part, due] = [b.variable(b.i32(0)), b.variable(b.i32(0)), b.variable(b.i32(0))];
  const fetchRow = (cache: CacheRow, slot: I32, slotStride: I32, head: I32, headStride: I32, dim: number) => {
    const first = headRow(b, memory, cache, head, { headStride, dim });
    const { values, scales } = slotRow(b, memory, first, slot, slotStride);
    for (let line = 0; line < dim * CACHE_BYTES[memory]; line += LINE) b.prefetch(values, line);
    if (memory === 'q8') b.prefetch(scales);
  };
  const fetchPart = () => {
    const here = b.lt(position.get(), end);
    const beyond = b.min(b.add(next.first, b.sub(position.get(), end)), next.last);
    const slot = slotOf(b, sequencePages(b, p, row), b.select<'i32'>(here, position.get(), beyond), pageSize);
    const first = b.select<'i32'>(here, keyHeads.first, next.keyHeads.first);
    const count = b.select<'i32'>(here, keyHeads.count, next.keyHeads.count);
    const headOf = (index: I32) => b.add(first, b.min(index, b.sub(count, 1)));
    b.if(
      b.lt(part.get(), keyHeads.count),
      () => {
        const head = headOf(part.get());
        const nope = { values: p.keyNope, scales: p.keyNopeScales };
        fetchRow(nope, slot, p.keyNopeSlotStride, head, p.keyNopeHeadStride, nopeDim);
        if (ropeDim === 0) return;
        const rope = { values: p.keyRope, scales: p.keyRopeScales };
        fetchRow(rope, slot, p.keyRopeSlotStride, head, p.keyRopeHeadStride, ropeDim);
      },
      () => {
        const head = headOf(b.sub(part.get(), keyHeads.count));
        const value = { values: p.value, scales: p.valueScales };
        fetchRow(value, slot, p.valueSlotStride, head, p.valueHeadStride, valueDim);
      },
    );
  };
  const parts = b.mul(keyHeads.count, 2);
  return {
    begin: (from: I32) => {
      position.set(from);
      part.set(0);
      due.set(0);
    },
    advance: (positions: number) => {
      due.set(b.add(due.get(), 2 * positions));
      b.while(
        () => b.ge(due.get(), share),
        () => {
          fetchPart();
          due.set(b.sub(due.get(), share));
          part.set(b.add(part.get(), 1));
          b.if(b.eq(part.get(), parts), () => {
            part.set(0);
            position.set(b.add(position.get(), 1));
          });
        },
      );
    },
  };
}

/**
 * Where nothing can be fetched ahead of its use: reads a byte of each line that a block of positions needs, as its slots lie
 * side by side. Nothing else waits for these loads, so that many are under way at a time; the tiles, whose loads come by
 * and by, would wait for each.
 */
export function readAhead(b: Builder, { p, variant, layout, own, keyHeads }: Work, count: I32): void {
  if (b.target.prefetches) return;
  const { memory, nopeDim, ropeDim, valueDim } = variant;
  const seen = b.variable(b.i32(0));
  const read = (place: Pointer, offset: number) => seen.set(b.or<'i32'>(seen.get(), b.loadI32(place, offset, 'u8')));
  const readRow = (cache: CacheRow, slot: I32, slotStride: I32, headStride: I32, dim: number) => {
    const inSlot = slotRow(b, memory, cache, slot, slotStride);
    b.loop(0, keyHeads.count, 1, (i) => {
      const { values, scales } = headRow(b, memory, inSlot, b.add(keyHeads.first, i), { headStride, dim });
      for (let line = 0; line < dim * CACHE_BYTES[memory]; line += LINE) read(values, line);
      if (memory === 'q8') read(scales, 0);
    });
  };
  b.loop(0, count, 1, (position) => {
    const slot = b.loadI32(b.offset(own, position), layout.at.slots * 4);
    readRow({ values: p.keyNope, scales: p.keyNopeScales }, slot, p.keyNopeSlotStride, p.keyNopeHeadStride, nopeDim);
    if (ropeDim > 0) {
      readRow({ values: p.keyRope, scales: p.keyRopeScales }, slot, p.keyRopeSlotStride, p.keyRopeHeadStride, ropeDim);
    }
    readRow({ values: p.value, scales: p.valueScales }, slot, p.valueSlotStride, p.valueHeadStride, valueDim);
  });
  // Kept, so that no compiler leaves the loads out.
  b.storeI32(own, seen.get(), layout.at.parts * 4);
}
