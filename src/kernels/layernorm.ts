import { list, matrix, strided } from './extents.ts';
import { defineKernel } from './kernel.ts';
import { rowAddress, sumVectors, vectorLoop } from './loops.ts';

const CHAINS = 4;

/**
 * Layer normalisation (Ba et al. 2016), without a backward pass:
 *
 *   y[r,c] = (x[r,c] − mean_c(x[r])) / sqrt(mean_c((x[r] − mean)²) + eps) · weight[c] + bias[c]
 *
 * x, y [rows, columns] f32 with row strides in elements, weight and bias [columns]. y may be x. Rows are split among the
 * workers.
 */
export const layerNorm = defineKernel(
  'layerNorm',
  {
    x: 'in',
    weight: 'in',
    bias: 'in',
    y: 'out',
    rows: 'i32',
    columns: 'i32',
    xStride: 'i32',
    yStride: 'i32',
    eps: 'f32',
  },
  (b, p) => {
    b.splitLoop(p.rows, (row) => {
      const x = rowAddress(b, p.x, row, p.xStride);
      const y = rowAddress(b, p.y, row, p.yStride);
      const count = b.toF32(p.columns);
      const sum = sumVectors(b, b.i32(0), p.columns, CHAINS, (total, strip) => b.add(total, strip.load(x)));
      const mean = b.splat(b.div(sum, count));
      const squares = sumVectors(b, b.i32(0), p.columns, CHAINS, (total, strip) => {
        const deviation = strip.keep(b.sub(strip.load(x), mean), 0);
        return b.fma(deviation, deviation, total);
      });
      const factor = b.splat(b.div(1, b.sqrt(b.add(b.div(squares, count), p.eps))));
      vectorLoop(b, b.i32(0), p.columns, CHAINS, (strips) => {
        const values = strips.map((strip) =>
          b.fma(b.mul(b.sub(strip.load(x), mean), factor), strip.load(p.weight), strip.load(p.bias)),
        );
        strips.forEach((strip, k) => {
          strip.store(y, values[k]!);
        });
      });
    });
  },
  {
    extents: (n) => ({
      x: matrix(n.rows, n.columns, n.xStride),
      weight: list(n.columns),
      bias: list(n.columns),
      y: matrix(n.rows, n.columns, n.yStride),
    }),
    sample: (draw) => strided(draw, 'xStride', 'yStride'),
  },
);
