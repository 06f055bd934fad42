/**
 * Wordings: templates with alternatives `[one|two|]` and slots `{name}`. A template is the unit that is held out for
 * evaluation; the greetings, thanks and punctuation put around it are shared.
 */
import type { Random } from '../../platform/random.ts';
import type { GenerateOptions, Language } from './task.ts';

export interface WordingSet {
  /** Used in every split. */
  train: readonly string[];
  /** Used only where evaluation asks for unseen wordings. */
  heldOut: readonly string[];
}
export type Wordings = Record<Language, WordingSet>;

const names: Record<Language, readonly string[]> = {
  en: ['Tom', 'Anna', 'Ben', 'Mia', 'Sam', 'Lucy', 'Jack', 'Emma', 'Leo', 'Nina', 'Max', 'Ruth', 'Omar', 'Mei', 'Ivan'],
  zh: ['小明', '小红', '小刚', '小丽', '小华', '小芳', '小强', '小雨', '小林', '小雪', '小军', '小云'],
};
const things: Record<Language, readonly string[]> = {
  en: [
    'apples',
    'pens',
    'books',
    'stamps',
    'coins',
    'cards',
    'eggs',
    'shells',
    'stickers',
    'oranges',
    'tickets',
    'nuts',
  ],
  zh: ['苹果', '铅笔', '橘子', '邮票', '硬币', '卡片', '鸡蛋', '贝壳', '气球', '饼干', '糖果', '核桃'],
};
const places: Record<Language, readonly string[]> = {
  en: ['shop', 'library', 'school', 'farm', 'market', 'factory', 'museum', 'bakery'],
  zh: ['商店', '图书馆', '学校', '农场', '市场', '工厂', '博物馆', '面包店'],
};

/** Resolves `[a|b]` alternatives, innermost first, then fills the slots. Throws on a slot without a value. */
export function fill(random: Random, template: string, slots: Readonly<Record<string, string>>): string {
  let text = template;
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(/\[([^[\]]*)\]/g, (_, choices: string) => random.pick(choices.split('|')));
  }
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = slots[name];
    if (value === undefined) throw new Error(`wording '${template}' names {${name}}, which has no value`);
    return value;
  });
}

const openings: Record<Language, readonly string[]> = {
  en: [
    'Hi! ',
    'Hello! ',
    'Quick question: ',
    'Question: ',
    'Help me: ',
    'Hey! ',
    'One more: ',
    'Please help! ',
    'Next: ',
  ],
  zh: ['请问，', '你好！', '问题：', '帮我看看：', '帮个忙：', '老师好！', '考考你：', '下一题：', '麻烦你，'],
};
const closings: Record<Language, readonly string[]> = {
  en: [' Thanks!', ' Thank you.', ' Thanks.', ' Thank you!', ' Many thanks.'],
  zh: ['谢谢！', '谢谢。', '多谢！', '谢谢你。'],
};

function decorateEnglish(random: Random, text: string): string {
  let result = text;
  const lower = random.chance(0.15) && /^[A-Z][a-z]/.test(result);
  if (lower) result = result.charAt(0).toLowerCase() + result.slice(1);
  const ended = /[.?!]$/.test(result);
  if (ended && random.chance(0.15)) result = result.slice(0, -1);
  else if (ended && random.chance(0.1)) result += random.pick(closings.en);
  if (!lower && random.chance(0.15)) result = random.pick(openings.en) + result;
  return result;
}

function decorateChinese(random: Random, text: string): string {
  let result = text;
  const ended = /[。？！?]$/.test(result);
  if (ended && random.chance(0.15)) result = result.slice(0, -1);
  else if (ended && random.chance(0.1)) result += random.pick(closings.zh);
  else if (result.endsWith('？') && random.chance(0.15)) result = `${result.slice(0, -1)}?`;
  if (random.chance(0.15)) result = random.pick(openings.zh) + result;
  return result;
}

/** The prompt of a problem: a template of the language, filled, with ordinary manners around it. */
export function phrase(
  random: Random,
  wordings: Wordings,
  options: GenerateOptions,
  slots: Readonly<Record<string, string>>,
): string {
  const heldOut = options.wordings === 'held-out';
  if (heldOut && options.split === 'train') {
    throw new Error('held-out wordings are for evaluation only: ask for the validation or test split');
  }
  const { language } = options;
  const set = wordings[language];
  const common = {
    name: random.pick(names[language]),
    thing: random.pick(things[language]),
    place: random.pick(places[language]),
  };
  const text = fill(random, random.pick(heldOut ? set.heldOut : set.train), { ...common, ...slots });
  return language === 'en' ? decorateEnglish(random, text) : decorateChinese(random, text);
}
