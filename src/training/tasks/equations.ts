/** Linear equations with whole solutions: ax+b=c and ax+b=cx+d, solved one move a line. */
import type { Random } from '../../platform/random.ts';
import { answerText, numericAnswer } from './answer.ts';
import { equationWordings } from './equations-wordings.ts';
import type { GenerateOptions, Problem, Task } from './task.ts';
import { chooseKind, drawInSplit, writeSolution } from './task.ts';
import { phrase } from './wording.ts';

const weights = { 'one-side': 60, 'both-sides': 40 };
const unknowns = ['x', 'x', 'x', 'x', 'y', 'n'];

interface Details {
  unknown: string;
  value: number;
}

/** One side: coefficient of the unknown and constant. */
interface Side {
  x: number;
  constant: number;
}

function term(coefficient: number, unknown: string): string {
  if (coefficient === 1) return unknown;
  return coefficient === -1 ? `-${unknown}` : `${coefficient}${unknown}`;
}

function side({ x, constant }: Side, unknown: string, space: string): string {
  if (x === 0) return String(constant);
  if (constant === 0) return term(x, unknown);
  const sign = constant < 0 ? '-' : '+';
  return `${term(x, unknown)}${space}${sign}${space}${Math.abs(constant)}`;
}

function drawValue(random: Random, level: number | undefined): number {
  const largest = level ?? 12;
  return random.chance(0.2) ? -random.integer(1, Math.min(9, largest)) : random.integer(1, largest);
}

function drawConstant(random: Random): number {
  if (random.chance(0.07)) return 0;
  return random.integer(1, random.chance(0.7) ? 9 : 20) * (random.chance(0.4) ? -1 : 1);
}

function draw(random: Random, kind: keyof typeof weights, level: number | undefined) {
  const value = drawValue(random, level);
  const left: Side = {
    x: random.integer(kind === 'one-side' && random.chance(0.15) ? 1 : 2, 9),
    constant: drawConstant(random),
  };
  if (kind === 'one-side') {
    if (left.x === 1 && left.constant === 0) return undefined;
    const right: Side = { x: 0, constant: left.x * value + left.constant };
    return { left, right, value, key: `equation:${left.x},${left.constant}=0,${right.constant}` };
  }
  const rightX = random.integer(1, 9);
  if (rightX === left.x) return undefined;
  const right: Side = { x: rightX, constant: (left.x - rightX) * value + left.constant };
  if (Math.abs(right.constant) > 99) return undefined;
  // The same equation with its sides exchanged is the same problem.
  const sides = [`${left.x},${left.constant}`, `${right.x},${right.constant}`].sort();
  return { left, right, value, key: `equation:${sides.join('=')}` };
}

/** `20-5`, with `--5` written `+5`. */
function minus(value: number, taken: number): string {
  return taken < 0 ? `${value}+${-taken}` : `${value}-${taken}`;
}

function solve(left: Side, right: Side, v: string): string[] {
  const lines = [`${side(left, v, '')}=${side(right, v, '')}`];
  let x = left.x;
  let constant = right.constant;
  if (right.x !== 0) {
    const moved = `${term(left.x, v)}-${term(right.x, v)}`;
    x = left.x - right.x;
    constant = right.constant - left.constant;
    lines.push(`${moved}=${left.constant === 0 ? right.constant : minus(right.constant, left.constant)}`);
    lines.push(`${term(x, v)}=${constant}`);
  } else if (left.constant !== 0) {
    constant = right.constant - left.constant;
    lines.push(`${term(x, v)}=${minus(right.constant, left.constant)}`);
    lines.push(`${term(x, v)}=${constant}`);
  }
  if (x !== 1) {
    lines.push(`${v}=${constant}/${x}`);
    lines.push(`${v}=${constant / x}`);
  }
  return lines;
}

function generate(random: Random, options: GenerateOptions): Problem {
  const kind = chooseKind(random, 'equations', weights, options.kind);
  const { left, right, value, key } = drawInSplit(options.split, () => draw(random, kind, options.level));
  const v = random.pick(unknowns);
  const space = random.chance(0.5) ? ' ' : '';
  const [first, second] = kind === 'both-sides' && random.chance(0.5) ? [right, left] : [left, right];
  const equation = `${side(first, v, space)}${space}=${space}${side(second, v, space)}`;
  const details: Details = { unknown: v, value };
  return {
    task: 'equations',
    kind,
    language: options.language,
    prompt: phrase(random, equationWordings, options, { q: equation, v }),
    solution: writeSolution(
      solve(first, second, v),
      options.language === 'zh' ? `${v}=${value}。` : `${v} = ${value}.`,
    ),
    answer: String(value),
    key,
    details,
  };
}

function verify(problem: Problem, text: string): number {
  const plain = answerText(text);
  if (plain === undefined) return 0;
  const { unknown, value } = problem.details as Details;
  const statement = new RegExp(
    `(?<![\\w])${unknown}\\s*(?:=|is|equals|must be|为|是|等于)\\s*((?:-?[\\d./ ]+=\\s*)*)(-?\\s?\\d+(?:\\.\\d+)?(?:\\s*/\\s*-?\\d+)?)`,
    'gi',
  );
  const stated = [...plain.matchAll(statement)].map((match) => {
    const [top, bottom = '1'] = match[2]!.replace(/\s/g, '').split('/');
    return Number(top) / Number(bottom);
  });
  if (stated.length > 0) {
    if (/\bor\b|或/.test(plain) && numericAnswer(plain.replace(/=/g, ' ')) === undefined) return 0;
    return stated.every((found) => found === value) ? 1 : 0;
  }
  return numericAnswer(plain) === value ? 1 : 0;
}

export const equations: Task = {
  name: 'equations',
  title: { en: 'Linear equations', zh: '一元一次方程' },
  description: {
    en: 'Equations ax + b = c and ax + b = cx + d with whole solutions.',
    zh: '形如ax+b=c和ax+b=cx+d、解为整数的方程。',
  },
  examples: {
    en: ['Solve 3x + 5 = 20.', 'If 7x + 3 = 4x + 15, what is x?'],
    zh: ['解方程3x+5=20。', '7x+3=4x+15，x等于多少？'],
  },
  kinds: Object.keys(weights),
  generate,
  verify,
};
