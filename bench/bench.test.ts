import { describe, expect, it } from 'vitest';
import { figure, median, row } from './bench.ts';
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
