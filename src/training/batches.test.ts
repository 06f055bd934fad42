import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nanoTokenizerConfig } from '../text/chat.ts';
import { Tokenizer, trainTokenizer } from '../text/index.ts';
import { type Document, packBatch, taskBatch } from './batches.ts';

const PAD = 99;

/** Documents one after another; packing must stop asking once one does not fit. */
function supply(documents: readonly Document[]) {
  let asked = 0;
  const next = () => documents[Math.min(asked++, documents.length - 1)]!;
  return { next, asked: () => asked };
}

const documentOf = (length: number, salt: number): Document => ({
  ids: Array.from({ length }, (_, i) => 100 + ((salt * 31 + i) % 50)),
  lossMask: Array.from({ length }, (_, i) => (i >= length / 2 ? 1 : 0)),
});

describe('packBatch', () => {
  it('lays whole documents one after another, then padding rows that are documents of one', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 12, max: 60 }), (sizes, rows) => {
        // The last one is too long for what is left, whatever came before.
        const documents = [...sizes, rows].map(documentOf);
        const batch = packBatch(rows, rows, PAD, supply(documents).next);
        let at = 0;
        for (const { ids, lossMask } of documents.slice(0, batch.documents)) {
          for (let i = 0; i < ids.length; i++) {
            const row = at + i;
            expect(batch.ids[row]).toBe(ids[i]);
            expect(batch.positions[row]).toBe(i);
            expect([batch.start[row], batch.end[row]]).toEqual([at, at + ids.length]);
            const inside = (ahead: number) => i + ahead < ids.length;
            expect(batch.targets[row]).toBe(inside(1) ? ids[i + 1] : 0);
            expect(batch.weights[row]! > 0).toBe(inside(1) && lossMask[i + 1] === 1);
            expect(batch.nextIds[row]).toBe(inside(1) ? ids[i + 1] : PAD);
            expect(batch.nextTargets[row]).toBe(inside(2) ? ids[i + 2] : 0);
            expect(batch.nextWeights[row]! > 0).toBe(inside(2) && lossMask[i + 2] === 1);
          }
          at += ids.length;
        }
        expect(batch.filledRows).toBe(at);
        expect(at + (documents[batch.documents]?.ids.length ?? rows)).toBeGreaterThan(rows - 1);
        for (let row = at; row < rows; row++) {
          expect([batch.ids[row], batch.positions[row], batch.start[row], batch.end[row]]).toEqual([
            PAD,
            0,
            row,
            row + 1,
          ]);
          expect([batch.weights[row], batch.nextWeights[row]]).toEqual([0, 0]);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('gives every row with a loss the same weight, 1 in all', () => {
    const batch = packBatch(40, 40, PAD, supply([documentOf(9, 1), documentOf(14, 2), documentOf(40, 3)]).next);
    const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
    expect(sum(batch.weights)).toBeCloseTo(1, 6);
    expect(sum(batch.nextWeights)).toBeCloseTo(1, 6);
    expect(new Set(batch.weights).size).toBe(2);
    expect(batch.lossRows).toBe(batch.weights.filter((weight) => weight > 0).length);
    // Of 9 tokens 4 are the answer, of 14 there are 7: each is the target of the row before it.
    expect(batch.lossRows).toBe(4 + 7);
  });

  it('has weights of zero, not NaN, where no document has a loss', () => {
    const silent = { ids: [5, 6, 7], lossMask: [0, 0, 0] };
    const batch = packBatch(8, 8, PAD, supply([silent, documentOf(8, 1)]).next);
    expect([...batch.weights, ...batch.nextWeights].every((weight) => weight === 0)).toBe(true);
    expect(batch.lossRows).toBe(0);
  });

  it('skips documents that are too long, and says so where there are no others', () => {
    const documents = supply([
      documentOf(20, 1),
      documentOf(5, 2),
      documentOf(20, 3),
      documentOf(6, 4),
      documentOf(6, 5),
    ]);
    const batch = packBatch(16, 10, PAD, documents.next);
    expect(batch.documents).toBe(2);
    expect(Array.from(batch.end.subarray(0, 11))).toEqual([...Array(5).fill(5), ...Array(6).fill(11)]);
    expect(documents.asked()).toBe(5);
    expect(() => packBatch(16, 10, PAD, () => documentOf(11, 1))).toThrow(/longer than 10 tokens/);
  });
});

describe('taskBatch', () => {
  const json = trainTokenizer(['What is 12 + 34?', '等于多少'], { vocabularySize: 300 });
  const tokenizer = Tokenizer.fromJson(json, nanoTokenizerConfig());
  const options = { rows: 600, longest: 300, split: 'train' } as const;

  it('depends on seed and step alone', () => {
    expect(taskBatch(tokenizer, 1, 7, options)).toEqual(taskBatch(tokenizer, 1, 7, options));
    expect(taskBatch(tokenizer, 1, 8, options).ids).not.toEqual(taskBatch(tokenizer, 1, 7, options).ids);
    expect(taskBatch(tokenizer, 2, 7, options).ids).not.toEqual(taskBatch(tokenizer, 1, 7, options).ids);
  });

  it('takes its loss on the answer and its end, and draws from the split and tasks asked for', () => {
    const batch = taskBatch(tokenizer, 1, 1, { ...options, weights: { letters: 1 } });
    for (let row = 0; row < batch.filledRows; row++) {
      const last = batch.end[row]! - 1;
      // The last token ends the answer; nothing comes after it.
      if (row === last) expect([tokenizer.eosId, batch.weights[row]]).toEqual([batch.ids[row], 0]);
      if (row === last - 1) expect(batch.weights[row]).toBeGreaterThan(0);
      if (batch.positions[row] === 0) expect([tokenizer.bosId, batch.weights[row]]).toEqual([batch.ids[row], 0]);
    }
    expect(batch.lossRows).toBeLessThan(batch.filledRows);
    const validation = taskBatch(tokenizer, 1, 1, { ...options, split: 'validation' });
    expect(validation.ids).not.toEqual(taskBatch(tokenizer, 1, 1, options).ids);
  });
});
