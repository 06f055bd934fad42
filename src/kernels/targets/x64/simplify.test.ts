import { describe, expect, it } from 'vitest';
import { adamw } from '../../adamw.ts';
import { defineKernel, type Kernel, lowerKernel } from '../../kernel.ts';
import { matmul } from '../../matmul.ts';
import { rmsNorm } from '../../rmsnorm.ts';
import { siluGate } from '../../silu-gate.ts';
import { interpretKernel } from '../interpreter.ts';
import { Context } from './context.ts';
import { x64Target } from './levels.ts';
import { simplify, visitAll } from './simplify.ts';

const LEVEL = { avx512: true, vnni: true, bf16: true };
const target = x64Target(LEVEL);

const sums = defineKernel('sums', { x: 'in', y: 'out', count: 'i32' }, (b, p) => {
  const totals = [0, 1, 2].map((start) => b.variable(b.vectorF32(start)));
  const swapped = b.variable(b.i32(1));
  b.loop(0, p.count, 1, (index) => {
    const now = totals.map((total) => total.get());
    const before = swapped.get();
    let values = now.map((value) => b.fma<'vf32'>(b.loadVector(b.offset(p.x, index)), 2, value));
    values = values.map((value, i) => b.add<'vf32'>(value, now[(i + 1) % 3]!));
    for (const [i, total] of totals.entries()) total.set(values[i]!);
    swapped.set(b.add<'i32'>(before, index));
    b.if(b.gt<'i32'>(before, 3), () => totals[0]!.set(now[1]!));
  });
  totals.forEach((total, i) => {
    b.store(p.y, total.get(), 64 * i);
  });
  b.storeI32(p.y, swapped.get(), 192);
});

function run(kernel: Kernel, simplified: boolean): Float32Array {
  const program = lowerKernel(kernel, {
    ...target,
    transcendentals: true,
    halfConversions: ['f16', 'bf16'],
    bf16Pairs: true,
  });
  const memory = new ArrayBuffer(4096);
  const floats = new Float32Array(memory);
  floats.forEach((_, i) => {
    floats[i] = Math.cos(i);
  });
  const view = new DataView(memory);
  [1024, 2048, 7].forEach((value, i) => {
    view.setBigUint64(64 + 8 * i, BigInt(value), true);
  });
  const body = simplified ? simplify(program.body, program.values.length) : program.body;
  interpretKernel({ ...program, body }, { bytes: view })(64, 0, 1);
  return floats;
}

describe('simplify', () => {
  it('leaves the meaning alone', () => {
    expect(run(sums as unknown as Kernel, true)).toEqual(run(sums as unknown as Kernel, false));
  });

  it('takes the copies out of the inner loop of a matrix product', () => {
    for (const operands of ['rows', 'panels', 'columns'] as const) {
      const kernel = matmul({ operands, accumulate: false, precision: 'f32' }) as unknown as Kernel;
      const context = new Context(lowerKernel(kernel, target), LEVEL);
      expect(context.allocation.spilledVectors, operands).toEqual([]);
      visitAll(context.body, (instruction) => {
        if (instruction.op !== 'loop') return;
        const multiplies = instruction.body.filter((each) => each.op === 'pure' && each.name === 'vf32.fma');
        const copies = instruction.body.filter((each) => each.op === 'set' && each.variable.type === 'vf32');
        if (multiplies.length > 0) expect(copies).toEqual([]);
      });
    }
  });

  it.each([rmsNorm, siluGate, adamw] as unknown as Kernel[])('keeps the vectors of $name in registers', (kernel) => {
    const context = new Context(lowerKernel(kernel, target), LEVEL);
    expect(context.allocation.spilledVectors).toEqual([]);
  });
});
