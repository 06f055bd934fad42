import {
  type BlockFormat,
  panelRowBytes as blockPanelRowBytes,
  panelsBytes as blockPanelsBytes,
  rowBytes as blockRowBytes,
  isBlockFormat,
  panelWidth,
} from './block-formats.ts';
import { packPanels as packBlockPanels } from './block-pack.ts';
import { type HalfFormat, halfRowBytes, isHalfFormat, packHalfPanels } from './half-panels.ts';

/** Formats in which weights stay in memory as they are in files, in panels: blocks of few bits, and 16-bit floats. */
export type PanelFormat = BlockFormat | HalfFormat;

export function isPanelFormat(name: string): name is PanelFormat {
  return isBlockFormat(name) || isHalfFormat(name);
}

/** Bytes of one row in a file. Throws a RangeError for a length that the format does not allow. */
export function rowBytes(format: PanelFormat, inner: number): number {
  return isHalfFormat(format) ? halfRowBytes(format, inner) : blockRowBytes(format, inner);
}

/** Bytes of one row in panels. Throws as {@link rowBytes}. */
export function panelRowBytes(format: PanelFormat, inner: number): number {
  return isHalfFormat(format) ? halfRowBytes(format, inner) : blockPanelRowBytes(format, inner);
}

/** Bytes of W[rows, inner] in panels. */
export function panelsBytes(format: PanelFormat, lanes: number, rows: number, inner: number): number {
  if (!isHalfFormat(format)) return blockPanelsBytes(format, lanes, rows, inner);
  const width = panelWidth(lanes);
  return Math.ceil(rows / width) * width * halfRowBytes(format, inner);
}

/** Repacks W[rows, inner], as it lies in a file, panel by panel; `panels` has `panelsBytes` bytes. */
export function packPanels(
  format: PanelFormat,
  lanes: number,
  shape: { readonly rows: number; readonly inner: number },
  source: Uint8Array,
  panels: Uint8Array,
): void {
  if (isHalfFormat(format)) packHalfPanels(format, lanes, shape, source, panels);
  else packBlockPanels(format, lanes, shape, source, panels);
}
