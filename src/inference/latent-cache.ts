import type { AttentionForm, CachedAttention, ModelConfig } from '../model/index.ts';
import type { PagedRows, Runtime, Tensor } from '../tensor/index.ts';
import { Pages } from './pages.ts';

export interface LatentCacheOptions {
  readonly pages: number;
  /** Positions in a page, a power of two. */
  readonly pageSize: number;
  /** Sequences that can be in the cache at once, and the most pages of one. */
  readonly seats: number;
  readonly pagesPerSequence: number;
}

/**
 * Memory for the latents of many sequences (DeepSeek-V2 §2.1): per token and layer kv_lora_rank + rope numbers, in pages.
 * A sequence sits on a seat; row `seat` of the page table names its pages.
 */
export class LatentCache {
  readonly pages: Pages;
  /** [slots, kv_lora_rank + rope] by layer. */
  readonly layers: readonly Tensor[];
  /** i32 [seats, pagesPerSequence] */
  readonly pageTable: Tensor;
  readonly #table: Int32Array;
  readonly #runtime: Runtime;

  /** @throws {OutOfMemoryError} */
  constructor(runtime: Runtime, config: ModelConfig, options: LatentCacheOptions) {
    const { pages, pageSize, seats, pagesPerSequence } = options;
    const width = config.keyValueLoraRank + config.qkRopeHeadDim;
    this.#runtime = runtime;
    this.pages = new Pages(pages, pageSize);
    this.pageTable = runtime.allocate('page table', [seats, pagesPerSequence], 'i32');
    this.#table = runtime.view(this.pageTable) as Int32Array;
    this.layers = Array.from({ length: config.layers }, (_, layer) =>
      runtime.allocate(`latents of layer ${layer}`, [pages * pageSize, width]),
    );
  }

  /** Bytes of all latents. */
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
