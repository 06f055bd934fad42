/**
 * Wordings: templates with alternatives `[one|two|]` and slots `{name}`. A template is the unit that is held out for
 * evaluation; the greetings, thanks and punctuation put around it are shared.
 */
import type { Random } from '../../platform/random.ts';
import type { GenerateOptions, Language } from './task.ts';

export interface WordingSet {
  /** Short everyday wordings, used in every split. */
  train: readonly string[];
  /** Many more, with other verbs, stories and sentence shapes (folder `wordings`), used in every split. */
  wider?: readonly string[];
  /** Used only where evaluation asks for unseen wordings. */
  heldOut: readonly string[];
}
export type Wordings = Record<Language, WordingSet>;

const words = (text: string): readonly string[] => text.trim().split(/\s*[,，\n]\s*/);

const names: Record<Language, readonly string[]> = {
  en: words(`
    Tom, Anna, Ben, Mia, Sam, Lucy, Jack, Emma, Leo, Nina, Max, Ruth, Omar, Mei, Ivan, Alice, Bob, Carla, David, Eva,
    Frank, Grace, Henry, Iris, James, Kate, Liam, Maria, Noah, Olga, Paul, Rosa, Peter, Sara, Tim, Vera, Will, Yara, Zoe,
    Ahmed, Chen, Diego, Fatima, Hana, Kofi, Lena, Priya, Raj, Sofia, Yuki
  `),
  zh: words(`
    小明，小红，小刚，小丽，小华，小芳，小强，小雨，小林，小雪，小军，小云，小张，小王，小李，小美，小亮，小东，小杰，小兰，
    李明，王芳，张伟，刘洋，陈静，爸爸，妈妈，爷爷，奶奶，姐姐，哥哥，弟弟，妹妹，老王，老李，王老师，李叔叔，张阿姨
  `),
};
const things: Record<Language, readonly string[]> = {
  en: words(`
    apples, pens, books, stamps, coins, cards, eggs, shells, stickers, oranges, tickets, nuts, balls, beads, bottles,
    boxes, bricks, buttons, cakes, candles, chairs, cups, flowers, toys, hats, keys, lamps, lemons, letters, marbles,
    pencils, photos, plates, roses, stones, trees, bikes, fish, pears, shirts
  `),
  zh: words(`
    苹果，铅笔，橘子，邮票，硬币，卡片，鸡蛋，贝壳，气球，饼干，糖果，核桃，球，杯子，玩具，西瓜，桃子，梨，面包，本子，
    箱子，盘子，零件，灯泡，书包，风筝，石子，纽扣，徽章，瓶子
  `),
};
const places: Record<Language, readonly string[]> = {
  en: words(`
    shop, library, school, farm, market, factory, museum, bakery, garage, hotel, store, café, club, theatre, zoo, park,
    garden, hospital, station, warehouse
  `),
  zh: words(`
    商店，图书馆，学校，农场，市场，工厂，博物馆，面包店，超市，书店，花店，饭店，公园，医院，仓库，果园，文具店，水果店
  `),
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
    'Hi there. ',
    'Good morning! ',
    'OK, ',
    'So, ',
    'Now, ',
    'Hmm. ',
    'Excuse me, ',
    'I am stuck. ',
    'I wonder. ',
    'This one is hard for me. ',
    'Here is an easy one. ',
    'Another one: ',
    'Last question: ',
    'Think carefully. ',
    'Let us try this. ',
    'A puzzle for you: ',
    'My son asks: ',
    'Dear helper, ',
    'Task: ',
    'Exercise: ',
    'Problem: ',
    'Q: ',
  ],
  zh: [
    '请问，',
    '你好！',
    '问题：',
    '帮我看看：',
    '帮个忙：',
    '老师好！',
    '考考你：',
    '下一题：',
    '麻烦你，',
    '您好，',
    '早上好！',
    '嗨，',
    '好，',
    '那么，',
    '还有，',
    '想请教一下，',
    '我不会这道题。',
    '这题有点难：',
    '再来一题：',
    '最后一题：',
    '题目：',
    '练习：',
    '仔细想想：',
    '试试这个：',
    '孩子问我：',
    '有个问题：',
  ],
};
const closings: Record<Language, readonly string[]> = {
  en: [
    ' Thanks!',
    ' Thank you.',
    ' Thanks.',
    ' Thank you!',
    ' Many thanks.',
    ' Please.',
    ' Show your work.',
    ' Be careful.',
    ' Take your time.',
    ' I am not sure.',
    ' Please explain.',
    ' Think first.',
    ' Any idea?',
  ],
  zh: [
    '谢谢！',
    '谢谢。',
    '多谢！',
    '谢谢你。',
    '麻烦了。',
    '请写出过程。',
    '慢慢算。',
    '我不太确定。',
    '想清楚再答。',
    '拜托了！',
  ],
};

function decorateEnglish(random: Random, text: string): string {
  let result = text;
  const lower = random.chance(0.15) && /^[A-Z][a-z]/.test(result);
  if (lower) result = result.charAt(0).toLowerCase() + result.slice(1);
  const ended = /[.?!]$/.test(result);
  if (ended && random.chance(0.15)) result = result.slice(0, -1);
  else if (ended && random.chance(0.1)) result += random.pick(closings.en);
  if (!lower && random.chance(0.15)) {
    const opening = random.pick(openings.en);
    const joined = opening.endsWith(', ') && !names.en.some((name) => result.startsWith(name));
    result = opening + (joined ? result.charAt(0).toLowerCase() + result.slice(1) : result);
  }
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

/** The set with wider wordings added to it. */
export function widen(wordings: Wordings, wider: Record<Language, readonly string[]>): Wordings {
  return { en: { ...wordings.en, wider: wider.en }, zh: { ...wordings.zh, wider: wider.zh } };
}

/** Share of the wider wordings where a task has them. */
const WIDER_SHARE = 0.65;

function trained(random: Random, set: WordingSet): readonly string[] {
  return set.wider !== undefined && random.chance(WIDER_SHARE) ? set.wider : set.train;
}

/** Splits a text into templates, one a line. */
export function templates(text: string): readonly string[] {
  return text.trim().split(/\s*\n\s*/);
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
  const text = fill(random, random.pick(heldOut ? set.heldOut : trained(random, set)), { ...common, ...slots });
  return language === 'en' ? decorateEnglish(random, text) : decorateChinese(random, text);
}
