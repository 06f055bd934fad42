import { describe, expect, it } from 'vitest';
import { PRODUCT_TILES, productTileFor } from './product-tiles.ts';
import { interpreterTarget } from './targets/interpreter.ts';
import { wasmTarget } from './targets/wasm/index.ts';
import { x64Target } from './targets/x64/index.ts';

const TARGETS = {
  avx512: x64Target({ avx512: true, vnni: true, bf16: true }),
  avx2: x64Target({ avx512: false, vnni: false, bf16: false }),
  wasm: wasmTarget({ relaxed: true, fusedVectors: 1 }),
  'wasm-fused': wasmTarget({ relaxed: true, fusedVectors: 2 }),
} as const;

describe('the table of product tiles', () => {
  it.each(Object.entries(TARGETS))('has a line that fits the registers of %s', (name, target) => {
    const line = PRODUCT_TILES[name as keyof typeof TARGETS];
    expect(productTileFor(target, 3)).toEqual(line);
    // Fused vectors share a wider register.
    const wide = line.vectors / target.fusedVectors;
    expect(line.rows * wide + wide + 1).toBeLessThanOrEqual(target.vectorRegisters);
    // Operands that are packed or taken apart leave room for fewer rows, never more.
    const apart = productTileFor(target, 6);
    expect(apart.rows * wide + 6).toBeLessThanOrEqual(target.vectorRegisters);
    expect({ ...apart, rows: line.rows }).toEqual(line);
    for (const steps of Object.values(line.steps)) expect(steps % line.unroll).toBe(0);
  });

  it('has a tile for targets that are not in it, and gives way to one that is to be measured', () => {
    for (const lanes of [1, 4, 16]) expect(productTileFor(interpreterTarget(lanes), 3)).toMatchObject({ rows: 6 });
    expect(productTileFor({ ...TARGETS.wasm, vectorRegisters: 7, fusedVectors: 2 }, 3).rows).toBe(2);
    const productTile = { ...PRODUCT_TILES.avx2, rows: 3, band: 7 };
    expect(productTileFor({ ...TARGETS.avx2, productTile }, 3)).toEqual(productTile);
  });
});
