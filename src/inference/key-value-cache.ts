import { type AttentionForm, type CachedAttention, cacheRow, type ModelConfig } from '../model/index.ts';
import type { CacheFormat, PagedRows, Runtime, Tensor } from '../tensor/index.ts';
import { Pages } from './pages.ts';

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
 * row `seat` of the page table names its pages.
 */
export class KeyValueCache {
  readonly pages: Pages;
  readonly format: CacheFormat;
  /** [slots, cacheRow(config, format).columns] by layer. */
  readonly layers: readonly Tensor[];
  /** i32 [seats, pagesPerSequence] */
  readonly pageTable: Tensor;
  readonly #table: Int32Array;
  readonly #runtime: Runtime;

  /** @throws {OutOfMemoryError} */
  constructor(runtime: Runtime, config: ModelConfig, options: KeyValueCacheOptions) {
    const { pages, pageSize, seats, pagesPerSequence, format } = options;
    const { columns, dtype } = cacheRow(config, format);
    this.format = format;
    this.#runtime = runtime;
    this.pages = new Pages(pages, pageSize);
    this.pageTable = runtime.allocate('page table', [seats, pagesPerSequence], 'i32');
    this.#table = runtime.view(this.pageTable) as Int32Array;
    this.layers = Array.from({ length: config.layers }, (_, layer) =>
      runtime.allocate(`cache of layer ${layer}`, [pages * pageSize, columns], dtype),
    );
  }

  /** Bytes of all layers. */
  get bytes(): number {
    return this.layers.reduce((sum, { storage }) => sum + storage.bytes, 0);
  }

  /** Enters a page into the table as the sequence's page `index`. */
  setPage(seat: number, index: number, page: number): void {
    this.#table[seat * this.pageTable.columns + index] = page;
  }

  /** What each layer's attention needs for rows of the given sequences (seats) and positions. */
  attention(form: AttentionForm, sequences: Tensor, positions: Tensor): CachedAttention[] {
    const rows: PagedRows = { pageTable: this.pageTable, sequences, positions, pageSize: this.pages.size };
    return this.layers.map((cache) => ({ form, cache, rows }));
  }

  release(): void {
    for (const tensor of [this.pageTable, ...this.layers]) this.#runtime.release(tensor);
  }
}
