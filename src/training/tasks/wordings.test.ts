import { describe, expect, it } from 'vitest';
import { Random } from '../../platform/random.ts';
import * as arithmetic from './arithmetic-wordings.ts';
import { countdownWordings } from './countdown-wordings.ts';
import * as dates from './dates-wordings.ts';
import { fixedWordings, three, two } from './decimals-wordings.ts';
import { equationWordings } from './equations-wordings.ts';
import { puzzleWordings } from './knights-wordings.ts';
import { letterWordings } from './letters-wordings.ts';
import { sequenceWordings } from './sequences-wordings.ts';
import { sortingWordings } from './sorting-wordings.ts';
import { fill, type Wordings } from './wording.ts';

const all: Record<string, Wordings> = {
  ...arithmetic,
  ...dates,
  two,
  three,
  countdownWordings,
  equationWordings,
  puzzleWordings,
  letterWordings,
  sequenceWordings,
  sortingWordings,
};

/** Every text that a template can give, before its slots are filled. */
function expansions(template: string): string[] {
  const match = /\[([^[\]]*)\]/.exec(template);
  if (match === null) return [template];
  return match[1]!.split('|').flatMap((choice) => expansions(template.replace(match[0], () => choice)));
}

const plain = (text: string) => text.toLowerCase().replace(/[\s?？.。!！]+$/g, '');

/** Slots, words and Chinese characters. */
const pieces = (text: string) => plain(text).match(/\{\w+\}|[a-z0-9]+|[^\sa-z0-9,，:：;；]/g) ?? [];

/** Whether one piece inserted, left out or replaced makes the texts equal. */
function withinOneEdit(a: readonly string[], b: readonly string[]): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return Math.max(a.length, b.length) - start - end <= 1;
}

describe('wordings', () => {
  it.each(Object.keys(all))('%s: enough of them, a fifth or more held out, none in both', (name) => {
    for (const language of ['en', 'zh'] as const) {
      const { train, wider = [], heldOut } = all[name]![language];
      const total = train.length + heldOut.length;
      if (name !== 'subtractionStories') expect(total).toBeGreaterThanOrEqual(15);
      expect(heldOut.length / total).toBeGreaterThanOrEqual(0.2);
      expect(wider.length).toBeGreaterThanOrEqual(50);
      const trained = new Set([...train, ...wider].flatMap(expansions).map(plain));
      for (const text of heldOut.flatMap(expansions)) expect(trained.has(plain(text)), text).toBe(false);
    }
  });

  it.each(Object.keys(all))('%s: no wider wording is within a word of one held out', (name) => {
    for (const language of ['en', 'zh'] as const) {
      const { wider = [], heldOut } = all[name]![language];
      const reserved = heldOut.flatMap(expansions).map(pieces);
      for (const text of new Set(wider.flatMap(expansions))) {
        const trained = pieces(text);
        for (const held of reserved) expect(withinOneEdit(trained, held), `${text} ~ ${held.join(' ')}`).toBe(false);
      }
    }
  });

  it('wordings that say themselves what is wanted are for training', () => {
    const random = new Random(5);
    for (const count of [2, 3]) {
      for (const language of ['en', 'zh'] as const) {
        const [larger, smaller] = [true, false].map((each) => fixedWordings(count, each)[language].train);
        expect(larger!.length).toBeGreaterThan(20);
        expect(smaller!.length).toBeGreaterThan(20);
        expect(larger!.filter((each) => smaller!.includes(each))).toEqual([]);
        const slots = { a: '1', b: '2', c: '3', name: 'x', thing: 'y', place: 'z' };
        for (const template of [...larger!, ...smaller!]) expect(fill(random, template, slots)).not.toMatch(/[{}]/);
      }
    }
  });

  it('fill resolves alternatives and names a missing slot', () => {
    const random = new Random(4);
    const seen = new Set(Array.from({ length: 50 }, () => fill(random, '[a|b[1|2]|]{x}', { x: '!' })));
    expect([...seen].sort()).toEqual(['!', 'a!', 'b1!', 'b2!']);
    expect(() => fill(random, 'what {y}', {})).toThrow(/\{y\}/);
  });
});
