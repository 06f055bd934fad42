import {
  type BlockFormat,
  panelRowBytes as blockPanelRowBytes,
  panelsBytes as blockPanelsBytes,
  rowBytes as blockRowBytes,
  isBlockFormat,
} from './block-formats.ts';
import { packPanels as packBlockPanels } from './block-pack.ts';
import { packNarrowPanels } from './narrow-pack.ts';
import {
  isNarrowFormat,
  type NarrowFormat,
  narrowPanelRowBytes,
  narrowPanelsBytes,
  narrowRowBytes,
} from './narrow-panels.ts';

/** Formats in which weights stay in memory as they are in files, in panels: blocks of few bits, and floats of 16 or 8. */
export type PanelFormat = BlockFormat | NarrowFormat;

export function isPanelFormat(name: string): name is PanelFormat {
  return isBlockFormat(name) || isNarrowFormat(name);
}

/** Bytes of one row in a file, without scales that stand elsewhere. Throws a RangeError for a length that the format does not allow. */
export function rowBytes(format: PanelFormat, inner: number): number {
  return isNarrowFormat(format) ? narrowRowBytes(format, inner) : blockRowBytes(format, inner);
}

/** Bytes of one row in panels. Throws as {@link rowBytes}. */
export function panelRowBytes(format: PanelFormat, inner: number): number {
  return isNarrowFormat(format) ? narrowPanelRowBytes(format, inner) : blockPanelRowBytes(format, inner);
}

/** Bytes of W[rows, inner] in panels. */
export function panelsBytes(format: PanelFormat, lanes: number, rows: number, inner: number): number {
  return isNarrowFormat(format)
    ? narrowPanelsBytes(format, lanes, rows, inner)
    : blockPanelsBytes(format, lanes, rows, inner);
}

/**
 * Repacks W[rows, inner], as it lies in a file, panel by panel; `panels` has `panelsBytes` bytes. Floats of 8 bits have
 * `scales` [rows, groups of 128 along K] apart.
 */
export function packPanels(
  format: PanelFormat,
  lanes: number,
  shape: { readonly rows: number; readonly inner: number },
  source: Uint8Array,
  panels: Uint8Array,
  scales?: Float32Array,
): void {
  if (isNarrowFormat(format)) packNarrowPanels(format, lanes, shape, source, panels, scales);
  else packBlockPanels(format, lanes, shape, source, panels);
}
