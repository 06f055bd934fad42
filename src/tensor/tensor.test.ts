import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlap, type Region, regionOf, subtract } from './regions.ts';
import { type Storage, Tensor } from './tensor.ts';

const storage: Storage = { name: 'x', bytes: 4 * 60, address: 64, persistent: true };
const tensor = (shape: number[], more: object = {}) => new Tensor({ storage, dtype: 'f32', shape, ...more });

describe('views of a tensor', () => {
  it('are where their elements are', () => {
    const x = tensor([5, 4, 3]);
    expect([x.rows, x.columns, x.size, x.stride]).toEqual([20, 3, 60, 3]);
    expect([x.at(2).offset, x.at(2).shape]).toEqual([24, [4, 3]]);
    const part = x.at(2).rowRange(1, 2).slice(1, 2);
    expect([part.offset, part.shape, part.stride, part.contiguous]).toEqual([28, [2, 2], 3, false]);
    expect(part.byteRange()).toEqual({ start: 112, length: 4 * 5 });
    const wide = x.reshape(10, 6);
    expect([wide.stride, wide.rows]).toEqual([6, 10]);
    const empty = new Tensor({ storage: { ...storage, bytes: 0 }, dtype: 'f32', shape: [0, 3] }).slice(1, 2);
    expect([empty.shape, empty.byteRange().length]).toEqual([[0, 2], 0]);
  });

  it('do not reach past what they are views of', () => {
    const x = tensor([5, 4, 3]);
    expect(() => x.slice(2, 2)).toThrow('tensor x: columns 2..4 of 3');
    expect(() => x.at(5)).toThrow('tensor x: no entry 5 in shape [5,4,3]');
    expect(() => x.rowRange(0, 1)).toThrow(/no rows 0..1 in shape/);
    expect(() => x.at(0).rowRange(3, 2)).toThrow(/no rows 3..5/);
    expect(() => x.slice(0, 2).reshape(40)).toThrow(/cannot view shape/);
    expect(() => x.reshape(7, 8)).toThrow('tensor x: cannot view shape [5,4,3] as [7,8]');
    expect(() => tensor([61])).toThrow('tensor x: shape [61] reaches past its 240 bytes');
    expect(() => tensor([2.5])).toThrow(/no whole number/);
  });

  it('keep a number of rows that is known at run time, or are refused', () => {
    const rowCount = { symbol: 'rows', scale: 1, maximum: 10 };
    const x = tensor([10, 6], { rowCount });
    expect(x.slice(0, 2).rowCount).toEqual(rowCount);
    expect(x.reshape(20, 3).rowCount).toEqual({ ...rowCount, scale: 2 });
    expect(x.reshape(10, 6).rowCount).toEqual(rowCount);
    expect(() => x.reshape(5, 12)).toThrow(/known only at run time/);
    expect(() => x.rowRange(0, 1)).toThrow(/no view of rows, for its number of rows is known only at run time/);
    expect(x.withRows(undefined).rowRange(0, 1).shape).toEqual([1, 6]);
  });
});

describe('regionOf', () => {
  it('finds rectangles of views, also of those with other rows', () => {
    const x = tensor([10, 6]);
    expect(regionOf(x.rowRange(2, 3).slice(1, 4), 0, 6)).toEqual(rectangle(2, 5, 1, 5));
    expect(regionOf(tensor([4, 3], { offset: 12 }), 0, 6)).toEqual(rectangle(2, 4, 0, 6));
    expect(regionOf(tensor([1, 2], { offset: 8, stride: 2 }), 6, 6)).toEqual(rectangle(0, 1, 2, 4));
    expect(() => regionOf(tensor([3, 3], { offset: 12 }), 0, 6)).toThrow(/does not fit rows of 6 elements/);
  });
});

function rectangle(firstRow: number, endRow: number, firstColumn: number, endColumn: number): Region {
  return { firstRow, endRow, firstColumn, endColumn };
}

const rectangles = fc
  .tuple(fc.nat({ max: 6 }), fc.nat({ max: 6 }), fc.nat({ max: 6 }), fc.nat({ max: 6 }))
  .map(([row, rows, column, columns]) => rectangle(row, row + rows, column, column + columns));

function covers({ firstRow, endRow, firstColumn, endColumn }: Region, row: number, column: number): boolean {
  return firstRow <= row && row < endRow && firstColumn <= column && column < endColumn;
}

describe('subtract', () => {
  it('leaves each point outside the others once and no other', () => {
    fc.assert(
      fc.property(rectangles, fc.array(rectangles, { maxLength: 4 }), (region, others) => {
        const rest = subtract(region, others);
        const wrong: string[] = [];
        for (let row = 0; row < 13; row++) {
          for (let column = 0; column < 13; column++) {
            const left = covers(region, row, column) && !others.some((other) => covers(other, row, column));
            if (rest.filter((part) => covers(part, row, column)).length !== Number(left))
              wrong.push(`${row},${column}`);
          }
        }
        expect(wrong).toEqual([]);
        for (const part of rest) expect(overlap(part, region)).toBe(true);
      }),
    );
  });
});
