import type { Variable } from './builder.ts';
import { type Draw, headed, list, type Sizes } from './extents.ts';
import { defineKernel } from './kernel.ts';

/** Vectors of one tile of result columns: enough sums at once that multiply-adds do not wait for each other. */
const TILE_VECTORS = 8;

const PARAMETERS = {
  x: 'in',
  w: 'in',
  y: 'out',
  rows: 'i32',
  heads: 'i32',
  inner: 'i32',
  columns: 'i32',
  xRowStride: 'i32',
  xHeadStride: 'i32',
  yRowStride: 'i32',
} as const;

const MEMORY = {
  extents: (n: Sizes<typeof PARAMETERS>) => ({
    x: headed(n.rows, n.xRowStride, n.heads, n.xHeadStride, n.inner),
    w: list(n.heads * n.inner * n.columns),
    y: headed(n.rows, n.yRowStride, n.heads, n.columns, n.columns),
  }),
  sample: (draw: Draw) => {
    const [rows, heads, inner, columns] = [draw(0, 4), draw(1, 3), draw(1, 40), draw(1, 150)];
    const xHeadStride = inner + draw(0, 2);
    return {
      ...{ rows, heads, inner, columns, xHeadStride },
      ...{ xRowStride: heads * xHeadStride + draw(0, 2), yRowStride: heads * columns + draw(0, 2) },
    };
  },
};

/**
 * Every head of every row through that head's matrix: y[row, h, :] = x[row, h, :]·w[h], w [heads, inner, columns].
 *
 * This is how absorbed latent attention carries a query into the latent space (DeepSeek-V2 §2.1.3): inner is
 * qk_nope_head_dim, columns kv_lora_rank, and w the key part of kv_b_proj as it lies in memory. x has a row and a head
 * stride; y [rows, heads, columns] a row stride. Work is split over (row, head, tile of columns); each element is a sum
 * along `inner` in ascending order: |error| ≤ inner·2⁻²⁴·Σ|x·w|.
 */
export const headsMatmul = defineKernel(
  'headsMatmul',
  PARAMETERS,
  (b, p) => {
    const width = TILE_VECTORS * b.lanes;
    const tiles = b.divide(b.add(p.columns, width - 1), width);
    const perRow = b.mul(p.heads, tiles);
    const matrix = b.mul(p.inner, p.columns);
    b.splitLoop(b.mul(p.rows, perRow), (index) => {
      const row = b.divide(index, perRow);
      const within = b.sub(index, b.mul(row, perRow));
      const head = b.divide(within, tiles);
      const first = b.mul(b.sub(within, b.mul(head, tiles)), width);
      const left = b.sub(p.columns, first);
      const x = b.offset(b.offset(p.x, b.mul(row, p.xRowStride)), b.mul(head, p.xHeadStride));
      const w = b.offset(b.offset(p.w, b.mul(head, matrix)), first);
      const y = b.offset(b.offset(p.y, b.add(b.mul(row, p.yRowStride), b.mul(head, p.columns))), first);
      const whole = () => {
        const sums = Array.from({ length: TILE_VECTORS }, () => b.variable(b.vectorF32(0)));
        b.loop(0, p.inner, 1, (k) => {
          const factor = b.loadSplat(b.offset(x, k));
          const from = b.offset(w, b.mul(k, p.columns));
          sums.forEach((sum, v) => {
            sum.set(b.fma(factor, b.loadVector(from, v * b.lanes * 4), sum.get()));
          });
        });
        sums.forEach((sum, v) => {
          b.store(y, sum.get(), v * b.lanes * 4);
        });
      };
      const part = () =>
        b.strips(left, (strip) => {
          const sum: Variable<'vf32'> = b.variable(b.vectorF32(0));
          b.loop(0, p.inner, 1, (k) => {
            const from = b.offset(w, b.mul(k, p.columns));
            sum.set(b.fma(b.loadSplat(b.offset(x, k)), strip.load(from), sum.get()));
          });
          strip.store(y, sum.get());
        });
      b.if(b.ge(left, width), whole, part);
    });
  },
  MEMORY,
);

/** Dot products that run at once. */
const DOTS = 4;

/**
 * As `headsMatmul` with transposed matrices: y[row, h, :] = x[row, h, :]·w[h]ᵀ, w [heads, columns, inner]. In absorbed
 * attention: inner is kv_lora_rank, columns v_head_dim, and w the value part of kv_b_proj. Sums run along `inner` by
 * vectors, then across the lanes.
 */
export const headsMatmulTransposed = defineKernel(
  'headsMatmulTransposed',
  PARAMETERS,
  (b, p) => {
    const blocks = b.divide(b.add(p.columns, DOTS - 1), DOTS);
    const perRow = b.mul(p.heads, blocks);
    const matrix = b.mul(p.inner, p.columns);
    b.splitLoop(b.mul(p.rows, perRow), (index) => {
      const row = b.divide(index, perRow);
      const within = b.sub(index, b.mul(row, perRow));
      const head = b.divide(within, blocks);
      const first = b.mul(b.sub(within, b.mul(head, blocks)), DOTS);
      const last = b.sub(p.columns, 1);
      const x = b.offset(b.offset(p.x, b.mul(row, p.xRowStride)), b.mul(head, p.xHeadStride));
      const w = b.offset(p.w, b.mul(head, matrix));
      const y = b.offset(p.y, b.add(b.mul(row, p.yRowStride), b.mul(head, p.columns)));
      // Past the last column the block repeats it: the same value is stored again.
      const columns = Array.from({ length: DOTS }, (_, i) => b.min(b.add(first, i), last));
      const rows = columns.map((column) => b.offset(w, b.mul(column, p.inner)));
      const sums = columns.map(() => b.variable(b.vectorF32(0)));
      b.strips(p.inner, (strip) => {
        const values = strip.load(x);
        rows.forEach((from, i) => {
          sums[i]!.set(b.fma(values, strip.load(from), sums[i]!.get()));
        });
      });
      columns.forEach((column, i) => {
        b.store(b.offset(y, column), b.reduceAdd(sums[i]!.get()));
      });
    });
  },
  MEMORY,
);
