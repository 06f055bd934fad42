import type { Builder, I32, Pointer, Variable, VectorF32 } from './builder.ts';
import { type CacheMemory, type CacheRow, fromElement, loadNumbers } from './cache-format.ts';

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
}

/** sums[i][j] += queries[i] · rows[j], lane by lane; a row of the cache is loaded once for all queries. */
export function dotProducts(b: Builder, products: DotProducts, sums: Sums): void {
  const { dim, queries, at, stride, rows, memory, filled } = products;
  const step = (query: Pointer, first: number, keys: readonly VectorF32[], count?: I32) => {
    sums.forEach((row, i) => {
      const place = (at + first + i * stride) * 4;
      const vector = count === undefined ? b.loadVector(query, place) : b.loadPartial(b.offset(query, place, 1), count);
      row.forEach((sum, j) => sum.set(b.fma(vector, keys[j]!, sum.get())));
    });
  };
  const whole = (query: Pointer, from: readonly CacheRow[], vectors: number) => {
    for (let v = 0; v < vectors; v++) {
      step(
        query,
        v * b.lanes,
        from.map((row) => loadNumbers(b, memory, row, v * b.lanes)),
      );
    }
  };
  const turn = UNROLLED_VECTORS * b.lanes;
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
  const vectors = Math.floor((dim - looped) / b.lanes);
  const rest = rows.map((row) => fromElement(b, memory, row, b.i32(looped)));
  whole(b.offset(queries, looped), rest, vectors);
  const done = looped + vectors * b.lanes;
  if (done === dim) return;
  const count = b.i32(dim - done);
  step(
    b.offset(queries, done),
    0,
    rest.map((row) => loadNumbers(b, memory, row, done - looped, count)),
    filled ? undefined : count,
  );
}

export type Sums = readonly (readonly Variable<'vf32'>[])[];
