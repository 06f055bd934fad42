import { Random } from '../platform/random.ts';
import { encodeExample, type Tokenizer } from '../text/index.ts';
import { generateProblem, type MixtureOptions } from './tasks/index.ts';

/** One encoded document of a batch: loss is taken where the mask is 1. */
export interface Document {
  readonly ids: ArrayLike<number>;
  readonly lossMask: ArrayLike<number>;
}

/** Rows of a training step: whole documents packed one after another, then padding rows that are documents of one. */
export interface Batch {
  readonly ids: Int32Array;
  readonly positions: Int32Array;
  /** First row of each row's document, one past its last. */
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** Next token, and its weight in the loss; weights sum to 1. */
  readonly targets: Int32Array;
  readonly weights: Float32Array;
  /** For multi-token prediction: the next token as input, the one after it as target. */
  readonly nextIds: Int32Array;
  readonly nextTargets: Int32Array;
  readonly nextWeights: Float32Array;
  /** Rows that belong to documents, documents, and rows with a loss. */
  readonly filledRows: number;
  readonly documents: number;
  readonly lossRows: number;
}

/** Packs documents into `rows` rows; `next` is asked until one does not fit. Documents longer than `longest` are skipped. */
export function packBatch(rows: number, longest: number, padId: number, next: () => Document): Batch {
  const ints = () => new Int32Array(rows);
  const [ids, positions, start, end] = [ints().fill(padId), ints(), ints(), ints()];
  const [targets, nextIds, nextTargets] = [ints(), ints().fill(padId), ints()];
  const [weights, nextWeights] = [new Float32Array(rows), new Float32Array(rows)];
  let at = 0;
  let documents = 0;
  for (let skipped = 0; ; ) {
    const { ids: tokens, lossMask } = next();
    if (tokens.length > longest) {
      skipped += 1;
      if (skipped > 1000) throw new Error(`1,000 documents in a row are longer than ${longest} tokens`);
      continue;
    }
    if (at + tokens.length > rows) break;
    for (let i = 0; i < tokens.length; i++) {
      const row = at + i;
      ids[row] = tokens[i]!;
      positions[row] = i;
      start[row] = at;
      end[row] = at + tokens.length;
      if (i + 1 < tokens.length) {
        targets[row] = tokens[i + 1]!;
        nextIds[row] = tokens[i + 1]!;
        weights[row] = lossMask[i + 1]!;
      }
      if (i + 2 < tokens.length) {
        nextTargets[row] = tokens[i + 2]!;
        nextWeights[row] = lossMask[i + 2]!;
      }
    }
    at += tokens.length;
    documents += 1;
  }
  for (let row = at; row < rows; row++) {
    start[row] = row;
    end[row] = row + 1;
  }
  const lossRows = normalize(weights);
  normalize(nextWeights);
  return {
    ids,
    positions,
    start,
    end,
    targets,
    weights,
    nextIds,
    nextTargets,
    nextWeights,
    filledRows: at,
    documents,
    lossRows,
  };
}

function normalize(weights: Float32Array): number {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum > 0) for (let i = 0; i < weights.length; i++) weights[i]! /= sum;
  return sum;
}

export interface TaskBatchOptions extends MixtureOptions {
  readonly rows: number;
  /** Longest document in tokens; longer ones are skipped. */
  readonly longest: number;
}

/**
 * The batch of training step `step`: problems drawn from a stream of its own that depends on the seed and the step
 * alone, so that a resumed run sees what an uninterrupted one would.
 */
export function taskBatch(tokenizer: Tokenizer, seed: number, step: number, options: TaskBatchOptions): Batch {
  const random = new Random(seed).fork(`batch ${step}`);
  return packBatch(options.rows, options.longest, tokenizer.padId ?? 0, () => {
    const problem = generateProblem(random, options);
    return encodeExample(tokenizer, problem.prompt, problem.solution);
  });
}
