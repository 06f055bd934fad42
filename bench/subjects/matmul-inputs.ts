export interface MatmulSubjectOptions {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** Length of one measurement. */
  readonly seconds: number;
}

export interface MatmulResult {
  /** Least time of one product. */
  readonly seconds: number;
  /** Processor time of all threads per product. */
  readonly processorSeconds: number;
  /** Sum of some elements of the product, by which it is seen that all subjects compute the same. */
  readonly check: number;
}

/** The same operands for every subject: a [rows, inner], b [inner, columns]. */
export function matmulInputs({ rows, inner, columns }: Omit<MatmulSubjectOptions, 'seconds'>): {
  a: Float32Array<ArrayBuffer>;
  b: Float32Array<ArrayBuffer>;
} {
  return {
    a: Float32Array.from({ length: rows * inner }, (_, i) => ((i * 7919) % 1009) / 1009),
    b: Float32Array.from({ length: inner * columns }, (_, i) => ((i * 104729) % 997) / 997),
  };
}

export function sampleSum(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 97) sum += values[i]!;
  return sum;
}

/** Runs a product again and again for about `seconds`. */
export async function timeProduct(seconds: number, product: () => unknown): Promise<Omit<MatmulResult, 'check'>> {
  let least = Number.POSITIVE_INFINITY;
  let count = 0;
  const before = process.cpuUsage();
  for (const end = performance.now() + seconds * 1000; performance.now() < end; count++) {
    const start = performance.now();
    await product();
    least = Math.min(least, performance.now() - start);
  }
  const { user, system } = process.cpuUsage(before);
  return { seconds: least / 1000, processorSeconds: (user + system) / 1e6 / count };
}
