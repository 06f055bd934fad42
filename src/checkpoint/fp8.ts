/*
 * 8-bit floats (OCP 8-bit Floating Point Specification v1.0 and OCP Microscaling Formats v1.0), as safetensors files
 * hold them.
 */

/**
 * The value of every code of an 8-bit float format.
 * - F8_E4M3: 1 sign, 4 exponent (bias 7), 3 fraction bits; no infinities, ±NaN where all bits below the sign are set;
 *   the largest number is 448.
 * - F8_E5M2: 1, 5 (bias 15), 2; the upper half of an f16, with infinities and NaNs as there.
 * - F8_E8M0: 8 exponent bits alone, 2^(code − 127), code 255 NaN. A type of scales, also called ue8m0.
 */
const VALUE = {
  F8_E4M3: (code: number) => {
    if ((code & 127) === 127) return Number.NaN;
    return signed(code, (code >> 3) & 15, code & 7, 3, 7);
  },
  F8_E5M2: (code: number) => {
    const [exponent, fraction] = [(code >> 2) & 31, code & 3];
    if (exponent === 31) return fraction === 0 ? (code > 127 ? -1 : 1) * Number.POSITIVE_INFINITY : Number.NaN;
    return signed(code, exponent, fraction, 2, 15);
  },
  F8_E8M0: (code: number) => (code === 255 ? Number.NaN : 2 ** (code - 127)),
};

export type Fp8Type = keyof typeof VALUE;

export function isFp8Type(type: string): type is Fp8Type {
  return Object.hasOwn(VALUE, type);
}

function signed(code: number, exponent: number, fraction: number, fractionBits: number, bias: number): number {
  const size =
    exponent === 0
      ? fraction * 2 ** (1 - bias - fractionBits)
      : (2 ** fractionBits + fraction) * 2 ** (exponent - bias - fractionBits);
  return code > 127 ? -size : size;
}

const tables = new Map<Fp8Type, Float32Array>();

/** The values of the 256 codes of an 8-bit float format, exact in f32. */
export function fp8Table(type: Fp8Type): Float32Array {
  let table = tables.get(type);
  if (table === undefined) {
    table = Float32Array.from({ length: 256 }, (_, code) => VALUE[type](code));
    tables.set(type, table);
  }
  return table;
}
