import { ADAMW_BLOCK, adamw } from '../../src/kernels/adamw.ts';
import { crossEntropy } from '../../src/kernels/cross-entropy.ts';
import type { Kernel, Parameters } from '../../src/kernels/index.ts';
import { rmsNorm } from '../../src/kernels/rmsnorm.ts';
import { rotary } from '../../src/kernels/rotary.ts';
import { siluGate } from '../../src/kernels/silu-gate.ts';
import { prepareBandwidth } from '../bandwidth.ts';
import { type BenchCase, type BenchContext, type BenchRow, median, row } from '../bench.ts';
import { bestTarget, KernelRunner } from '../kernel-runner.ts';

interface Candidate {
  readonly name: string;
  readonly list: number;
  /** Bytes read and bytes written of a call. */
  readonly bytes: number;
  readonly readsOnly?: boolean;
}

const ROWS = 16384;
const COLUMNS = 1024;

/** Kernels of little arithmetic on arrays far larger than the caches. */
function prepare(runner: KernelRunner): Candidate[] {
  const elements = ROWS * COLUMNS;
  const array = () => {
    const address = runner.reserve(elements * 4);
    // Arrays a power of two apart would fight for the same lines of the caches.
    runner.reserve(4160);
    const values = runner.floats(address, elements);
    for (let i = 0; i < elements; i++) values[i] = ((i * 7919) % 1009) / 1009;
    return address;
  };
  const [x, y, z, w] = [array(), array(), array(), array()];
  const [short, integers] = [runner.reserve(ROWS * 4), runner.reserve(ROWS * 4)];
  const table = runner.reserve(ROWS * 32 * 4);
  runner.floats(short, ROWS).fill(1);
  const block = runner.reserve(4 * ADAMW_BLOCK.length);
  runner.floats(block, ADAMW_BLOCK.length).set([1e-3, 0.9, 0.95, 1e-8, 0.1, 1, 1, 1]);
  const make = <P extends Parameters>(kernel: Kernel<P>, args: { readonly [N in keyof P]: number }) =>
    runner.prepare([{ kernel: kernel as unknown as Kernel, args }]);
  const sizes = { rows: ROWS, columns: COLUMNS };
  const bytes = elements * 4;
  const eps = 1e-6;
  const heads = { heads: COLUMNS / 64, half: 32, xHeadStride: 64, yHeadStride: 64, xOffset: 0, yOffset: 0 };
  return [
    {
      name: 'rmsNorm',
      list: make(rmsNorm, { x, weight: short, y, ...sizes, xStride: COLUMNS, yStride: COLUMNS, eps }),
      bytes: 2 * bytes,
    },
    {
      name: 'siluGate',
      list: make(siluGate, {
        gate: x,
        up: z,
        y,
        ...sizes,
        gateStride: COLUMNS,
        upStride: COLUMNS,
        yStride: COLUMNS,
      }),
      bytes: 3 * bytes,
    },
    {
      name: 'crossEntropy',
      list: make(crossEntropy, {
        logits: x,
        targets: integers,
        weights: short,
        losses: table,
        logSumExp: table + 4 * ROWS,
        ...sizes,
        logitsStride: COLUMNS,
        zCoefficient: 0,
      }),
      bytes,
      readsOnly: true,
    },
    {
      name: 'rotary',
      list: make(rotary({ layout: 'interleaved', inverse: false }), {
        x,
        y,
        positions: integers,
        cosines: table,
        sines: table,
        rows: ROWS,
        xRowStride: COLUMNS,
        yRowStride: COLUMNS,
        ...heads,
      }),
      bytes: 2 * bytes,
    },
    {
      name: 'adamw',
      list: make(adamw, { parameters: x, gradients: y, m: z, v: w, hyperparameters: block, count: elements }),
      bytes: 7 * bytes,
    },
  ];
}

async function run({ quick, workers, progress }: BenchContext): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  progress('preparing');
  const runner = new KernelRunner({ workers, target: bestTarget(), bytes: 2 ** 30 });
  try {
    await runner.ready();
    const candidates = prepare(runner);
    const memory = prepareBandwidth(runner);
    const speeds = new Map(candidates.map(({ name }) => [name, [] as number[]]));
    const [read, copy]: [number[], number[]] = [[], []];
    for (let round = 1; round <= (quick ? 1 : 7); round++) {
      progress(`round ${round}`);
      read.push(memory.read());
      copy.push(memory.copy());
      for (const { name, list, bytes } of candidates) {
        speeds.get(name)!.push(bytes / runner.best(list, 0.05, 2) / 1e9);
      }
    }
    for (const { name, readsOnly } of candidates) {
      const all = speeds.get(name)!;
      rows.push(
        row({
          name: `${name}, ${workers} workers, of ${readsOnly ? 'read' : 'copy'} bandwidth`,
          ours: Math.max(...all),
          peer: Math.max(...(readsOnly ? read : copy)),
          unit: 'GB/s',
          note: `median ${median(all).toFixed(1)}`,
        }),
      );
    }
  } finally {
    await runner.close();
  }
  return rows;
}

export default {
  name: 'kernels',
  description: 'memory bandwidth of the kernels with little arithmetic, against that of reading and copying',
  run,
} satisfies BenchCase;
