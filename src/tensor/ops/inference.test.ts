import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packPanels } from '../../kernels/block-pack.ts';
import { fileRows } from '../../kernels/blocks.fixture.ts';
import { Random } from '../../platform/random.ts';
import {
  add,
  addBias,
  addRmsNorm,
  allocateBlockTensor,
  type CachePart,
  cachePart,
  causalAttention,
  createRuntime,
  expertRowsLinear,
  groupedLinear,
  headsLinear,
  linear,
  pagedAttention,
  type Runtime,
  record,
  rmsNorm,
  rotaryInPlace,
  scale,
  siluGate,
  type Tensor,
  type Weight,
  writeCache,
} from '../index.ts';
import { normal } from '../testing.ts';

/** Ops without gradients, or in the form they take without: against plain sums, or the form that has gradients. */
describe.each(['interpreter', 'wasm'] as const)('on %s', (target) => {
  const random = new Random('inference ops');
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime({ target, workers: 1, memoryBytes: 1 << 22 });
  });
  afterAll(() => runtime.close());

  const floats = (name: string, ...shape: number[]) => {
    const tensor = runtime.allocate(name, shape);
    runtime.write(
      tensor,
      Float32Array.from({ length: tensor.size }, () => normal(random)),
    );
    return tensor;
  };
  const integers = (name: string, values: number[], columns = 1) => {
    const tensor = runtime.allocate(name, [values.length / columns, columns], 'i32');
    runtime.write(tensor, values);
    return tensor;
  };
  const run = (body: () => Tensor) => {
    const program = record(runtime, body);
    program.replay();
    const result = Array.from(runtime.read(program.outputs));
    program.release();
    return result;
  };
  /** Rows of a matrix as arrays. */
  const rowsOf = (tensor: Tensor) => {
    const values = Array.from(runtime.read(tensor));
    return Array.from({ length: tensor.rows }, (_, i) => values.slice(i * tensor.columns, (i + 1) * tensor.columns));
  };
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const expectClose = (actual: readonly number[], expected: readonly number[]) => {
    expect(actual.length).toBe(expected.length);
    const far = actual.flatMap((value, i) => (Math.abs(value - expected[i]!) <= 2e-5 ? [] : [[i, value, expected[i]]]));
    expect(far).toEqual([]);
  };

  it.each([1, 2, 3, 8, 9])('linear multiplies %d rows', (rows) => {
    const [x, w] = [floats('x', rows, 13), floats('w', 11, 13)];
    const expected = rowsOf(x).flatMap((row) => rowsOf(w).map((weights) => dot(row, weights)));
    expectClose(
      run(() => linear(x, w)),
      expected,
    );
    // Slices of wider rows.
    const wide = floats('wide', rows, 20);
    const part = rowsOf(wide).flatMap((row) => rowsOf(w).map((weights) => dot(row.slice(3, 16), weights)));
    expectClose(
      run(() => linear(wide.slice(3, 13), w)),
      part,
    );
  });

  it('linear says which weight does not fit', () => {
    const [x, w] = [floats('x', 2, 13), floats('query', 11, 12)];
    expect(() => run(() => linear(x, w))).toThrow('linear: x has 13 columns, weight query expects 12');
  });

  it('rmsNorm without gradients', () => {
    const [x, w] = [floats('x', 3, 10), floats('w', 10)];
    const weights = rowsOf(w)[0]!;
    const expected = rowsOf(x).flatMap((row) => {
      const rms = Math.sqrt(dot(row, row) / row.length + 1e-3);
      return row.map((value, i) => (value / rms) * weights[i]!);
    });
    expectClose(
      run(() => rmsNorm(x, w, 1e-3)),
      expected,
    );
  });

  it('addRmsNorm gives the numbers of add and rmsNorm, of slices too', () => {
    const [wide, addend, w] = [floats('wide', 3, 13), floats('addend', 3, 10), floats('w', 10)];
    for (const a of [floats('a', 3, 10), wide.slice(1, 10)]) {
      const apart = (part: 'sum' | 'normed') => () => {
        const sum = add(a, addend);
        return part === 'sum' ? sum : rmsNorm(sum, w, 1e-3);
      };
      for (const part of ['sum', 'normed'] as const) {
        expect(run(() => addRmsNorm(a, addend, w, 1e-3)[part])).toEqual(run(apart(part)));
        const inPlace = () => addRmsNorm(a, scale(addend, 1), w, 1e-3, { overwritesAddend: true })[part];
        expect(run(inPlace)).toEqual(run(apart(part)));
      }
    }
  });

  it.each(['halves', 'interleaved'] as const)('rotaryInPlace adds a bias as addBias does, %s', (layout) => {
    const [x, bias] = [floats('x', 3, 12), floats('bias', 12)];
    const [positions, table] = [
      integers('positions', [1, 0, 2]),
      { cosines: floats('c', 4, 3), sines: floats('s', 4, 3) },
    ];
    const shape = { heads: 2, headStride: 6, offset: 0, dim: 6, layout } as const;
    const turned = (separately: boolean) => () => {
      const y = scale(x, 1);
      if (separately) addBias(y, bias);
      rotaryInPlace(y, positions, table, separately ? shape : { ...shape, bias });
      return y;
    };
    expect(run(turned(false))).toEqual(run(turned(true)));
    const partly = () => {
      rotaryInPlace(x, positions, table, { ...shape, dim: 4, bias });
      return x;
    };
    expect(() => run(partly)).toThrow('bias bias cannot be added to 12 columns while some of them are rotated');
  });

  it('headsLinear multiplies every head by its matrix, as it is and transposed', () => {
    const [x, w] = [floats('x', 3, 2 * 4), floats('w', 2, 4, 5)];
    const expected = rowsOf(x).flatMap((row) =>
      [0, 1].flatMap((head) =>
        [0, 1, 2, 3, 4].map((column) =>
          dot(
            row.slice(4 * head, 4 * head + 4),
            rowsOf(w.at(head)).map((line) => line[column]!),
          ),
        ),
      ),
    );
    expectClose(
      run(() => headsLinear(x, w)),
      expected,
    );
    const wide = floats('wide', 3, 2 * 5);
    const back = rowsOf(wide).flatMap((row) =>
      [0, 1].flatMap((head) => rowsOf(w.at(head)).map((line) => dot(row.slice(5 * head, 5 * head + 5), line))),
    );
    expectClose(
      run(() => headsLinear(wide, w, { transposed: true })),
      back,
    );
  });

  it.each([1, 3, 40])(
    'headsLinear with weights in blocks gives what every matrix gives its part of %d rows',
    (rows) => {
      const [heads, columns, inner] = [3, 21, 64];
      const w = allocateBlockTensor(runtime, 'w', [heads, columns, inner], 'q8_0');
      const matrices = Array.from({ length: heads }, (_, head) => w.at(head));
      for (const [head, { panels, lanes }] of matrices.entries()) {
        const blocks = fileRows('q8_0', columns, inner, head);
        packPanels('q8_0', lanes, { rows: columns, inner }, blocks, runtime.view(panels) as Uint8Array);
      }
      // A slice of wider rows, as queries are.
      const x = floats('x', rows, heads * inner + 5).slice(5, heads * inner);
      const alone = matrices.map((matrix, head) => run(() => linear(x.slice(head * inner, inner), matrix)));
      const row = (r: number) => alone.flatMap((result) => result.slice(r * columns, (r + 1) * columns));
      const expected = Array.from({ length: rows }, (_, r) => row(r)).flat();
      expect(run(() => headsLinear(x, w, { transposed: true }))).toEqual(expected);
      expect(expected.some((value) => Math.abs(value) > 1)).toBe(true);
    },
  );

  describe.each([1, 2, 40])(
    'what is only for weights in blocks gives their products the same numbers, %d rows',
    (rows) => {
      const [columns, inner] = [21, 64];
      const blockWeight = (name: string, seed: number) => {
        const w = allocateBlockTensor(runtime, name, [columns, inner], 'q4_0');
        const blocks = fileRows('q4_0', columns, inner, seed);
        packPanels('q4_0', w.lanes, { rows: columns, inner }, blocks, runtime.view(w.panels) as Uint8Array);
        return w;
      };

      it('of siluGate', () => {
        const w = blockWeight('w', 1);
        const gateUp = floats('gateUp', rows, 2 * inner);
        const inTwo = run(() => linear(siluGate(gateUp), w));
        expect(run(() => linear(siluGate(gateUp, { onlyFor: w }), w))).toEqual(inTwo);
        expect(inTwo.some((value) => value !== 0)).toBe(true);
        // Nothing wrote what a reader of anything else would read.
        expect(() => run(() => add(siluGate(gateUp, { onlyFor: w }), gateUp.slice(0, inner)))).toThrow(
          /reads temporary/,
        );
      });

      it('of addRmsNorm', () => {
        const weights = [blockWeight('query', 1), blockWeight('key', 2)];
        const [a, addend, norm] = [floats('a', rows, inner), floats('addend', rows, inner), floats('norm', inner)];
        const normed = (onlyFor: readonly Weight[]) => addRmsNorm(a, addend, norm, 1e-6, { onlyFor });
        for (const w of weights) {
          const inTwo = run(() => linear(rmsNorm(add(a, addend), norm, 1e-6), w));
          expect(run(() => linear(normed(weights).normed, w))).toEqual(inTwo);
        }
        // One that takes floats is among those that read it.
        const plain = floats('plain', columns, inner);
        const inTwo = run(() => linear(rmsNorm(add(a, addend), norm, 1e-6), plain));
        expect(run(() => linear(normed([...weights, plain]).normed, plain))).toEqual(inTwo);
        expect(run(() => normed(weights).sum)).toEqual(run(() => add(a, addend)));
        expect(() => run(() => add(normed(weights).normed, addend))).toThrow(/reads temporary/);
      });
    },
  );

  it('headsLinear refuses what does not fit', () => {
    const w = allocateBlockTensor(runtime, 'keys', [2, 5, 32], 'q4_0');
    expect(() => run(() => headsLinear(floats('x', 1, 64), w))).toThrow(/keys: blocks lie along the rows/);
    expect(() => run(() => headsLinear(floats('x', 1, 60), w, { transposed: true }))).toThrow(
      'headsLinear: x has 60 columns, weight keys of shape [2,5,32] expects 64',
    );
  });

  it('expertRowsLinear gives what groupedLinear gives for sorted rows', () => {
    const [x, w] = [floats('x', 6, 7), floats('w', 3, 5, 7)];
    const rowIds = integers('rows', [0, 1, 2, 3, 4, 5]);
    const expertIds = integers('experts', [0, 0, 2, 2, 2, 2]);
    const offsets = integers('offsets', [0, 2, 2, 6]);
    expectClose(
      run(() => expertRowsLinear(x, w, rowIds, expertIds, 6)),
      run(() => groupedLinear(x, w, offsets)),
    );
  });

  it('pagedAttention over pages in any order gives what causalAttention gives for the documents', () => {
    const [heads, nope, rope, value, pageSize] = [2, 3, 2, 4, 4];
    // Documents of 6 and 3 rows; the first lies in pages 3 and 0, the second in page 2.
    const positions = [0, 1, 2, 3, 4, 5, 0, 1, 2];
    const rows = positions.length;
    const q = floats('q', rows, heads * (nope + rope));
    const kv = floats('kv', rows, heads * (nope + value));
    const keyRope = floats('key', rows, rope);
    const cache = floats('cache', 4 * pageSize, heads * (nope + value) + rope);
    const start = integers('start', [0, 0, 0, 0, 0, 0, 6, 6, 6]);
    const end = integers('end', [6, 6, 6, 6, 6, 6, 9, 9, 9]);
    const paged = {
      pageTable: integers('pages', [3, 0, 2, 1], 2),
      sequences: integers('sequences', [0, 0, 0, 0, 0, 0, 1, 1, 1]),
      positions: integers('positions', positions),
      pageSize,
    };
    const heads3 = (tensor: Tensor, from: number, width: number) => ({
      tensor: tensor.slice(from, heads * width),
      headStride: width,
    });
    const queries = { queryNope: heads3(q, 0, nope), queryRope: heads3(q, heads * nope, rope), heads, scale: 0.6 };
    const expected = run(() =>
      causalAttention({
        ...queries,
        keyNope: heads3(kv, 0, nope),
        keyRope,
        value: heads3(kv, heads * nope, value),
        variant: { nopeDim: nope, ropeDim: rope, valueDim: value, group: 1 },
        start,
        end,
        longestDocument: 6,
      }),
    );
    const actual = run(() => {
      const parts = [
        { heads, dim: nope },
        { heads, dim: value },
        { heads: 1, dim: rope },
      ];
      const [keys, values, rotary] = [0, 1, 2].map((part) => cachePart(cache, parts, part)) as [
        CachePart,
        CachePart,
        CachePart,
      ];
      writeCache(paged, [keys, kv.slice(0, heads * nope)], [rotary, keyRope]);
      writeCache(paged, [values, kv.slice(heads * nope, heads * value)]);
      return pagedAttention({
        ...queries,
        keyNope: keys,
        keyRope: rotary,
        value: values,
        nopeDim: nope,
        ropeDim: rope,
        valueDim: value,
        group: 1,
        rows: paged,
      });
    });
    expectClose(actual, expected);
  });
});
