import { combinePieces, MOST_PIECES } from '../../src/kernels/attention-pieces.ts';
import { type CacheMemory, scaleBlocks } from '../../src/kernels/cache-format.ts';
import type { Kernel } from '../../src/kernels/kernel.ts';
import {
  type LatentAttentionVariant,
  latentAttention,
  latentAttentionPieces,
  latentScratchElements,
} from '../../src/kernels/latent-attention.ts';
import { packedQueryElements, packQueries } from '../../src/kernels/latent-attention-queries.ts';
import { bestTarget, KernelRunner, targetNamed } from '../kernel-runner.ts';
import { measurePeak } from './matmul.ts';

/** DeepSeek-V2 and V3: latents of kv_lora_rank, rotary keys of qk_rope_head_dim, pages as the engine has them. */
const [RANK, ROPE, PAGE] = [512, 64, 16];
const WIDTH = RANK + ROPE;

export interface AttentionShape {
  readonly heads: number;
  readonly context: number;
  readonly memory: CacheMemory;
  readonly products: LatentAttentionVariant['products'];
  /** Query rows, the newest of a sequence. One row is cut into pieces, as in decoding. */
  readonly rows?: number;
}

export interface AttentionFigures {
  /** GFLOP/s. */
  readonly speed: number;
  /** 10⁹ operations, and bytes of latents read once. */
  readonly operations: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** Times absorbed latent attention over latents whose pages lie in a mixed order, packing of queries included. */
export function measureAttention(
  runner: KernelRunner,
  { heads, context, memory, products, rows = 1 }: AttentionShape,
  { measurements = 3, copies = 1 }: { readonly measurements?: number; readonly copies?: number } = {},
): AttentionFigures {
  const variant = { heads, rank: RANK, ropeDim: ROPE, pageSize: PAGE, memory, products };
  const floats = (count: number) => runner.reserveFloats(count);
  const integers = (values: readonly number[]) => runner.reserveIntegers(values);
  const pages = context / PAGE;
  const bytesOf = { f32: 4, f16: 2, bf16: 2, q8: 1 }[memory];
  const slotBytes = WIDTH * bytesOf + (memory === 'q8' ? 2 * (scaleBlocks(RANK) + scaleBlocks(ROPE)) : 0);
  const slotStride = slotBytes / bytesOf;
  const positions = integers(Array.from({ length: rows }, (_, i) => context - rows + i));
  const sequences = integers(new Array(rows).fill(0));
  const pageTable = integers(Array.from({ length: pages }, (_, i) => (i * 5 + 3) % pages));
  const query = floats(rows * heads * WIDTH);
  const packed = runner.reserve(4 * packedQueryElements(variant, rows));
  const scratch = runner.reserve(4 * latentScratchElements(variant, runner.workers));
  const output = floats(rows * heads * RANK);
  const partialOutput = runner.reserve(4 * (rows === 1 ? heads * MOST_PIECES * RANK : 0));
  const partialSums = runner.reserve(8 * (rows === 1 ? heads * MOST_PIECES : 0));
  const outputRowStride = heads * RANK;
  const calls = Array.from({ length: copies }, () => {
    const cache = runner.reserve(context * slotBytes);
    // Bytes that are small numbers in every format.
    new Uint16Array(runner.memory.buffer, cache, (context * slotBytes) / 2).fill(memory === 'f16' ? 0x3001 : 0x3d02);
    const shared = {
      ...{ scratch, queries: packed, pageTable, sequences, positions, rows, tableStride: pages },
      ...{ latents: cache, rotaryKeys: cache + RANK * bytesOf },
      ...{ latentScales: cache + WIDTH, rotaryKeyScales: cache + WIDTH + 2 * scaleBlocks(RANK) },
      ...{ latentSlotStride: slotStride, rotaryKeySlotStride: slotStride },
    };
    const pack = {
      ...{ packed, queryNope: query, queryRope: query + RANK * 4, rows, scale: 0.1 },
      ...{ queryNopeRowStride: heads * WIDTH, queryNopeHeadStride: WIDTH },
      ...{ queryRopeRowStride: heads * WIDTH, queryRopeHeadStride: WIDTH },
    };
    const call = (kernel: unknown, args: Readonly<Record<string, number>>) => ({ kernel: kernel as Kernel, args });
    return [
      call(packQueries(variant), pack),
      ...(rows === 1
        ? [
            call(latentAttentionPieces(variant), { ...shared, partialOutput, partialSums }),
            call(combinePieces({ heads, rank: RANK }), {
              ...{ output, partialOutput, partialSums, positions, rows, outputRowStride },
            }),
          ]
        : [call(latentAttention(variant), { ...shared, output, outputRowStride })]),
    ];
  });
  const list = runner.prepare(calls.flat());
  const seen = rows * context - (rows * (rows - 1)) / 2;
  const operations = (2 * heads * seen * (WIDTH + RANK)) / 1e9;
  const seconds = runner.best(list, 0.1, measurements) / copies;
  return { speed: operations / seconds, operations, bytes: context * slotBytes, seconds };
}

if (import.meta.main) {
  const workers = Number(process.argv[2] ?? 1);
  const target = targetNamed(process.argv[3], bestTarget());
  const runner = new KernelRunner({ workers, target, bytes: 2 ** 30 });
  await runner.ready();
  const formats = [
    { memory: 'f32', products: 'f32' },
    { memory: 'f16', products: 'f32' },
    { memory: 'bf16', products: 'f32' },
    ...(runner.target.bf16Pairs ? [{ memory: 'bf16', products: 'bf16' } as const] : []),
    { memory: 'q8', products: 'f32' },
  ] as const;
  const shapes = [
    ...[16, 128].flatMap((heads) => [2048, 16384].map((context) => ({ heads, context, rows: 1, copies: 1 }))),
    // As in decoding, where every layer has a cache of its own and none stays near.
    { heads: 16, context: 2048, rows: 1, copies: 27 },
    { heads: 16, context: 512, rows: 512, copies: 1 },
  ];
  for (const { copies, ...shape } of shapes) {
    for (const format of formats) {
      runner.clear();
      const peak = measurePeak(runner);
      runner.clear();
      const { speed, seconds } = measureAttention(runner, { ...shape, ...format }, { copies });
      const { rows, heads, context } = shape;
      console.log(
        `${rows} rows of ${heads} heads over ${context} ${format.memory} latents${copies > 1 ? `, ${copies} caches` : ''}, ` +
          `products in ${format.products}: ${speed.toFixed(1)} GFLOP/s (${((100 * speed) / peak).toFixed(0)} % of ` +
          `the f32 peak), ${(1e3 * copies * seconds).toFixed(2)} ms`,
      );
    }
  }
  await runner.close();
}
