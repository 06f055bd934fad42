import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeScales,
  hasScalePerColumnGroup,
  hasScalePerGroup,
  type ScaleGrid,
  scaleRowBytes,
  scaleRowsFor,
  scalesByColumnGroup,
  scalesByGroup,
} from './scale-grid.ts';

/** A weight of some rows and columns with a grid whose scales are 0, 1, 2, … by rows. */
const weights = fc
  .record({
    rows: fc.integer({ min: 1, max: 400 }),
    columns: fc.integer({ min: 1, max: 400 }),
    blockRows: fc.integer({ min: 1, max: 200 }),
    blockColumns: fc.integer({ min: 1, max: 300 }),
  })
  .map(({ rows, columns, blockRows, blockColumns }) => {
    const grid: ScaleGrid = {
      path: '',
      offset: 0,
      dtype: 'F32',
      rows: Math.ceil(rows / blockRows),
      columns: Math.ceil(columns / blockColumns),
      block: [blockRows, blockColumns],
    };
    return { rows, columns, grid };
  });

/** The scale of one number, by the definition of a grid. */
const scaleAt = ({ columns, block }: ScaleGrid, row: number, column: number) =>
  Math.floor(row / block[0]) * columns + Math.floor(column / block[1]);

/** Some rows of a grid as they are read. */
const read = (grid: ScaleGrid, first: number, count: number) => {
  const needed = scaleRowsFor(grid, first, count);
  expect(needed.first + needed.count).toBeLessThanOrEqual(grid.rows);
  return Float32Array.from({ length: needed.count * grid.columns }, (_, i) => needed.first * grid.columns + i);
};

const part = (random: number, length: number) => {
  const first = random % length;
  return { first, count: 1 + (Math.floor(random / length) % (length - first)) };
};

describe('scales of groups of 128', () => {
  it('of rows are those of all their numbers, where each group has one', () => {
    fc.assert(
      fc.property(weights, fc.nat(1e6), ({ rows, columns, grid }, random) => {
        const { first, count } = part(random, rows);
        const scales = scalesByGroup(grid, columns, { first, count }, read(grid, first, count));
        const groups = Math.ceil(columns / 128);
        expect(scales.length).toBe(count * groups);
        let same = true;
        for (let row = 0; row < count; row += 1) {
          for (let column = 0; column < columns; column += 1) {
            const scale = scales[row * groups + Math.floor(column / 128)];
            same &&= scale === scaleAt(grid, first + row, column);
          }
        }
        // A block of other than 128 columns may fit by chance, where the last group is cut short.
        if (hasScalePerGroup(grid, columns)) expect(same).toBe(true);
        else if (columns >= 128) expect(same && grid.block[1] < 128).toBe(false);
      }),
    );
  });

  it('of columns, cut to some rows, too', () => {
    fc.assert(
      fc.property(weights, fc.nat(1e6), fc.nat(1e6), ({ rows, columns, grid }, one, other) => {
        const [cut, some] = [part(one, rows), part(other, columns)];
        const { first: top, count: length } = cut;
        const scales = scalesByColumnGroup(grid, { top, length }, some, read(grid, top, length));
        const groups = Math.ceil(length / 128);
        let same = true;
        for (let column = 0; column < some.count; column += 1) {
          for (let row = 0; row < length; row += 1) {
            const scale = scales[column * groups + Math.floor(row / 128)];
            same &&= scale === scaleAt(grid, top + row, some.first + column);
          }
        }
        expect(same).toBe(hasScalePerColumnGroup(grid, top, length));
      }),
    );
  });

  it('are read as f32 or as powers of two', () => {
    const grid = { columns: 3 } as ScaleGrid;
    expect([scaleRowBytes({ ...grid, dtype: 'F32' }), scaleRowBytes({ ...grid, dtype: 'F8_E8M0' })]).toEqual([12, 3]);
    expect([...decodeScales('F8_E8M0', Uint8Array.of(127, 120, 255))]).toEqual([1, 2 ** -7, Number.NaN]);
    expect([...decodeScales('F32', new Uint8Array(Float32Array.of(0.5, -3).buffer))]).toEqual([0.5, -3]);
  });
});
