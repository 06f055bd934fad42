import { BLOCK, filled } from './attention-paged-layout.ts';
import { grid } from './attention-paged-scores.ts';
import { headTiles, valueColumns, valueTile } from './attention-paged-shapes.ts';
import type { GroupWork } from './attention-paged-work.ts';
import type { Builder, I32, VectorF32 } from './builder.ts';
import { fromElement, headRow, loadVectors, slotRow } from './cache-format.ts';

/** Positions between which something is fetched ahead. */
const TOGETHER = 4;

/** Adds weight · value over a block of positions to what the heads have summed up, some columns at a time. */
export function addValues(b: Builder, work: GroupWork, from: I32, count: I32): void {
  const { p, variant, layout, own, keyHead } = work;
  const { valueDim, group } = variant;
  const memory = work.packed ? 'f32' : variant.memory;
  const cache = { values: p.value, scales: p.valueScales };
  const values = headRow(b, memory, cache, keyHead, { headStride: p.valueHeadStride, dim: valueDim });
  const isFirst = b.eq(from, work.first);

  const addTile = (head: I32, heads: number, column: I32, vectors: number, partial?: I32) => {
    // Made where it is used: registers for addresses are few, too.
    const placeOf = () => b.offset(work.place(work.row, b.add(work.head, head)), column);
    const sums = grid(b, heads, vectors);
    const inGroup = b.offset(own, head);
    b.if(b.eq(isFirst, 0), () => {
      const place = placeOf();
      sums.forEach((row, i) => {
        const correction = b.loadSplat(inGroup, (layout.at.corrections + i) * 4);
        row.forEach((sum, j) => {
          const at = i * work.headBytes + j * b.lanes * 4;
          const old = partial === undefined ? b.loadVector(place, at) : b.loadPartial(b.offset(place, at, 1), partial);
          sum.set(b.mul(old, correction));
        });
      });
    });
    const base = fromElement(b, memory, values, column);
    const packedColumn = b.offset(b.offset(own, layout.at.values * 4, 1), column);
    const weights = b.offset(own, head, BLOCK * 4);
    const addPosition = (position: I32, after: number) => {
      const local = b.offset(weights, position);
      const row = work.packed
        ? {
            values: b.offset(b.offset(packedColumn, position, filled(valueDim) * 4), after * filled(valueDim), 4),
            scales: own,
          }
        : slotRow(
            b,
            memory,
            base,
            b.loadI32(b.offset(own, position), (layout.at.slots + after) * 4),
            p.valueSlotStride,
          );
      const loaded: VectorF32[] = [];
      while (loaded.length < vectors) {
        const next = Math.min(b.target.fusedVectors, vectors - loaded.length);
        loaded.push(...loadVectors(b, memory, row, loaded.length * b.lanes, next, partial));
      }
      sums.forEach((sumsOfHead, i) => {
        const factor = b.loadSplat(local, (layout.at.weights + i * BLOCK + after) * 4);
        sumsOfHead.forEach((sum, j) => sum.set(b.fma(factor, loaded[j]!, sum.get())));
      });
    };
    const together = b.target.prefetches ? TOGETHER : 1;
    const whole = together === 1 ? count : b.and(count, -together);
    b.loop(0, whole, together, (position) => {
      work.fetch(together);
      for (let after = 0; after < together; after++) addPosition(position, after);
    });
    if (together > 1) b.loop(whole, count, 1, (position) => addPosition(position, 0));
    const place = placeOf();
    sums.forEach((row, i) => {
      row.forEach((sum, j) => {
        const at = i * work.headBytes + j * b.lanes * 4;
        if (partial === undefined) b.store(place, sum.get(), at);
        else b.storePartial(b.offset(place, at, 1), sum.get(), partial);
      });
    });
  };

  headTiles(b, group, valueTile(b, variant).heads, (head, heads) => {
    const { looped, width, rest, left } = valueColumns(b, variant);
    if (looped > 0) {
      b.loop(0, looped * b.lanes, width * b.lanes, (column) => addTile(head, heads, column, width));
    }
    let done = looped;
    for (const vectors of rest) {
      addTile(head, heads, b.i32(done * b.lanes), vectors);
      done += vectors;
    }
    if (left > 0) addTile(head, heads, b.i32(done * b.lanes), 1, b.i32(left));
  });
}
