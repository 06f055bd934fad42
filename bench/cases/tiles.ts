import type { TargetInfo } from '../../src/kernels/ir.ts';
import type { MatmulShape } from '../../src/kernels/matmul-plan.ts';
import { tileFor } from '../../src/kernels/matmul-tile.ts';
import type { ProductTile } from '../../src/kernels/product-tiles.ts';
import { type BenchCase, type BenchContext, type BenchRow, figure, median, row } from '../bench.ts';
import { KernelRunner } from '../kernel-runner.ts';
import { measureMatmul, measurePeak } from './matmul.ts';

/** Large enough for the caches to count, and of training, one of them narrow; with operands packed and as they lie. */
const SHAPES: readonly MatmulShape[] = [
  { layout: 'nt', rows: 512, columns: 2048, inner: 2048 },
  { layout: 'nt', rows: 4096, columns: 256, inner: 256 },
  { layout: 'tn', rows: 256, columns: 256, inner: 4096 },
  { layout: 'nt', rows: 4096, columns: 96, inner: 192 },
];

/** Rows of A have a pointer each where A is not packed: more of them leave no general registers for anything else. */
const MOST_ROWS = 16;
/** Share of the best that the line in use must reach; less is noise. */
const ENOUGH = 0.95;
/** The best of a first round that are measured again, beside the line in use. */
const FINALISTS = 5;

/** Tiles whose sums, vectors of B and one broadcast of A fit in the registers: the two highest of each width. */
function registerTiles({ vectorRegisters, fusedVectors }: TargetInfo, { steps, band }: ProductTile): ProductTile[] {
  return [1, 2, 3, 4].flatMap((width) => {
    // Of fused vectors, several count as one: they share a wider register.
    const most = Math.min(Math.floor((vectorRegisters - width - 1) / width), MOST_ROWS);
    return [most, most - 1]
      .filter((rows) => rows >= 2)
      .flatMap((rows) => {
        const unrolls = fusedVectors > 1 ? [16] : [2, 4, 8];
        return unrolls.map((unroll) => ({ rows, vectors: width * fusedVectors, unroll, steps, band }));
      });
  });
}

/** The tile in use with other passes along K and other bands. */
function cacheBlocks(tile: ProductTile): ProductTile[] {
  const { steps, band } = tile;
  return [
    ...[256, 512, 2048].map((packed) => ({ ...tile, steps: { ...steps, rows: packed, panels: packed } })),
    ...[128, 512, 1024].map((columns) => ({ ...tile, steps: { ...steps, columns } })),
    ...[4, 8, 32, 64].filter((other) => other !== band).map((other) => ({ ...tile, band: other })),
  ];
}

/** A line as the table in src/kernels/product-tiles.ts has it. */
const nameOf = ({ rows, vectors, unroll, steps, band }: ProductTile) =>
  `${rows}×${vectors} vectors, unroll ${unroll}, steps ${steps.panels} and ${steps.columns}, band ${band}`;

async function run({ quick, workers, target, progress, note }: BenchContext): Promise<BenchRow[]> {
  const open = async (productTile?: ProductTile) => {
    const runner = new KernelRunner({ workers, target, ...(productTile === undefined ? {} : { productTile }) });
    await runner.ready();
    return runner;
  };
  const plain = await open();
  const { columns: _, ...chosen } = tileFor(plain.target);
  const peak = measurePeak(plain);
  await plain.close();
  const all = new Map(
    [...registerTiles(plain.target, chosen), ...cacheBlocks(chosen), chosen].map((tile) => [nameOf(tile), tile]),
  );
  type Speeds = Map<ProductTile, number[][]>;
  const measure = async (tiles: readonly ProductTile[], rounds: number, what: string): Promise<Speeds> => {
    const speeds: Speeds = new Map(tiles.map((tile) => [tile, SHAPES.map((): number[] => [])]));
    // In turn and several times, so that drift of the machine meets all of them alike.
    for (let round = 1; round <= rounds; round++) {
      for (const [tile, lists] of speeds) {
        progress(`${what}, round ${round} of ${rounds}, ${nameOf(tile)}`);
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
    return speeds;
  };
  // The mean over the shapes of the share of peak, each by its median round.
  const rank = (speeds: Speeds) =>
    [...speeds]
      .map(([tile, lists]) => {
        const share = lists.reduce((sum, list) => sum + median(list), 0) / lists.length / peak;
        return { tile, name: nameOf(tile), lists, share };
      })
      .sort((a, b) => b.share - a.share);
  // The best of many in one round is also the luckiest: the first ones meet again, and only that counts for them.
  const first = rank(await measure([...all.values()], 1, 'all'));
  const again = new Set([...first.slice(0, FINALISTS).map(({ tile }) => tile), all.get(nameOf(chosen))!]);
  const finals = rank(await measure([...again], quick ? 3 : 9, 'the best'));
  const ranked = [...finals, ...first.filter(({ tile }) => !again.has(tile))];
  const { vectorRegisters, lanes } = plain.target;
  note(`${target} (${lanes} lanes, ${vectorRegisters} registers): best is ${ranked[0]!.name}`);
  const inUse = ranked.find(({ name }) => name === nameOf(chosen))!;
  return [
    row({
      name: `in use, against the best: ${inUse.name}`,
      ours: 100 * inUse.share,
      peer: 100 * ranked[0]!.share,
      unit: '% of peak',
      target: ENOUGH,
    }),
    ...ranked.map(({ name, lists, share }) =>
      row({
        name: `${name}${name === inUse.name ? ' (in use)' : ''}`,
        ours: 100 * share,
        unit: '% of peak',
        note: `${lists.map((list) => figure(median(list))).join(', ')} GFLOP/s`,
      }),
    ),
  ];
}

export default {
  name: 'tiles',
  description: 'cuts of matrix products for registers and caches, best first, and whether the one in use holds',
  run,
} satisfies BenchCase;
