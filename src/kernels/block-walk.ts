import type { Builder, I32 } from './builder.ts';
import { bandOf } from './matmul-tile.ts';

/** Row blocks and panels of a product, and the bytes of each. */
export interface TileGrid {
  readonly rowBlocks: I32;
  readonly panels: I32;
  readonly blockBytes: I32;
  readonly panelBytes: I32;
}

/** Row blocks in a band: their part of A stays in the second cache. */
const BLOCKS_PER_BAND = 32;
/**
 * Bytes of panels that several row blocks are multiplied with, one after the other, and the most that a tile's rows of A
 * take for that, being read again for each panel. Panel by panel, products of eight rows in WebAssembly were a third
 * slower, as processors foresee a long run of memory and not a short one.
 */
const GROUP_BYTES = 256 << 10;
const ROWS_BYTES = 32 << 10;

/** Some tiles one after the other: from a row block and a panel on along one of the two. */
export interface TileRun {
  readonly rowBlock: I32;
  readonly panel: I32;
  readonly tiles: I32;
  /** 1 along the one and 0 along the other. */
  readonly rowStep: I32;
  readonly panelStep: I32;
}

/**
 * Walks the tiles start…end-1 of a grid, numbered band by band of row blocks, within a band group by group of panels, within
 * a group row block by row block, within a row block panel by panel; where a group is one panel, row block by row block. A
 * panel comes from memory once for a band.
 */
export function walkTileRuns(b: Builder, grid: TileGrid, start: I32, end: I32, body: (run: TileRun) => void): void {
  const { rowBlocks, panels } = grid;
  const perGroup = panelsTogether(b, grid);
  const alone = b.eq<'i32'>(perGroup, 1);
  const next = b.variable(start);
  b.while(
    () => b.lt<'i32'>(next.get(), end),
    () => {
      const now = next.get();
      const { firstBlock, height, inBand } = bandOf(b, now, { rowBlocks, panels, perBand: BLOCKS_PER_BAND });
      const groupTiles = b.mul<'i32'>(height, perGroup);
      const group = b.divideUnsigned(inBand, groupTiles);
      const firstPanel = b.mul<'i32'>(group, perGroup);
      const width = b.min<'i32'>(b.sub<'i32'>(panels, firstPanel), perGroup);
      const inGroup = b.sub<'i32'>(inBand, b.mul<'i32'>(group, groupTiles));
      const block = b.divideUnsigned(inGroup, width);
      const panel = b.sub<'i32'>(inGroup, b.mul<'i32'>(block, width));
      const left = b.select<'i32'>(alone, b.sub<'i32'>(height, block), b.sub<'i32'>(width, panel));
      const tiles = b.min<'i32'>(left, b.sub<'i32'>(end, now));
      const place = { rowBlock: b.add<'i32'>(firstBlock, block), panel: b.add<'i32'>(firstPanel, panel) };
      body({ ...place, tiles, rowStep: alone, panelStep: b.sub<'i32'>(1, alone) });
      next.set(b.add<'i32'>(now, tiles));
    },
  );
}

/** Panels of a group: all for one row block, some that fill {@link GROUP_BYTES}, or one beside many bytes of A. */
function panelsTogether(b: Builder, { rowBlocks, panels, blockBytes, panelBytes }: TileGrid): I32 {
  const some = b.add<'i32'>(b.divideUnsigned(b.i32(GROUP_BYTES), b.max<'i32'>(panelBytes, 1)), 1);
  const several = b.select<'i32'>(b.gt<'i32'>(blockBytes, ROWS_BYTES), 1, some);
  return b.select<'i32'>(b.gt<'i32'>(rowBlocks, 1), several, panels);
}
