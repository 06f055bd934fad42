import type { Builder, F32, I32, Pointer } from './builder.ts';
import { type Extent, headed, indices, list, nothing, rowsWithin } from './extents.ts';
import { defineKernelFamily } from './kernel.ts';
import { rowAddress } from './loops.ts';

/**
 * Rotary position embedding (Su et al., RoFormer, 2021).
 *
 *   (u, v) → (u·cos − v·sin, v·cos + u·sin),   cos and sin at [positions[r], i]
 *
 * for the pairs i of 0..half-1 of every head of every row:
 * - `interleaved`: u and v are elements 2i and 2i+1, and stay there (DeepSeek's own inference code);
 * - `halves`: elements i and i + half (Hugging Face). Models that de-interleave first and then rotate halves give the
 *   same dot products as `interleaved`.
 *
 * Row r of x begins xRowStride·r elements after x, head h another xHeadStride·h, and 2·half elements from xOffset on are
 * rotated; y alike. y may be x with equal strides. Other elements are neither read nor written. positions is [rows] i32,
 * cosines and sines are [maximum positions, half] f32, made by the host: base frequencies, YaRN's interpolation and
 * its factor on the amplitude live there (`rope_theta`, `rope_scaling`). Positions are checked by the host.
 *
 * With `inverse` the rotation goes back by the same angle, which is the gradient: dx from dy. With `bias`, numbers that lie
 * as a row of x does are added to it first; without, `bias` is not read.
 */
export const rotary = defineKernelFamily(
  'rotary',
  {
    x: 'in',
    y: 'out',
    positions: 'in',
    cosines: 'in',
    sines: 'in',
    bias: 'in',
    rows: 'i32',
    heads: 'i32',
    half: 'i32',
    xRowStride: 'i32',
    xHeadStride: 'i32',
    xOffset: 'i32',
    yRowStride: 'i32',
    yHeadStride: 'i32',
    yOffset: 'i32',
  },
  (b, p, variant: { layout: RotaryLayout; inverse: boolean; bias: boolean }) => {
    b.splitLoop(p.rows, (row) => {
      const position = b.loadI32(b.offset(p.positions, row));
      const cosines = rowAddress(b, p.cosines, position, p.half);
      const sines = rowAddress(b, p.sines, position, p.half);
      const x = b.offset(rowAddress(b, p.x, row, p.xRowStride), p.xOffset);
      const y = b.offset(rowAddress(b, p.y, row, p.yRowStride), p.yOffset);
      const rotate = variant.layout === 'halves' ? rotateHalves : rotateInterleaved;
      const bias = variant.bias ? b.offset(p.bias, p.xOffset) : undefined;
      rotate(b, { x, y, cosines, sines, bias, inverse: variant.inverse, ...headsOf(p) });
    });
  },
  (variant) => ({
    extents: (n) => ({
      bias: variant.bias ? behind(n.xOffset, headed(1, 0, n.heads, n.xHeadStride, 2 * n.half)) : nothing,
      x: behind(n.xOffset, headed(n.rows, n.xRowStride, n.heads, n.xHeadStride, 2 * n.half)),
      y: behind(n.yOffset, headed(n.rows, n.yRowStride, n.heads, n.yHeadStride, 2 * n.half)),
      positions: indices(n.rows, n.capacity),
      cosines: list(n.capacity * n.half),
      sines: list(n.capacity * n.half),
    }),
    measure: (n, bytes) => ({ capacity: rowsWithin(Math.min(bytes.cosines, bytes.sines), n.half, n.half) }),
    sample: (draw) => {
      const [rows, heads, half, xOffset, yOffset] = [draw(0, 4), draw(1, 3), draw(1, 20), draw(0, 3), draw(0, 3)];
      const [xHeadStride, yHeadStride] = [2 * half + xOffset, 2 * half + yOffset + draw(0, 2)];
      return {
        ...{ rows, heads, half, xOffset, yOffset, xHeadStride, yHeadStride, capacity: draw(1, 9) },
        ...{ xRowStride: heads * xHeadStride + draw(0, 2), yRowStride: heads * yHeadStride + draw(0, 2) },
      };
    },
  }),
);

/** The extent of what begins `offset` elements after a pointer. */
const behind = (offset: number, extent: Extent): Extent =>
  extent.bytes === 0 ? extent : { ...extent, bytes: extent.bytes + 4 * offset };

export type RotaryLayout = 'interleaved' | 'halves';

interface Heads {
  readonly heads: I32;
  readonly half: I32;
  readonly xHeadStride: I32;
  readonly yHeadStride: I32;
}

interface Row extends Heads {
  readonly x: Pointer;
  readonly y: Pointer;
  readonly cosines: Pointer;
  readonly sines: Pointer;
  readonly bias: Pointer | undefined;
  readonly inverse: boolean;
}

function headsOf({ heads, half, xHeadStride, yHeadStride }: Heads): Heads {
  return { heads, half, xHeadStride, yHeadStride };
}

function rotateHalves(b: Builder, row: Row): void {
  b.loop(0, row.heads, 1, (head) => {
    const x = rowAddress(b, row.x, head, row.xHeadStride);
    const y = rowAddress(b, row.y, head, row.yHeadStride);
    const xUpper = b.offset(x, row.half);
    const yUpper = b.offset(y, row.half);
    const bias = row.bias && rowAddress(b, row.bias, head, row.xHeadStride);
    const biasUpper = bias && b.offset(bias, row.half);
    b.strips(row.half, (strip) => {
      const cosine = strip.load(row.cosines);
      const sine = row.inverse ? b.neg(strip.load(row.sines)) : strip.load(row.sines);
      const load = (from: Pointer, more: Pointer | undefined) =>
        more === undefined ? strip.load(from) : b.add<'vf32'>(strip.load(from), strip.load(more));
      const u = load(x, bias);
      const v = load(xUpper, biasUpper);
      strip.store(y, b.sub(b.mul(u, cosine), b.mul(v, sine)));
      strip.store(yUpper, b.fma(v, cosine, b.mul(u, sine)));
    });
  });
}

/** The language has no lane shuffles, so pairs are taken one by one, some in each turn so that their steps overlap. */
const PAIRS = 4;

function rotateInterleaved(b: Builder, row: Row): void {
  const rotatePairs = (x: Pointer, y: Pointer, bias: Pointer | undefined, first: I32, count: number) => {
    const [cosines, sines] = [b.offset(row.cosines, first), b.offset(row.sines, first)];
    const [from, to] = [b.offset(x, first, 8), b.offset(y, first, 8)];
    const more = bias && b.offset(bias, first, 8);
    const load = (byte: number) =>
      more === undefined ? b.load(from, byte) : b.add<'f32'>(b.load(from, byte), b.load(more, byte));
    const pairs = Array.from({ length: count }, (_, i): [F32, F32] => {
      const [cosine, loaded] = [b.load(cosines, 4 * i), b.load(sines, 4 * i)];
      const sine = row.inverse ? b.neg(loaded) : loaded;
      const [u, v] = [load(8 * i), load(8 * i + 4)];
      return [b.sub(b.mul(u, cosine), b.mul(v, sine)), b.fma(v, cosine, b.mul(u, sine))];
    });
    pairs.forEach(([u, v], i) => {
      b.store(to, u, 8 * i);
      b.store(to, v, 8 * i + 4);
    });
  };
  const whole = b.sub(row.half, b.remainder(row.half, PAIRS));
  b.loop(0, row.heads, 1, (head) => {
    const x = rowAddress(b, row.x, head, row.xHeadStride);
    const y = rowAddress(b, row.y, head, row.yHeadStride);
    const bias = row.bias && rowAddress(b, row.bias, head, row.xHeadStride);
    b.loop(0, whole, PAIRS, (pair) => rotatePairs(x, y, bias, pair, PAIRS));
    b.loop(whole, row.half, 1, (pair) => rotatePairs(x, y, bias, pair, 1));
  });
}
