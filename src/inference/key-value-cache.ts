import { type AttentionForm, type CachedAttention, cacheRow, type ModelConfig } from '../model/index.ts';
import type { CacheFormat, Tensor } from '../tensor/index.ts';
import { OwnedTensors } from './owned-tensors.ts';
import { Pages } from './pages.ts';
import { checkStages, type Stage } from './stages.ts';

export interface KeyValueCacheOptions {
  readonly pages: number;
  /** Positions in a page, a power of two. */
  readonly pageSize: number;
  /** Sequences that can be in the cache at once, and the most pages of one. */
  readonly seats: number;
  readonly pagesPerSequence: number;
  /** How its numbers are kept. */
  readonly format: CacheFormat;
}

/**
 * Memory for what attention keeps of the tokens of many sequences, in pages: per token and layer a latent and a rotary
 * key (DeepSeek-V2 §2.1), or the keys and values of grouped-query attention; see `cacheRow`. A sequence sits on a seat;
 * row `seat` of the page table names its pages. The cache of a layer lies where its weights do, and each stage of the model
 * has its copy of the page table.
 */
export class KeyValueCache {
  readonly pages: Pages;
  readonly format: CacheFormat;
  /** [slots, cacheRow(config, format).columns] by layer. */
  readonly layers: readonly Tensor[];
  readonly #stages: readonly Stage[];
  /** By stage, i32 [seats, pagesPerSequence]. */
  readonly #pageTables: readonly Tensor[];
  readonly #tables: readonly Int32Array[];
  readonly #pagesPerSequence: number;
  readonly #owned = new OwnedTensors();

  /** @throws {RangeError} for stages that are not those of the model; {OutOfMemoryError} */
  constructor(stages: readonly Stage[], config: ModelConfig, options: KeyValueCacheOptions) {
    const { pages, pageSize, seats, pagesPerSequence, format } = options;
    checkStages(stages, config);
    const { columns, dtype } = cacheRow(config, format);
    this.format = format;
    this.#stages = stages;
    this.#pagesPerSequence = pagesPerSequence;
    this.pages = new Pages(pages, pageSize);
    const owned = this.#owned;
    [this.#pageTables, this.layers] = owned.orRelease(() => [
      stages.map(({ runtime }) => owned.allocate(runtime, 'page table', [seats, pagesPerSequence], 'i32')),
      stages.flatMap(({ runtime, first, end }) =>
        Array.from({ length: end - first }, (_, at) =>
          owned.allocate(runtime, `cache of layer ${first + at}`, [pages * pageSize, columns], dtype),
        ),
      ),
    ]);
    this.#tables = this.#pageTables.map((table, stage) => stages[stage]!.runtime.view(table) as Int32Array);
  }

  /** Bytes of all layers. */
  get bytes(): number {
    return this.layers.reduce((sum, { storage }) => sum + storage.bytes, 0);
  }

  /** Enters a page into the table as the sequence's page `index`. */
  setPage(seat: number, index: number, page: number): void {
    for (const table of this.#tables) table[seat * this.#pagesPerSequence + index] = page;
  }

  /** What each layer's attention needs for rows of the given sequences (seats) and positions, each by stage. */
  attention(form: AttentionForm, sequences: readonly Tensor[], positions: readonly Tensor[]): CachedAttention[] {
    return this.#stages.flatMap(({ first, end }, stage) => {
      const rows = {
        pageTable: this.#pageTables[stage]!,
        sequences: sequences[stage]!,
        positions: positions[stage]!,
        pageSize: this.pages.size,
      };
      return this.layers.slice(first, end).map((cache) => ({ form, cache, rows }));
    });
  }

  release(): void {
    this.#owned.release();
  }
}
