import { describe, expect, it } from 'vitest';
import { describeProgram } from './describe-program.ts';
import { defineKernel, type Kernel, lowerKernel } from './kernel.ts';
import { kernelSamples } from './kernel-samples.ts';
import { interpreterTarget } from './targets/interpreter.ts';
import { listKernel } from './targets/x64/index.ts';

const sumFirst = defineKernel('sum_first', { x: 'in', y: 'out', count: 'i32' }, (b, p) => {
  const sum = b.variable(b.f32(0));
  b.loop(0, p.count, 2, (i) => sum.set(b.add(sum.get(), b.load(b.offset(p.x, i), 4))));
  b.if(b.gt(p.count, 0), () => b.store(p.y, sum.get()));
});

const kernel = sumFirst as unknown as Kernel;

describe('the text of a program', () => {
  it('has a line for each instruction', () => {
    expect(describeProgram(lowerKernel(kernel, interpreterTarget(4)))).toMatchInlineSnapshot(`
      "sum_first for 4 lanes: %2 in, %3 out, %4 i32; worker %0 of %1
      %5 = f32 0
      %7 = i32 0
      %6 := %5
      loop %8 from %7 to %4 step 2
        %9 := %6
        %10 = %2 + %8 * 4
        %11 = load f32 [%10 + 4]
        %12 = f32.add %9, %11
        %6 := %12
      %13 = i32.gt %4, %7
      if %13
        %14 := %6
        store f32 [%3 + 0] = %14"
    `);
  });

  it('can be made of every kernel', () => {
    for (const each of kernelSamples()) {
      const text = describeProgram(lowerKernel(each, interpreterTarget(4)));
      expect(text).not.toMatch(/undefined|object/);
    }
  });
});

describe('the listing of machine code', () => {
  const level = { avx512: true, vnni: true, bf16: false };

  it('covers every byte of the code once, in order, and spells every instruction', () => {
    for (const each of kernelSamples()) {
      const { listing } = listKernel(each, level, 'systemv');
      let end = 0;
      // One expectation for all: there are some hundred thousand instructions.
      const wrong = listing.filter(({ at, bytes, text }) => {
        const follows = at === end;
        end = at + bytes;
        return !follows || /undefined|\?|\{"/.test(text);
      });
      expect(wrong).toEqual([]);
      expect(listing.at(-1)!.text).toBe('ret');
    }
  });

  it('has operands in the order of Intel', () => {
    const text = listKernel(kernel, level, 'systemv').listing.map((each) => each.text);
    expect(text.filter((line) => line.startsWith('vaddss'))).toMatchInlineSnapshot(`
      [
        "vaddss xmm0, xmm0, xmm1",
      ]
    `);
    expect(text.filter((line) => line.startsWith('vmovss ['))).toMatchInlineSnapshot(`
      [
        "vmovss [rbx], xmm0",
      ]
    `);
  });
});
