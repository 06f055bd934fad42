/**
 * The next number of a sequence. The thinking writes the steps between the terms first, `3,7+4`; what they show (equal
 * steps, steps in turn, growing by two, equal to the terms before, or equal ratios) decides the rule. Terms are kept
 * small, so that a step is mostly a matter of the last digits.
 */
import type { Random } from '../../platform/random.ts';
import { answerText, numericAnswer } from './answer.ts';
import { sequenceWordings } from './sequences-wordings.ts';
import type { GenerateOptions, Problem, Task } from './task.ts';
import { chooseKind, drawInSplit, writeSolution } from './task.ts';
import { phrase } from './wording.ts';

const weights = { arithmetic: 34, geometric: 20, alternating: 16, squares: 14, fibonacci: 16 };
type Kind = keyof typeof weights;

interface Details {
  terms: number[];
  next: number;
}

function signed(value: number): string {
  return value < 0 ? String(value) : `+${value}`;
}

interface Rule {
  terms: number[];
  next: number;
  /** The lines after the steps between the terms. */
  lines: string[];
}

function draw(random: Random, kind: Kind, level: number | undefined): Rule {
  const largest = level ?? 50;
  const length = random.integer(4, 5);
  if (kind === 'arithmetic') {
    const step = (random.chance(0.85) ? random.integer(1, 9) : random.integer(10, 12)) * (random.chance(0.3) ? -1 : 1);
    const start = random.integer(1, largest) + (step < 0 ? -step * (random.chance(0.9) ? length : 1) : 0);
    const terms = Array.from({ length }, (_, i) => start + i * step);
    const next = start + length * step;
    return { terms, next, lines: [signed(step), `${terms.at(-1)}${signed(step)}=${next}`] };
  }
  if (kind === 'geometric') {
    const ratio = random.pick([2, 2, 2, 3, 3, 4, 5, 6, 10]);
    const count = ratio > 3 ? 3 : 4;
    const terms = Array.from({ length: count }, () => 0);
    terms[0] = random.integer(1, ratio > 3 ? 15 : ratio === 3 ? 20 : 40);
    for (let i = 1; i < count; i++) terms[i] = terms[i - 1]! * ratio;
    if (random.chance(0.15)) {
      terms.reverse();
      if (terms.at(-1)! % ratio === 0) {
        const next = terms.at(-1)! / ratio;
        return {
          terms,
          next,
          lines: [
            ...terms.slice(1).map((term, i) => `${terms[i]}/${term}=${ratio}`),
            `${terms.at(-1)}/${ratio}=${next}`,
          ],
        };
      }
      terms.reverse();
    }
    const next = terms.at(-1)! * ratio;
    const ratios = terms.slice(1).map((term, i) => `${term}/${terms[i]}=${ratio}`);
    return { terms, next, lines: [...ratios, `${terms.at(-1)}*${ratio}=${next}`] };
  }
  if (kind === 'alternating') {
    const first = random.integer(1, 9) * (random.chance(0.2) ? -1 : 1);
    let second = random.integer(1, 9) * (random.chance(0.4) ? -1 : 1);
    if (second === first) second = first + 1 === 0 ? 2 : first + 1;
    const terms = [random.integer(5, 30) + (first + second < 0 ? 20 : 0)];
    while (terms.length < 5) terms.push(terms.at(-1)! + (terms.length % 2 === 1 ? first : second));
    const next = terms[4]! + first;
    return { terms, next, lines: [`${signed(first)},${signed(second)}`, `${terms[4]}${signed(first)}=${next}`] };
  }
  if (kind === 'squares') {
    const start = random.integer(1, 14);
    const shift = random.chance(0.5) ? 0 : random.integer(1, 9);
    const terms = Array.from({ length: 4 }, (_, i) => (start + i) ** 2 + shift);
    const step = terms[3]! - terms[2]!;
    const next = terms[3]! + step + 2;
    return { terms, next, lines: [`${step}+2=${step + 2}`, `${terms[3]}+${step + 2}=${next}`] };
  }
  const terms = [random.integer(1, 15), random.integer(1, 20)];
  while (terms.length < 5) terms.push(terms.at(-1)! + terms.at(-2)!);
  const next = terms[4]! + terms[3]!;
  return { terms, next, lines: [`${terms[1]}+${terms[2]}=${terms[3]}`, `${terms[3]}+${terms[4]}=${next}`] };
}

function generate(random: Random, options: GenerateOptions): Problem {
  const kind = chooseKind(random, 'sequences', weights, options.kind);
  const { terms, next, lines, key } = drawInSplit(options.split, () => {
    const rule = draw(random, kind, options.level);
    // Three terms fix every rule, so a longer showing of the same sequence is the same problem.
    return { ...rule, key: `sequence:${rule.terms.slice(0, 3).join(',')}` };
  });
  const steps = terms.slice(1).map((term, i) => `${terms[i]},${term}${signed(term - terms[i]!)}`);
  const separator = options.language === 'zh' ? random.pick(['、', '，', ',']) : random.pick([', ', ', ', ',']);
  const details: Details = { terms, next };
  return {
    task: 'sequences',
    kind,
    language: options.language,
    prompt: phrase(random, sequenceWordings, options, { s: terms.join(separator) }),
    solution: writeSolution(
      [terms.join(','), ...steps, ...lines],
      options.language === 'zh' ? `下一个数是${next}。` : `The next number is ${next}.`,
    ),
    answer: String(next),
    key,
    details,
  };
}

function verify(problem: Problem, text: string): number {
  const plain = answerText(text);
  if (plain === undefined) return 0;
  const { terms, next } = problem.details as Details;
  return numericAnswer(plain, terms) === next ? 1 : 0;
}

export const sequences: Task = {
  name: 'sequences',
  title: { en: 'Number sequences', zh: '数列' },
  description: {
    en: 'The next number of an arithmetic, geometric, alternating, square or Fibonacci-like sequence.',
    zh: '等差、等比、交替、平方、斐波那契式数列的下一个数。',
  },
  examples: {
    en: ['What comes next: 3, 7, 11, 15?', 'Continue the sequence 2, 6, 18, 54.'],
    zh: ['3、7、11、15，下一个数是多少？', '找规律：2，6，18，54，（　）'],
  },
  kinds: Object.keys(weights),
  generate,
  verify,
};
