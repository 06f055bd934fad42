import type { Builder, I32, Pointer, Variable, VectorF32 } from './builder.ts';
import { type CacheMemory, type CacheRow, fromElement, loadNumbers, loadVectors } from './cache-format.ts';

const UNROLLED_VECTORS = 8;

interface DotProducts {
  readonly dim: number;
  /** Queries in f32, `stride` elements apart, of which the part from element `at` on counts. */
  readonly queries: Pointer;
  readonly at: number;
  readonly stride: number;
  readonly rows: readonly CacheRow[];
  readonly memory: CacheMemory;
  /** Whether numbers stand behind each query up to a whole vector, finite ones. */
  readonly filled: boolean;
  readonly fused?: number;
}

/**
 * sums[i][j] += queries[i] · rows[j], lane by lane; a row of the cache is loaded once for all queries. With `fused` vectors a
 * sum is so many that stand side by side, sums[i][j·fused…], and numbers of the rows count times `loadedScale`.
 */
export function dotProducts(b: Builder, products: DotProducts, sums: Sums): void {
  const { dim, queries, at, stride, rows, memory, filled, fused = 1 } = products;
  const wide = fused * b.lanes;
  const load = (row: CacheRow, element: number, vectors: number, count?: I32): VectorF32[] =>
    products.fused === undefined
      ? [loadNumbers(b, memory, row, element, count)]
      : loadVectors(b, memory, row, element, vectors, count);
  const step = (query: Pointer, first: number, keys: readonly (readonly VectorF32[])[], count?: I32) => {
    sums.forEach((row, i) => {
      const place = (at + first + i * stride) * 4;
      const vectors = keys[0]!.map((_, u) =>
        count === undefined
          ? b.loadVector(query, place + u * b.lanes * 4)
          : b.loadPartial(b.offset(query, place, 1), count),
      );
      keys.forEach((key, j) => {
        key.forEach((numbers, u) => {
          const sum = row[j * fused + u]!;
          sum.set(b.fma(vectors[u]!, numbers, sum.get()));
        });
      });
    });
  };
  const whole = (query: Pointer, from: readonly CacheRow[], steps: number) => {
    for (let v = 0; v < steps; v++) {
      step(
        query,
        v * wide,
        from.map((row) => load(row, v * wide, fused)),
      );
    }
  };
  const turn = UNROLLED_VECTORS * wide;
  const looped = dim > 2 * turn ? dim - (dim % turn) : 0;
  if (looped > 0) {
    b.loop(0, looped, turn, (d) => {
      whole(
        b.offset(queries, d),
        rows.map((row) => fromElement(b, memory, row, d)),
        UNROLLED_VECTORS,
      );
    });
  }
  const steps = Math.floor((dim - looped) / wide);
  const rest = rows.map((row) => fromElement(b, memory, row, b.i32(looped)));
  whole(b.offset(queries, looped), rest, steps);
  // What is left goes to the first vector of each sum.
  for (let done = looped + steps * wide; done < dim; done += b.lanes) {
    const count = dim - done >= b.lanes ? undefined : b.i32(dim - done);
    const keys = rest.map((row) => load(row, done - looped, 1, count));
    step(b.offset(queries, done), 0, keys, filled ? undefined : count);
  }
}

export type Sums = readonly (readonly Variable<'vf32'>[])[];
