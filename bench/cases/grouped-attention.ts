import { pagedAttention, pagedAttentionPieces, pagedScratchElements } from '../../src/kernels/attention-paged.ts';
import { combinePieces, MOST_PIECES } from '../../src/kernels/attention-pieces.ts';
import { type CacheMemory, scaleBlocks } from '../../src/kernels/cache-format.ts';
import type { Kernel } from '../../src/kernels/kernel.ts';
import { bestTarget, KernelRunner, targetNamed } from '../kernel-runner.ts';
import { measurePeak } from './matmul.ts';

const PAGE = 16;

interface Shape {
  readonly heads: number;
  readonly keyHeads: number;
  readonly dim: number;
  readonly context: number;
  readonly memory: CacheMemory;
  /** Query rows, the newest of a sequence. One row is cut into pieces, as in decoding. */
  readonly rows: number;
  /** Caches that are read in turn: of many none stays near. */
  readonly copies: number;
}

/** Grouped-query attention over keys and values whose pages lie in a mixed order, as in a cache of the engine. */
export function measure(runner: KernelRunner, { heads, keyHeads, dim, context, memory, rows, copies }: Shape) {
  const group = heads / keyHeads;
  const variant = { nopeDim: dim, ropeDim: 0, valueDim: dim, group, pageSize: PAGE, memory };
  const floats = (count: number) => runner.reserveFloats(count);
  const integers = (values: readonly number[]) => runner.reserveIntegers(values);
  const bytesOf = { f32: 4, f16: 2, bf16: 2, q8: 1 }[memory];
  const width = keyHeads * dim;
  const blocks = keyHeads * scaleBlocks(dim);
  const slotBytes = 2 * width * bytesOf + (memory === 'q8' ? 4 * blocks : 0);
  const pages = context / PAGE;
  const shared = {
    scratch: runner.reserve(4 * pagedScratchElements(variant, runner.workers)),
    queryNope: floats(rows * width * group),
    pageTable: integers(Array.from({ length: pages }, (_, i) => (i * 5 + 3) % pages)),
    sequences: integers(new Array(rows).fill(0)),
    positions: integers(Array.from({ length: rows }, (_, i) => context - rows + i)),
    ...{ queryRope: 0, keyRope: 0, keyRopeScales: 0, rows, heads, tableStride: pages, scale: 0.1 },
    ...{ queryNopeRowStride: heads * dim, queryNopeHeadStride: dim, queryRopeRowStride: 0, queryRopeHeadStride: 0 },
    ...{ keyNopeSlotStride: slotBytes / bytesOf, keyNopeHeadStride: dim, keyRopeSlotStride: 0, keyRopeHeadStride: 0 },
    ...{ valueSlotStride: slotBytes / bytesOf, valueHeadStride: dim },
  };
  const output = floats(rows * heads * dim);
  const few = rows === 1;
  const partialOutput = runner.reserve(few ? 4 * heads * MOST_PIECES * dim : 0);
  const partialSums = runner.reserve(few ? 8 * heads * MOST_PIECES : 0);
  const outputRowStride = heads * dim;
  const call = (kernel: unknown, args: Readonly<Record<string, number>>) => ({ kernel: kernel as Kernel, args });
  const calls = Array.from({ length: copies }, () => {
    const cache = runner.reserve(context * slotBytes);
    // Bytes that are small numbers in every format.
    new Uint16Array(runner.memory.buffer, cache, (context * slotBytes) / 2).fill(memory === 'f16' ? 0x3001 : 0x3d02);
    const args = {
      ...shared,
      ...{ keyNope: cache, value: cache + width * bytesOf },
      ...{ keyNopeScales: cache + 2 * width, valueScales: cache + 2 * width + 2 * blocks },
    };
    if (!few) return [call(pagedAttention(variant), { ...args, output, outputRowStride })];
    return [
      call(pagedAttentionPieces(variant), { ...args, partialOutput, partialSums }),
      call(combinePieces({ heads, rank: dim }), {
        ...{ output, partialOutput, partialSums, positions: shared.positions, rows, outputRowStride },
      }),
    ];
  });
  const seconds = runner.best(runner.prepare(calls.flat()), 0.05, 5);
  const seen = rows * context - (rows * (rows - 1)) / 2;
  return { seconds, operations: (4 * copies * heads * seen * dim) / 1e9, bytes: copies * context * slotBytes };
}

if (import.meta.main) {
  const workers = Number(process.argv[2] ?? 1);
  const target = targetNamed(process.argv[3], bestTarget());
  const runner = new KernelRunner({ workers, target, bytes: 2 ** 29 });
  await runner.ready();
  const peak = measurePeak(runner);
  const groups = [
    { heads: 12, keyHeads: 2, dim: 128 },
    { heads: 14, keyHeads: 2, dim: 64 },
    { heads: 32, keyHeads: 8, dim: 128 },
  ];
  const shapes = groups.flatMap((group) => [
    // As in decoding, where every layer has a cache of its own.
    { ...group, context: 2048, rows: 1, copies: Math.ceil(64 / group.keyHeads) },
    { ...group, context: 512, rows: 512, copies: 1 },
  ]);
  const chosen = process.argv[4]?.split(',') ?? ['f16', 'q8', 'bf16', 'f32'];
  for (const shape of shapes.slice(0, Number(process.argv[5] ?? 99))) {
    for (const memory of ['f16', 'q8', 'bf16', 'f32'] as const) {
      if (!chosen.includes(memory)) continue;
      runner.clear();
      const { seconds, operations, bytes } = measure(runner, { ...shape, memory });
      const { rows, heads, keyHeads, dim, context } = shape;
      console.log(
        `${rows} rows of ${heads} heads on ${keyHeads}, ${dim} dims, over ${context} in ${memory}: ` +
          `${(operations / seconds / 2).toFixed(1)} GMAC/s (${((100 * operations) / seconds / peak).toFixed(0)} % of the ` +
          `f32 peak), ${(bytes / seconds / 1e9).toFixed(1)} GB/s`,
      );
    }
  }
  await runner.close();
}
