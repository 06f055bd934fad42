import { BLOCK_FORMATS, type BlockFormat } from '../../src/kernels/block-formats.ts';
import { packPanels } from '../../src/kernels/block-pack.ts';
import {
  type BlockArgument,
  type BlockMatmulCall,
  type BlockMatmulShape,
  planBlockMatmul,
} from '../../src/kernels/block-plan.ts';
import type { Kernel } from '../../src/kernels/kernel.ts';
import { fewRowsMatmul } from '../../src/kernels/matmul-rows.ts';
import { readMemory } from '../../src/kernels/measure.ts';
import { isNarrowFormat, NARROW_FORMATS, type NarrowFormat } from '../../src/kernels/narrow-panels.ts';
import { planNarrowMatmul } from '../../src/kernels/narrow-plan.ts';
import { type PanelFormat, panelsBytes } from '../../src/kernels/panels.ts';
import { KernelRunner, type RunnerTarget } from '../kernel-runner.ts';
import { serveSubject } from '../subject.ts';
import { activations, type BlocksResult, FEW_ROWS, HEADS, PRODUCT, q4Rows, sampleSum } from './blocks-inputs.ts';

/** Weights of a matrix-vector product: far more than the caches hold. */
const VECTOR_BYTES = 150e6;
const VECTOR_INNER = 4096;

export type VectorWeights = 'f32' | PanelFormat;
export interface OurBlocksResult extends BlocksResult {
  /** GB/s of weights in matrix-vector products, and of plain reading. */
  readonly vector: Readonly<Record<VectorWeights, number>>;
  readonly read: number;
  /** GB/s of weights in narrow floats in products of {@link FEW_ROWS} rows. */
  readonly few: Readonly<Record<NarrowFormat, number>>;
  /** GMAC/s of products of many rows, their quantisation included. */
  readonly many: Readonly<Record<BlockFormat, number>>;
  /** GMAC/s of a product of 4-bit weights by head, and of one matrix of as many weights, both from 8-bit rows. */
  readonly byHead: { readonly heads: number; readonly dense: number };
}

/** Products with weights in blocks, matrix-vector products, and reading memory, in one process. */
await serveSubject<{ workers: number; target: RunnerTarget; seconds: number }>(async ({ workers, target, seconds }) => {
  const runner = new KernelRunner({ workers, target, bytes: 1 << 29 });
  await runner.ready();
  const fill = (bytes: number) => {
    const address = runner.reserve(bytes);
    // As f16 0.07, as e4m3 0.4, as e5m2 0.06, as bf16 and f32 2e-12: nothing denormal.
    new Uint8Array(runner.memory.buffer, address, bytes).fill(0x2c);
    return address;
  };

  const prepareBlocks = (
    shape: Omit<BlockMatmulShape, 'format'> & { readonly format: PanelFormat },
    { columns, inner }: { columns: number; inner: number } = shape,
    calls: (call: BlockMatmulCall) => boolean = () => true,
  ) => {
    const { format, rows } = shape;
    const plan = isNarrowFormat(format)
      ? planNarrowMatmul({ ...shape, format }, runner.target)
      : planBlockMatmul({ ...shape, format }, runner.target);
    const bytes = (shape.heads ?? 1) * panelsBytes(format, runner.target.lanes, shape.columns, shape.inner);
    const [weights, scratch, c] = [fill(bytes), runner.reserve(plan.scratchBytes), runner.reserve(rows * columns * 4)];
    const a = runner.reserve(rows * inner * 4);
    runner.floats(a, rows * inner).set(activations({ rows, inner }));
    const named: Readonly<Record<string, number>> = { a, weights, c, strideA: inner, strideC: columns, rows };
    const resolve = (argument: BlockArgument) =>
      typeof argument === 'number'
        ? argument
        : typeof argument === 'object'
          ? scratch + argument.scratch
          : named[argument]!;
    const list = runner.prepare(
      plan.calls.filter(calls).map(({ kernel, args }) => ({
        kernel,
        args: Object.fromEntries(Object.entries(args).map(([name, argument]) => [name, resolve(argument)])),
      })),
    );
    return { list, bytes, weights, c };
  };

  const product = (): BlocksResult => {
    runner.clear();
    const { rows, columns, inner } = PRODUCT;
    const { list, weights, bytes, c } = prepareBlocks({ format: 'q4_0', rows, columns, inner });
    const panels = new Uint8Array(runner.memory.buffer, weights, bytes);
    packPanels('q4_0', runner.target.lanes, { rows: columns, inner }, q4Rows(PRODUCT), panels);
    const time = runner.best(list, seconds, 4);
    const check = sampleSum(runner.floats(c, rows * columns));
    return { product: (rows * columns * inner) / time / 1e9, check };
  };

  const panelVector = (format: PanelFormat, rows = 1): number => {
    runner.clear();
    const perRow = panelsBytes(format, runner.target.lanes, 1024, VECTOR_INNER) / 1024;
    const columns = Math.floor(VECTOR_BYTES / perRow / 1024) * 1024;
    const { list, bytes } = prepareBlocks({ format, rows, columns, inner: VECTOR_INNER });
    return bytes / runner.best(list, seconds, 4) / 1e9;
  };

  const manyRows = (format: BlockFormat): number => {
    runner.clear();
    const { rows, columns, inner } = PRODUCT;
    const { list } = prepareBlocks({ format, rows, columns, inner });
    return (rows * columns * inner) / runner.best(list, seconds, 4) / 1e9;
  };

  const byHead = () => {
    runner.clear();
    const { heads, rows, columns, inner } = HEADS;
    const shape = { format: 'q4_0', rows, columns, inner } as const;
    const multiplies = ({ quantisesA }: BlockMatmulCall) => !quantisesA;
    const whole = { columns: heads * columns, inner: heads * inner };
    const own = prepareBlocks({ ...shape, heads }, whole, multiplies);
    const one = prepareBlocks({ ...shape, columns: heads * columns }, undefined, multiplies);
    const speed = ({ list }: { list: number }) =>
      (rows * heads * columns * inner) / runner.best(list, seconds, 4) / 1e9;
    return { heads: speed(own), dense: speed(one) };
  };

  const rowVector = (): number => {
    runner.clear();
    const inner = VECTOR_INNER;
    const perRow = inner * 4;
    const columns = Math.floor(VECTOR_BYTES / perRow);
    const args = {
      a: fill(inner * 4),
      b: fill(columns * perRow),
      c: runner.reserve(columns * 4),
      rows: 1,
      columns,
      inner,
    };
    const kernel = fewRowsMatmul({ maxRows: 1, accumulate: false }) as unknown as Kernel;
    const list = runner.prepare([{ kernel, args: { ...args, strideA: inner, strideB: inner, strideC: columns } }]);
    return (columns * perRow) / runner.best(list, seconds, 4) / 1e9;
  };

  const read = (): number => {
    runner.clear();
    const count = Math.floor(VECTOR_BYTES / 4);
    const args = { x: fill(count * 4), sums: runner.reserve(64 * workers), count };
    const list = runner.prepare([{ kernel: readMemory as unknown as Kernel, args }]);
    return (4 * count) / runner.best(list, seconds, 4) / 1e9;
  };

  return (): OurBlocksResult => {
    const before = read();
    const panels = Object.fromEntries(
      [...BLOCK_FORMATS, ...NARROW_FORMATS].map((format) => [format, panelVector(format)]),
    );
    const vector = { f32: rowVector(), ...panels } as OurBlocksResult['vector'];
    const few = Object.fromEntries(NARROW_FORMATS.map((format) => [format, panelVector(format, FEW_ROWS)]));
    const many = Object.fromEntries(BLOCK_FORMATS.map((format) => [format, manyRows(format)]));
    return {
      ...product(),
      byHead: byHead(),
      vector,
      few: few as OurBlocksResult['few'],
      many: many as OurBlocksResult['many'],
      read: Math.max(before, read()),
    };
  };
});
