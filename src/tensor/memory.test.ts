import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALIGNMENT, formatBytes, LinearMemory, OutOfMemoryError } from './memory.ts';

const LIMIT = 1 << 16;
const create = () => new LinearMemory({ limitBytes: LIMIT, shared: false });
const size = (bytes: number) => Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);

/** A request for so many bytes, or the release of one of the blocks in use. */
const requests = fc.array(
  fc.oneof(fc.record({ bytes: fc.integer({ min: 0, max: 9000 }) }), fc.record({ release: fc.nat({ max: 50 }) })),
  { maxLength: 80 },
);

describe('LinearMemory', () => {
  it('hands out zeroed blocks that never overlap, and refuses only where no gap is large enough', () => {
    fc.assert(
      fc.property(requests, (list) => {
        const memory = create();
        const blocks: { address: number; bytes: number }[] = [];
        let peak = 0;
        for (const request of list) {
          if ('release' in request) {
            const [block] = blocks.splice(request.release % Math.max(1, blocks.length), 1);
            if (block) memory.release(block.address, block.bytes);
          } else {
            const address = tryAllocate(memory, request.bytes);
            if (address === undefined) expect(largestGap(blocks)).toBeLessThan(size(request.bytes));
            else {
              expect(address % ALIGNMENT).toBe(0);
              expect(address).toBeGreaterThan(0);
              expect(address + request.bytes).toBeLessThanOrEqual(LIMIT);
              const meets = blocks.filter(
                (other) => address < other.address + other.bytes && other.address < address + request.bytes,
              );
              expect(meets).toEqual([]);
              const bytes = new Uint8Array(memory.buffer, address, request.bytes);
              expect(bytes.every((byte) => byte === 0)).toBe(true);
              bytes.fill(0xff);
              blocks.push({ address, bytes: request.bytes });
            }
          }
          const used = blocks.reduce((sum, { bytes }) => sum + size(bytes), 0);
          peak = Math.max(peak, used);
          expect(memory.usedBytes).toBe(used);
          expect(memory.peakBytes).toBe(peak);
        }
        for (const { address, bytes } of blocks) memory.release(address, bytes);
        expect(memory.usedBytes).toBe(0);
        // All gaps have grown together again.
        memory.allocate(LIMIT - ALIGNMENT, 'everything');
      }),
      { numRuns: 60 },
    );
  });

  it('names the need, the use and the limit when there is no room', () => {
    const memory = create();
    memory.allocate(40_000, 'the first');
    const refused = () => memory.allocate(30_000, 'the second');
    expect(refused).toThrow(OutOfMemoryError);
    expect(refused).toThrow(
      'out of memory: the second needs 29.3 KiB, but 39.1 KiB of the limit of 64.0 KiB are in use and the largest free ' +
        "block has 24.9 KiB; raise the runtime's memory limit",
    );
    expect(memory.usedBytes).toBe(size(40_000));
  });

  it('refuses to take a block back twice', () => {
    const memory = create();
    const address = memory.allocate(100, 'a block');
    memory.release(address, 100);
    expect(() => memory.release(address, 100)).toThrow(/is free already/);
  });

  it('zeroes the doubles of a block too', () => {
    const memory = new LinearMemory({ limitBytes: LIMIT, shared: false, doubles: true });
    const address = memory.allocate(64, 'a block');
    memory.doubles!.fill(1, address / 4, address / 4 + 16);
    memory.release(address, 64);
    memory.allocate(64, 'the same block');
    expect(memory.doubles!.slice(address / 4, address / 4 + 16)).toEqual(new Float64Array(16));
  });

  // The pages of so large a memory are only reserved.
  it('keeps room for arguments below 4 GiB in a larger memory', () => {
    const memory = new LinearMemory({ limitBytes: 2 ** 33, shared: false, wide: true });
    const tensor = memory.allocate(64, 'a tensor');
    expect(tensor).toBeGreaterThanOrEqual(2 ** 26);
    expect(memory.allocate(64, 'arguments', { near: true })).toBeLessThan(tensor);
    expect(() => memory.allocate(2 ** 32, 'too much', { near: true })).toThrow(OutOfMemoryError);
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.00 KiB'],
    [20 * 1024, '20.0 KiB'],
    [3.5 * 2 ** 30, '3.50 GiB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

function tryAllocate(memory: LinearMemory, bytes: number): number | undefined {
  try {
    return memory.allocate(bytes, 'a block');
  } catch (error) {
    if (error instanceof OutOfMemoryError) return undefined;
    throw error;
  }
}

function largestGap(blocks: readonly { address: number; bytes: number }[]): number {
  let [at, largest] = [ALIGNMENT, 0];
  for (const { address, bytes } of [...blocks].sort((a, b) => a.address - b.address)) {
    largest = Math.max(largest, address - at);
    at = address + size(bytes);
  }
  return Math.max(largest, LIMIT - at);
}
