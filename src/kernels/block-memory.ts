import { BLOCK, type BlockFormat, formatDetails, groupLayout, panelWidth } from './block-formats.ts';
import { type Extent, records } from './extents.ts';
import type { TargetInfo } from './ir.ts';

/** Panels of a matrix of so many rows. */
export function panelsOf(target: TargetInfo, rows: number): number {
  return Math.ceil(rows / panelWidth(target.lanes));
}

/** Memory of panels of `blocks` blocks of 32 weights along K each. */
export function weightPanels(target: TargetInfo, format: BlockFormat, panels: number, blocks: number): Extent {
  const width = panelWidth(target.lanes);
  const { weights, scale, minimum, factors } = formatDetails(format);
  const layout = groupLayout(format, width);
  return records((panels * blocks) / (weights / BLOCK), [
    { kind: scale, count: minimum ? 2 * width : width },
    ...Array.from({ length: weights / BLOCK }, () => [
      ...(factors ? [{ kind: factors, count: layout.codes - layout.upper }] : []),
      { kind: 'u8', count: layout.blockBytes - (factors ? layout.codes - layout.upper : 0) } as const,
    ]).flat(),
  ]);
}
