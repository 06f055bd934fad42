import { pagedAttention, pagedScratchElements } from '../../src/kernels/attention-paged.ts';
import type { Kernel } from '../../src/kernels/kernel.ts';
import { bestTarget, KernelRunner, targetNamed } from '../kernel-runner.ts';
import { measurePeak } from './matmul.ts';

/** DeepSeek-V2 and V3: latents of kv_lora_rank, rotary keys of qk_rope_head_dim, pages as the engine has them. */
const [RANK, ROPE, PAGE] = [512, 64, 16];
const WIDTH = RANK + ROPE;

export interface AttentionFigures {
  /** GFLOP/s. */
  readonly speed: number;
  /** 10⁹ operations, and bytes of latents read once, of one query row. */
  readonly operations: number;
  readonly bytes: number;
}

/** Times absorbed latent attention of one query row over `context` f32 latents whose pages lie in a mixed order. */
export function measureAttention(
  runner: KernelRunner,
  { heads, context }: { readonly heads: number; readonly context: number },
  measurements = 3,
): AttentionFigures {
  const variant = {
    nopeDim: RANK,
    ropeDim: ROPE,
    valueDim: RANK,
    group: heads,
    pageSize: PAGE,
    memory: 'f32',
  } as const;
  const floats = (count: number) => {
    const address = runner.reserve(count * 4);
    const values = runner.floats(address, count);
    for (let i = 0; i < count; i++) values[i] = ((i * 7919) % 1009) / 1009 - 0.5;
    return address;
  };
  const integers = (values: readonly number[]) => {
    const address = runner.reserve(values.length * 4);
    new Int32Array(runner.memory.buffer, address, values.length).set(values);
    return address;
  };
  const pages = context / PAGE;
  const query = floats(heads * WIDTH);
  const cache = floats(context * WIDTH);
  const args = {
    output: floats(heads * RANK),
    scratch: runner.reserve(4 * pagedScratchElements(variant, runner.workers)),
    queryNope: query,
    queryRope: query + RANK * 4,
    ...{ keyNopeScales: 0, keyRopeScales: 0, valueScales: 0 },
    keyNope: cache,
    keyRope: cache + RANK * 4,
    value: cache,
    pageTable: integers(Array.from({ length: pages }, (_, i) => (i * 5 + 3) % pages)),
    sequences: integers([0]),
    positions: integers([context - 1]),
    rows: 1,
    heads,
    tableStride: pages,
    scale: 0.1,
    queryNopeRowStride: heads * WIDTH,
    queryNopeHeadStride: WIDTH,
    queryRopeRowStride: heads * WIDTH,
    queryRopeHeadStride: WIDTH,
    keyNopeSlotStride: WIDTH,
    keyNopeHeadStride: 0,
    keyRopeSlotStride: WIDTH,
    keyRopeHeadStride: 0,
    valueSlotStride: WIDTH,
    valueHeadStride: 0,
    outputRowStride: heads * RANK,
  };
  const list = runner.prepare([{ kernel: pagedAttention(variant) as unknown as Kernel, args }]);
  const operations = (2 * heads * context * (WIDTH + RANK)) / 1e9;
  return { speed: operations / runner.best(list, 0.1, measurements), operations, bytes: context * WIDTH * 4 };
}

if (import.meta.main) {
  const workers = Number(process.argv[2] ?? 1);
  const target = targetNamed(process.argv[3], bestTarget());
  const runner = new KernelRunner({ workers, target });
  await runner.ready();
  const peak = measurePeak(runner);
  console.log(`${workers} workers, ${target}: register peak ${peak.toFixed(1)} GFLOP/s`);
  for (const heads of [16, 128]) {
    for (const context of [2048, 16384]) {
      runner.clear();
      const { speed } = measureAttention(runner, { heads, context });
      const share = `${speed.toFixed(1)} GFLOP/s (${((100 * speed) / peak).toFixed(0)} % of peak)`;
      console.log(`${heads} heads over ${context} latents: ${share}`);
    }
  }
  await runner.close();
}
