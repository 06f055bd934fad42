import type { TargetInfo } from '../../src/kernels/ir.ts';
import type { MatmulShape } from '../../src/kernels/matmul-plan.ts';
import { tileFor } from '../../src/kernels/matmul-tile.ts';
import { type BenchCase, type BenchContext, type BenchRow, figure, median, row } from '../bench.ts';
import { KernelRunner } from '../kernel-runner.ts';
import { measureMatmul, measurePeak } from './matmul.ts';

type ProductTile = NonNullable<TargetInfo['productTile']>;

const SHAPES: readonly MatmulShape[] = [
  { layout: 'nt', rows: 512, columns: 2048, inner: 2048 },
  { layout: 'nt', rows: 4096, columns: 256, inner: 256 },
];

/** Rows of A have a pointer each where A is not packed: more of them leave no general registers for anything else. */
const MOST_ROWS = 16;

/** Tiles whose sums, vectors of B and one broadcast of A fit in the registers: the two highest of each width. */
function candidates({ vectorRegisters, fusedVectors }: TargetInfo): ProductTile[] {
  return [1, 2, 3, 4].flatMap((width) => {
    // Of fused vectors, several count as one: they share a wider register.
    const rows = Math.floor((vectorRegisters - width - 1) / width);
    const most = Math.min(rows, MOST_ROWS);
    return [most, most - 1]
      .filter((count) => count >= 2)
      .flatMap((count) => {
        const tile = { rows: count, vectors: width * fusedVectors };
        return (fusedVectors > 1 ? [16] : [2, 4, 8]).map((unroll) => ({ ...tile, unroll }));
      });
  });
}

const nameOf = ({ rows, vectors, unroll }: ProductTile) => `${rows}×${vectors} vectors, ${unroll} steps`;

async function run({ quick, workers, target, progress, note }: BenchContext): Promise<BenchRow[]> {
  const open = async (productTile?: ProductTile) => {
    const runner = new KernelRunner({ workers, target, ...(productTile === undefined ? {} : { productTile }) });
    await runner.ready();
    return runner;
  };
  const plain = await open();
  const chosen = tileFor(plain.target);
  const peak = measurePeak(plain);
  const all = candidates(plain.target);
  await plain.close();
  if (!all.some((tile) => nameOf(tile) === nameOf(chosen))) all.push(chosen);
  const speeds = new Map(all.map((tile) => [tile, SHAPES.map((): number[] => [])]));
  // In turn and several times, so that drift of the machine meets all of them alike.
  const rounds = quick ? 1 : 5;
  for (let round = 1; round <= rounds; round++) {
    for (const [tile, lists] of speeds) {
      progress(`round ${round} of ${rounds}, ${nameOf(tile)}`);
      const runner = await open(tile);
      try {
        SHAPES.forEach((shape, i) => {
          runner.clear();
          lists[i]!.push(measureMatmul(runner, shape, 1).total);
        });
      } catch (error) {
        // The pointers of so many rows find no place.
        note(`${nameOf(tile)} is left out: ${(error as Error).message}`);
        speeds.delete(tile);
      } finally {
        await runner.close();
      }
    }
  }
  // The mean over the shapes of the share of peak, each by its median round.
  const ranked = [...speeds]
    .map(([tile, lists]) => ({
      tile,
      lists,
      share: lists.reduce((sum, l) => sum + median(l), 0) / lists.length / peak,
    }))
    .sort((a, b) => b.share - a.share);
  const { vectorRegisters, lanes } = plain.target;
  note(`${target} (${lanes} lanes, ${vectorRegisters} registers): best is ${nameOf(ranked[0]!.tile)}`);
  return ranked.map(({ tile, lists, share }) =>
    row({
      name: `${nameOf(tile)}${nameOf(tile) === nameOf(chosen) ? ' (in use)' : ''}`,
      ours: 100 * share,
      unit: '% of peak',
      note: `${lists.map((list) => figure(median(list))).join(' and ')} GFLOP/s`,
    }),
  );
}

export default {
  name: 'tiles',
  description: 'register tiles of the f32 matrix product that fit a target, best first',
  run,
} satisfies BenchCase;
