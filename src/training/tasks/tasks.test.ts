import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../platform/random.ts';
import { evaluate } from './expression.ts';
import { generateProblem, kinds, mixture, type Problem, type Split, splitOf, tasks, verifyAnswer } from './index.ts';

const languages = ['en', 'zh'] as const;
const splits: readonly Split[] = ['train', 'validation', 'test'];

function thinkingOf(problem: Problem): string {
  const match = /^<think>\n([\s\S]*)\n<\/think>\n[^\n]+$/.exec(problem.solution);
  if (match === null) throw new Error(`solution without thinking: ${problem.solution}`);
  return match[1]!;
}

function many(count: number, options: Parameters<typeof generateProblem>[1], seed = 'many'): Problem[] {
  const random = new Random(`${seed}/${JSON.stringify(options)}`);
  return Array.from({ length: count }, () => generateProblem(random, options));
}

describe('every kind', () => {
  it.each(kinds)('%s: own solutions score 1, a bare wrong answer 0, lengths hold', (name) => {
    for (const language of languages) {
      const wordings = { train: 'train', validation: 'held-out', test: 'held-out' } as const;
      for (const split of splits) {
        for (const problem of many(60, { task: name, language, split, wordings: wordings[split] })) {
          expect(verifyAnswer(problem, problem.solution), problem.solution).toBe(1);
          expect(verifyAnswer(problem, problem.solution.split('</think>\n')[1]!), problem.solution).toBe(1);
          // The right answer inside thinking that never ends is no answer.
          expect(verifyAnswer(problem, `<think>\n${problem.answer}`)).toBe(0);
          expect(verifyAnswer(problem, `${problem.solution.split('</think>')[0]}</think>\n`)).toBe(0);
          expect(problem.prompt.length).toBeLessThan(400);
          expect(problem.solution.length).toBeLessThan(290);
          expect(thinkingOf(problem).length).toBeGreaterThan(3);
          expect(JSON.parse(JSON.stringify(problem))).toEqual(problem);
          expect(problem.prompt).not.toMatch(/[{}|]|undefined|NaN/);
          expect(`${problem.task}/${problem.kind}`).toBe(name);
        }
      }
    }
  });

  it.each(kinds)('%s: the splits share no problem', (name) => {
    const seen = new Map<string, Split>();
    for (const split of splits) {
      for (const language of languages) {
        for (const problem of many(150, { task: name, language, split }, 'splits')) {
          expect(splitOf(problem.key)).toBe(split);
          expect(seen.get(problem.key) ?? split).toBe(split);
          seen.set(problem.key, split);
        }
      }
    }
    for (const split of splits) expect([...seen.values()].filter((each) => each === split).length).toBeGreaterThan(0);
  });

  it('draws equal problems from equal states, whatever the process did before', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(...splits), (seed, split) => {
        const first = new Random(seed);
        const second = Random.fromState(new Random(seed).state());
        expect(generateProblem(first, { split })).toEqual(generateProblem(second, { split }));
        expect(first.state()).toEqual(second.state());
      }),
      { numRuns: 60 },
    );
  });

  it('gives commuted problems and other wordings one key', () => {
    const letters = many(300, { task: 'letters', split: 'test', language: 'en' });
    for (const problem of letters) expect(problem.key).toBe(`letters:${(problem.details as { word: string }).word}`);
    for (const problem of many(300, { task: 'arithmetic/addition', split: 'train' })) {
      const { a, b } = problem.details as { a: number; b: number };
      expect(problem.key).toBe(`add:${Math.min(a, b)}+${Math.max(a, b)}`);
    }
  });

  it('refuses unknown tasks and kinds, and held-out wordings in training', () => {
    const random = new Random(1);
    expect(() => generateProblem(random, { split: 'train', task: 'poetry' })).toThrow(/no task 'poetry'.*arithmetic/);
    expect(() => generateProblem(random, { split: 'train', task: 'letters/rhymes' })).toThrow(/no kind 'rhymes'/);
    expect(() => generateProblem(random, { split: 'train', wordings: 'held-out' })).toThrow(/evaluation only/);
  });

  it('mixes tasks and languages as weighted', () => {
    const counts: Record<string, number> = {};
    const problems = many(3000, { split: 'train' }, 'mixture');
    for (const { task } of problems) counts[task] = (counts[task] ?? 0) + 1;
    const total = Object.values(mixture).reduce((sum, weight) => sum + weight, 0);
    expect(Object.keys(mixture)).toEqual(Object.keys(tasks));
    for (const [name, weight] of Object.entries(mixture)) {
      expect(Math.abs(counts[name]! / 3000 - weight / total)).toBeLessThan(0.03);
    }
    const english = problems.filter(({ language }) => language === 'en').length;
    expect(Math.abs(english / 3000 - 0.55)).toBeLessThan(0.04);
  });
});

/** Checks that each `=` of a line joins equal values; `24+4` after `4*6=` counts from its first number. */
function expectTrue(line: string): void {
  const parts = line.split('=');
  for (let i = 0; i + 1 < parts.length; i++) {
    const left = evaluate(parts[i]!);
    const next = parts[i + 1]!;
    const continued = i + 2 < parts.length;
    const right = evaluate(continued ? /^-?\d+/.exec(next)![0] : next);
    expect(left, line).toBeDefined();
    expect(left, line).toBe(right);
  }
}

describe('thinking is true', () => {
  it.each(['addition', 'subtraction', 'multiplication', 'long-multiplication', 'division', 'remainder'])(
    'arithmetic/%s: every fact holds and the result is right',
    (kind) => {
      for (const problem of many(1500, { task: `arithmetic/${kind}`, split: 'train' }, 'true')) {
        const {
          a,
          b,
          result,
          remainder = 0,
        } = problem.details as Record<string, number> as {
          a: number;
          b: number;
          result: number;
          remainder?: number;
        };
        const lines = thinkingOf(problem).split('\n');
        for (const line of lines) {
          const fact = /^[a-h]?(\d[^;]*=[^;]*);/.exec(line);
          if (fact !== null) expectTrue(fact[1]!.replace(/\b0+(?=\d)/g, ''));
        }
        const wanted = { addition: a + b, subtraction: a - b, multiplication: a * b, 'long-multiplication': a * b };
        expect(result).toBe(wanted[kind as keyof typeof wanted] ?? Math.floor(a / b));
        if (kind === 'division' || kind === 'remainder') expect(remainder).toBe(a % b);
        expect(lines.at(-1)).toBe(/div|rem/.test(kind) ? `=${result}r${remainder}` : `=${result}`);
      }
    },
  );

  it.each(['sequences', 'dates', 'countdown'])('%s: every equation holds', (task) => {
    let checked = 0;
    for (const problem of many(1000, { task, split: 'train' }, 'true')) {
      const thinking = thinkingOf(problem).replace(/[yn|]/g, '\n');
      for (const line of thinking.split('\n')) {
        const equation = /^(?:\d+:)?([\d+\-*/()]*\d[+\-*/][\d+\-*/()]*=[\d+\-*/]+)$/.exec(line);
        if (equation === null) continue;
        expectTrue(equation[1]!.replace(/\b0+(?=\d)/g, ''));
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(1000);
  });

  it('decimals: each place is compared rightly', () => {
    for (const problem of many(1000, { task: 'decimals', split: 'train' }, 'true')) {
      for (const [, x, sign, y] of thinkingOf(problem).matchAll(/^(\d+(?:\.\d+)?)([<>=])(\d+(?:\.\d+)?)$/gm)) {
        const wanted = Number(x) < Number(y) ? '<' : Number(x) > Number(y) ? '>' : '=';
        expect(sign).toBe(wanted);
      }
    }
  });

  it('letters: the spelled word is the word', () => {
    for (const problem of many(1000, { task: 'letters', split: 'train' }, 'true')) {
      const { word, letter, count } = problem.details as { word: string; letter: string; count: number };
      expect(count).toBe(word.split(letter).length - 1);
      expect(thinkingOf(problem).split('\n')[0]!.slice(2).replace(/[ \d]/g, '')).toBe(word);
    }
  });
});
