import type { Builder, Variable } from './builder.ts';
import { bounds, type Draw, indices, list, matrix, nothing, type Sizes } from './extents.ts';
import { defineKernel, defineKernelFamily, type ParameterValues } from './kernel.ts';

/**
 * Tokens to experts and back. Each of T tokens has K slots, slot (t, k) belonging to expert indices[t, k]. Sorted by
 * expert, and within an expert by token then slot, the slots are the T·K rows of the grouped matrix products; expert e
 * owns the rows offsets[e]..offsets[e + 1] - 1.
 */

/**
 * Plans the order: counts i32 [experts] (slots of each expert), offsets i32 [experts + 1], positions i32 [T, K] (row of
 * slot (t, k)), rowSlots i32 [T·K] (t·K + k of each row, the inverse of positions). indices i32 [T, K] must lie in
 * 0..experts-1. One worker does it all: the work is a few operations per slot.
 */
export const planDispatch = defineKernel(
  'planDispatch',
  {
    counts: 'out',
    offsets: 'out',
    positions: 'out',
    rowSlots: 'out',
    indices: 'in',
    slots: 'i32',
    experts: 'i32',
  },
  (b, p) => {
    b.if(b.eq(b.worker, 0), () => {
      b.loop(0, p.experts, 1, (expert) => b.storeI32(b.offset(p.counts, expert), b.i32(0)));
      b.loop(0, p.slots, 1, (slot) => {
        const count = b.offset(p.counts, b.loadI32(b.offset(p.indices, slot)));
        b.storeI32(count, b.add(b.loadI32(count), 1));
      });
      const total = b.variable(b.i32(0));
      // Until all slots are placed, counts holds each expert's next row.
      b.loop(0, p.experts, 1, (expert) => {
        const count = b.offset(p.counts, expert);
        const first = total.get();
        b.storeI32(b.offset(p.offsets, expert), first);
        total.set(b.add(first, b.loadI32(count)));
        b.storeI32(count, first);
      });
      b.storeI32(b.offset(p.offsets, p.experts), total.get());
      b.loop(0, p.slots, 1, (slot) => {
        const next = b.offset(p.counts, b.loadI32(b.offset(p.indices, slot)));
        const row = b.loadI32(next);
        b.storeI32(next, b.add(row, 1));
        b.storeI32(b.offset(p.positions, slot), row);
        b.storeI32(b.offset(p.rowSlots, row), slot);
      });
      b.loop(0, p.experts, 1, (expert) => {
        const count = b.offset(p.counts, expert);
        b.storeI32(count, b.sub(b.loadI32(count), b.loadI32(b.offset(p.offsets, expert))));
      });
    });
  },
  {
    extents: (n) => ({
      counts: list(n.experts, 'i32'),
      offsets: bounds(n.experts + 1, n.slots),
      positions: indices(n.slots, n.slots, { distinct: true }),
      rowSlots: indices(n.slots, n.slots, { distinct: true }),
      indices: indices(n.slots, n.experts),
    }),
    sample: (draw) => ({ slots: draw(0, 12), experts: draw(1, 6) }),
  },
);

/**
 * result[row, :] = x[rowSlots[row] / chosen, :]: each row of the expert order gets its token's vector. x [T, width] and
 * result [rows, width] with row strides, rows = T·K.
 */
export const gatherTokens = defineKernelFamily(
  'gatherTokens',
  {
    result: 'out',
    x: 'in',
    rowSlots: 'in',
    rows: 'i32',
    width: 'i32',
    resultRowStride: 'i32',
    xRowStride: 'i32',
  },
  (b, p, { chosen }: { chosen: number }) => {
    b.splitLoop(p.rows, (row) => {
      const token = b.divideUnsigned(b.loadI32(b.offset(p.rowSlots, row)), chosen);
      const from = b.offset(p.x, b.mul(token, p.xRowStride));
      const to = b.offset(p.result, b.mul(row, p.resultRowStride));
      b.strips(p.width, (strip) => strip.store(to, strip.load(from)));
    });
  },
  ({ chosen }) => ({
    extents: (n) => ({
      result: matrix(n.rows, n.width, n.resultRowStride),
      x: matrix(Math.ceil(n.rows / chosen), n.width, n.xRowStride),
      rowSlots: indices(n.rows, n.rows),
    }),
    sample: (draw) => {
      const width = draw(1, 40);
      return {
        ...{ rows: chosen * draw(0, 3), width },
        ...{ resultRowStride: width + draw(0, 3), xRowStride: width + draw(0, 3) },
      };
    },
  }),
);

/** Compile-time constants of `combineExperts` and `addExperts`. */
export type CombineVariant = {
  /** Slots per token. */
  readonly chosen: number;
  /** Whether rows are weighted; otherwise `weights` is not read and they are just added. */
  readonly weighted: boolean;
};

const COMBINE_PARAMETERS = {
  rows: 'in',
  positions: 'in',
  weights: 'in',
  tokens: 'i32',
  width: 'i32',
  resultRowStride: 'i32',
  rowsRowStride: 'i32',
} as const;

const combineMemory = ({ chosen, weighted }: CombineVariant) => ({
  extents: (n: Sizes<typeof COMBINE_PARAMETERS>) => ({
    result: matrix(n.tokens, n.width, n.resultRowStride),
    rows: matrix(n.tokens * chosen, n.width, n.rowsRowStride),
    positions: indices(n.tokens * chosen, n.tokens * chosen),
    weights: weighted ? list(n.tokens * chosen) : nothing,
  }),
  sample: (draw: Draw) => {
    const width = draw(1, 40);
    return { tokens: draw(0, 5), width, resultRowStride: width + draw(0, 3), rowsRowStride: width + draw(0, 3) };
  },
});

/**
 * result[t, :] = Σ_k weights[t, k] · rows[positions[t, k], :], slots in order (DeepSeek-V3 eq. 12). Without weights it is
 * the gradient of `gatherTokens`. result [T, width] and rows [T·K, width] with row strides, weights [T, K].
 */
export const combineExperts = defineKernelFamily(
  'combineExperts',
  { result: 'out', ...COMBINE_PARAMETERS },
  (b, p, variant: CombineVariant) => combine(b, p, variant, false),
  combineMemory,
);

/** As `combineExperts`, added to what `result` holds. */
export const addExperts = defineKernelFamily(
  'addExperts',
  { result: 'inout', ...COMBINE_PARAMETERS },
  (b, p, variant: CombineVariant) => combine(b, p, variant, true),
  combineMemory,
);

function combine(
  b: Builder,
  p: ParameterValues<{ result: 'out' } & typeof COMBINE_PARAMETERS>,
  { chosen, weighted }: CombineVariant,
  accumulate: boolean,
): void {
  b.splitLoop(p.tokens, (token) => {
    const to = b.offset(p.result, b.mul(token, p.resultRowStride));
    const positions = b.offset(p.positions, token, chosen * 4);
    const weights = b.offset(p.weights, token, chosen * 4);
    const slots = Array.from({ length: chosen }, (_, k) => ({
      row: b.offset(p.rows, b.mul(b.loadI32(positions, k * 4), p.rowsRowStride)),
      weight: weighted ? b.loadSplat(weights, k * 4) : undefined,
    }));
    b.strips(p.width, (strip) => {
      let sum = accumulate ? strip.load(to) : b.vectorF32(0);
      for (const { row, weight } of slots) {
        sum = weight === undefined ? b.add(sum, strip.load(row)) : b.fma(weight, strip.load(row), sum);
      }
      strip.store(to, sum);
    });
  });
}

/**
 * Gradients of the weighted `combineExperts`:
 *
 *   rowsGradient[positions[t, k], :] = weights[t, k] · resultGradient[t, :]
 *   weightsGradient[t, k] = resultGradient[t, :] · rows[positions[t, k], :]
 *
 * Both are overwritten; shapes as in `combineExperts`. Work is split over tokens.
 */
export const combineExpertsBackward = defineKernelFamily(
  'combineExpertsBackward',
  {
    rowsGradient: 'out',
    weightsGradient: 'out',
    resultGradient: 'in',
    rows: 'in',
    positions: 'in',
    weights: 'in',
    tokens: 'i32',
    width: 'i32',
    rowsGradientRowStride: 'i32',
    resultGradientRowStride: 'i32',
    rowsRowStride: 'i32',
  },
  (b, p, { chosen }: { chosen: number }) => {
    b.splitLoop(p.tokens, (token) => {
      const gradient = b.offset(p.resultGradient, b.mul(token, p.resultGradientRowStride));
      const first = b.mul(token, chosen);
      b.loop(first, b.add(first, chosen), 1, (slot) => {
        const position = b.loadI32(b.offset(p.positions, slot));
        const row = b.offset(p.rows, b.mul(position, p.rowsRowStride));
        const rowGradient = b.offset(p.rowsGradient, b.mul(position, p.rowsGradientRowStride));
        const weight = b.splat(b.load(b.offset(p.weights, slot)));
        const sum: Variable<'vf32'> = b.variable(b.vectorF32(0));
        b.strips(p.width, (strip) => {
          const value = strip.load(gradient);
          sum.set(b.fma(value, strip.load(row), sum.get()));
          strip.store(rowGradient, b.mul(value, weight));
        });
        b.store(b.offset(p.weightsGradient, slot), b.reduceAdd(sum.get()));
      });
    });
  },
  ({ chosen }) => ({
    extents: (n) => ({
      rowsGradient: matrix(n.tokens * chosen, n.width, n.rowsGradientRowStride),
      weightsGradient: list(n.tokens * chosen),
      resultGradient: matrix(n.tokens, n.width, n.resultGradientRowStride),
      rows: matrix(n.tokens * chosen, n.width, n.rowsRowStride),
      positions: indices(n.tokens * chosen, n.tokens * chosen, { distinct: true }),
      weights: list(n.tokens * chosen),
    }),
    sample: (draw) => {
      const width = draw(1, 40);
      const [rowsGradientRowStride, resultGradientRowStride] = [width + draw(0, 3), width + draw(0, 3)];
      return {
        tokens: draw(0, 5),
        width,
        rowsGradientRowStride,
        resultGradientRowStride,
        rowsRowStride: width + draw(0, 3),
      };
    },
  }),
);

/** load[e] += counts[e], i32 [experts] both: slots per expert since the last `updateBias`. */
export const accumulateLoad = defineKernel(
  'accumulateLoad',
  { load: 'inout', counts: 'in', experts: 'i32' },
  (b, p) => {
    b.split(p.experts, 16, (start, end) => {
      const load = b.offset(p.load, start);
      const counts = b.offset(p.counts, start);
      b.strips(b.sub(end, start), (strip) => strip.storeI32(load, b.add(strip.loadI32(load), strip.loadI32(counts))));
    });
  },
  {
    extents: (n) => ({ load: list(n.experts, 'i32'), counts: list(n.experts, 'i32') }),
    sample: (draw) => ({ experts: draw(1, 70) }),
  },
);

/**
 * Auxiliary-loss-free balancing after a step (DeepSeek-V3 §2.1.2): an expert with less than the mean load gains `speed`
 * of bias, one with more loses it.
 *
 *   bias[e] += speed · sign(mean(load) - load[e]),  lastLoad[e] = load[e],  load[e] = 0
 *
 * bias [experts], load and lastLoad i32 [experts]; lastLoad keeps the step's load for reports.
 */
export const updateBias = defineKernel(
  'updateBias',
  { bias: 'inout', load: 'inout', lastLoad: 'out', experts: 'i32', speed: 'f32' },
  (b, p) => {
    b.if(b.eq(b.worker, 0), () => {
      const total = b.variable(b.i32(0));
      b.loop(0, p.experts, 1, (expert) => total.set(b.add(total.get(), b.loadI32(b.offset(p.load, expert)))));
      const mean = b.splat(b.div(b.toF32(total.get()), b.toF32(p.experts)));
      const speed = b.splat(p.speed);
      b.strips(p.experts, (strip) => {
        const load = strip.loadI32(p.load);
        const loads = b.toF32(load);
        const bias = strip.load(p.bias);
        const lowered = b.select<'vf32'>(b.gt(loads, mean), b.sub(bias, speed), bias);
        strip.store(p.bias, b.select<'vf32'>(b.lt(loads, mean), b.add(bias, speed), lowered));
        strip.storeI32(p.lastLoad, load);
        strip.storeI32(p.load, b.vectorI32(0));
      });
    });
  },
  {
    extents: (n) => ({ bias: list(n.experts), load: list(n.experts, 'i32'), lastLoad: list(n.experts, 'i32') }),
    sample: (draw) => ({ experts: draw(1, 70) }),
  },
);
