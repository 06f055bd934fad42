/**
 * Sorting by repeated selection. The first line gives the list in the order of the question. Each pass carries the best
 * so far along what is left, a comparison a line (`34:7<7`: of 34 and 7 the smaller is 7; `>` picks the larger), then
 * writes what is sorted and, after `|`, what is left: `7|34,91`. Decimals are padded to two places; of words the first
 * two letters are sorted.
 */
import type { Random } from '../../platform/random.ts';
import { answerText, findNumbers } from './answer.ts';
import { orders, sortingWordings } from './sorting-wordings.ts';
import type { GenerateOptions, Language, Problem, Task } from './task.ts';
import { chooseKind, drawInSplit, writeSolution } from './task.ts';
import { phrase } from './wording.ts';
import { nouns } from './words.ts';

const weights = { numbers: 50, decimals: 20, words: 30 };
type Kind = keyof typeof weights;
type Order = keyof typeof orders;

/** Nouns that no sentence about sorting is likely to contain itself. */
const unfit = new Set([
  'order',
  'word',
  'alphabet',
  'letter',
  'result',
  'answer',
  'group',
  'sentence',
  'number',
  'system',
]);
const sortable = nouns.filter((noun) => !unfit.has(noun) && noun.length <= 9);

interface Details {
  kind: Kind;
  /** The items in the order that is asked for. */
  sorted: string[];
}

function drawItems(random: Random, kind: Kind, level: number | undefined): string[] | undefined {
  if (kind === 'words') {
    const count = level ?? (random.chance(0.6) ? 3 : 4);
    const first = random.pick(sortable);
    const near = random.chance(0.25) ? sortable.filter((noun) => noun[0] === first[0]) : sortable;
    const items = [first, ...Array.from({ length: count - 1 }, (_, i) => random.pick(i === 0 ? near : sortable))];
    const starts = new Set(items.map((item) => item.slice(0, 2)));
    return starts.size === count ? random.shuffle(items) : undefined;
  }
  const digits = random.weighted({ 1: 10, 2: 60, 3: 30 });
  const largest = 10 ** Number(digits) - 1;
  const count = level ?? (kind === 'numbers' && random.chance(digits === '3' ? 0.3 : 0.5) ? 4 : 3);
  const whole = random.integer(0, 20);
  const items = Array.from({ length: count }, () => {
    if (kind === 'numbers') return String(random.integer(1, largest));
    const part = random.chance(0.6) ? whole : random.integer(0, 20);
    return `${part}.${random.integer(1, 9)}${random.chance(0.4) ? random.integer(1, 9) : ''}`;
  });
  return new Set(items).size === count ? items : undefined;
}

/** Passes of selection; `before` tells whether x comes before y, `sign` stands for that in the lines. */
function passes(items: readonly string[], sign: '<' | '>', before: (x: string, y: string) => boolean): string[] {
  const lines: string[] = [];
  const done: string[] = [];
  let left = [...items];
  while (left.length > 1) {
    let best = left[0]!;
    for (const next of left.slice(1)) {
      const compared = `${best}:${next}`;
      if (!before(best, next)) best = next;
      lines.push(`${compared}${sign}${best}`);
    }
    done.push(best);
    left = left.filter((item) => item !== best);
    lines.push(left.length > 1 ? `${done.join(',')}|${left.join(',')}` : [...done, ...left].join(','));
  }
  return lines;
}

function sortedItems(items: readonly string[], order: Order): string[] {
  if (order === 'alphabetical') return [...items].sort();
  const sign = order === 'ascending' ? 1 : -1;
  return items.toSorted((x, y) => sign * (Number(x) - Number(y)));
}

function think(items: readonly string[], order: Order, sorted: readonly string[]): string[] {
  const sign = order === 'descending' ? '>' : '<';
  const padded = (item: string) => (/\.\d$/.test(item) ? `${item}0` : item);
  const short = order === 'alphabetical' ? (item: string) => item.slice(0, 2) : padded;
  const rank = new Map(sorted.map((item, i) => [short(item), i]));
  const shown = items.map(short);
  return [sign + shown.join(','), ...passes(shown, sign, (x, y) => rank.get(x)! < rank.get(y)!)];
}

function listed(random: Random, items: readonly string[], language: Language): string {
  const start = items.slice(0, -1);
  if (language === 'zh') {
    return random.pick([items.join('、'), items.join('，'), items.join(', '), `${start.join('、')}和${items.at(-1)}`]);
  }
  return random.pick([
    items.join(', '),
    `${start.join(', ')} and ${items.at(-1)}`,
    items.join(' '),
    `[${items.join(', ')}]`,
  ]);
}

function generate(random: Random, options: GenerateOptions): Problem {
  const kind = chooseKind(random, 'sorting', weights, options.kind);
  const { items, key } = drawInSplit(options.split, () => {
    const drawn = drawItems(random, kind, options.level);
    return drawn && { items: drawn, key: `sorting:${[...drawn].sort().join(',')}` };
  });
  const order: Order = kind === 'words' ? 'alphabetical' : random.chance(0.65) ? 'ascending' : 'descending';
  const sorted = sortedItems(items, order);
  const { language } = options;
  const slots = { l: listed(random, items, language), o: random.pick(orders[order][language]) };
  const answer = sorted.join(', ');
  const details: Details = { kind, sorted };
  return {
    task: 'sorting',
    kind,
    language,
    prompt: phrase(random, sortingWordings, options, slots),
    solution: writeSolution(
      think(items, order, sorted),
      language === 'zh' ? `排序结果：${sorted.join('、')}。` : `In order: ${answer}.`,
    ),
    answer,
    key,
    details,
  };
}

/** The items in the order in which the text names them. */
function itemsNamed(text: string, { kind, sorted }: Details): string[] {
  if (kind !== 'words') return findNumbers(text).map(({ value }) => String(value));
  const pattern = new RegExp(
    `(?<![a-z])(?:${sorted.toSorted((x, y) => y.length - x.length).join('|')})(?![a-z])`,
    'gi',
  );
  return (text.match(pattern) ?? []).map((word) => word.toLowerCase());
}

function verify(problem: Problem, text: string): number {
  const plain = answerText(text);
  if (plain === undefined) return 0;
  const details = problem.details as Details;
  // Enumerations "1. …" on their own lines are no items.
  const bare = plain.replace(/^\s*\d+[.)]\s+/gm, '');
  const expected = details.sorted.map((item) => (details.kind === 'words' ? item : String(Number(item))));
  let found = itemsNamed(bare, details);
  // A text may restate the list before it gives the order.
  if (found.length === 2 * expected.length) {
    const restated = found.slice(0, expected.length);
    const same = restated.toSorted().join() === expected.toSorted().join();
    if (same) found = found.slice(expected.length);
  }
  return found.length === expected.length && found.every((item, i) => item === expected[i]) ? 1 : 0;
}

export const sorting: Task = {
  name: 'sorting',
  title: { en: 'Sorting', zh: '排序' },
  description: {
    en: 'Three or four numbers or three decimals by size, three or four words by the alphabet.',
    zh: '三四个整数或三个小数按大小排列，三四个英文单词按字母顺序排列。',
  },
  examples: {
    en: ['Sort 34, 7, 91 and 25 from smallest to largest.', 'Sort pear, fig, apple alphabetically.'],
    zh: ['把34、7、91、25从小到大排列。', '把pear、fig、apple按字母顺序排列。'],
  },
  kinds: Object.keys(weights),
  generate,
  verify,
};
