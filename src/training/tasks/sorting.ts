/**
 * Sorting by repeated selection: each pass lists what is left and then carries the best so far along it
 * (`25 1 40|25,1:1,40:1` compares 25 with 1, keeps 1, compares it with 40). Decimals are padded to two places first;
 * words are compared by their first two letters, which are written out.
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
    const count = level ?? random.integer(3, 4);
    const first = random.pick(sortable);
    const near = random.chance(0.25) ? sortable.filter((noun) => noun[0] === first[0]) : sortable;
    const items = [first, ...Array.from({ length: count - 1 }, (_, i) => random.pick(i === 0 ? near : sortable))];
    const starts = new Set(items.map((item) => item.slice(0, 2)));
    return starts.size === count ? random.shuffle(items) : undefined;
  }
  const digits = random.weighted({ 1: 10, 2: 60, 3: 30 });
  const largest = 10 ** Number(digits) - 1;
  const usual = kind === 'decimals' ? (random.chance(0.15) ? 4 : 3) : random.integer(3, digits === '3' ? 4 : 5);
  const count = level ?? usual;
  const whole = random.integer(0, 20);
  const items = Array.from({ length: count }, () => {
    if (kind === 'numbers') return String(random.integer(1, largest));
    const part = random.chance(0.6) ? whole : random.integer(0, 20);
    return `${part}.${random.integer(1, 9)}${random.chance(0.4) ? random.integer(1, 9) : ''}`;
  });
  return new Set(items).size === count ? items : undefined;
}

/** Passes of selection; `before` tells whether x comes before y. */
function passes(items: readonly string[], before: (x: string, y: string) => boolean): string[] {
  const lines: string[] = [];
  let left = [...items];
  while (left.length > 1) {
    let best = left[0]!;
    let chain = best;
    for (const next of left.slice(1)) {
      if (!before(best, next)) best = next;
      chain += `,${next}:${best}`;
    }
    lines.push(`${left.join(' ')}|${chain}`);
    left = left.filter((item) => item !== best);
  }
  lines.push(left[0]!);
  return lines;
}

function sortedItems(items: readonly string[], order: Order): string[] {
  if (order === 'alphabetical') return [...items].sort();
  const sign = order === 'ascending' ? 1 : -1;
  return items.toSorted((x, y) => sign * (Number(x) - Number(y)));
}

function think(items: readonly string[], order: Order, sorted: readonly string[]): string[] {
  const before = (x: string, y: string) => sorted.indexOf(x) < sorted.indexOf(y);
  if (items.some((item) => item.includes('.'))) {
    const padded = (item: string) => (/\.\d\d/.test(item) ? item : `${item}0`);
    const rank = new Map(sorted.map((item, i) => [padded(item), i]));
    return [items.join(' '), ...passes(items.map(padded), (x, y) => rank.get(x)! < rank.get(y)!)];
  }
  if (order !== 'alphabetical') return passes(items, before);
  const start = (word: string) => `${word[0]}${word[1]}`;
  const byStart = new Map(items.map((item) => [start(item), item]));
  const spelled = items.map((item) => `${item}: ${item[0]} ${item[1]}`);
  const steps = passes(items.map(start), (x, y) => before(byStart.get(x)!, byStart.get(y)!));
  const spaced = (text: string) => text.replaceAll(/([a-z])([a-z])/g, '$1 $2');
  return [...spelled, ...steps.map(spaced)];
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
    en: 'Three to five numbers or decimals by size, three or four words by the alphabet.',
    zh: '三到五个整数或小数按大小排列，三四个英文单词按字母顺序排列。',
  },
  examples: {
    en: ['Sort 34, 7, 91 and 25 from smallest to largest.', 'Sort pear, fig, apple alphabetically.'],
    zh: ['把34、7、91、25从小到大排列。', '把pear、fig、apple按字母顺序排列。'],
  },
  kinds: Object.keys(weights),
  generate,
  verify,
};
