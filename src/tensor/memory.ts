import type { DType } from './dtype.ts';

/** Memory ran out: what was asked for, what is free, what the limit is. */
export class OutOfMemoryError extends RangeError {
  readonly neededBytes: number;
  readonly limitBytes: number;

  constructor(what: string, neededBytes: number, usedBytes: number, limitBytes: number) {
    super(
      `out of memory: ${what} needs ${formatBytes(neededBytes)}, but ${formatBytes(usedBytes)} of the limit of ` +
        `${formatBytes(limitBytes)} are in use; raise the runtime's memory limit or use smaller batches`,
    );
    this.name = 'OutOfMemoryError';
    this.neededBytes = neededBytes;
    this.limitBytes = limitBytes;
  }
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(value < 10 ? 2 : 1)} ${units[unit]}`;
}

const PAGE_BYTES = 65536;
/** Every allocation begins at a multiple of a cache line. */
export const ALIGNMENT = 64;

/**
 * The one linear memory of a runtime: reserved whole at the start (the operating system commits pages as they are
 * touched), shared among the workers where the host allows. Blocks are handed out first-fit from a list of free ranges.
 */
export class LinearMemory {
  readonly wasm: WebAssembly.Memory;
  readonly buffer: ArrayBufferLike;
  readonly view: DataView;
  /** The whole memory as 32-bit words. */
  readonly words: Int32Array;
  readonly limitBytes: number;
  /** Present when f32 words are kept in double precision (gradient checks). */
  readonly doubles: Float64Array | undefined;
  readonly #free: { start: number; end: number }[];
  #used = 0;
  #peak = 0;

  constructor(options: { limitBytes: number; shared: boolean; wide?: boolean; doubles?: boolean }) {
    const pages = Math.ceil(options.limitBytes / PAGE_BYTES);
    const descriptor = options.wide
      ? { initial: BigInt(pages), maximum: BigInt(pages), shared: options.shared, address: 'i64' }
      : { initial: pages, maximum: pages, shared: options.shared };
    try {
      this.wasm = new WebAssembly.Memory(descriptor as WebAssembly.MemoryDescriptor);
    } catch (cause) {
      throw new Error(`the host refused a memory of ${formatBytes(pages * PAGE_BYTES)}; lower the memory limit`, {
        cause,
      });
    }
    this.buffer = this.wasm.buffer;
    this.view = new DataView(this.buffer);
    this.words = new Int32Array(this.buffer);
    this.limitBytes = pages * PAGE_BYTES;
    this.doubles = options.doubles ? new Float64Array(this.limitBytes / 4) : undefined;
    // Address 0 stays unused, so that a forgotten pointer never names a real block.
    this.#free = [{ start: ALIGNMENT, end: this.limitBytes }];
  }

  get usedBytes(): number {
    return this.#used;
  }
  /** Most bytes ever in use at once. */
  get peakBytes(): number {
    return this.#peak;
  }

  /** Address of a block of `bytes`, zeroed. Throws {@link OutOfMemoryError}. */
  allocate(bytes: number, what: string): number {
    const size = blockSize(bytes);
    const index = this.#free.findIndex(({ start, end }) => end - start >= size);
    const range = this.#free[index];
    if (range === undefined) throw new OutOfMemoryError(what, bytes, this.#used, this.limitBytes);
    const address = range.start;
    range.start += size;
    if (range.start === range.end) this.#free.splice(index, 1);
    this.#used += size;
    this.#peak = Math.max(this.#peak, this.#used);
    new Uint8Array(this.buffer, address, size).fill(0);
    this.doubles?.fill(0, address / 4, (address + size) / 4);
    return address;
  }

  /** Gives a block back; `bytes` as it was allocated. */
  release(address: number, bytes: number): void {
    const block = { start: address, end: address + blockSize(bytes) };
    this.#used -= block.end - block.start;
    const at = this.#free.findIndex(({ start }) => start > address);
    const index = at < 0 ? this.#free.length : at;
    this.#free.splice(index, 0, block);
    for (const left of [index, index - 1]) {
      const [a, b] = [this.#free[left], this.#free[left + 1]];
      if (a !== undefined && b !== undefined && a.end === b.start) {
        a.end = b.end;
        this.#free.splice(left + 1, 1);
      }
    }
  }

  /** A typed view of elements at an address; do not keep it past the block's release. */
  array(dtype: DType, address: number, length: number): Float32Array | Int32Array | Uint16Array | Uint8Array {
    switch (dtype) {
      case 'f32':
        return new Float32Array(this.buffer, address, length);
      case 'i32':
        return new Int32Array(this.buffer, address, length);
      case 'u8':
        return new Uint8Array(this.buffer, address, length);
      default:
        return new Uint16Array(this.buffer, address, length);
    }
  }
}

export function blockSize(bytes: number): number {
  return Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
}
