import type { PagedAttentionVariant } from './attention-paged-layout.ts';
import { BLOCK, fusedLanes, MOST_TILE_HEADS } from './attention-paged-layout.ts';
import type { Builder, I32 } from './builder.ts';

/** How the heads, positions and columns of attention over a paged cache are cut into tiles. */

/** Vectors that can be held besides those that instructions need for themselves. */
const registersOf = (b: Builder): number => b.target.vectorRegisters;

/** All heads of the group in tiles of at most `most` heads, alike in size. */
export function headTiles(b: Builder, group: number, most: number, body: (head: I32, heads: number) => void): void {
  const heads = Math.ceil(group / Math.ceil(group / most));
  const whole = group - (group % heads);
  if (whole > heads) b.loop(0, whole, heads, (head) => body(head, heads));
  else body(b.i32(0), heads);
  if (whole < group) body(b.i32(whole), group - whole);
}

/** A tile whose sums take the least time by a simple reckoning: multiply-adds that hide their latency, and loads. */
interface Tile {
  readonly heads: number;
  /** Positions of a tile of scores, (fused) vectors of a tile of values. */
  readonly width: number;
}

/** Sums that hide the latency of multiply-adds. */
const LEAST_SUMS = 8;
/** Cost of a load beside multiply-adds, in these; of the cache, which is converted, so many times more. */
const LOAD_COST = 0.25;
const CACHE_LOAD = 2;
/** The same where widening takes several instructions and nothing is packed before. */
const WIDENED_LOAD = 4;

function bestTile(
  b: Builder,
  group: number,
  { widths, all, cacheLoad = CACHE_LOAD }: { widths: readonly number[]; all: number; cacheLoad?: number },
): Tile {
  const tiles = widths.flatMap((width) =>
    Array.from({ length: Math.min(group, MOST_TILE_HEADS) }, (_, i) => ({ heads: i + 1, width })),
  );
  const cost = ({ heads, width }: Tile) => {
    const one = Math.max(heads * width, LEAST_SUMS) + LOAD_COST * (width * cacheLoad + heads);
    return one * Math.ceil(group / heads) * Math.ceil(all / width);
  };
  const fitting = tiles.filter(({ heads, width }) => heads * width + width + 1 <= registersOf(b));
  return fitting.reduce((best, tile) => (cost(tile) < cost(best) ? tile : best));
}

/**
 * Tiles of other than four positions or a multiple need one more pass over their sums. On WebAssembly that pays, as more
 * heads share what is loaded and widened; machine code with AVX2 lost 7 % by it.
 */
export function scoreTile(b: Builder, { group, memory }: PagedAttentionVariant, severalRows: boolean): Tile {
  if (!b.target.name.startsWith('wasm')) return bestTile(b, group, { widths: [4, 8, 16], all: BLOCK });
  const cacheLoad = severalRows || memory === 'f32' ? CACHE_LOAD : WIDENED_LOAD;
  return bestTile(b, group, { widths: [1, 2, 3, 4, 6, 8], all: BLOCK, cacheLoad });
}

export const valueTile = (b: Builder, { group, valueDim }: PagedAttentionVariant): Tile =>
  bestTile(b, group, { widths: [1, 2, 3, 4, 6, 8], all: Math.max(1, Math.floor(valueDim / fusedLanes(b))) });

/** Vectors of columns: `looped` of them `width` at a time, then some by some, and `left` numbers at last. */
export function valueColumns(b: Builder, variant: PagedAttentionVariant) {
  const { valueDim, memory } = variant;
  const all = Math.floor(valueDim / b.lanes);
  const fused = Math.floor(valueDim / fusedLanes(b));
  const most = valueTile(b, variant).width;
  // Powers of two, so that with q8 the columns of a tile begin with a block or lie in one.
  const even = Math.ceil(fused / Math.max(1, Math.ceil(fused / most)));
  const width = Math.max(1, memory === 'q8' ? powerBelow(most) : even) * b.target.fusedVectors;
  const looped = all - (all % width);
  const rest: number[] = [];
  for (let open = all - looped; open > 0; open -= rest.at(-1)!) rest.push(memory === 'q8' ? powerBelow(open) : open);
  return { looped, width, rest, left: valueDim - all * b.lanes };
}

const powerBelow = (count: number): number => 2 ** Math.floor(Math.log2(count));

/** How often the tiles of a head of keys pass over a position of one row. */
export function passes(b: Builder, variant: PagedAttentionVariant): number {
  const { looped, width, rest, left } = valueColumns(b, variant);
  const columns = looped / width + rest.length + (left > 0 ? 1 : 0);
  return (
    Math.ceil(variant.group / scoreTile(b, variant, false).heads) +
    Math.ceil(variant.group / valueTile(b, variant).heads) * columns
  );
}
