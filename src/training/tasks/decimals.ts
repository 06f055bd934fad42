/**
 * Which of two or three decimals is larger or smaller. The first line says what is wanted, L the larger or S the smaller,
 * and names the numbers: `L:x9.11y9.9`. Two numbers at a time are written with their digits named by place (a tens, b
 * ones, c tenths, …), and compared in turn, `c1,9<`; `L<y9.9` repeats the wish and the sign and names the winner.
 */
import type { Random } from '../../platform/random.ts';
import { answerText, findNumbers } from './answer.ts';
import { fixedWordings, three, two } from './decimals-wordings.ts';
import type { GenerateOptions, Language, Problem, Task } from './task.ts';
import { chooseKind, columnName, drawInSplit, writeSolution } from './task.ts';
import { phrase } from './wording.ts';

const weights = { two: 65, three: 35 };

interface Details {
  numbers: string[];
  direction: 'larger' | 'smaller';
  /** The number asked for, or null where all are equal. */
  answer: string | null;
}

function draw(random: Random, count: number): { numbers: string[]; key: string } | undefined {
  const whole = count === 3 || random.chance(0.7) ? random.integer(0, 20) : random.integer(0, 99);
  const style = random.weighted({ 'same whole': 66, 'near whole': 22, any: 12 });
  const lead = String(random.integer(0, 9));
  const shareLead = style === 'same whole' && random.chance(0.3);
  const numbers = Array.from({ length: count }, () => {
    const part =
      style === 'same whole'
        ? whole
        : style === 'near whole'
          ? Math.min(99, Math.max(0, whole + random.integer(-1, 1)))
          : random.integer(0, count === 3 ? 20 : random.pick([9, 99]));
    if (random.chance(0.06)) return String(part);
    const places = Number(random.weighted({ 1: 42, 2: 44, 3: count === 3 ? 0 : 14 }));
    let fraction = Array.from({ length: places }, () => random.integer(0, 9)).join('');
    if (shareLead) fraction = lead + fraction.slice(1);
    return `${part}.${fraction}`;
  });
  const values = numbers.map(Number);
  const distinct = new Set(values).size;
  if (distinct === 1 && random.chance(0.6)) return undefined;
  if (distinct < count && count === 3) return undefined;
  if (new Set(numbers).size < count) return undefined;
  const key = `decimals:${values.toSorted((x, y) => x - y).join(',')}`;
  return { numbers, key };
}

/** The digits of a number with a whole part below 100: two before the point, `places` after it. */
function placed(number: string, places: number): string[] {
  const [whole, fraction = ''] = number.split('.') as [string, string?];
  return [...whole.padStart(2, '0'), ...fraction.padEnd(places, '0')];
}

/** The lines that compare two decimals place by place, to the first place where they differ. */
function compare(x: string, y: string): { lines: string[]; sign: '<' | '>' | '=' } {
  const places = Math.max(2, ...[x, y].map((number) => number.split('.')[1]?.length ?? 0));
  const [left, right] = [placed(x, places), placed(y, places)];
  const named = (digits: string[]) => digits.map((digit, i) => columnName(i) + digit).join('');
  const lines = [`${named(left)},${named(right)}`];
  let sign: '<' | '>' | '=' = '=';
  for (let i = 0; i < left.length && sign === '='; i++) {
    const [p, q] = [left[i]!, right[i]!];
    sign = p < q ? '<' : p > q ? '>' : '=';
    lines.push(`${columnName(i)}${p},${q}${sign}`);
  }
  return { lines, sign };
}

interface Named {
  name: string;
  number: string;
}

/** The thinking, and the number asked for (null where all are equal). */
function think(numbers: readonly string[], larger: boolean): { lines: string[]; best: string | null } {
  const wish = larger ? 'L' : 'S';
  const given: Named[] = numbers.map((number, i) => ({ name: 'xyz'[i]!, number }));
  const lines = [`${wish}:${given.map(({ name, number }) => name + number).join('')}`];
  let best = given[0]!;
  for (const next of given.slice(1)) {
    const { lines: steps, sign } = compare(best.number, next.number);
    if (sign === '=') return { lines: [...lines, ...steps, `${wish}=`], best: null };
    if ((sign === '<') === larger) best = next;
    lines.push(...steps, `${wish}${sign}${best.name}${best.number}`);
  }
  return { lines, best: best.number };
}

function sentence(language: Language, answer: string | null, larger: boolean, count: number): string {
  if (language === 'en') {
    if (answer === null) return 'They are equal.';
    if (count === 2) return `${answer} is ${larger ? 'larger' : 'smaller'}.`;
    return `${answer} is the ${larger ? 'largest' : 'smallest'}.`;
  }
  if (answer === null) return '两个数一样大。';
  return `${answer}${count === 2 ? '更' : '最'}${larger ? '大' : '小'}。`;
}

function generate(random: Random, options: GenerateOptions): Problem {
  const kind = chooseKind(random, 'decimals', weights, options.kind);
  const count = kind === 'two' ? 2 : 3;
  const { numbers, key } = drawInSplit(options.split, () => draw(random, count));
  const larger = random.chance(0.6);
  const { lines, best } = think(numbers, larger);
  const comparative: Record<Language, readonly [readonly string[], readonly string[]]> = {
    en:
      count === 2 ? [['larger', 'bigger', 'greater'], ['smaller']] : [['largest', 'biggest', 'greatest'], ['smallest']],
    zh: [['大'], ['小']],
  };
  const word = random.pick(comparative[options.language][larger ? 0 : 1]);
  const slots: Record<string, string> = { word, a: numbers[0]!, b: numbers[1]!, c: numbers[2] ?? '' };
  const fixed = options.wordings !== 'held-out' && random.chance(0.2);
  const wordings = fixed ? fixedWordings(count, larger) : count === 2 ? two : three;
  const prompt = phrase(random, wordings, options, slots);
  const details: Details = { numbers, direction: larger ? 'larger' : 'smaller', answer: best };
  return {
    task: 'decimals',
    kind,
    language: options.language,
    prompt,
    solution: writeSolution(lines, sentence(options.language, best, larger, count)),
    answer: best ?? 'equal',
    key,
    details,
  };
}

const LARGER = /larger|larg|bigger|biggest|great|more|higher|highest|max|大|高|>/i;
const SMALLER = /smaller|smallest|small|less|lower|lowest|least|min|小|低|</i;
const NUMERAL = '-?\\d+(?:\\.\\d+)?';
const RELATIONS = [
  { pattern: `(?<![\\d.])(${NUMERAL})\\s*([<>])\\s*(?=(${NUMERAL}))` },
  {
    pattern: `(${NUMERAL})\\s+(?:is|are)\\s+((?:\\w+\\s+)?(?:larger|bigger|greater|more|higher|smaller|less|lower))\\s+than\\s+(${NUMERAL})`,
  },
  { pattern: `(${NUMERAL})\\s*比\\s*(${NUMERAL})\\s*更?(大|小)`, chinese: true },
];

/** Statements `x > y` in the text, each as [larger, smaller]. */
function relations(text: string): [number, number][] {
  const found: [number, number][] = [];
  for (const { pattern, chinese } of RELATIONS) {
    for (const match of text.matchAll(new RegExp(pattern, 'gi'))) {
      const [left, right, word] = chinese ? [match[1], match[2], match[3]] : [match[1], match[3], match[2]];
      const pair: [number, number] = [Number(left), Number(right)];
      found.push(LARGER.test(word!) ? pair : [pair[1], pair[0]]);
    }
  }
  return found;
}

function withoutRelations(text: string): string {
  const chain = new RegExp(`${NUMERAL}(?:\\s*[<>=]\\s*${NUMERAL})+`, 'g');
  return RELATIONS.reduce(
    (left, { pattern }) => left.replace(new RegExp(pattern, 'gi'), ' '),
    text.replace(chain, ' '),
  );
}

/** Numbers that a word of the wanted direction follows directly, as in `9.9 is larger` and `9.9更大`. */
function numbersCalled(text: string, wanted: RegExp): number[] {
  const called = new RegExp(`(${NUMERAL})\\s*(?:is|are|更|最|比较)?\\s*(?:the|也)?\\s*(?:${wanted.source})`, 'gi');
  return [...text.matchAll(called)].map((match) => Number(match[1]));
}

function verify(problem: Problem, text: string): number {
  const plain = answerText(text);
  if (plain === undefined) return 0;
  const { numbers, direction, answer } = problem.details as Details;
  const saysEqual =
    /\bequal\b|\bsame\b|相等|一样|相同|等于/i.test(plain) && !/not (?:equal|the same)|不(?:相等|一样|同)/i.test(plain);
  if (answer === null) return saysEqual && relations(plain).length === 0 ? 1 : 0;
  if (saysEqual) return 0;
  const target = Number(answer);
  const stated = relations(plain);
  if (stated.some(([large, small]) => large <= small)) return 0;
  const named = plain.replace(/(?:\bnot\b|\brather than\b|而不是|不是)\s*-?\d+(?:\.\d+)?/gi, ' ');
  const values = findNumbers(named).map(({ value }) => value);
  const opposite = direction === 'larger' ? SMALLER : LARGER;
  const wanted = direction === 'larger' ? LARGER : SMALLER;
  const compared = new Set(stated.flat());
  if (numbers.every((number) => compared.has(Number(number)))) {
    // True relations between all the numbers give the answer, unless the text goes on to name another.
    const others = findNumbers(withoutRelations(named)).map(({ value }) => value);
    return others.every((value) => value === target) ? 1 : 0;
  }
  if (/\bor\b|\bmaybe\b|或/i.test(named) && new Set(values).size > 1) return 0;
  let left = values;
  if (left.length > 1) {
    for (const number of numbers) {
      const at = left.indexOf(Number(number));
      if (at >= 0) left = left.filter((_, i) => i !== at);
    }
    // Each was named once: the answer is the one that is called larger (or smaller) itself.
    if (left.length === 0) left = numbersCalled(named, wanted);
  }
  if (left.length === 0 || left.some((value) => value !== target)) return 0;
  return opposite.test(named) && !wanted.test(named) ? 0 : 1;
}

export const decimals: Task = {
  name: 'decimals',
  title: { en: 'Comparing decimals', zh: '小数比大小' },
  description: {
    en: 'Which of two or three decimals is larger or smaller, such as 9.11 and 9.9.',
    zh: '两个或三个小数哪个大、哪个小，例如9.11和9.9。',
  },
  examples: {
    en: ['Which is larger, 9.11 or 9.9?', 'Which is the smallest: 3.2, 3.19 or 3.05?'],
    zh: ['9.11和9.9哪个大？', '3.2、3.19、3.05中哪个最小？'],
  },
  kinds: Object.keys(weights),
  generate,
  verify,
};
