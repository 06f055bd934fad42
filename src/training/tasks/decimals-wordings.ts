/** Wordings of the comparison of decimals. Slots: {a}, {b}, {c} the numbers and {word} (larger, 大, …). */
import { type Wordings, widen } from './wording.ts';
import * as wider from './wordings/index.ts';

export const two = widen(
  {
    en: {
      train: [
        'Which is {word}, {a} or {b}?',
        'Which is {word}: {a} or {b}?',
        'Which number is {word}, {a} or {b}?',
        '{a} or {b}, which is {word}?',
        '{a} and {b}: which [one|number] is {word}?',
        'Is {a} or {b} {word}?',
        'Which one is {word}: {a} or {b}?',
        'Which of {a} and {b} is {word}?',
        'Which is the {word} number, {a} or {b}?',
        '[Tell me|Please tell me] which is {word}: {a} or {b}.',
        'Compare {a} and {b}. Which is {word}?',
        'Of {a} and {b}, which is {word}?',
        'What is {word}, {a} or {b}?',
        "[What's|What is] the {word} of {a} and {b}?",
        'Between {a} and {b}, which is {word}?',
        '[Name|Pick|Choose] the {word} number: {a} or {b}',
        '{a} vs {b}, which is {word}?',
      ],
      heldOut: [
        'Here are two numbers: {a} and {b}. Which of them is {word}?',
        'Do you think {a} is {word} or {b}?',
        'I have {a} and {b}. Say which is {word}.',
        'Find the {word} one of {a} and {b}.',
        'We measured {a} and {b}. Which value is {word}?',
      ],
    },
    zh: {
      train: [
        '{a}和{b}哪个{word}？',
        '{a}和{b}哪个更{word}？',
        '{a}和{b}，哪个数{word}？',
        '{a}与{b}相比，哪个{word}？',
        '{a}跟{b}哪个比较{word}？',
        '哪个数更{word}：{a}还是{b}？',
        '{a}还是{b}更{word}？',
        '比较{a}和{b}，哪个{word}？',
        '请比较{a}和{b}，说出更{word}的数。',
        '{a}、{b}两个数中哪个{word}？',
        '[请问|你知道]{a}和{b}谁更{word}？',
        '{a}和{b}谁{word}？',
        '在{a}和{b}中，较{word}的是哪个？',
        '[找出|说出|选出]{a}和{b}中较{word}的数。',
        '{a} vs {b}，哪个更{word}？',
      ],
      heldOut: [
        '有两个数：{a}和{b}，{word}的是哪一个？',
        '你觉得{a}{word}还是{b}{word}？',
        '量得{a}和{b}，哪个值更{word}？',
        '把{a}和{b}比一比，谁更{word}？',
      ],
    },
  },
  wider.decimalsTwo,
);

export const three = widen(
  {
    en: {
      train: [
        'Which is the {word}: {a}, {b} or {c}?',
        'Which is {word}, {a}, {b} or {c}?',
        'Which number is the {word}: {a}, {b}, {c}?',
        '{a}, {b}, {c}: which is the {word}?',
        'What is the {word} of {a}, {b} and {c}?',
        'What is the {word} number among {a}, {b} and {c}?',
        'Find the {word} of {a}, {b} and {c}.',
        '[Pick|Choose|Name|Give me] the {word} number: {a}, {b}, {c}',
        'Of {a}, {b} and {c}, which is {word}?',
        'Which of {a}, {b} and {c} is the {word}?',
        'Compare {a}, {b} and {c}. Which is the {word}?',
        '[Tell me|Please tell me] the {word} of {a}, {b} and {c}.',
        'Among {a}, {b}, {c}, which one is {word}?',
        'Which one is the {word} here: {a}, {b} or {c}?',
        "What's the {word}: {a}, {b} or {c}?",
      ],
      heldOut: [
        'Three numbers are given: {a}, {b} and {c}. Say which is the {word}.',
        'We measured {a}, {b} and {c}. Which value is the {word}?',
        'I have {a}, {b} and {c}. The {word} one is?',
        'Look at {a}, {b} and {c} and point out the {word}.',
      ],
    },
    zh: {
      train: [
        '{a}、{b}、{c}中哪个最{word}？',
        '{a}、{b}和{c}哪个最{word}？',
        '{a}，{b}，{c}，哪个数最{word}？',
        '在{a}、{b}、{c}中，最{word}的是哪个？',
        '[找出|说出|选出]{a}、{b}、{c}中最{word}的数。',
        '比较{a}、{b}和{c}，哪个最{word}？',
        '哪个数最{word}：{a}、{b}还是{c}？',
        '{a}、{b}、{c}里最{word}的数是多少？',
        '[请问|你知道]{a}、{b}、{c}谁最{word}？',
        '{a}和{b}和{c}，最{word}的是哪一个？',
        '下面哪个数最{word}？{a}、{b}、{c}',
        '三个数{a}、{b}、{c}，哪个最{word}？',
        '求{a}、{b}、{c}中最{word}的。',
      ],
      heldOut: [
        '给出三个数：{a}、{b}、{c}，请指出最{word}的一个。',
        '量得{a}、{b}和{c}，哪个值最{word}？',
        '把{a}、{b}、{c}比一比，谁最{word}？',
        '我有{a}、{b}、{c}，最{word}的是？',
      ],
    },
  },
  wider.decimalsThree,
);

/** Wordings that say in other words whether the larger or the smaller number is wanted: taller, cheaper, …; training only. */
export function fixedWordings(count: number, larger: boolean): Wordings {
  const [sets, base] = count === 2 ? [wider.decimalsTwoFixed, two] : [wider.decimalsThreeFixed, three];
  const wish = larger ? 'larger' : 'smaller';
  const fixed = (language: 'en' | 'zh') => ({ train: sets[language][wish], heldOut: base[language].heldOut });
  return { en: fixed('en'), zh: fixed('zh') };
}
