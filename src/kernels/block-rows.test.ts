import { describe, expect, it } from 'vitest';
import { BLOCK, BLOCK_FORMATS, formatDetails, panelsBytes } from './block-formats.ts';
import { packPanels } from './block-pack.ts';
import { gatherBlockRows } from './block-rows.ts';
import { decodeBlocks, fileRows } from './blocks.fixture.ts';
import { allTargets, createArena, targetInfo } from './testing.ts';

// Sums with a minimum are rounded to f32 there only where numbers are.
const targets = allTargets.filter((target) => target !== 'interpreter64');
const cases = targets.flatMap((target) => BLOCK_FORMATS.map((format) => ({ target, format })));

describe.each(cases)('rows of a table in $format on $target', ({ target, format }) => {
  it.each([
    { ids: [0], workers: 1 },
    { ids: [36, 3, 3, 17, 32], workers: 2 },
    { ids: [], workers: 2 },
  ])('$ids, $workers workers, are what the file says to the last bit', ({ ids, workers }) => {
    const [rows, inner] = [37, 2 * formatDetails(format).weights];
    const { lanes } = targetInfo(target);
    const source = fileRows(format, rows, inner, 5);
    const { weights } = decodeBlocks(format, source);
    const panels = new Uint8Array(panelsBytes(format, lanes, rows, inner));
    packPanels(format, lanes, { rows, inner }, source, panels);
    const arena = createArena({ target });
    const yStride = inner + 3;
    const y = arena.f32(new Array<number>(ids.length * yStride).fill(7), { offset: 1 });
    const table = arena.bytes(panels);
    const sizes = { rows: ids.length, blocks: inner / BLOCK, yStride };
    arena.run(gatherBlockRows({ format }), { table, ids: arena.i32(ids), y, ...sizes }, { workers });
    const expected = ids.flatMap((id) => [
      ...Float32Array.from(weights.subarray(id * inner, (id + 1) * inner)),
      7,
      7,
      7,
    ]);
    expect(y.read()).toEqual(expected);
  });
});
