/** Wordings of letter counting. Slots: {w} the word, with or without quotes, and {c} the letter. */
import { widen } from './wording.ts';
import * as wider from './wordings/index.ts';

export const letterWordings = widen(
  {
    en: {
      train: [
        "How many {c}'s are in {w}?",
        "How many {c}'s are there in {w}?",
        'How many {c}s are in {w}?',
        'How many times does {c} appear in {w}?',
        'How many times does the letter {c} [appear|occur] in {w}?',
        'How many letters {c} are in the word {w}?',
        "How many {c}'s does {w} have?",
        'Count the letter {c} in {w}.',
        "Count the {c}'s in the word {w}.",
        "[Please|Can you|Could you] count the {c}'s in {w}.",
        'In the word {w}, how many times [does {c} appear|is there a {c}]?',
        "What is the number of {c}'s in {w}?",
        'How often does {c} [appear|occur] in {w}?',
        "{w}: how many {c}'s?",
        'The word {w} has how many {c}s?',
        'How many of the letters in {w} are {c}?',
        'Tell me how many {c}s {w} [has|contains].',
        "I want to know how many {c}'s are in {w}.",
        'Does {w} have the letter {c}? How many times?',
        'number of {c} in {w}',
      ],
      heldOut: [
        'Look at the word {w}. How many times can you see a {c}?',
        'When you spell {w}, how often do you write {c}?',
        "Find how many {c}'s the word {w} is written with.",
        'How many times is {c} used in {w}?',
        'Check {w} and count each {c}.',
      ],
    },
    zh: {
      train: [
        '{w}里有几个{c}？',
        '{w}里有多少个{c}？',
        '{w}中有几个字母{c}？',
        '单词{w}里有几个{c}？',
        '单词{w}中字母{c}出现了几次？',
        '字母{c}在{w}中出现几次？',
        '{c}在{w}里出现了多少次？',
        '数一数{w}里有几个{c}。',
        '[请|请你|帮我]数一下{w}中的{c}。',
        '{w}这个单词有几个{c}？',
        '英文单词{w}含有几个字母{c}？',
        '[请问|你知道]{w}里[有几个|有多少个]{c}？',
        '统计{w}里{c}的个数。',
        '{w}中{c}的个数是多少？',
        '{w}这个词里字母{c}有几个？',
        '单词{w}一共有多少个{c}？',
      ],
      heldOut: [
        '看看{w}这个词，能找到几个{c}？',
        '拼写{w}时要写几次{c}？',
        '{w}的字母里，{c}占几个？',
        '检查单词{w}，{c}用了几次？',
      ],
    },
  },
  wider.letters,
);
