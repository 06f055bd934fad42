/** The four operations on whole numbers, worked column by column (see columns.ts). */
import type { Random } from '../../platform/random.ts';
import { answerText, findNumbers, numericAnswer, withoutThousands } from './answer.ts';
import * as words from './arithmetic-wordings.ts';
import { add, divideByDigit, multiplyByDigit, multiplyTwoByTwo, subtract } from './columns.ts';
import type { GenerateOptions, Problem, Task } from './task.ts';
import { chooseKind, drawInSplit, writeSolution } from './task.ts';
import { phrase } from './wording.ts';

const weights = {
  addition: 26,
  subtraction: 40,
  multiplication: 12,
  'long-multiplication': 8,
  division: 7,
  remainder: 7,
};
type Kind = keyof typeof weights;

interface Details {
  a: number;
  b: number;
  result: number;
  remainder?: number;
}

function withDigits(random: Random, digits: number): number {
  return digits === 1 ? random.integer(0, 9) : random.integer(10 ** (digits - 1), 10 ** digits - 1);
}

function drawDigits(random: Random, level: number | undefined): number {
  if (level !== undefined) return level;
  return Number(random.weighted({ 1: 6, 2: 20, 3: 29, 4: 45 }));
}

/** Two operands of which the longer has the drawn number of digits. */
function drawPair(random: Random, level: number | undefined): [number, number] {
  const digits = drawDigits(random, level);
  const shorter = random.chance(0.6) ? digits : random.integer(1, digits);
  const pair: [number, number] = [withDigits(random, digits), withDigits(random, shorter)];
  return random.chance(0.5) ? pair : [pair[1], pair[0]];
}

function draw(
  random: Random,
  kind: Kind,
  level: number | undefined,
): { a: number; b: number; key: string } | undefined {
  if (kind === 'addition') {
    const [a, b] = drawPair(random, level);
    return { a, b, key: `add:${Math.min(a, b)}+${Math.max(a, b)}` };
  }
  if (kind === 'subtraction') {
    const [x, y] = drawPair(random, level);
    const below = Math.max(x, y) < 1000 && random.chance(0.15);
    const [a, b] = below ? [Math.min(x, y), Math.max(x, y)] : [Math.max(x, y), Math.min(x, y)];
    return { a, b, key: `subtract:${a}-${b}` };
  }
  if (kind === 'multiplication') {
    const digits = level ?? Number(random.weighted({ 1: 18, 2: 40, 3: 30, 4: 12 }));
    const pair = [Math.max(1, withDigits(random, digits)), random.integer(2, 9)] as const;
    const [a, b] = random.chance(0.75) ? pair : [pair[1], pair[0]];
    return { a, b, key: `multiply:${Math.min(a, b)}*${Math.max(a, b)}` };
  }
  if (kind === 'long-multiplication') {
    const [a, b] = [random.integer(10, 99), random.integer(10, 99)];
    return { a, b, key: `multiply:${Math.min(a, b)}*${Math.max(a, b)}` };
  }
  const b = random.integer(2, 9);
  const digits = level ?? Number(random.weighted({ 2: 40, 3: 40, 4: 20 }));
  const a = withDigits(random, Math.max(2, digits));
  const exact = a % b === 0;
  if (kind === 'division') return { a: a - (a % b), b, key: `divide:${a - (a % b)}/${b}` };
  return exact && random.chance(0.8) ? undefined : { a, b, key: `divide:${a}/${b}` };
}

function expression(random: Random, kind: Kind, a: number, b: number): string {
  const space = random.chance(0.5) ? ' ' : '';
  const signs: Record<Kind, readonly string[]> = {
    addition: ['+', '+', '+', '＋'],
    subtraction: ['-', '-', '-', '−', '－'],
    multiplication: ['*', '×', '×', 'x', '*'],
    'long-multiplication': ['*', '×', '×', 'x', '*'],
    division: ['/', '÷', '÷'],
    remainder: ['/', '÷', '÷'],
  };
  return `${a}${space}${random.pick(signs[kind])}${space}${b}`;
}

function work(kind: Kind, a: number, b: number): { lines: string[]; result: number; remainder?: number } {
  if (kind === 'addition') return add(a, b);
  if (kind === 'subtraction') return subtract(a, b);
  if (kind === 'multiplication') return multiplyByDigit(a, b);
  if (kind === 'long-multiplication') return multiplyTwoByTwo(a, b);
  return divideByDigit(a, b);
}

/** Share of stories where something is left; practised more often than they are asked, since there are so many. */
const STORIES = { train: 0.45, validation: 0.25, test: 0.25 } as const;

function wordingsOf(random: Random, kind: Kind, a: number, b: number, split: GenerateOptions['split']) {
  if (kind === 'addition') return words.addition;
  if (kind === 'subtraction') {
    return a > b && random.chance(STORIES[split]) ? words.subtractionStories : words.subtraction;
  }
  if (kind === 'division') return words.division;
  return kind === 'remainder' ? words.remainder : words.multiplication;
}

function generate(random: Random, options: GenerateOptions): Problem {
  const kind = chooseKind(random, 'arithmetic', weights, options.kind);
  const { a, b, key } = drawInSplit(options.split, () => draw(random, kind, options.level));
  const slots = { a: String(a), b: String(b), e: expression(random, kind, a, b) };
  const prompt = phrase(random, wordingsOf(random, kind, a, b, options.split), options, slots);
  // Where the order does not matter, the thinking takes the numbers as the text gives them.
  const turned = /addition|multiplication/.test(kind) && Number(/\d+/.exec(prompt)![0]) !== a;
  const { lines, result, remainder } = turned ? work(kind, b, a) : work(kind, a, b);
  const zh = options.language === 'zh';
  const answer = kind === 'remainder' ? `${result} r ${remainder}` : String(result);
  const shown = kind === 'remainder' ? `${result}${zh ? '余' : ' remainder '}${remainder}` : String(result);
  const details: Details = kind === 'remainder' ? { a, b, result, remainder: remainder ?? 0 } : { a, b, result };
  const solution = writeSolution(lines, zh ? `答案是${shown}。` : `The answer is ${shown}.`);
  return { task: 'arithmetic', kind, language: options.language, prompt, solution, answer, key, details };
}

/** Quotient and remainder as a text states them, in either order. */
function quotientAndRemainder(text: string, { a, b }: Details): [number, number] | undefined {
  const afterEquals = text.slice(text.lastIndexOf('=') + 1);
  let values = findNumbers(afterEquals).map(({ value }) => value);
  if (!text.includes('=') && values.length > 2) {
    for (const given of [a, b]) {
      const at = values.indexOf(given);
      if (at >= 0) values = values.filter((_, i) => i !== at);
    }
  }
  if (values.length === 1) values.push(/no remainder|exactly|evenly|没有余数|整除/i.test(text) ? 0 : Number.NaN);
  if (values.length !== 2) return undefined;
  const [first, second] = values as [number, number];
  const remainderFirst =
    /(?:remainder|left over|left|余数?|剩)[^\d]*\d+[^\d]+(?:quotient|each|times|groups|商|每)/i.test(afterEquals) &&
    !/^[^\d]*(?:quotient|商)/i.test(afterEquals);
  return remainderFirst ? [second, first] : [first, second];
}

function verify(problem: Problem, text: string): number {
  const answer = answerText(text);
  if (answer === undefined) return 0;
  const details = problem.details as Details;
  const plain = withoutThousands(answer);
  if (details.remainder !== undefined) {
    if (/\bor\b|或/.test(plain)) return 0;
    const found = quotientAndRemainder(plain, details);
    return found !== undefined && found[0] === details.result && found[1] === details.remainder ? 1 : 0;
  }
  return numericAnswer(plain, [details.a, details.b]) === details.result ? 1 : 0;
}

export const arithmetic: Task = {
  name: 'arithmetic',
  title: { en: 'Arithmetic', zh: '算术' },
  description: {
    en: 'Addition and subtraction to 4 digits, multiplication by one digit and of two digits by two, division by one digit.',
    zh: '四位以内的加减法，一位数乘法和两位数乘两位数，除以一位数（可带余数）。',
  },
  examples: {
    en: ['What is 4567 + 789?', 'Multiply 47 by 68.', 'What is 1234 divided by 5, with remainder?'],
    zh: ['4567加789等于多少？', '47×68=', '1234除以5，商和余数是多少？'],
  },
  kinds: Object.keys(weights),
  generate,
  verify,
};
