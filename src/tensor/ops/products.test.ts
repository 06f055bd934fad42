import { describe, expect, it } from 'vitest';
import { bf16ToF32, f32ToBf16 } from '../../kernels/half-numbers.ts';
import { Random } from '../../platform/random.ts';
import { type RecordOptions, record, recorder } from '../record.ts';
import { createRuntime, type RuntimeOptions } from '../runtime.ts';
import { groupedLinear, type LinearOptions, linear } from './linear.ts';

/** Odd sizes, so that pairs along K end in the middle in each of the three products. */
const [ROWS, WIDTH, OUT] = [13, 11, 19];
const OFFSETS = [0, 5, 5, 12, 13];

const random = new Random('products');
const noise = (length: number) => Float32Array.from({ length }, () => 2 * random.next() - 1);
const [X, W, DY, EXPERTS] = [ROWS * WIDTH, OUT * WIDTH, ROWS * OUT, 4 * OUT * WIDTH].map(noise) as [
  Float32Array,
  Float32Array,
  Float32Array,
  Float32Array,
];

type Results = Record<'y' | 'dx' | 'dw', number[]>;

/** A linear layer, plain or over experts, with its gradients for the output gradient DY. */
async function run(target: RuntimeOptions, options: RecordOptions & LinearOptions & { grouped: boolean }) {
  const { grouped, products = 'f32', ...own } = options;
  const runtime = await createRuntime({ memoryBytes: 1 << 24, ...target });
  const tensor = (name: string, shape: number[], values?: ArrayLike<number>, dtype: 'f32' | 'i32' = 'f32') => {
    const result = runtime.allocate(name, shape, dtype);
    if (values) runtime.write(result, values);
    return result;
  };
  const shape = grouped ? [OFFSETS.length - 1, OUT, WIDTH] : [OUT, WIDTH];
  const [x, w] = [tensor('x', [ROWS, WIDTH], X), tensor('w', shape, grouped ? EXPERTS : W)];
  const [dx, dw] = [tensor('dx', [ROWS, WIDTH]), tensor('dw', shape)];
  const dy = tensor('dy', [ROWS, OUT], DY);
  const offsets = tensor('offsets', [OFFSETS.length], OFFSETS, 'i32');
  const program = record(
    runtime,
    () => {
      const gradients = recorder().gradients!;
      gradients.parameter(x, dx);
      gradients.parameter(w, dw);
      const y = grouped ? groupedLinear(x, w, offsets) : linear(x, w, own);
      gradients.backward([y], [dy]);
      return y;
    },
    { gradients: true, products },
  );
  program.replay();
  const results: Results = {
    y: [...runtime.read(program.outputs)],
    dx: [...runtime.read(dx)],
    dw: [...runtime.read(dw)],
  };
  await runtime.close();
  return results;
}

/** The same in f64 from operands rounded to bf16, and the sums of magnitudes. */
function expected(grouped: boolean): { values: Results; magnitudes: Results } {
  const rounded = (values: Float32Array) => Array.from(values, (value) => bf16ToF32(f32ToBf16(value)));
  const [x, w, dy] = [rounded(X), rounded(grouped ? EXPERTS : W), rounded(DY)];
  const zeros = () => ({ y: x.map(() => 0), dx: x.map(() => 0), dw: w.map(() => 0) });
  const [values, magnitudes] = [zeros(), zeros()];
  values.y = new Array(ROWS * OUT).fill(0);
  magnitudes.y = new Array(ROWS * OUT).fill(0);
  const add = (name: keyof Results, at: number, term: number) => {
    values[name][at]! += term;
    magnitudes[name][at]! += Math.abs(term);
  };
  for (let row = 0; row < ROWS; row++) {
    const expert = grouped ? OFFSETS.findLastIndex((offset) => offset <= row) : 0;
    for (let o = 0; o < OUT; o++) {
      for (let i = 0; i < WIDTH; i++) {
        const [atX, atW, atY] = [row * WIDTH + i, (expert * OUT + o) * WIDTH + i, row * OUT + o];
        add('y', atY, x[atX]! * w[atW]!);
        add('dx', atX, dy[atY]! * w[atW]!);
        add('dw', atW, dy[atY]! * x[atX]!);
      }
    }
  }
  return { values, magnitudes };
}

const targets = ['interpreter64', 'wasm', 'native'] as const;
const cases = targets.flatMap((target) => [false, true].map((grouped) => ({ target, grouped })));

describe.each(cases)('a linear layer recorded in bf16 on $target, over experts: $grouped', ({ target, grouped }) => {
  it('multiplies rounded operands, forward and backward, for any number of workers', async () => {
    const { values, magnitudes } = expected(grouped);
    const results = await run({ target, workers: 1 }, { products: 'bf16', grouped });
    // At most OUT terms and a few roundings of zero padding; f64 keeps all but the last bits.
    const unit = (OUT + 2) * (target === 'interpreter64' ? 2 ** -53 : 2 ** -24);
    for (const name of ['y', 'dx', 'dw'] as const) {
      results[name].forEach((value, i) => {
        expect(Math.abs(value - values[name][i]!), name).toBeLessThanOrEqual(unit * magnitudes[name][i]!);
      });
    }
    // Threads would take long to start; where the interpreter plays several workers, work is split as they split it.
    const others = target === 'interpreter64' ? [2, 3] : [];
    for (const workers of others)
      expect(await run({ target, workers }, { products: 'bf16', grouped })).toEqual(results);
  });
});

describe('an op of a recording in bf16', () => {
  it('computes in f32 where it asks for it, forward and backward', async () => {
    const target = { target: 'interpreter', workers: 1 } as const;
    const plain = await run(target, { grouped: false });
    expect(await run(target, { products: 'bf16', precision: 'f32', grouped: false })).toEqual(plain);
    expect(await run(target, { products: 'bf16', grouped: false })).not.toEqual(plain);
    expect(await run(target, { products: 'f32', grouped: true })).not.toEqual(
      await run(target, { products: 'bf16', grouped: true }),
    );
  });
});
