import type { Builder, F32, I32, Pointer, Variable, VectorF32, VectorI32 } from './builder.ts';
import { documents, indices, list, matrix, nothing } from './extents.ts';
import { defineKernelFamily } from './kernel.ts';

/** Compile-time constants of the router. */
export type RouterVariant = {
  /** Number of routed experts (n_routed_experts). */
  readonly experts: number;
  /** Experts chosen per token (num_experts_per_tok). */
  readonly chosen: number;
  /** Scores from logits (scoring_func). */
  readonly scoring: 'sigmoid' | 'softmax';
  /** Groups of equal size that the experts fall into (n_group); 1: no groups. */
  readonly groups: number;
  /** Groups a token may choose from (topk_group). */
  readonly chosenGroups: number;
  /** A group's score: its highest selection score (group_limited_greedy) or the sum of its two highest (noaux_tc). */
  readonly groupScore: 'max' | 'top2';
  /** Whether a bias per expert is added to the scores for the selection (e_score_correction_bias). */
  readonly bias: boolean;
  /** Whether the weights of the chosen are divided by their sum + 1e-20 (norm_topk_prob). */
  readonly normalize: boolean;
};

/** Keeps the division finite when all chosen scores are zero; DeepSeek's value. */
const NORMALIZER_EPSILON = 1e-20;

function checkVariant(variant: RouterVariant): void {
  const { experts, chosen, groups, chosenGroups, groupScore } = variant;
  const size = experts / groups;
  const fail = (what: string) => {
    throw new RangeError(`router: ${what} (experts=${experts}, chosen=${chosen}, groups=${groups})`);
  };
  if (!Number.isInteger(size) || size < 1) fail('experts must be a multiple of groups');
  if (chosenGroups < 1 || chosenGroups > groups) fail(`chosenGroups must be 1..groups, got ${chosenGroups}`);
  if (chosen < 1 || chosen > chosenGroups * size) fail('chosen must be 1..experts of the chosen groups');
  if (groups > 1 && groupScore === 'top2' && size < 2) fail('top2 needs groups of at least 2 experts');
}

/**
 * Chooses experts for each token.
 *
 *   scores = sigmoid(logits) or softmax(logits)                     DeepSeek-V3 eq. 15, DeepSeek-V2 eq. 22
 *   selection = scores + bias                                       DeepSeek-V3 eq. 16 (auxiliary-loss-free balancing)
 *   only experts of the chosenGroups groups with the highest group score may be chosen (DeepSeek-V2 §2.2.2)
 *   indices = the experts with the highest selection, descending; equal ones by ascending index
 *   weights = scale · scores[indices]  or, normalised, scale · scores[indices] / (Σ scores[indices] + 1e-20)
 *
 * Shapes: logits [tokens, experts] with a row stride, bias [experts] (read if the variant says so), scores
 * [tokens, experts], indices i32 [tokens, chosen], weights [tokens, chosen]. A token with NaN among its logits gets
 * valid but meaningless indices. Work is split over tokens.
 */
export const routeTokens = defineKernelFamily(
  'routeTokens',
  {
    scores: 'out',
    indices: 'out',
    weights: 'out',
    logits: 'in',
    bias: 'in',
    tokens: 'i32',
    logitsRowStride: 'i32',
    scale: 'f32',
  },
  (b, p, variant: RouterVariant) => {
    checkVariant(variant);
    const { experts, chosen, normalize } = variant;
    b.splitLoop(p.tokens, (token) => {
      const logits = b.offset(p.logits, b.mul(token, p.logitsRowStride));
      const scores = b.offset(p.scores, token, experts * 4);
      const indices = b.offset(p.indices, token, chosen * 4);
      const weights = b.offset(p.weights, token, chosen * 4);
      if (variant.scoring === 'sigmoid') sigmoidScores(b, logits, scores, experts);
      else softmaxScores(b, logits, scores, experts);
      const groups = selectionGroups(b, variant, scores, p.bias);
      selectExperts(b, variant, groups, indices);
      let sum = b.f32(0);
      const raw = Array.from({ length: chosen }, (_, k) => {
        const score = b.load(b.offset(scores, b.loadI32(indices, k * 4)));
        sum = b.add(sum, score);
        return score;
      });
      const factor = normalize ? b.div(p.scale, b.add(sum, NORMALIZER_EPSILON)) : p.scale;
      raw.forEach((score, k) => {
        b.store(weights, b.mul(score, factor), k * 4);
      });
    });
  },
  ({ experts, chosen, bias }) => ({
    extents: (n) => ({
      scores: list(n.tokens * experts),
      indices: indices(n.tokens * chosen, experts),
      weights: list(n.tokens * chosen),
      logits: matrix(n.tokens, experts, n.logitsRowStride),
      bias: bias ? list(experts) : nothing,
    }),
    sample: (draw) => ({ tokens: draw(0, 5), logitsRowStride: experts + draw(0, 3) }),
  }),
);

function sigmoidScores(b: Builder, logits: Pointer, scores: Pointer, experts: number): void {
  b.strips(experts, (strip) => strip.store(scores, b.sigmoid(strip.load(logits))));
}

function softmaxScores(b: Builder, logits: Pointer, scores: Pointer, experts: number): void {
  const highest = b.variable(b.vectorF32(Number.NEGATIVE_INFINITY));
  b.strips(experts, (strip) => {
    highest.set(b.max(highest.get(), strip.load(logits, 'f32', Number.NEGATIVE_INFINITY)));
  });
  const shift = b.splat(b.reduceMax(highest.get()));
  const sums = b.variable(b.vectorF32(0));
  b.strips(experts, (strip) => {
    const value = strip.keep(b.exp(b.sub(strip.load(logits), shift)), 0);
    sums.set(b.add(sums.get(), value));
    strip.store(scores, value);
  });
  const factor = b.splat(b.div<'f32'>(1, b.reduceAdd(sums.get())));
  b.strips(experts, (strip) => strip.store(scores, b.mul(strip.load(scores), factor)));
}

/** Selection scores of one group of experts, and whether the group may be chosen from (undefined: always). */
interface Group {
  readonly kept: I32 | undefined;
  /** Calls `body` with the group's selection scores (-infinity past its end) and the index of the first expert. */
  each(body: (selection: VectorF32, firstExpert: I32) => void): void;
}

function selectionGroups(b: Builder, variant: RouterVariant, scores: Pointer, bias: Pointer): Group[] {
  const size = variant.experts / variant.groups;
  const each = (group: number) => (body: (selection: VectorF32, firstExpert: I32) => void) => {
    const first = group * size;
    const from = b.offset(scores, first);
    const biasFrom = b.offset(bias, first);
    b.strips(size, (strip) => {
      const score = strip.load(from);
      const selection = variant.bias ? b.add(score, strip.load(biasFrom)) : score;
      body(strip.keep(selection, Number.NEGATIVE_INFINITY), b.add(strip.index, first));
    });
  };
  const groups = Array.from({ length: variant.groups }, (_, group) => each(group));
  if (variant.chosenGroups === variant.groups) return groups.map((each) => ({ kept: undefined, each }));
  const ranks = groups.map((each) => groupScore(b, variant.groupScore, each));
  return groups.map((each, i) => {
    const better = ranks
      .filter((_, j) => j !== i)
      .map((rank, place) => (place < i ? b.ge(rank, ranks[i]!) : b.gt(rank, ranks[i]!)))
      .reduce((count, one) => b.add(count, one));
    return { kept: b.lt(better, variant.chosenGroups), each };
  });
}

function groupScore(b: Builder, kind: 'max' | 'top2', each: Group['each']): F32 {
  const lowest = Number.NEGATIVE_INFINITY;
  const highest = b.variable(b.vectorF32(lowest));
  const second = b.variable(b.vectorF32(lowest));
  each((selection) => {
    if (kind === 'top2') second.set(b.max(second.get(), b.min(highest.get(), selection)));
    highest.set(b.max(highest.get(), selection));
  });
  const top = b.reduceMax(highest.get());
  if (kind === 'max') return top;
  // The runner-up is the second of the lane that holds the highest, or the highest of another lane.
  const holder = firstLane(b, b.eq(highest.get(), b.splat(top)), b.laneIndex());
  const others = b.select<'vf32'>(b.eq(b.laneIndex(), b.splat(holder)), second.get(), highest.get());
  return b.add(top, b.reduceMax(others));
}

/** The smallest of `numbers` among the lanes of the mask; a very large number if there is none. */
function firstLane(b: Builder, mask: VectorI32, numbers: VectorI32): I32 {
  const negated = b.sub<'vi32'>(0, numbers);
  const best = b.pure('vi32.reduce_max', 'i32', [b.select<'vi32'>(mask, negated, -0x7fffffff)]);
  return b.sub<'i32'>(0, best);
}

/** Writes the experts in descending order of selection: each is the best among those that come after the last one. */
function selectExperts(b: Builder, variant: RouterVariant, groups: readonly Group[], indices: Pointer): void {
  const lastValue = b.variable(b.f32(Number.POSITIVE_INFINITY));
  const lastIndex = b.variable(b.i32(-1));
  for (let k = 0; k < variant.chosen; k++) {
    const bestValue = b.variable(b.vectorF32(Number.NEGATIVE_INFINITY));
    const bestIndex = b.variable(b.vectorI32(0x7fffffff));
    const bound = b.splat(lastValue.get());
    const boundIndex = b.splat(lastIndex.get());
    for (const { kept, each } of groups) {
      const scan = () =>
        each((selection, firstExpert) => {
          const expert = b.add(b.laneIndex(), b.splat(firstExpert));
          const tied = b.and(b.eq(selection, bound), b.gt(expert, boundIndex));
          const left = b.or(b.lt(selection, bound), tied);
          const better = b.and(left, b.gt(selection, bestValue.get()));
          bestValue.set(b.select(better, selection, bestValue.get()));
          bestIndex.set(b.select(better, expert, bestIndex.get()));
        });
      if (kept === undefined) scan();
      else b.if(kept, scan);
    }
    const value = b.reduceMax(bestValue.get());
    const index = firstLane(b, b.eq(bestValue.get(), b.splat(value)), bestIndex.get());
    // Only NaN or -infinity scores leave no candidate; the index must still be one of an expert.
    const safe = b.min(b.max(index, 0), variant.experts - 1);
    b.storeI32(indices, safe, k * 4);
    lastValue.set(value);
    lastIndex.set(safe);
  }
}

/**
 * Gradient of `routeTokens` with respect to the logits; the choice itself has none.
 *
 *   dScores[index_k] = scale · dWeights_k                                              without normalisation
 *   dScores[index_k] = (scale · dWeights_k - Σ_j dWeights_j · weights_j) / (Σ_j scores[index_j] + 1e-20)   with it
 *   dScores += scoresGradient                                                          if the variant says so
 *   dLogits = dScores · scores · (1 - scores)  or, for softmax,  scores · (dScores - Σ_e dScores_e · scores_e)
 *
 * Shapes: logitsGradient [tokens, experts] with a row stride (overwritten), weightsGradient, weights, indices
 * [tokens, chosen], scores and scoresGradient [tokens, experts].
 */
export const routeTokensBackward = defineKernelFamily(
  'routeTokensBackward',
  {
    logitsGradient: 'out',
    weightsGradient: 'in',
    scoresGradient: 'in',
    weights: 'in',
    indices: 'in',
    scores: 'in',
    tokens: 'i32',
    logitsGradientRowStride: 'i32',
    scale: 'f32',
  },
  (b, p, { experts, chosen, scoring, normalize, addScoresGradient }: RouterBackwardVariant) => {
    b.splitLoop(p.tokens, (token) => {
      const gradient = b.offset(p.logitsGradient, b.mul(token, p.logitsGradientRowStride));
      const scores = b.offset(p.scores, token, experts * 4);
      const extra = b.offset(p.scoresGradient, token, experts * 4);
      const places = [p.weightsGradient, p.weights, p.indices].map((base) => b.offset(base, token, chosen * 4));
      const [weightsGradient, weights, indices] = places as [Pointer, Pointer, Pointer];
      b.strips(experts, (strip) => strip.store(gradient, addScoresGradient ? strip.load(extra) : b.vectorF32(0)));
      const slots = Array.from({ length: chosen }, (_, k) => b.loadI32(indices, k * 4));
      let sum = b.f32(NORMALIZER_EPSILON);
      let shift = b.f32(0);
      slots.forEach((index, k) => {
        sum = b.add(sum, b.load(b.offset(scores, index)));
        shift = b.fma(b.load(weightsGradient, k * 4), b.load(weights, k * 4), shift);
      });
      slots.forEach((index, k) => {
        const scaled = b.mul(b.load(weightsGradient, k * 4), p.scale);
        const value = normalize ? b.div(b.sub(scaled, shift), sum) : scaled;
        const place = b.offset(gradient, index);
        b.store(place, b.add(b.load(place), value));
      });
      const mean: Variable<'vf32'> = b.variable(b.vectorF32(0));
      if (scoring === 'softmax') {
        b.strips(experts, (strip) => mean.set(b.fma(strip.load(gradient), strip.load(scores), mean.get())));
      }
      const shared = b.splat(b.reduceAdd(mean.get()));
      b.strips(experts, (strip) => {
        const score = strip.load(scores);
        const value = strip.load(gradient);
        const derivative =
          scoring === 'softmax'
            ? b.mul(score, b.sub(value, shared))
            : b.mul(value, b.mul(score, b.sub<'vf32'>(1, score)));
        strip.store(gradient, derivative);
      });
    });
  },
  ({ experts, chosen, addScoresGradient }) => ({
    extents: (n) => ({
      logitsGradient: matrix(n.tokens, experts, n.logitsGradientRowStride),
      weightsGradient: list(n.tokens * chosen),
      scoresGradient: addScoresGradient ? list(n.tokens * experts) : nothing,
      weights: list(n.tokens * chosen),
      indices: indices(n.tokens * chosen, experts),
      scores: list(n.tokens * experts, 'positive'),
    }),
    sample: (draw) => ({ tokens: draw(0, 5), logitsGradientRowStride: experts + draw(0, 3) }),
  }),
);

export type RouterBackwardVariant = Pick<RouterVariant, 'experts' | 'chosen' | 'scoring' | 'normalize'> & {
  /** Whether `scoresGradient` (of the sequence-wise balance loss) is added; otherwise it is not read. */
  readonly addScoresGradient: boolean;
};

/**
 * Sequence-wise balance loss and its gradient (DeepSeek-V3 eq. 17 to 20), for sequences packed one after another. For
 * a sequence of T tokens with E experts of which K are chosen per token:
 *
 *   f_e = E / (K·T) · (times e was chosen)      P_e = 1/T Σ_t scores[t, e] / Σ_j scores[t, j]
 *   loss = alpha Σ_e f_e · P_e, kept per token: loss[t] = alpha/T Σ_e f_e · scores[t, e] / Σ_j scores[t, j]
 *   scoresGradient[t, j] = alpha/T · (f_j - Σ_e f_e · scores[t, e] / Σ_i scores[t, i]) / Σ_i scores[t, i]
 *
 * f is a constant in the gradient, as in the paper. Shapes: scores and scoresGradient [tokens, experts], indices i32
 * [tokens, chosen], loss [tokens], start and end i32 [tokens] as in attention. A sequence belongs to one worker.
 */
export const sequenceBalance = defineKernelFamily(
  'sequenceBalance',
  {
    scoresGradient: 'out',
    loss: 'out',
    scores: 'in',
    indices: 'in',
    start: 'in',
    end: 'in',
    tokens: 'i32',
    alpha: 'f32',
  },
  (b, p, { experts, chosen }: { experts: number; chosen: number }) => {
    const sequence = (first: I32, end: I32) => {
      const length = b.toF32(b.sub(end, first));
      // The last row of the gradient holds f until it is that row's turn.
      const frequency = b.offset(p.scoresGradient, b.sub(end, 1), experts * 4);
      b.strips(experts, (strip) => strip.store(frequency, b.vectorF32(0)));
      b.loop(b.mul(first, chosen), b.mul(end, chosen), 1, (slot) => {
        const place = b.offset(frequency, b.loadI32(b.offset(p.indices, slot)));
        b.store(place, b.add(b.load(place), 1));
      });
      const share = b.splat(b.div(b.f32(experts / chosen), length));
      b.strips(experts, (strip) => strip.store(frequency, b.mul(strip.load(frequency), share)));
      const rate = b.div(p.alpha, length);
      b.loop(first, end, 1, (token) => {
        const scores = b.offset(p.scores, token, experts * 4);
        const gradient = b.offset(p.scoresGradient, token, experts * 4);
        const sums = b.variable(b.vectorF32(0));
        const products = b.variable(b.vectorF32(0));
        b.strips(experts, (strip) => {
          const score = strip.load(scores);
          sums.set(b.add(sums.get(), score));
          products.set(b.fma(score, strip.load(frequency), products.get()));
        });
        const sum = b.reduceAdd(sums.get());
        const mean = b.div(b.reduceAdd(products.get()), sum);
        b.store(b.offset(p.loss, token), b.mul(rate, mean));
        const factor = b.splat(b.div(rate, sum));
        b.strips(experts, (strip) => strip.store(gradient, b.mul(factor, b.sub(strip.load(frequency), b.splat(mean)))));
      });
    };
    b.splitLoop(p.tokens, (token) => {
      b.if(b.eq(b.loadI32(b.offset(p.start, token)), token), () => sequence(token, b.loadI32(b.offset(p.end, token))));
    });
  },
  ({ experts, chosen }) => ({
    extents: (n) => ({
      scoresGradient: list(n.tokens * experts),
      loss: list(n.tokens),
      scores: list(n.tokens * experts, 'positive'),
      indices: indices(n.tokens * chosen, experts),
      start: documents('starts', n.tokens),
      end: documents('ends', n.tokens),
    }),
    sample: (draw) => ({ tokens: draw(0, 9) }),
  }),
);
