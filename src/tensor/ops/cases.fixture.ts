import { recorder } from '../record.ts';
import type { Tensor } from '../tensor.ts';
import type { GradientCase } from '../testing.ts';
import { siluGate } from './activation.ts';
import { causalAttention } from './attention.ts';
import { add, addBias, concatenate, copyInto, scale } from './elementwise.ts';
import { embedding } from './embedding.ts';
import { combineExperts, gatherTokens, planDispatch, type RouteOptions, routeTokens } from './experts.ts';
import { groupedLinear, linear } from './linear.ts';
import { crossEntropy } from './loss.ts';
import { headsRmsNorm, rmsNorm } from './normalization.ts';
import { rotaryInPlace } from './rotary.ts';

/** Small graphs that between them use every op with a gradient, by name. */
export const CASES = new Map<string, GradientCase>();

function define<P extends string, I extends string = never>(name: string, test: GradientCase<P, I>): void {
  CASES.set(name, test as unknown as GradientCase);
}

const i32 = (...values: number[]) => ({ shape: [values.length, 1], values, dtype: 'i32' as const });

// ---- products ---------------------------------------------------------------------------------------------------

for (const rows of [1, 3, 19]) {
  define(`linear, ${rows} rows`, {
    parameters: { x: { shape: [rows, 7] }, w: { shape: [5, 7] } },
    build: ({ x, w }) => linear(x, w),
  });
}
define('linear, only the weight has a gradient', {
  parameters: { w: { shape: [5, 6] } },
  inputs: { x: { shape: [4, 6] } },
  build: ({ x, w }) => linear(x, w),
});
define('linear, only the input has a gradient', {
  parameters: { x: { shape: [4, 6] } },
  inputs: { w: { shape: [5, 6] } },
  build: ({ x, w }) => linear(x, w),
});
define('linear, one weight used twice and its transposed shape once', {
  parameters: { x: { shape: [4, 6] }, w: { shape: [6, 6] } },
  build: ({ x, w }) => add(linear(linear(x, w), w), linear(x, w)),
});
define('linear of a slice of columns with rows of a weight', {
  parameters: { x: { shape: [3, 4] }, first: { shape: [9, 4] }, w: { shape: [8, 4] } },
  build: ({ x, first, w }) => {
    const h = linear(x, first);
    return add(linear(h.slice(1, 4), w.rowRange(0, 3)), linear(h.slice(5, 4), w.rowRange(4, 3)));
  },
});
define('overlapping slices of one tensor', {
  parameters: { x: { shape: [3, 4] }, first: { shape: [9, 4] }, w: { shape: [3, 5] } },
  build: ({ x, first, w }) => {
    const h = linear(x, first);
    const parts = [linear(h.slice(0, 5), w), linear(h.slice(3, 5), w), linear(h.slice(2, 5), w)];
    return { outputs: [...parts, scale(h, 0.5)] };
  },
});
define('rows of a tensor, some used twice and some not at all', {
  parameters: { x: { shape: [6, 4] }, first: { shape: [5, 4] }, w: { shape: [3, 5] } },
  build: ({ x, first, w }) => {
    const h = linear(x, first);
    return { outputs: [linear(h.rowRange(0, 2), w), linear(h.rowRange(1, 3), w), linear(h.rowRange(5, 1), w)] };
  },
});
define('linear into given columns', {
  parameters: { x: { shape: [5, 4] }, a: { shape: [3, 4] }, w: { shape: [2, 4] } },
  build: ({ x, a, w }) => {
    const y = recorder().empty([5, 5]);
    linear(x, a, { into: y.slice(0, 3) });
    linear(x, w, { into: y.slice(3, 2) });
    return scale(y, 2);
  },
});
define('a parameter of which one row is used', {
  parameters: { x: { shape: [5, 4] }, w: { shape: [3, 4] } },
  build: ({ x, w }) => linear(x, w.rowRange(1, 1)),
});
for (const offsets of [
  [0, 2, 5, 9],
  [0, 0, 9, 9],
  [0, 4, 4, 9],
]) {
  define(`groupedLinear with groups ending at ${offsets.slice(1)}`, {
    parameters: { x: { shape: [9, 5] }, w: { shape: [3, 6, 5] } },
    inputs: { offsets: { shape: [4], values: offsets, dtype: 'i32' } },
    build: ({ x, w, offsets: groups }) => groupedLinear(x, w, groups),
  });
}
define('groupedLinear twice with the same weight', {
  parameters: { x: { shape: [7, 5] }, w: { shape: [2, 5, 5] } },
  inputs: { offsets: { shape: [3], values: [0, 4, 7], dtype: 'i32' } },
  build: ({ x, w, offsets }) => add(x, groupedLinear(groupedLinear(x, w, offsets), w, offsets)),
});
define('entries of a stack of weights', {
  parameters: { x: { shape: [4, 5] }, w: { shape: [3, 6, 5] } },
  build: ({ x, w }) => add(linear(x, w.at(0)), linear(x, w.at(2))),
});

// ---- row by row -------------------------------------------------------------------------------------------------

define('rmsNorm', {
  parameters: { x: { shape: [5, 11] }, w: { shape: [11] } },
  build: ({ x, w }) => rmsNorm(x, w, 1e-6),
});
define('rmsNorm of a slice, its input and weight used twice', {
  parameters: { x: { shape: [5, 4] }, first: { shape: [9, 4] }, w: { shape: [7] } },
  build: ({ x, first, w }) => {
    const h = linear(x, first).slice(2, 7);
    return add(rmsNorm(h, w, 1e-3), rmsNorm(scale(h, 3), w, 1e-1));
  },
});
define('rmsNorm without a gradient for its weight', {
  parameters: { x: { shape: [5, 6] } },
  inputs: { w: { shape: [6] } },
  build: ({ x, w }) => rmsNorm(x, w, 1e-6),
});
define('headsRmsNorm, its input also used as it is', {
  parameters: { x: { shape: [5, 3] }, first: { shape: [12, 3] }, w: { shape: [4] }, second: { shape: [2, 12] } },
  build: ({ x, first, w, second }) => {
    const h = linear(x, first);
    return add(linear(headsRmsNorm(h, w, 1e-2), second), linear(h, second));
  },
});
define('addBias in place, one bias twice, one of an input without gradient', {
  parameters: { x: { shape: [5, 3] }, w: { shape: [4, 3] }, bias: { shape: [4] }, other: { shape: [3] } },
  inputs: { z: { shape: [5, 3] } },
  build: ({ x, w, bias, other, z }) => {
    const first = linear(x, w);
    addBias(first, bias);
    const second = linear(add(x, x), w);
    addBias(second, bias);
    const copied = scale(z, 2);
    addBias(copied, other);
    return add(add(first, scale(second, -3)), linear(copied, w));
  },
});
define('siluGate', { parameters: { x: { shape: [5, 14] } }, build: ({ x }) => siluGate(x) });
define('siluGate twice of a slice', {
  parameters: { x: { shape: [5, 3] }, w: { shape: [9, 3] } },
  build: ({ x, w }) => {
    const h = linear(x, w);
    return { outputs: [siluGate(h.slice(1, 6)), siluGate(h.slice(3, 6))] };
  },
});
define('add, scale, copy, concatenate', {
  parameters: { x: { shape: [4, 5] }, y: { shape: [4, 5] }, z: { shape: [4, 3] } },
  build: ({ x, y, z }) => {
    const sum = add(x, y);
    const target = recorder().empty([4, 5]);
    copyInto(scale(sum, -1.5), target);
    return add(concatenate(target, z, x), concatenate(x, add(z, z), add(sum, sum)));
  },
});
define('a concatenation of which a part has no gradient', {
  parameters: { x: { shape: [4, 3] } },
  inputs: { y: { shape: [4, 2] } },
  build: ({ x, y }) => concatenate(y, x, y),
});
define('embedding with repeated ids, used twice', {
  parameters: { table: { shape: [6, 5] } },
  inputs: { ids: i32(3, 1, 3, 3, 0), more: i32(5, 3, 5, 1, 1) },
  build: ({ table, ids, more }) => add(embedding(table, ids, 5), scale(embedding(table, more, 5), 2)),
});
define('tied embedding: the table is also a weight', {
  parameters: { table: { shape: [6, 5] } },
  inputs: { ids: i32(3, 1, 3, 3) },
  build: ({ table, ids }) => linear(embedding(table, ids, 4), table),
});
for (const layout of ['interleaved', 'halves'] as const) {
  define(`rotaryInPlace, ${layout}`, {
    parameters: { x: { shape: [4, 3] }, w: { shape: [17, 3] } },
    inputs: { positions: i32(0, 3, 1, 2), cosines: { shape: [5, 2] }, sines: { shape: [5, 2] } },
    build: ({ x, w, positions, cosines, sines }) => {
      const h = linear(x, w);
      // Two heads of 6 elements from column 1 on, the last 4 elements of each rotated.
      const shape = { heads: 2, headStride: 6, offset: 2, dim: 4, layout };
      rotaryInPlace(h.slice(1, 12), positions, { cosines, sines }, shape);
      rotaryInPlace(h.slice(13, 4), positions, { cosines, sines }, { ...shape, heads: 1, offset: 0 });
      return h;
    },
  });
}
define('rotaryInPlace with a bias', {
  parameters: { x: { shape: [4, 3] }, w: { shape: [8, 3] }, bias: { shape: [8] } },
  inputs: { positions: i32(0, 3, 1, 2), cosines: { shape: [5, 2] }, sines: { shape: [5, 2] } },
  build: ({ x, w, bias, positions, cosines, sines }) => {
    const h = linear(x, w);
    const shape = { heads: 2, headStride: 4, offset: 0, dim: 4, layout: 'halves' } as const;
    rotaryInPlace(h, positions, { cosines, sines }, { ...shape, bias });
    return h;
  },
});
define('crossEntropy with zero weights', {
  parameters: { logits: { shape: [5, 7], spread: 2 } },
  inputs: {
    targets: i32(0, 6, 99, 3, 3),
    weights: { shape: [5, 1], values: [0.5, 0.25, 0, 1, 0] },
  },
  build: ({ logits, targets, weights }) => crossEntropy(logits, targets, weights),
});
define('crossEntropy with z-loss, twice of slices', {
  parameters: { x: { shape: [4, 3] }, w: { shape: [9, 3] } },
  inputs: { targets: i32(0, 5, 2, 3), weights: { shape: [4, 1], values: [1, 0.5, 0.25, 0] } },
  build: ({ x, w, targets, weights }) => {
    const logits = linear(x, w);
    const second = crossEntropy(logits.slice(3, 6), targets, weights);
    return add(crossEntropy(logits.slice(0, 6), targets, weights, 0.1), second);
  },
});

// ---- attention --------------------------------------------------------------------------------------------------

/** Documents of rows 0..2, 3 and 4..6. */
const bounds = { start: i32(0, 0, 0, 3, 4, 4, 4), end: i32(3, 3, 3, 4, 7, 7, 7) };

define('causalAttention as in latent attention: rotary key shared by the heads', {
  parameters: { q: { shape: [7, 2 * 5] }, latent: { shape: [7, 3] }, up: { shape: [2 * 7, 3] }, k: { shape: [7, 4] } },
  inputs: bounds,
  build: ({ q, latent, up, k, start, end }) => {
    const expanded = linear(latent, up);
    return causalAttention({
      queryNope: { tensor: q.slice(0, 6), headStride: 3 },
      queryRope: { tensor: q.slice(6, 4), headStride: 2 },
      keyNope: { tensor: expanded.slice(0, 6), headStride: 3 },
      keyRope: k.slice(1, 2),
      value: { tensor: expanded.slice(6, 8), headStride: 4 },
      heads: 2,
      variant: { nopeDim: 3, ropeDim: 2, valueDim: 4, group: 1 },
      scale: 0.7,
      start,
      end,
      longestDocument: 3,
    });
  },
});
define('causalAttention with grouped queries', {
  parameters: { q: { shape: [7, 4 * 3] }, k: { shape: [7, 2 * 3] }, v: { shape: [7, 2 * 5] } },
  inputs: bounds,
  build: ({ q, k, v, start, end }) =>
    causalAttention({
      queryNope: { tensor: q, headStride: 3 },
      keyNope: { tensor: k, headStride: 3 },
      value: { tensor: v, headStride: 5 },
      heads: 4,
      variant: { nopeDim: 3, ropeDim: 0, valueDim: 5, group: 2 },
      scale: 0.5,
      start,
      end,
      longestDocument: 7,
    }),
});
define('causalAttention of a tensor to itself', {
  parameters: { x: { shape: [7, 8] } },
  inputs: bounds,
  build: ({ x, start, end }) => {
    const heads = { tensor: x, headStride: 4 };
    const variant = { nopeDim: 4, ropeDim: 0, valueDim: 4, group: 1 };
    const common = { heads: 2, variant, scale: 0.5, start, end, longestDocument: 3 };
    return causalAttention({ queryNope: heads, keyNope: heads, value: heads, ...common });
  },
});

// ---- experts ----------------------------------------------------------------------------------------------------

interface RouteCase {
  readonly scoring: 'sigmoid' | 'softmax';
  readonly normalize: boolean;
  readonly groups?: number;
  readonly bias?: boolean;
  readonly balanced?: boolean;
}

function variantOf({ scoring, normalize, groups = 1, bias = false }: RouteCase): RouteOptions['variant'] {
  const chosenGroups = groups === 1 ? 1 : 2;
  return { experts: 8, chosen: 3, scoring, normalize, groups, chosenGroups, groupScore: bias ? 'top2' : 'max', bias };
}

function route(test: RouteCase, logits: Tensor, bias: Tensor, start: Tensor, end: Tensor) {
  const balance = test.balanced ? { balance: { alpha: 0.3, start, end } } : {};
  return routeTokens(logits, {
    variant: variantOf(test),
    scale: 2.5,
    bias: test.bias ? bias : undefined,
    ...balance,
  });
}

for (const scoring of ['sigmoid', 'softmax'] as const) {
  for (const normalize of [false, true]) {
    for (const more of [
      {},
      { groups: 4 },
      { groups: 4, bias: true },
      { bias: true, balanced: true },
      { balanced: true, groups: 2 },
    ]) {
      const test = { scoring, normalize, ...more };
      define(`routeTokens ${JSON.stringify(test)}`, {
        parameters: { logits: { shape: [7, 8] } },
        inputs: { bias: { shape: [8] }, ...bounds },
        build: ({ logits, bias, start, end }) => {
          const { weights, balanceLoss } = route(test, logits, bias, start, end);
          return { outputs: [weights], losses: balanceLoss ? [balanceLoss] : [] };
        },
      });
    }
  }
}
define('a layer of experts', {
  parameters: {
    x: { shape: [7, 3] },
    router: { shape: [8, 3] },
    gateUp: { shape: [8, 4, 3], spread: 0.5 },
    down: { shape: [8, 3, 2], spread: 0.5 },
  },
  inputs: { bias: { shape: [8], spread: 0.1 }, ...bounds },
  build: ({ x, router, gateUp, down, bias, start, end }) => {
    const test = { scoring: 'sigmoid', normalize: true, bias: true, balanced: true } as const;
    const routing = route(test, linear(x, router), bias, start, end);
    const dispatch = planDispatch(routing.indices, 8);
    const sorted = gatherTokens(x, dispatch);
    const results = groupedLinear(siluGate(groupedLinear(sorted, gateUp, dispatch.offsets)), down, dispatch.offsets);
    return { outputs: [add(x, combineExperts(results, dispatch, routing.weights))], losses: [routing.balanceLoss!] };
  },
});
define('gatherTokens and combineExperts used twice', {
  parameters: { x: { shape: [5, 3] }, weights: { shape: [5, 2] } },
  inputs: { indices: { shape: [5, 2], values: [0, 2, 2, 0, 3, 2, 0, 3, 2, 0], dtype: 'i32' } },
  build: ({ x, weights, indices }) => {
    const dispatch = planDispatch(indices, 4);
    const rows = gatherTokens(x, dispatch);
    const once = combineExperts(rows, dispatch, weights);
    return add(once, combineExperts(gatherTokens(once, dispatch), dispatch, weights));
  },
});
