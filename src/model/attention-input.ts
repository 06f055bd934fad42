import type { PagedRows, RotaryTable, Tensor } from '../tensor/index.ts';

/**
 * Multi-head latent attention (DeepSeek-V2 §2.1). Keys and values of all heads are up-projections of one latent per
 * token; beside it stands one rotary key that all heads share. Two forms give the same result:
 * - naive: expand keys and values per head, then ordinary attention. Cheaper for many rows at once (training).
 * - absorbed: carry the query into the latent space and attend to the latents themselves; only they are read. Cheaper
 *   for few rows against a long context (decoding).
 * Grouped-query attention has one form, whichever is asked for.
 */
export type AttentionForm = 'naive' | 'absorbed';

/** Positions i32 [rows] and the angles' table. */
export interface RotaryInput {
  readonly positions: Tensor;
  readonly table: RotaryTable;
}

/** Bounds of the documents that are packed into a batch, i32 [rows] each. */
export interface Documents {
  readonly start: Tensor;
  readonly end: Tensor;
  /** Rows of the longest document that can occur. */
  readonly longest: number;
}

/** What a layer's cached attention works on. */
export interface CachedAttention {
  readonly form: AttentionForm;
  /**
   * [slots, cacheRow(config, format).columns]: the layer's latents and rotary keys (and the indexer's keys), or its
   * rotated keys and its values. The dtype says the format.
   */
  readonly cache: Tensor;
  readonly rows: PagedRows;
}
