import { fetcher, readAhead } from './attention-paged-fetch.ts';
import {
  BLOCK,
  filled,
  fusedLanes,
  MARGIN,
  mostRows,
  type PagedAttentionVariant,
  type PagedParameters,
  packs,
  QUERY_SCALE,
  rowBlock,
  scratchLayout,
} from './attention-paged-layout.ts';
import { clearStatistics, scores, statisticsOf, weigh } from './attention-paged-scores.ts';
import { scoreTile } from './attention-paged-shapes.ts';
import { addValues } from './attention-paged-values.ts';
import { type GroupWork, type PagedTask, sequencePages, slotOf, type Work } from './attention-paged-work.ts';
import type { Builder, I32, Pointer } from './builder.ts';
import { fromElement, headRow, loadedScale, loadVectors, slotRow } from './cache-format.ts';

/**
 * Σ e^(score - highest) · value over the positions of a task for its heads, block of positions by block, in one order.
 * What was summed up is scaled when a block brings a higher score (online softmax: Milakov and Gimelshein, 2018).
 */
export function pagedTask(b: Builder, p: PagedParameters, variant: PagedAttentionVariant, task: PagedTask): void {
  const layout = scratchLayout(variant);
  const { group } = variant;
  const own = b.offset(p.scratch, b.mul(b.worker, layout.total));
  const { first, count: keyHeadCount } = task.keyHeads;
  const [firstHead, headCount] = [b.mul(first, group), b.mul(keyHeadCount, group)];
  const ahead = fetcher(b, p, variant, task);
  const work: Work = { ...task, p, variant, layout, own, firstHead, headCount, fetch: ahead.advance };
  const rowCount = task.rowCount ?? b.i32(1);
  copyQueries(b, work, rowCount);
  b.loop(0, b.mul(rowCount, headCount), 1, (each) => clearStatistics(b, work, each));
  const end = b.variable(task.end(task.row));
  b.loop(1, rowCount, 1, (i) => end.set(b.max(end.get(), task.end(b.add(task.row, i)))));
  const severalRows = task.rowCount !== undefined;
  const tiles = Math.ceil(group / scoreTile(b, variant, severalRows).heads);
  const packed = packs(b, variant, severalRows ? mostRows(true) : tiles);
  const block = task.rowCount === undefined ? rowBlock(b, variant) : BLOCK;
  if (task.cold !== undefined && b.target.prefetches) {
    b.if(task.cold, () => {
      ahead.begin(task.first);
      ahead.fetch(b.min(b.sub(end.get(), task.first), block));
    });
  }
  b.loop(task.first, end.get(), block, (from) => {
    const count = b.min(b.sub(end.get(), from), block);
    writeSlots(b, work, from, count);
    ahead.begin(b.add(from, block));
    if (task.rowCount === undefined) readAhead(b, work, count);
    b.loop(0, keyHeadCount, 1, (i) => {
      const keyHead = b.add(first, i);
      if (packed) pack(b, work, keyHead, count);
      const one = (row: I32, rowInTask: I32, seen: I32) => {
        const inTask = b.add(b.mul(rowInTask, headCount), b.mul(i, group));
        const head = b.add(firstHead, b.mul(i, group));
        const groupWork: GroupWork = { ...work, row, packed, keyHead, head, inTask };
        scores(b, groupWork, seen);
        weigh(b, groupWork, seen);
        addValues(b, groupWork, from, seen);
      };
      if (task.rowCount === undefined) one(task.row, b.i32(0), count);
      else {
        b.loop(0, rowCount, 1, (rowInTask) => {
          const row = b.add(task.row, rowInTask);
          const seen = b.min(b.sub(task.end(row), from), count);
          b.if(b.gt(seen, 0), () => one(row, rowInTask, seen));
        });
      }
    });
  });
  b.loop(0, rowCount, 1, (rowInTask) => {
    const row = b.add(task.row, rowInTask);
    b.loop(0, headCount, 1, (index) => {
      const head = b.add(firstHead, index);
      const statistics = statisticsOf(b, work, b.add(b.mul(rowInTask, headCount), index));
      task.finish(row, head, task.place(row, head), statistics);
    });
  });
}

/** Writes a block of keys and values of one head to the worker's own memory. */
function pack(b: Builder, { p, variant, layout, own }: Work, keyHead: I32, count: I32): void {
  const { memory, nopeDim, ropeDim, valueDim } = variant;
  const { keys, values } = layout.at;
  const parts = [
    {
      ...{ cache: { values: p.keyNope, scales: p.keyNopeScales }, slotStride: p.keyNopeSlotStride, dim: nopeDim },
      ...{ headStride: p.keyNopeHeadStride, at: keys, stride: layout.queryStride },
    },
    {
      ...{ cache: { values: p.keyRope, scales: p.keyRopeScales }, slotStride: p.keyRopeSlotStride, dim: ropeDim },
      ...{ headStride: p.keyRopeHeadStride, at: keys + layout.nope, stride: layout.queryStride },
    },
    {
      ...{ cache: { values: p.value, scales: p.valueScales }, slotStride: p.valueSlotStride, dim: valueDim },
      ...{ headStride: p.valueHeadStride, at: values, stride: filled(valueDim) },
    },
  ].filter(({ dim }) => dim > 0);
  const bases = parts.map((part) => headRow(b, memory, part.cache, keyHead, part));
  const fused = b.target.fusedVectors;
  b.loop(0, count, 1, (position) => {
    const slot = b.loadI32(b.offset(own, position), layout.at.slots * 4);
    parts.forEach(({ slotStride, dim, at, stride }, i) => {
      const row = slotRow(b, memory, bases[i]!, slot, slotStride);
      const to = b.offset(own, position, stride * 4);
      const whole = dim - (dim % b.lanes);
      const turn = PACKED_TOGETHER * b.lanes;
      const copy = (from: I32, numbers: number) => {
        const [source, target] = [fromElement(b, memory, row, from), b.offset(to, from)];
        for (let d = 0; d < numbers; d += fused * b.lanes) {
          const vectors = Math.min(fused, (numbers - d) / b.lanes);
          loadVectors(b, memory, source, d, vectors).forEach((vector, u) => {
            b.store(target, vector, (at + d + u * b.lanes) * 4);
          });
        }
      };
      const looped = whole - (whole % turn);
      if (looped > 0) b.loop(0, looped, turn, (from) => copy(from, turn));
      if (looped < whole) copy(b.i32(looped), whole - looped);
      if (whole === dim) {
        zeros(b, to, at, whole);
        return;
      }
      const source = fromElement(b, memory, row, b.i32(looped));
      b.store(to, loadVectors(b, memory, source, whole - looped, 1, b.i32(dim - whole))[0]!, (at + whole) * 4);
      zeros(b, to, at, whole + b.lanes);
    });
  });
}

/** Zeros behind the `done` numbers at an element, up to a whole (fused) vector. */
function zeros(b: Builder, to: Pointer, at: number, done: number): void {
  const lanes = fusedLanes(b);
  for (let d = done; d % lanes !== 0; d += b.lanes) b.store(to, b.vectorF32(0), (at + d) * 4);
}

/** Vectors that are packed in one turn of a loop; of every target whole blocks of q8. */
const PACKED_TOGETHER = 8;

/** Scaled queries of the task's rows and heads, one behind the other. */
function copyQueries(b: Builder, work: Work, rowCount: I32): void {
  const { p, variant, layout, own, firstHead, headCount } = work;
  const loaded = loadedScale(b, variant.memory);
  const scale = b.splat(loaded === 1 ? p.scale : b.mul<'f32'>(p.scale, QUERY_SCALE));
  b.loop(0, b.mul(rowCount, headCount), 1, (index) => {
    const rowInTask = b.divideUnsigned(index, headCount);
    const row = b.add(work.row, rowInTask);
    const head = b.add(firstHead, b.sub(index, b.mul(rowInTask, headCount)));
    const to = b.offset(b.offset(own, layout.at.queries * 4, 1), index, layout.queryStride * 4);
    const copy = (from: Pointer, rowStride: I32, headStride: I32, dim: number, at: number) => {
      const source = b.offset(b.offset(from, b.mul(row, rowStride)), b.mul(head, headStride));
      const whole = dim - (dim % b.lanes);
      b.loop(0, whole, b.lanes, (i) =>
        b.store(b.offset(to, i), b.mul(b.loadVector(b.offset(source, i)), scale), at * 4),
      );
      if (whole === dim) {
        zeros(b, to, at, whole);
        return;
      }
      const rest = b.loadPartial(b.offset(source, whole), b.i32(dim - whole));
      b.store(to, b.mul(rest, scale), (at + whole) * 4);
      zeros(b, to, at, whole + b.lanes);
    };
    copy(p.queryNope, p.queryNopeRowStride, p.queryNopeHeadStride, variant.nopeDim, 0);
    if (variant.ropeDim > 0) {
      copy(p.queryRope, p.queryRopeRowStride, p.queryRopeHeadStride, variant.ropeDim, layout.nope);
    }
  });
}

/** The slots of a block's positions, and behind them the last one again to fill up a tile. */
function writeSlots(b: Builder, { p, variant, layout, own, row }: Work, from: I32, count: I32): void {
  const pages = sequencePages(b, p, row);
  const done = b.variable(b.i32(0));
  b.while(
    () => b.lt(done.get(), count),
    () => {
      // What a page's last vector writes behind the page is written again: by the next page, or below.
      const position = b.add(from, done.get());
      const slot = slotOf(b, pages, position, variant.pageSize);
      const place = b.offset(own, done.get());
      const inPage = b.sub<'i32'>(variant.pageSize, b.and(position, variant.pageSize - 1));
      const some = b.min(inPage, b.sub(count, done.get()));
      b.loop(0, some, b.lanes, (i) => {
        b.storeI32(b.offset(place, i), b.add<'vi32'>(b.splat(b.add(slot, i)), b.laneIndex()), layout.at.slots * 4);
      });
      done.set(b.add(done.get(), some));
    },
  );
  const last = b.splat(slotOf(b, pages, b.sub(b.add(from, count), 1), variant.pageSize));
  const end = b.offset(own, count);
  for (let i = 0; i < MARGIN; i += b.lanes) b.storeI32(end, last, (layout.at.slots + i) * 4);
}
