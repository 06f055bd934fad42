import { BLOCK_FORMATS } from '../../src/kernels/block-formats.ts';
import { NARROW_FORMATS } from '../../src/kernels/narrow-panels.ts';
import { type BenchCase, type BenchContext, type BenchRow, row } from '../bench.ts';
import { RUNNER_TARGETS, type RunnerTarget, targetMissing } from '../kernel-runner.ts';
import { interleave, Subject } from '../subject.ts';
import { type BlocksResult, FEW_ROWS, HEADS, PRODUCT } from '../subjects/blocks-inputs.ts';
import type { OurBlocksResult, VectorWeights } from '../subjects/blocks-ours.ts';

const TITLES: Readonly<Record<RunnerTarget, string>> = {
  wasm: 'WebAssembly',
  'wasm-fused': 'WebAssembly, fused vectors',
  'wasm-wide': 'WebAssembly, 64-bit memory',
  avx2: 'AVX2',
  avx512: 'AVX-512',
};
const WEIGHTS: readonly VectorWeights[] = ['f32', ...NARROW_FORMATS, ...BLOCK_FORMATS];

async function run({ quick, workers, progress, note }: BenchContext): Promise<BenchRow[]> {
  progress('starting');
  const targets = RUNNER_TARGETS.filter((target) => {
    const missing = targetMissing(target);
    if (missing !== undefined) note(`${target} is left out: ${missing}`);
    return missing === undefined;
  });
  const seconds = quick ? 0.03 : 0.2;
  const subject = (name: string) => new URL(`../subjects/${name}.ts`, import.meta.url);
  const subjects: Record<string, Subject<BlocksResult>> = {};
  for (const target of targets) {
    subjects[target] = await Subject.start<OurBlocksResult>(subject('blocks-ours'), { workers, target, seconds });
  }
  subjects.onnxruntime = await Subject.start<BlocksResult>(subject('blocks-onnx'), { workers, seconds });
  const rounds = quick ? 1 : 5;
  const results = await interleave(subjects, rounds, (round) => progress(`round ${round} of ${rounds}`));
  const { onnxruntime: peer, ...own } = results as { onnxruntime: BlocksResult[] } & Record<
    RunnerTarget,
    OurBlocksResult[]
  >;
  checkSame(results);
  const best = (of: readonly BlocksResult[]) => Math.max(...of.map(({ product }) => product));
  const { rows, columns, inner } = PRODUCT;
  const named = `4-bit × 8-bit ${rows}×${columns}×${inner}, ${workers} workers`;
  return targets.flatMap((target) => {
    const native = target.startsWith('avx');
    const read = Math.max(...own[target].map((result) => result.read));
    return [
      row({
        name: `${named}, ${TITLES[target]}, vs MatMulNBits`,
        ours: best(own[target]),
        peer: best(peer),
        unit: 'GMAC/s',
        ...(target === 'avx512' ? { target: 2 } : {}),
      }),
      row({
        name: `4-bit × 8-bit by head, ${HEADS.rows} rows, ${HEADS.heads} × ${HEADS.columns}×${HEADS.inner}, ${workers} workers, ${TITLES[target]}, vs one matrix`,
        ours: Math.max(...own[target].map((result) => result.byHead.heads)),
        peer: Math.max(...own[target].map((result) => result.byHead.dense)),
        unit: 'GMAC/s',
      }),
      ...BLOCK_FORMATS.filter((format) => format !== 'q4_0').map((format) =>
        row({
          name: `${format} × 8-bit ${rows}×${columns}×${inner}, ${workers} workers, ${TITLES[target]}, vs q4_0`,
          ours: Math.max(...own[target].map(({ many }) => many[format])),
          peer: Math.max(...own[target].map(({ many }) => many.q4_0)),
          unit: 'GMAC/s',
          ...(native && format === 'q4_k' ? { target: 1 / 1.3 } : {}),
        }),
      ),
      ...WEIGHTS.map((weights) => {
        const title = `matrix-vector, ${weights} weights, ${workers} workers, ${TITLES[target]}`;
        return row({
          name: `${title}, of reading memory`,
          ours: Math.max(...own[target].map(({ vector }) => vector[weights])),
          peer: read,
          unit: 'GB/s',
          // AVX2 widens numbers of 8 bits at some 0.6 of that speed; see the lab log.
          ...(native && !(target === 'avx2' && weights.startsWith('f8')) ? { target: 0.9 } : {}),
        });
      }),
      ...NARROW_FORMATS.map((weights) =>
        row({
          name: `product of ${FEW_ROWS} rows, ${weights} weights, ${workers} workers, ${TITLES[target]}, of reading memory`,
          ours: Math.max(...own[target].map(({ few }) => few[weights])),
          peer: read,
          unit: 'GB/s',
        }),
      ),
    ];
  });
}

/** All subjects multiplied the same numbers; they round activations to 8 bits each in its own way. */
function checkSame(results: Readonly<Record<string, readonly BlocksResult[]>>): void {
  const reference = results.onnxruntime![0]!.check;
  for (const [name, list] of Object.entries(results)) {
    const wrong = list.find(({ check }) => !(Math.abs(check - reference) <= 0.01 * Math.abs(reference)));
    if (wrong) throw new Error(`the product of ${name} differs: ${wrong.check}, that of onnxruntime: ${reference}`);
  }
}

export default {
  name: 'blocks',
  description: 'products with weights in 4-bit and 8-bit blocks, and matrix-vector products at memory speed',
  run,
} satisfies BenchCase;
