import { describe, expect, it } from 'vitest';
import {
  BLOCK,
  type BlockFormat,
  blockBytes,
  formatDetails,
  packPanel,
  packPanels,
  panelsBytes,
  panelWidth,
  rowBytes,
} from './block-formats.ts';
import { decodeBlocks, fileRows } from './blocks.fixture.ts';

const formats: readonly BlockFormat[] = ['q8_0', 'q4_0'];
const cases = formats.flatMap((format) => [4, 8, 16].map((lanes) => ({ format, lanes })));

/** Weight k of a row of a panel, read as the description of the layout says. */
function weightIn(panel: Uint8Array, format: BlockFormat, lanes: number, row: number, k: number): number {
  const width = panelWidth(lanes);
  const { bits, offset } = formatDetails(format);
  const start = Math.floor(k / BLOCK) * width * blockBytes(format);
  const scale = new DataView(panel.buffer, panel.byteOffset).getFloat16(start + 2 * row, true);
  const inBlock = k % BLOCK;
  const place = bits === 8 ? inBlock : inBlock % 16;
  const byte = panel[start + 2 * width + Math.floor(place / 4) * 4 * width + 4 * row + (place % 4)]!;
  const quant = bits === 8 ? byte : inBlock < 16 ? byte & 15 : byte >> 4;
  return scale * (quant - offset);
}

describe.each(cases)('$format in panels of $lanes lanes', ({ format, lanes }) => {
  it.each([2 * lanes, 1, 4 * lanes + 3])('keeps every weight of %i rows, and pads with zeros', (rows) => {
    const inner = 3 * BLOCK;
    const source = fileRows(format, rows, inner, 7);
    const weights = decodeBlocks(format, source);
    const width = panelWidth(lanes);
    // An odd address, as tensors in files may have.
    const panels = new Uint8Array(panelsBytes(format, lanes, rows, inner) + 1).fill(0xa5).subarray(1);
    packPanels(format, lanes, { rows, inner }, source, panels);
    for (let row = 0; row < Math.ceil(rows / width) * width; row++) {
      const panel = panels.subarray((row - (row % width)) * rowBytes(format, inner));
      for (let k = 0; k < inner; k++) {
        const expected = row < rows ? weights[row * inner + k]! : 0;
        expect(weightIn(panel, format, lanes, row % width, k) + 0).toBe(expected + 0);
      }
    }
  });

  it('takes no more bytes than the file where rows fill the panels', () => {
    const rows = 6 * panelWidth(lanes);
    expect(panelsBytes(format, lanes, rows, 64)).toBe(rows * rowBytes(format, 64));
  });
});

it('covers the full range of quants', () => {
  expect(Math.min(...decodeBlocks('q8_0', Uint8Array.of(0, 0x3c, 0x80, ...new Uint8Array(31))))).toBe(-128);
  expect(decodeBlocks('q4_0', Uint8Array.of(0, 0x3c, 0xf0, ...new Uint8Array(15)))[16]).toBe(7);
});

it('refuses what does not fit', () => {
  expect(() => rowBytes('q4_0', 48)).toThrow(/multiples of 32/);
  expect(() => packPanel('q4_0', 4, 32, new Uint8Array(9 * 18), new Uint8Array(8 * 18))).toThrow(/cannot hold/);
  expect(() => packPanel('q4_0', 4, 32, new Uint8Array(17), new Uint8Array(8 * 18))).toThrow(/cannot hold/);
  expect(() => packPanel('q4_0', 4, 32, new Uint8Array(18), new Uint8Array(7 * 18))).toThrow(/has not/);
  expect(() => packPanels('q8_0', 4, { rows: 2, inner: 32 }, new Uint8Array(34), new Uint8Array(8 * 34))).toThrow(
    /in panels/,
  );
  const infinite = new Uint8Array(34);
  infinite[1] = 0xfc;
  expect(() => packPanel('q8_0', 4, 32, infinite, new Uint8Array(8 * 34))).toThrow(/not finite/);
});
