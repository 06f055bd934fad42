/**
 * Countdown: reach a target from three or four numbers, each used once. Three numbers are solved from both ends: for a
 * choice of the last number, the values that it would need (`7:+49-63*8`, that is 49+7, 63-7, 8*7), then the values of
 * the pair of the others, each marked y or n, stopping at the first that is needed.
 */
import type { Random } from '../../platform/random.ts';
import { answerText } from './answer.ts';
import { countdownWordings } from './countdown-wordings.ts';
import { evaluate, numbersOf } from './expression.ts';
import type { GenerateOptions, Language, Problem, Task } from './task.ts';
import { chooseKind, drawInSplit, writeSolution } from './task.ts';
import { phrase } from './wording.ts';

const weights = { three: 80, four: 20 };

/** Longest thinking in characters; longer searches are not asked. */
const LONGEST = 190;
/** Largest value that two of four numbers are combined to before the search of three begins. */
const LARGEST_COMBINED = 30;

interface Details {
  numbers: number[];
  target: number;
  /** True where the question allows leaving numbers out. */
  some: boolean;
}

interface Pair {
  text: string;
  sign: string;
  value: number;
}

/** The values of two numbers: sum, difference, product, and the quotient where it is exact. */
export function pairValues(x: number, y: number): Pair[] {
  const [big, small] = x >= y ? [x, y] : [y, x];
  const pairs: Pair[] = [{ text: `${x}+${y}`, sign: '+', value: x + y }];
  if (big > small) pairs.push({ text: `${big}-${small}`, sign: '-', value: big - small });
  pairs.push({ text: `${x}*${y}`, sign: '*', value: x * y });
  if (small > 1 && big % small === 0) pairs.push({ text: `${big}/${small}`, sign: '/', value: big / small });
  return pairs;
}

interface Search {
  lines: string[];
  /** The expression found, or undefined. */
  found?: string;
}

/** Searches three numbers for the target, the last number being the third, the second, then the first. */
export function searchThree(numbers: readonly number[], target: number): Search {
  const lines: string[] = [];
  for (const last of [2, 1, 0]) {
    const c = numbers[last]!;
    const [a, b] = numbers.filter((_, i) => i !== last) as [number, number];
    const needs: { sign: string; value: number }[] = [];
    if (target > c) needs.push({ sign: '+', value: target - c });
    needs.push({ sign: '-', value: target + c });
    if (target % c === 0) needs.push({ sign: '*', value: target / c });
    let line = `${c}:${needs.map(({ sign, value }) => sign + value).join('')}|`;
    for (const pair of pairValues(a, b)) {
      const need = needs.find(({ value }) => value === pair.value);
      line += `${pair.text}=${pair.value}${need ? 'y' : 'n'}`;
      if (need !== undefined) {
        const inner = need.sign === '*' && '+-'.includes(pair.sign) ? `(${pair.text})` : pair.text;
        const found = `${inner}${need.sign}${c}`;
        return { lines: [...lines, line, `${found}=${target}`], found };
      }
    }
    lines.push(line);
  }
  return { lines };
}

function drawNumbers(random: Random, count: number, level: number | undefined): { numbers: number[]; target: number } {
  const largest = level ?? Number(random.weighted({ 9: 40, 12: 40, 20: 20 }));
  const numbers = Array.from({ length: count }, () => random.integer(random.chance(0.1) ? 1 : 2, largest));
  let pool = random.shuffle(numbers);
  while (pool.length > 1) {
    const pair = random.pick(pairValues(pool[0]!, pool[1]!));
    pool = random.shuffle([pair.value, ...pool.slice(2)]);
  }
  return { numbers, target: pool[0]! };
}

interface Drawn {
  numbers: number[];
  target: number;
  lines: string[];
  found: string;
  key: string;
}

/** Replaces one combined number of the expression by the pair that it came from. */
function substitute(expression: string, value: number, pair: string): string | undefined {
  const at = new RegExp(`(?<!\\d)${value}(?!\\d)`).exec(expression);
  if (at === null) return undefined;
  return `${expression.slice(0, at.index)}(${pair})${expression.slice(at.index + at[0].length)}`;
}

/** Four numbers: two are combined first (now and then after a choice that leads nowhere), the rest is three numbers. */
function searchFour(random: Random, numbers: readonly number[], target: number): Search {
  const attempts: { lines: string[]; found?: string }[] = [];
  for (let i = 0; i < 4; i++) {
    for (let j = i + 1; j < 4; j++) {
      for (const pair of pairValues(numbers[i]!, numbers[j]!)) {
        if (pair.value > LARGEST_COMBINED) continue;
        const rest = [pair.value, ...numbers.filter((_, k) => k !== i && k !== j)];
        const search = searchThree(rest, target);
        const lines = [`${pair.text}=${pair.value}`, `${rest.join(',')}:${target}`, ...search.lines];
        const full = search.found === undefined ? undefined : substitute(search.found, pair.value, pair.text);
        if (full === undefined) attempts.push({ lines });
        else attempts.push({ lines: [...lines, `${full}=${target}`], found: full });
      }
    }
  }
  const solved = attempts.filter((attempt) => attempt.found !== undefined);
  if (solved.length === 0) return { lines: [] };
  // Short searches first: they are the ones that a small model can follow.
  const best = solved.toSorted((p, q) => p.lines.length - q.lines.length)[0]!;
  const failed = attempts.filter((attempt) => attempt.found === undefined);
  const before = best.lines.length <= 5 && failed.length > 0 && random.chance(0.2) ? random.pick(failed).lines : [];
  return { lines: [...before, ...best.lines], found: best.found! };
}

function draw(random: Random, count: number, level: number | undefined, split: GenerateOptions['split']): Drawn {
  return drawInSplit(split, () => {
    const { numbers, target } = drawNumbers(random, count, level);
    if (target < 5 || target > 100 || numbers.includes(target)) return undefined;
    const search = count === 3 ? searchThree(numbers, target) : searchFour(random, numbers, target);
    if (search.found === undefined || search.lines.join('\n').length > LONGEST) return undefined;
    const key = `countdown:${numbers.toSorted((x, y) => x - y).join(',')}:${target}`;
    return { numbers, target, lines: search.lines, found: search.found, key };
  });
}

function listed(random: Random, numbers: readonly number[], language: Language): string {
  const last = String(numbers.at(-1));
  const start = numbers.slice(0, -1).join(language === 'zh' ? '、' : ', ');
  const forms =
    language === 'zh'
      ? [`${start}、${last}`, `${start}和${last}`, numbers.join(','), numbers.join('，')]
      : [`${start} and ${last}`, `${start} and ${last}`, `${start}, ${last}`, `[${start}, ${last}]`, numbers.join(' ')];
  return random.pick(forms);
}

function generate(random: Random, options: GenerateOptions): Problem {
  const kind = chooseKind(random, 'countdown', weights, options.kind);
  const { numbers, target, lines, found, key } = draw(random, kind === 'three' ? 3 : 4, options.level, options.split);
  const slots = { l: listed(random, numbers, options.language), t: String(target) };
  const details: Details = { numbers, target, some: false };
  const expression = `${found}=${target}`;
  return {
    task: 'countdown',
    kind,
    language: options.language,
    prompt: phrase(random, countdownWordings, options, slots),
    solution: writeSolution(
      [`${numbers.join(',')}:${target}`, ...lines],
      options.language === 'zh' ? `答案：${expression}` : `Answer: ${expression}`,
    ),
    answer: found,
    key,
    details,
  };
}

function uses(expression: string, { numbers, some }: Details): boolean {
  const left = [...numbers];
  for (const number of numbersOf(expression)) {
    const at = left.indexOf(number);
    if (at < 0) return false;
    left.splice(at, 1);
  }
  return some || left.length === 0;
}

/**
 * Every full expression of the answer must reach the target with the right numbers; steps that use fewer numbers are
 * passed over, and a chain `A=B=C` must be true throughout.
 */
function verify(problem: Problem, text: string): number {
  const plain = answerText(text);
  if (plain === undefined) return 0;
  const details = problem.details as Details;
  const runs = plain.replace(/(?<=[\d)]\s*)[xX](?=\s*[\d(])/g, '*').match(/[\d()+\-*/=][\d()+\-*/=\s]*/g) ?? [];
  let accepted = 0;
  for (const run of runs) {
    const parts = run.split('=').map((part) => part.trim());
    const full = parts.filter((part) => numbersOf(part).length > 1 && uses(part, details));
    const long = parts.some((part) => numbersOf(part).length >= details.numbers.length && /[+\-*/]/.test(part));
    if (full.length === 0 && !long) continue;
    const values = parts.filter((part) => part !== '').map(evaluate);
    if (full.length === 0 || values.some((value) => value !== details.target)) return 0;
    accepted += 1;
  }
  return accepted > 0 ? 1 : 0;
}

export const countdown: Task = {
  name: 'countdown',
  title: { en: 'Countdown', zh: '凑数' },
  description: {
    en: 'Reach a target from three or four numbers, using each once with +, -, * and /.',
    zh: '用三个或四个数（每个数一次）和加减乘除凑出目标数。',
  },
  examples: {
    en: ['Use 3, 5 and 7 to make 56.', 'Numbers: 2, 3, 5, 7. Target: 59.'],
    zh: ['用3、5、7算出56。', '目标59，数字2、3、5、7。'],
  },
  kinds: Object.keys(weights),
  generate,
  verify,
};
