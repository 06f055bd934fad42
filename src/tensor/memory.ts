import type { DType } from './dtype.ts';

/** Memory ran out: what was asked for, what is in use, what the limit is. */
export class OutOfMemoryError extends RangeError {
  readonly neededBytes: number;
  readonly limitBytes: number;

  constructor(what: string, neededBytes: number, memory: { used: number; limit: number; largest: number }) {
    const { used, limit: limitBytes, largest } = memory;
    super(
      `out of memory: ${what} needs ${formatBytes(neededBytes)}, but ${formatBytes(used)} of the limit of ` +
        `${formatBytes(limitBytes)} are in use and the largest free block has ${formatBytes(largest)}; raise the ` +
        "runtime's memory limit or use smaller batches",
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

export const PAGE_BYTES = 65536;
/** Every allocation begins at a multiple of a cache line. */
export const ALIGNMENT = 64;

/** Kernels get the address of their arguments in 32 bits. */
const NEAR_END = 2 ** 32;
/** Bytes that are kept for arguments at the beginning of a larger memory, as long as there is other room. */
const NEAR_RESERVE = 2 ** 26;

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
  /** Whether other threads can see it. */
  readonly shared: boolean;
  /** Present when f32 words are kept in double precision (gradient checks). */
  readonly doubles: Float64Array | undefined;
  readonly #free: { start: number; end: number }[];
  #used = 0;
  #peak = 0;
  /** From here on nothing was ever handed out, so that it still is as the system gave it: zero, and not yet committed. */
  #untouched = 0;

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
    this.shared = options.shared;
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

  /**
   * Address of a block of `bytes`, zeroed. With `near` it lies below 4 GiB, where kernels read their arguments. Throws
   * {@link OutOfMemoryError}.
   */
  allocate(bytes: number, what: string, { near = false } = {}): number {
    const size = blockSize(bytes);
    const [floor, ceiling] = near ? [0, NEAR_END] : [this.limitBytes > NEAR_END ? NEAR_RESERVE : 0, this.limitBytes];
    const address = this.#take(size, floor, ceiling) ?? this.#take(size, 0, ceiling);
    if (address === undefined) {
      const largest = Math.max(0, ...this.#free.map(({ start, end }) => end - start));
      throw new OutOfMemoryError(what, bytes, { used: this.#used, limit: this.limitBytes, largest });
    }
    this.#used += size;
    this.#peak = Math.max(this.#peak, this.#used);
    const touched = Math.min(address + size, this.#untouched);
    if (touched > address) new Uint8Array(this.buffer, address, touched - address).fill(0);
    this.doubles?.fill(0, address / 4, (address + size) / 4);
    this.#untouched = Math.max(this.#untouched, address + size);
    return address;
  }

  /** Takes the first free block of `size` within floor…ceiling from the list. */
  #take(size: number, floor: number, ceiling: number): number | undefined {
    for (const [index, { start, end }] of this.#free.entries()) {
      const address = Math.max(start, floor);
      if (address + size > Math.min(end, ceiling)) continue;
      const rest = [
        { start, end: address },
        { start: address + size, end },
      ].filter((range) => range.start < range.end);
      this.#free.splice(index, 1, ...rest);
      return address;
    }
    return undefined;
  }

  /** Gives a block back; `bytes` as it was allocated. */
  release(address: number, bytes: number): void {
    const block = { start: address, end: address + blockSize(bytes) };
    if (this.#free.some(({ start, end }) => start < block.end && block.start < end)) {
      throw new Error(`the block at ${address} of ${formatBytes(bytes)} is free already`);
    }
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
