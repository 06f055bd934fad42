import { BLOCK, type Dot8Variant, dot8Matmul, panelBlockBytes } from '../../src/kernels/dot8-example.ts';
import type { Kernel } from '../../src/kernels/kernel.ts';
import { bestTarget, KernelRunner, targetNamed } from '../kernel-runner.ts';

export interface Dot8Figures {
  /** 10⁹ multiply-adds per second. */
  readonly gmacs: number;
  /** GB/s of weights read. */
  readonly bandwidth: number;
}

/** Times a product of 8-bit activations [rows, inner] with 4-bit weights [columns, inner]. */
export function measureDot8(
  runner: KernelRunner,
  variant: Dot8Variant,
  shape: { readonly rows: number; readonly columns: number; readonly inner: number },
): Dot8Figures {
  const { rows, columns, inner } = shape;
  const blocks = inner / BLOCK;
  const { lanes } = runner.target;
  const weightBytes = (columns / (4 * lanes)) * blocks * panelBlockBytes(lanes, variant.scale);
  // Bytes 0x2c are 0.07 as f16 and 2e-12 as f32: scales whose products are neither denormal nor infinite.
  const filled = (bytes: number) => {
    const address = runner.reserve(bytes);
    new Uint8Array(runner.memory.buffer, address, bytes).fill(0x2c);
    return address;
  };
  const args = {
    a: filled(rows * inner),
    scalesA: filled(rows * blocks * 4),
    corrections: filled(rows * blocks * 4),
    weights: filled(weightBytes),
    c: runner.reserve(rows * columns * 4),
    rows,
    columns,
    blocks,
  };
  const list = runner.prepare([{ kernel: dot8Matmul(variant) as unknown as Kernel, args }]);
  const seconds = runner.best(list);
  return { gmacs: (rows * columns * inner) / seconds / 1e9, bandwidth: weightBytes / seconds / 1e9 };
}

if (import.meta.main) {
  const workers = Number(process.argv[2] ?? 1);
  const target = targetNamed(process.argv[3], bestTarget());
  const runner = new KernelRunner({ workers, target, bytes: 1 << 29 });
  await runner.ready();
  const product = { rows: 256, columns: 2048, inner: 2048 };
  const vector = { rows: 1, columns: 65536, inner: 4096 };
  const cases: [Dot8Variant, typeof product][] = [
    [{ rows: 4, vectors: 2, scale: 'f32' }, product],
    [{ rows: 1, vectors: 4, scale: 'f32' }, vector],
    [{ rows: 1, vectors: 4, scale: 'f16' }, vector],
  ];
  for (const [variant, shape] of cases) {
    runner.clear();
    const { gmacs, bandwidth } = measureDot8(runner, variant, shape);
    const name = `${shape.rows}x${shape.columns}x${shape.inner}, tile ${variant.rows}x${variant.vectors}, ${variant.scale}`;
    console.log(`${name.padEnd(40)} ${gmacs.toFixed(1)} GMAC/s, weights at ${bandwidth.toFixed(1)} GB/s`);
  }
  await runner.close();
}
