/** Wordings of sorting. Slots: {l} the list and {o} the order in words. */
import { widen } from './wording.ts';
import * as wider from './wordings/index.ts';

export const sortingWordings = widen(
  {
    en: {
      train: [
        'Sort {l} {o}.',
        'Sort {o}: {l}',
        'Sort these {o}: {l}',
        'Order {l} {o}.',
        'Order these {o}: {l}.',
        'Put {l} in order, {o}.',
        'Put these in order {o}: {l}',
        'Arrange {l} {o}.',
        'Arrange the following {o}: {l}.',
        '[Please|Can you|Could you] sort {l} {o}?',
        'List {l} {o}.',
        'Rank {l} {o}.',
        'Write {l} {o}.',
        'How do {l} go {o}?',
        '{l}: sort {o}',
        '{l}, sorted {o}',
        'I need {l} sorted {o}.',
        'Give me {l} {o}.',
      ],
      heldOut: [
        'Bring {l} into order {o}.',
        'Here is a list: {l}. Rewrite it {o}.',
        'Line up {l} {o}.',
        'What is the list {l} when ordered {o}?',
        'These are mixed up: {l}. Sort them {o}.',
      ],
    },
    zh: {
      train: [
        '把{l}{o}排列。',
        '把{l}{o}排序。',
        '将{l}{o}排列。',
        '将{l}{o}排序。',
        '请把{l}{o}排好。',
        '{l}，{o}排列。',
        '{l}，{o}排序是怎样的？',
        '{l}{o}怎么排？',
        '请{o}排列：{l}',
        '{o}排序：{l}',
        '[帮我|请你|请]把{l}{o}排一下。',
        '{o}写出{l}。',
        '{l}{o}排列的结果是什么？',
        '按要求排序（{o}）：{l}',
        '把下面的{o}排列：{l}',
      ],
      heldOut: ['{l}顺序乱了，{o}重新排好。', '有一组：{l}，{o}应该怎么写？', '整理{l}，{o}。', '{o}重排一下{l}。'],
    },
  },
  wider.sorting,
);

export const orders = {
  ascending: {
    en: [
      'from smallest to largest',
      'in ascending order',
      'in increasing order',
      'from low to high',
      'from least to greatest',
    ],
    zh: ['从小到大', '按从小到大的顺序', '由小到大', '按升序'],
  },
  descending: {
    en: [
      'from largest to smallest',
      'in descending order',
      'in decreasing order',
      'from high to low',
      'from greatest to least',
    ],
    zh: ['从大到小', '按从大到小的顺序', '由大到小', '按降序'],
  },
  alphabetical: {
    en: ['alphabetically', 'in alphabetical order', 'from A to Z', 'by the alphabet', 'in dictionary order'],
    zh: ['按字母顺序', '按字母表顺序', '按字典顺序', '从A到Z'],
  },
} as const;
