/** Types of a tensor's elements in memory. Arithmetic is on f32; the 16-bit floats are storage. */
export type DType = 'f32' | 'f16' | 'bf16' | 'i32' | 'u8';

export const DTYPE_BYTES: Record<DType, number> = { f32: 4, f16: 2, bf16: 2, i32: 4, u8: 1 };
