/** Wordings of countdown. Slots: {l} the numbers as a list and {t} the target. */
import { widen } from './wording.ts';
import * as wider from './wordings/index.ts';

export const countdownWordings = widen(
  {
    en: {
      train: [
        'Use {l} to make {t}.',
        'Make {t} from {l}.',
        'Use the numbers {l} to [make|get|reach] {t}.',
        'Using {l}, make {t}. Use each number once.',
        'Using each of {l} exactly once, [make|get|reach] {t}.',
        'Combine {l} to [make|get] {t}.',
        'How can you [make|get] {t} from {l}?',
        'How do I get {t} from {l}?',
        'Write {t} using {l}, each once.',
        'Find an expression with {l} that equals {t}.',
        'Countdown: numbers {l}, target {t}.',
        'Numbers: {l}. Target: {t}.',
        '[Can you|Could you] make {t} with {l}?',
        'With {l} and +, -, *, /, make {t}.',
        'Reach {t} with the numbers {l}[, using each once|].',
        'Please [make|build] {t} out of {l}.',
        'target {t}, numbers {l}',
        'Give an expression that uses {l} and makes {t}.',
      ],
      heldOut: [
        'Here are some numbers: {l}. Use all of them to arrive at {t}.',
        'Which sum made of {l} has the value {t}?',
        'Put signs between {l} so that the result is {t}; any order will do.',
        'Play countdown: you have {l} and must hit {t}.',
        'I have the cards {l}. How can I score {t}?',
      ],
    },
    zh: {
      train: [
        '用{l}算出{t}。',
        '用{l}得到{t}。',
        '用{l}这几个数算出{t}，每个数用一次。',
        '怎样用{l}得到{t}？',
        '怎么用{l}算出{t}？',
        '用数字{l}凑出{t}。',
        '把{l}用加减乘除算成{t}。',
        '数字：{l}，目标：{t}。',
        '目标{t}，数字{l}。',
        '给你{l}，请算出{t}。',
        '[请|请你|帮我]用{l}凑成{t}。',
        '每个数只用一次，用{l}算出{t}。',
        '写一个算式，用{l}得出{t}。',
        '用{l}和四则运算得到{t}。',
        '{l}怎么算等于{t}？',
        '凑数：{l}，目标是{t}。',
      ],
      heldOut: [
        '有这些数：{l}，全部用上，结果要是{t}。',
        '手里有{l}几张牌，怎样算得{t}？',
        '在{l}之间添上运算符号，使结果等于{t}，顺序不限。',
        '玩凑数游戏：数是{l}，要得{t}。',
      ],
    },
  },
  wider.countdown,
);
