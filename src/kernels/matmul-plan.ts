import type { TargetInfo } from './ir.ts';
import type { Kernel, Parameters } from './kernel.ts';
import { groupedMatmulInner, groupedMatmulRows, matmul } from './matmul.ts';
import { bf16Matmul, groupedBf16MatmulInner, groupedBf16MatmulRows, groupedPairs, rowStride } from './matmul-bf16.ts';
import { packGroupedPairs, packPairs, roundRows, transposePairs } from './matmul-bf16-pack.ts';
import { type packParameters, packRows, packTail, packTransposed } from './matmul-pack.ts';
import { FEW_ROWS, fewRowsMatmul } from './matmul-rows.ts';
import { type Precision, type ProductForm, type Tile, tileFor } from './matmul-tile.ts';

export type { Precision } from './matmul-tile.ts';

/** NT: C = A·Bᵀ; NN: C = A·B; TN: C = Aᵀ·B (see matmul.ts). */
export type MatmulLayout = 'nt' | 'nn' | 'tn';

/**
 * What a matrix product is asked to do. `rows`, `columns` and `inner` are M, N and K; the one that counts tokens (M for
 * NT and NN, K for TN) is the most that will occur, and may be smaller when the product runs.
 *
 * With `groups` (experts), B is [groups, N, K] for NT and [groups, K, N] for NN, rows offsets[e]…offsets[e+1]-1 of A and
 * C belong to group e, and `rows` is the total of all groups; for TN the groups divide K, `inner` is their total, and C
 * is [groups, M, N].
 */
export interface MatmulShape {
  readonly layout: MatmulLayout;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  /** Number of groups; absent for a single product. */
  readonly groups?: number;
  /** C += … instead of C = … */
  readonly accumulate?: boolean;
  /**
   * What the operands are rounded to before they are multiplied; sums are f32. Default f32. Products of few rows that
   * read B as it is stay f32: they wait for memory, and rounding would only add to what is read.
   */
  readonly precision?: Precision;
}

/**
 * An argument of a planned kernel call: a pointer, a size or a row stride that the caller knows by name, a place in the
 * scratch memory (byte offset, 64-byte aligned), or a number.
 */
export type MatmulArgument =
  | 'a'
  | 'b'
  | 'c'
  | 'offsets'
  | 'strideA'
  | 'strideB'
  | 'strideC'
  | 'rows'
  | 'columns'
  | 'inner'
  | { readonly scratch: number }
  | number;

export interface MatmulCall {
  readonly kernel: Kernel;
  readonly args: Readonly<Record<string, MatmulArgument>>;
  /** Whether the call depends on nothing but B: it may be left out as long as B and the scratch stay the same. */
  readonly packsB: boolean;
}

export interface MatmulPlan {
  /** The calls, each depending on the ones before. */
  readonly calls: readonly MatmulCall[];
  readonly scratchBytes: number;
}

/**
 * The kernel calls of a matrix product for a target, and the scratch memory they share. NT products of at most FEW_ROWS
 * planned rows read B as it is (decoding); everything else packs B first. For decoding through experts see
 * `expertRowsMatmul`.
 */
export function planMatmul(shape: MatmulShape, target: TargetInfo): MatmulPlan {
  for (const field of ['rows', 'columns', 'inner'] as const) {
    if (!(Number.isInteger(shape[field]) && shape[field] >= 0)) {
      throw new RangeError(`matrix product: ${field} must be a non-negative integer, got ${shape[field]}`);
    }
  }
  const { layout, groups, precision = 'f32' } = shape;
  if (precision !== 'f32' && precision !== 'bf16') {
    throw new RangeError(`matrix product: precision must be f32 or bf16, got ${precision}`);
  }
  if (layout === 'nt' && groups === undefined && shape.rows <= FEW_ROWS) return planFewRows(shape);
  return precision === 'bf16' ? planBf16(shape, target) : planF32(shape, target);
}

/** Hands out places of the scratch memory, in elements of 4 bytes. */
class Scratch {
  bytes = 0;
  take(elements: number): { scratch: number } {
    const place = { scratch: this.bytes };
    this.bytes += Math.ceil((elements * 4) / 64) * 64;
    return place;
  }
}

const sizes = { c: 'c', strideC: 'strideC', rows: 'rows', columns: 'columns', inner: 'inner' } as const;

function planF32(shape: MatmulShape, target: TargetInfo): MatmulPlan {
  const tile = tileFor(target);
  const { layout, groups, accumulate = false } = shape;
  const scratch = new Scratch();
  const take = (elements: number) => scratch.take(elements);
  const finish = (packing: readonly MatmulCall[], operands: ProductForm['operands'], args: OperandArguments) => {
    const form = { accumulate, precision: 'f32' as const };
    const grouped = () =>
      operands === 'rows' ? groupedMatmulRows({ ...form, operands }) : groupedMatmulInner({ ...form, operands });
    const product =
      groups === undefined
        ? call(matmul({ ...form, operands }), { ...args, ...sizes })
        : call(grouped(), { ...args, ...sizes, offsets: 'offsets', groups });
    return { calls: [...packing, product], scratchBytes: scratch.bytes };
  };
  const packB = (kernel: Kernel<typeof packParameters>, packed: MatmulArgument, matrices: number) =>
    call(kernel, { source: 'b', packed, stride: 'strideB', inner: 'inner', across: 'columns', groups: matrices }, true);
  const panelsB = Math.ceil(shape.columns / tile.columns);
  if (layout !== 'tn') {
    const matrices = groups ?? 1;
    const packed = take(matrices * panelsB * tile.columns * shape.inner);
    const pack = layout === 'nt' ? packTransposed({ operand: 'b' }) : packRows({ operand: 'b' });
    if (groups === undefined && tile.rows > TALL_TILE && Math.min(shape.columns, shape.inner) >= FAR_APART) {
      const a = take(Math.ceil(shape.rows / tile.rows) * tile.rows * shape.inner);
      const sizesA = { stride: 'strideA', inner: 'inner', across: 'rows', groups: 1 } as const;
      const packA = call(packTransposed({ operand: 'a' }), { source: 'a', packed: a, ...sizesA });
      const args = { a, b: packed, tail: packed, strideA: 'inner', strideB: 'inner' } as const;
      return finish([packB(pack, packed, matrices), packA], 'panels', args);
    }
    const args = { a: 'a', b: packed, tail: packed, strideA: 'strideA', strideB: 'inner' } as const;
    return finish([packB(pack, packed, matrices)], 'rows', args);
  }
  // The groups of a TN product divide K: its operands are packed as one matrix.
  if (readsUnpacked(shape, tile)) {
    const whole = shape.columns % tile.columns === 0;
    const tail = whole ? 'b' : take(tile.columns * shape.inner);
    const packing = whole
      ? []
      : [call(packTail, { source: 'b', packed: tail, stride: 'strideB', inner: 'inner', across: 'columns' }, true)];
    return finish(packing, 'columns', { a: 'a', b: 'b', tail, strideA: 'strideA', strideB: 'strideB' });
  }
  const b = take(panelsB * tile.columns * shape.inner);
  const a = take(Math.ceil(shape.rows / tile.rows) * tile.rows * shape.inner);
  const packA = call(packRows({ operand: 'a' }), {
    source: 'a',
    packed: a,
    stride: 'strideA',
    inner: 'inner',
    across: 'rows',
    groups: 1,
  });
  const args = { a, b, tail: b, strideA: 'inner', strideB: 'inner' } as const;
  return finish([packB(packRows({ operand: 'b' }), b, 1), packA], 'panels', args);
}

/** All operands are packed: they have to be rounded anyway. */
function planBf16(shape: MatmulShape, target: TargetInfo): MatmulPlan {
  const tile = tileFor(target, 'bf16');
  const { layout, groups, accumulate = false } = shape;
  const scratch = new Scratch();
  const panelsB = Math.ceil(shape.columns / tile.columns) * tile.columns;
  const finish = (
    packing: readonly MatmulCall[],
    operands: 'rows' | 'panels',
    a: MatmulArgument,
    b: MatmulArgument,
  ) => {
    const form = { accumulate, precision: 'bf16' as const };
    const args = { a, b, tail: b, strideA: 0, strideB: 0, ...sizes };
    const grouped = () =>
      operands === 'rows'
        ? groupedBf16MatmulRows({ ...form, operands })
        : groupedBf16MatmulInner({ ...form, operands });
    const product =
      groups === undefined
        ? call(bf16Matmul({ ...form, operands }), args)
        : call(grouped(), { ...args, offsets: 'offsets', groups });
    return { calls: [...packing, product], scratchBytes: scratch.bytes };
  };
  if (layout === 'tn') {
    const depth = groupedPairs(shape.inner, groups ?? 0);
    const [a, b] = [
      scratch.take(Math.ceil(shape.rows / tile.rows) * tile.rows * depth),
      scratch.take(panelsB * depth),
    ] as const;
    const pack = (operand: 'a' | 'b', packed: MatmulArgument) => {
      const [stride, across] = operand === 'a' ? (['strideA', 'rows'] as const) : (['strideB', 'columns'] as const);
      const args = { source: operand, packed, stride, inner: 'inner', across } as const;
      return groups === undefined
        ? call(packPairs({ operand }), { ...args, groups: 1 }, operand === 'b')
        : call(packGroupedPairs({ operand }), { ...args, groups, offsets: 'offsets' }, operand === 'b');
    };
    return finish([pack('b', b), pack('a', a)], 'panels', a, b);
  }
  const matrices = groups ?? 1;
  const a = scratch.take(shape.rows * rowStride(shape.inner));
  const b = scratch.take(matrices * panelsB * groupedPairs(shape.inner, 0));
  const roundA = call(roundRows, {
    source: 'a',
    packed: a,
    stride: 'strideA',
    inner: 'inner',
    rows: 'rows',
    matrices: 1,
  });
  if (layout === 'nn') {
    const across = { stride: 'strideB', inner: 'inner', across: 'columns', groups: matrices } as const;
    const packB = call(packPairs({ operand: 'b' }), { source: 'b', packed: b, ...across }, true);
    return finish([packB, roundA], 'rows', a, b);
  }
  const rounded = scratch.take(matrices * shape.columns * rowStride(shape.inner));
  const rowsB = { source: 'b', packed: rounded, stride: 'strideB', inner: 'inner', rows: 'columns', matrices } as const;
  const across = { inner: 'inner', across: 'columns', groups: matrices } as const;
  const packing = [
    call(roundRows, rowsB, true),
    call(transposePairs, { source: rounded, packed: b, ...across }, true),
    roundA,
  ];
  return finish(packing, 'rows', a, b);
}

/**
 * Tall tiles walk more rows of A at once than a cache keeps ways for the same place: where rows lie this many elements
 * apart and each is used for as many columns, A is packed too.
 */
const TALL_TILE = 8;
const FAR_APART = 1024;

type OperandArguments = Readonly<Record<'a' | 'b' | 'tail' | 'strideA' | 'strideB', MatmulArgument>>;

/**
 * Widest operand of a TN product, in elements, that is read as it is. The rows of wider ones lie so far apart that they
 * push each other out of the caches, and packing them first costs less; not so where the other operand is narrow, so that
 * what is packed is used a few times only, and the tile is tall, so that it is not fetched often as it lies.
 */
const UNPACKED_WIDTH = 512;
const NARROW = 256;

function readsUnpacked({ rows, columns }: MatmulShape, tile: Tile): boolean {
  if (tile.rows > TALL_TILE && Math.min(rows, columns) <= NARROW) return true;
  return Math.max(rows, columns) <= UNPACKED_WIDTH;
}

function planFewRows(shape: MatmulShape): MatmulPlan {
  const maxRows = [1, 2, 4].find((limit) => shape.rows <= limit) ?? FEW_ROWS;
  const kernel = fewRowsMatmul({ maxRows, accumulate: shape.accumulate ?? false });
  const strides = { strideA: 'strideA', strideB: 'strideB', strideC: 'strideC' } as const;
  const sizes = { rows: 'rows', columns: 'columns', inner: 'inner' } as const;
  return { calls: [call(kernel, { a: 'a', b: 'b', c: 'c', ...strides, ...sizes })], scratchBytes: 0 };
}

function call<P extends Parameters>(
  kernel: Kernel<P>,
  args: { readonly [N in keyof P]: MatmulArgument },
  packsB = false,
): MatmulCall {
  return { kernel: kernel as unknown as Kernel, args, packsB };
}
