import { describe, expect, it } from 'vitest';
import { Random } from '../../platform/random.ts';
import * as arithmetic from './arithmetic-wordings.ts';
import { countdownWordings } from './countdown-wordings.ts';
import * as dates from './dates-wordings.ts';
import * as decimals from './decimals-wordings.ts';
import { equationWordings } from './equations-wordings.ts';
import { puzzleWordings } from './knights-wordings.ts';
import { letterWordings } from './letters-wordings.ts';
import { sequenceWordings } from './sequences-wordings.ts';
import { sortingWordings } from './sorting-wordings.ts';
import { fill, type Wordings } from './wording.ts';

const all: Record<string, Wordings> = {
  ...arithmetic,
  ...dates,
  ...decimals,
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

describe('wordings', () => {
  it.each(Object.keys(all))('%s: enough of them, a fifth or more held out, none in both', (name) => {
    for (const language of ['en', 'zh'] as const) {
      const { train, heldOut } = all[name]![language];
      const total = train.length + heldOut.length;
      if (name !== 'subtractionStories') expect(total).toBeGreaterThanOrEqual(15);
      expect(heldOut.length / total).toBeGreaterThanOrEqual(0.2);
      const trained = new Set(train.flatMap(expansions).map(plain));
      for (const text of heldOut.flatMap(expansions)) expect(trained.has(plain(text)), text).toBe(false);
    }
  });

  it('fill resolves alternatives and names a missing slot', () => {
    const random = new Random(4);
    const seen = new Set(Array.from({ length: 50 }, () => fill(random, '[a|b[1|2]|]{x}', { x: '!' })));
    expect([...seen].sort()).toEqual(['!', 'a!', 'b1!', 'b2!']);
    expect(() => fill(random, 'what {y}', {})).toThrow(/\{y\}/);
  });
});
