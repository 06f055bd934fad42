import { indices, matrix, rowsWithin, strided } from './extents.ts';
import { defineKernel, defineKernelFamily } from './kernel.ts';
import { rowAddress, splitBlocks, vectorLoop } from './loops.ts';

/**
 * Rows of a matrix by index: the embedding table, and gather and scatter in general.
 *
 * Indices are i32 within the range of the table's rows; the host checks them, the kernels do not. Matrices are f32 with
 * row strides in elements; `columns` elements of every row take part.
 */

/** How a table is stored; gathered rows are always f32. */
export type TableMemory = 'f32' | 'f16' | 'bf16';

/** y[r,:] = table[ids[r],:]; table [vocabulary, columns] of the variant's type, ids [rows], y [rows, columns] f32. */
export const gatherRows = defineKernelFamily(
  'gatherRows',
  {
    table: 'in',
    ids: 'in',
    y: 'out',
    rows: 'i32',
    columns: 'i32',
    tableStride: 'i32',
    yStride: 'i32',
  },
  (b, p, variant: { memory: TableMemory }) => {
    splitBlocks(b, p.rows, p.columns, (row, start, end) => {
      const id = b.loadI32(b.offset(p.ids, row));
      const from = rowAddress(b, p.table, id, p.tableStride, variant.memory === 'f32' ? 4 : 2);
      const to = rowAddress(b, p.y, row, p.yStride);
      vectorLoop(b, start, end, 4, (strips) => {
        const values = strips.map((strip) => strip.load(from, variant.memory));
        strips.forEach((strip, k) => {
          strip.store(to, values[k]!);
        });
      });
    });
  },
  ({ memory }) => ({
    extents: (n) => ({
      table: matrix(n.capacity, n.columns, n.tableStride, memory),
      ids: indices(n.rows, n.capacity),
      y: matrix(n.rows, n.columns, n.yStride),
    }),
    measure: (n, bytes) => ({ capacity: rowsWithin(bytes.table, n.columns, n.tableStride, memory === 'f32' ? 4 : 2) }),
    sample: (draw) => ({ ...strided(draw, 'tableStride', 'yStride'), capacity: draw(1, 9) }),
  }),
);

/** y[ids[r],:] = x[r,:]; the ids are distinct, rows of y that none names keep what they hold. */
export const scatterRows = defineKernel(
  'scatterRows',
  {
    x: 'in',
    ids: 'in',
    y: 'inout',
    rows: 'i32',
    columns: 'i32',
    xStride: 'i32',
    yStride: 'i32',
  },
  (b, p) => {
    splitBlocks(b, p.rows, p.columns, (row, start, end) => {
      const from = rowAddress(b, p.x, row, p.xStride);
      const to = rowAddress(b, p.y, b.loadI32(b.offset(p.ids, row)), p.yStride);
      vectorLoop(b, start, end, 4, (strips) => {
        const values = strips.map((strip) => strip.load(from));
        strips.forEach((strip, k) => {
          strip.store(to, values[k]!);
        });
      });
    });
  },
  {
    extents: (n) => ({
      x: matrix(n.rows, n.columns, n.xStride),
      ids: indices(n.rows, n.capacity, { distinct: true }),
      y: matrix(n.capacity, n.columns, n.yStride),
    }),
    measure: (n, bytes) => ({ capacity: rowsWithin(bytes.y, n.columns, n.yStride) }),
    sample: (draw) => ({ ...strided(draw, 'xStride', 'yStride'), capacity: draw(5, 9) }),
  },
);

/**
 * table[ids[r],:] += x[r,:] for r = 0, 1, … in this order, ids possibly repeated: the gradient of an embedding table
 * from the gradients of its rows. Split by columns, so that the sums are the same for any number of workers.
 */
export const scatterAddRows = defineKernel(
  'scatterAddRows',
  {
    x: 'in',
    ids: 'in',
    table: 'inout',
    rows: 'i32',
    columns: 'i32',
    xStride: 'i32',
    tableStride: 'i32',
  },
  (b, p) => {
    b.split(p.columns, 16, (start, end) => {
      b.loop(0, p.rows, 1, (row) => {
        const from = rowAddress(b, p.x, row, p.xStride);
        const to = rowAddress(b, p.table, b.loadI32(b.offset(p.ids, row)), p.tableStride);
        vectorLoop(b, start, end, 4, (strips) => {
          const values = strips.map((strip) => b.add(strip.load(to), strip.load(from)));
          strips.forEach((strip, k) => {
            strip.store(to, values[k]!);
          });
        });
      });
    });
  },
  {
    extents: (n) => ({
      x: matrix(n.rows, n.columns, n.xStride),
      ids: indices(n.rows, n.capacity),
      table: matrix(n.capacity, n.columns, n.tableStride),
    }),
    measure: (n, bytes) => ({ capacity: rowsWithin(bytes.table, n.columns, n.tableStride) }),
    sample: (draw) => ({ ...strided(draw, 'xStride', 'tableStride'), capacity: draw(1, 9) }),
  },
);
