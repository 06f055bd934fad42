import type { Builder, I32 } from './builder.ts';

/** Row blocks and panels of a product, and how many of them are visited together. */
export interface PanelGroups {
  readonly rowBlocks: I32;
  readonly panels: I32;
  /** Row blocks in a band. */
  readonly perBand: number;
  /** Panels in a group, at least 1. */
  readonly perGroup: I32;
}

/**
 * Walks the tiles start…end-1 of `rowBlocks` × `panels`, numbered band by band, within a band group by group of panels,
 * within a group row block by row block, within a row block panel by panel. `body` gets a row block and a range of panels.
 *
 * A group that is read several times should stay in the second cache; the longer it is, the longer memory is read in order
 * without going back, which is what processors foresee.
 */
export function walkPanelGroups(
  b: Builder,
  { rowBlocks, panels, perBand, perGroup }: PanelGroups,
  start: I32,
  end: I32,
  body: (rowBlock: I32, firstPanel: I32, endPanel: I32) => void,
): void {
  const bandTiles = b.mul<'i32'>(panels, perBand);
  const next = b.variable(start);
  b.while(
    () => b.lt<'i32'>(next.get(), end),
    () => {
      const now = next.get();
      const band = b.divideUnsigned(now, bandTiles);
      const firstBlock = b.mul<'i32'>(band, perBand);
      const inBand = b.sub<'i32'>(now, b.mul<'i32'>(band, bandTiles));
      const height = b.min<'i32'>(b.sub<'i32'>(rowBlocks, firstBlock), perBand);
      const groupTiles = b.mul<'i32'>(height, perGroup);
      const group = b.divideUnsigned(inBand, groupTiles);
      const firstPanel = b.mul<'i32'>(group, perGroup);
      const width = b.min<'i32'>(b.sub<'i32'>(panels, firstPanel), perGroup);
      const inGroup = b.sub<'i32'>(inBand, b.mul<'i32'>(group, groupTiles));
      const block = b.divideUnsigned(inGroup, width);
      const from = b.sub<'i32'>(inGroup, b.mul<'i32'>(block, width));
      const to = b.min<'i32'>(width, b.add<'i32'>(from, b.sub<'i32'>(end, now)));
      body(b.add<'i32'>(firstBlock, block), b.add<'i32'>(firstPanel, from), b.add<'i32'>(firstPanel, to));
      next.set(b.add<'i32'>(now, b.sub<'i32'>(to, from)));
    },
  );
}
