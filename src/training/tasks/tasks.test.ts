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

/** One line of column arithmetic: the column, the carry or rest it takes over, the one it hands on, and its result digit. */
interface Step {
  column: string;
  digits: string;
  taken: number;
  next: number;
  digit: number;
}

/** The eight groups of a line's pattern; 0 where one is no number. */
type Groups = [number, number, number, number, number, number, number, number];

/** Reads a line of column arithmetic and checks its fact; undefined for other lines. */
function readStep(line: string): Step | undefined {
  const numbers = (match: RegExpExecArray) =>
    match.slice(1).map((text) => (/^\d+$/.test(text) ? Number(text) : 0)) as Groups;
  let match = /^([a-h])(\d)([+-])(\d)[+-](\d)=(\d)([A-H])(\d)$/.exec(line);
  if (match !== null) {
    const [, x, , y, taken, next, , digit] = numbers(match);
    if (match[3] === '+') expect(x + y + taken, line).toBe(10 * next + digit);
    else expect(x - y - taken, line).toBe(digit - 10 * next);
    expect(match[7], line).toBe(match[1]!.toUpperCase());
    return { column: match[1]!, digits: match[1]! + x + match[3] + y, taken, next, digit };
  }
  match = /^([a-h])(\d)\*(\d)=(\d\d)\+(\d)=(\d)([A-H])(\d)$/.exec(line);
  if (match !== null) {
    const [, x, by, product, taken, next, , digit] = numbers(match);
    expect(x * by, line).toBe(product);
    expect(product + taken, line).toBe(10 * next + digit);
    expect(match[7], line).toBe(match[1]!.toUpperCase());
    return { column: match[1]!, digits: match[1]! + x, taken, next, digit };
  }
  match = /^([a-h])(\d)(\d):([A-H])(\d)\*(\d)=(\d\d)\+(\d)$/.exec(line);
  if (match === null) return undefined;
  const [, taken, x, , digit, by, product, next] = numbers(match);
  expect(digit * by, line).toBe(product);
  expect(product + next, line).toBe(10 * taken + x);
  expect(next, line).toBeLessThan(by);
  expect(match[4], line).toBe(match[1]!.toUpperCase());
  return { column: match[1]!, digits: match[1]! + x, taken, next, digit };
}

describe('thinking is true', () => {
  it.each(['addition', 'subtraction', 'multiplication', 'long-multiplication', 'division', 'remainder'])(
    'arithmetic/%s: every fact holds, carries are handed on, and the result is right',
    (kind) => {
      for (const problem of many(1500, { task: `arithmetic/${kind}`, split: 'train' }, 'true')) {
        const { a, b, result, remainder = 0 } = problem.details as Record<'a' | 'b' | 'result' | 'remainder', number>;
        const lines = thinkingOf(problem).split('\n');
        const sign = { addition: '+', subtraction: '-' }[kind] ?? (/div|rem/.test(kind) ? '/' : '*');
        const given = problem.prompt.match(/\d+/g)!.map(Number);
        const [first, second] = /[+*]/.test(sign) ? given : [a, b];
        expect([first, second].toSorted()).toEqual([a, b].toSorted());
        expect(lines[0]!.replace(/\b0+(?=\d)/g, '')).toBe(`${first}${sign}${second}`);
        let carry = 0;
        let steps: Step[] = [];
        lines.forEach((line, i) => {
          const fact = /^(\d[^;]*=[^;]*);/.exec(line);
          if (fact !== null) expectTrue(fact[1]!.replace(/\b0+(?=\d)/g, ''));
          if (line === '<0') {
            expect(carry).toBe(1);
            [carry, steps] = [0, []];
          }
          const step = readStep(line);
          if (step === undefined) return;
          expect(step.taken, line).toBe(carry);
          carry = step.next;
          steps.push(step);
          // The digits stand under the name of their column in a line above.
          if (kind !== 'long-multiplication')
            expect(lines.slice(1, i).some((above) => above.includes(step.digits))).toBe(true);
        });
        const wanted = { addition: a + b, subtraction: a - b, multiplication: a * b, 'long-multiplication': a * b };
        expect(result).toBe(wanted[kind as keyof typeof wanted] ?? Math.floor(a / b));
        const last = lines.at(-1)!;
        for (const { column, digit } of steps) expect(last).toContain(`${column.toUpperCase()}${digit}`);
        const [digits, rest] = last.replace(/[A-Z]/g, '').split('r');
        expect(Number(digits)).toBe(result);
        if (kind === 'division' || kind === 'remainder') {
          expect(remainder).toBe(a % b);
          expect(Number(rest)).toBe(a % b);
        }
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

  it('decimals: each place is compared rightly, and each winner is the one wished for', () => {
    for (const problem of many(1000, { task: 'decimals', split: 'train' }, 'true')) {
      const lines = thinkingOf(problem).split('\n');
      const { numbers, direction, answer } = problem.details as Record<string, unknown> & { numbers: string[] };
      const wish = direction === 'larger' ? 'L' : 'S';
      expect(lines[0]).toBe(`${wish}:${numbers.map((number, i) => 'xyz'[i] + number).join('')}`);
      for (const line of lines) {
        const [, p, q, sign] = /^[a-h](\d),(\d)([<>=])$/.exec(line) ?? [];
        if (sign !== undefined) expect(sign, line).toBe(p! < q! ? '<' : p! > q! ? '>' : '=');
      }
      const winners = lines.filter((line, i) => i > 0 && line.startsWith(wish));
      let best = numbers[0]!;
      for (const [i, line] of winners.entries()) {
        const next = numbers[i + 1]!;
        const sign = Number(best) < Number(next) ? '<' : Number(best) > Number(next) ? '>' : '=';
        if (sign === (wish === 'L' ? '<' : '>')) best = next;
        expect(line).toBe(sign === '=' ? `${wish}=` : `${wish}${sign}${'xyz'[numbers.indexOf(best)]}${best}`);
      }
      expect(winners.at(-1)!.slice(3)).toBe(answer ?? '');
    }
  });

  it('letters: the spelled word is the word, and the count stands after the letters counted', () => {
    for (const problem of many(1000, { task: 'letters', split: 'train' }, 'true')) {
      const { word, letter, count } = problem.details as { word: string; letter: string; count: number };
      expect(count).toBe(word.split(letter).length - 1);
      const spelled = thinkingOf(problem).split('\n')[0]!;
      expect(spelled.slice(2).replace(/[ \d]/g, '')).toBe(word);
      const counted = [...spelled.matchAll(/(\w)(\d)/g)];
      expect(counted.map((match) => match[1])).toEqual(Array.from({ length: count }, () => letter));
      expect(counted.map((match) => Number(match[2]))).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    }
  });

  it('sorting: each comparison is right, and the last line is the answer', () => {
    for (const problem of many(1000, { task: 'sorting', split: 'train' }, 'true')) {
      const lines = thinkingOf(problem).split('\n');
      const words = problem.kind === 'words';
      for (const line of lines) {
        const [, x, y, sign, best] = /^([^:]+):([^<>]+)([<>])(.+)$/.exec(line) ?? [];
        if (sign === undefined) continue;
        expect(sign).toBe(lines[0]![0]);
        const less = words ? x! < y! : Number(x) < Number(y);
        expect(best, line).toBe(less === (sign === '<') ? x : y);
      }
      const { sorted } = problem.details as { sorted: string[] };
      const shown = lines.at(-1)!.split(',');
      expect(shown.map((item) => (words ? item : String(Number(item))))).toEqual(
        sorted.map((item) => (words ? item.slice(0, 2) : String(Number(item)))),
      );
    }
  });

  it('sequences: each step leads from a term to the next', () => {
    for (const problem of many(1000, { task: 'sequences', split: 'train' }, 'true')) {
      const { terms } = problem.details as { terms: number[] };
      const steps = thinkingOf(problem).matchAll(/^(-?\d+),(-?\d+)([+-]\d+)$/gm);
      const shown = Array.from(steps, (match) => match.slice(1).map(Number));
      expect(shown).toEqual(terms.slice(1).map((term, i) => [terms[i], term, term - terms[i]!]));
    }
  });
});
