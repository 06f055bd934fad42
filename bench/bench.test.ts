import { describe, expect, it } from 'vitest';
import { figure, median, row } from './bench.ts';
import { onnxModel } from './onnx-model.ts';
import { interleave, Subject } from './subject.ts';

describe('row', () => {
  it('bounds the ratio where there is a peer, else our own figure', () => {
    expect(row({ name: 'a', ours: 90, peer: 30, unit: 'x', target: 3 })).toMatchObject({ ratio: 3, holds: true });
    expect(row({ name: 'a', ours: 89, peer: 30, unit: 'x', target: 3 }).holds).toBe(false);
    expect(row({ name: 'a', ours: 1.9, unit: 'µs', target: 2, better: 'less' })).toMatchObject({
      peer: null,
      ratio: null,
      holds: true,
    });
    expect(row({ name: 'a', ours: 2.1, unit: 'µs', target: 2, better: 'less' }).holds).toBe(false);
    expect(row({ name: 'a', ours: 5, unit: 'x' })).toMatchObject({ target: null, holds: null });
  });
  it('does not hold for a figure that is no number', () => {
    expect(row({ name: 'a', ours: Number.NaN, unit: 'x', target: 1 }).holds).toBe(false);
    expect(row({ name: 'a', ours: Number.NaN, unit: 'x', target: 1, better: 'less' }).holds).toBe(false);
  });
});

it('takes medians and writes figures', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect([0.01234, 1.234, 123.4, 12345.6].map(figure)).toEqual(['0.0123', '1.23', '123', '12346']);
});

describe('onnxModel', () => {
  const [x, y] = (['X', 'Y'] as const).map((name) => ({ name, type: 'float32' as const, shape: [2] }));
  const hex = (node: Parameters<typeof onnxModel>[0]) => Buffer.from(onnxModel(node, { '': 17 })).toString('hex');

  it('writes a node, its tensors and the version of its operators', () => {
    const node = '0a0e' + '0a0158' + '120159' + '220452656c75' + '3a00';
    const tensor = (name: string) => `0f0a01${name}120a0a08080112040a020802`;
    const graph = `3a38${node}120452656c755a${tensor('58')}62${tensor('59')}`;
    expect(hex({ operation: 'Relu', inputs: [x!], outputs: [y!] })).toBe(`0808${graph}42040a001011`);
  });
  it('writes attributes, and constants instead of inputs', () => {
    const constants = { X: Float32Array.of(1, 2) };
    const model = hex({ operation: 'F', inputs: [x!], outputs: [y!], attributes: { n: 300, f: 0.5 }, constants });
    // Number 300 in two bytes, type 2; the bits of 0.5, type 1.
    expect(model).toContain('2a09' + '0a016e' + '18ac02' + 'a00102');
    expect(model).toContain('2a0b' + '0a0166' + '150000003f' + 'a00101');
    expect(model).toContain('2a11' + '0802' + '1001' + '420158' + '4a08' + '0000803f00000040');
    expect(model).not.toContain('5a0f');
  });
});

describe('Subject', () => {
  const module = new URL('./fixtures/subject.ts', import.meta.url);

  it('measures subjects in turn, each in a process of its own', async () => {
    const one = await Subject.start<{ at: number; process: number }>(module, { fail: false });
    const two = await Subject.start<{ at: number; process: number }>(module, { fail: false });
    const { a, b } = await interleave({ a: one, b: two }, 2, () => {});
    expect(a.map(({ at }) => at)).toEqual([0, 1]);
    expect(b.map(({ at }) => at)).toEqual([0, 1]);
    expect(a[0]!.process).not.toBe(b[0]!.process);
  });
  it('passes on why a subject failed', async () => {
    await expect(Subject.start(module, { fail: true })).rejects.toThrow('no such machine');
    const broken = await Subject.start(module, { fail: false, leaveAfter: 0 });
    await expect(broken.measure()).rejects.toThrow('ended with exit code 3');
  });
});
