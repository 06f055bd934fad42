import { describe, expect, it } from 'vitest';
import {
  BLOCK,
  BLOCK_FORMATS,
  type BlockFormat,
  formatDetails,
  groupLayout,
  panelRowBytes,
  panelsBytes,
  panelWidth,
  rowBytes,
} from './block-formats.ts';
import { packPanel, packPanels } from './block-pack.ts';
import { decodeBlocks, fileRows } from './blocks.fixture.ts';
import { E2M1 } from './ir.ts';

const cases = BLOCK_FORMATS.flatMap((format) => [4, 8, 16].map((lanes) => ({ format, lanes })));

const bf16 = (bits: number) => new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;

/** Weight k of a row of a panel, read as the description of the layout says. */
function weightIn(panel: Uint8Array, format: BlockFormat, lanes: number, row: number, k: number): number {
  const width = panelWidth(lanes);
  const { bits, codes: kind, offset, upperBits, weights, part, minimum, factors, scale: half } = formatDetails(format);
  const group = panel.subarray(Math.floor(k / weights) * groupLayout(format, width).bytes);
  const view = new DataView(group.buffer, group.byteOffset);
  const parts = BLOCK / part;
  const [block, index, within] = [Math.floor((k % weights) / BLOCK), Math.floor((k % BLOCK) / part), k % part];
  let at = 0;
  const take = (bytes: number) => {
    at += bytes;
    return at - bytes;
  };
  const scaleAt = take(2 * width) + 2 * row;
  const scale = half === 'f16' ? view.getFloat16(scaleAt, true) : bf16(view.getUint16(scaleAt, true));
  const lowest = minimum ? view.getFloat16(take(2 * width) + 2 * row, true) : 0;
  at += block * ((groupLayout(format, width).bytes - at) / (weights / BLOCK));
  const factor = () => {
    const byte = take(parts * width) + index * width + row;
    return factors === 'i8' ? view.getInt8(byte) : view.getUint8(byte);
  };
  const [step, low] = [factors ? factor() : 1, factors && minimum ? factor() : 1];
  const codes = at + index * ((part * bits) / 8 + (upperBits ? 4 : 0)) * width;
  const place = bits === 8 ? within : within % (part / 2);
  const byte = group[codes + Math.floor(place / 4) * 4 * width + 4 * row + (place % 4) + (upperBits ? 4 * width : 0)]!;
  let code = bits === 8 ? byte : within < part / 2 ? byte & 15 : byte >> 4;
  if (upperBits) {
    const upper = group[codes + 4 * row + (within % 4)]!;
    code += ((upper >> (upperBits * Math.floor(within / 4))) & ((1 << upperBits) - 1)) << 4;
  }
  return scale * step * ((kind === 'e2m1' ? E2M1[code]! : code) - offset) + lowest * low;
}

describe.each(cases)('$format in panels of $lanes lanes', ({ format, lanes }) => {
  it.each([2 * lanes, 1, 4 * lanes + 3])('keeps every weight of %i rows, and pads with zeros', (rows) => {
    const inner = 2 * formatDetails(format).weights;
    const source = fileRows(format, rows, inner, 7);
    const { weights } = decodeBlocks(format, source);
    const width = panelWidth(lanes);
    // An odd address, as tensors in files may have.
    const panels = new Uint8Array(panelsBytes(format, lanes, rows, inner) + 1).fill(0xa5).subarray(1);
    packPanels(format, lanes, { rows, inner }, source, panels);
    for (let row = 0; row < Math.ceil(rows / width) * width; row++) {
      const panel = panels.subarray((row - (row % width)) * panelRowBytes(format, inner));
      for (let k = 0; k < inner; k++) {
        const expected = row < rows ? weights[row * inner + k]! : 0;
        const found = weightIn(panel, format, lanes, row % width, k);
        if (found !== expected) expect(found + 0, `weight ${k} of row ${row}`).toBe(expected);
      }
    }
  });

  it('takes hardly more bytes than the file where rows fill the panels', () => {
    const rows = 6 * panelWidth(lanes);
    const more = panelsBytes(format, lanes, rows, 256) / (rows * rowBytes(format, 256));
    expect(more).toBe({ q4_k: 148 / 144, q5_k: 180 / 176, mxfp4: 18 / 17 }[format as string] ?? 1);
  });

  it('refuses scales and minima that are not finite', () => {
    const { fileBytes, weights, minimum } = formatDetails(format);
    const panel = new Uint8Array(panelsBytes(format, lanes, 1, weights));
    // MXFP4 has a factor of two for every exponent.
    for (const at of format === 'mxfp4' ? [] : format === 'q6_k' ? [208] : minimum ? [0, 2] : [0]) {
      const source = new Uint8Array(fileBytes);
      source[at + 1] = 0xfc;
      expect(() => packPanel(format, lanes, weights, source, panel)).toThrow(/not finite/);
      source[at + 1] = 0xfb;
      packPanel(format, lanes, weights, source, panel);
    }
  });
});

it('covers the full range of quants', () => {
  expect(Math.min(...decodeBlocks('q8_0', Uint8Array.of(0, 0x3c, 0x80, ...new Uint8Array(31))).weights)).toBe(-128);
  expect(decodeBlocks('q4_0', Uint8Array.of(0, 0x3c, 0xf0, ...new Uint8Array(15))).weights[16]).toBe(7);
});

it('refuses what does not fit', () => {
  expect(() => rowBytes('q4_0', 48)).toThrow(/multiples of 32/);
  expect(() => packPanel('q4_0', 4, 32, new Uint8Array(9 * 18), new Uint8Array(8 * 18))).toThrow(/cannot hold/);
  expect(() => packPanel('q4_0', 4, 32, new Uint8Array(17), new Uint8Array(8 * 18))).toThrow(/cannot hold/);
  expect(() => packPanel('q4_0', 4, 32, new Uint8Array(18), new Uint8Array(7 * 18))).toThrow(/has not/);
  expect(() => packPanels('q8_0', 4, { rows: 2, inner: 32 }, new Uint8Array(34), new Uint8Array(8 * 34))).toThrow(
    /in panels/,
  );
  expect(() => rowBytes('q4_k', 128)).toThrow(/multiples of 256/);
});
