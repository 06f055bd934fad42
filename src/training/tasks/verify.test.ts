import { describe, expect, it } from 'vitest';
import { evaluate } from './expression.ts';
import { verifyAnswer } from './index.ts';

function score(task: string, details: unknown, text: string): number {
  return verifyAnswer({ task, kind: '', language: 'en', prompt: '', solution: '', answer: '', key: '', details }, text);
}

interface Case {
  task: string;
  details: unknown;
  accept: string[];
  reject: string[];
}

const cases: Record<string, Case> = {
  sum: {
    task: 'arithmetic',
    details: { a: 1200, b: 34, result: 1234 },
    accept: [
      '1234',
      'The answer is 1,234.',
      '1200 + 34 = 1234',
      '1200 plus 34 is 1234.',
      '1234 is the sum of 1200 and 34',
      '答案是１２３４。',
      '<think>\n99\n</think>\n答案：1234',
      'reasoning without an opening tag, 7\n</think>\n1234',
      '**1234**',
      '\\boxed{1234}',
    ],
    reject: [
      '',
      '1235',
      '-1234',
      '12345',
      '<think>\n1234\n</think>\nI do not know.',
      '<think>\n1234\n</think>\n1235',
      '<think>\n1234',
      '<think>x</think>1234<think>',
      '1234 or 1235',
      '1200 + 34 = 1234 or 1235',
      'It lies between 1233 and 1235.',
      '1.234',
    ],
  },
  negative: {
    task: 'arithmetic',
    details: { a: 12, b: 50, result: -38 },
    accept: [
      '-38',
      '12 - 50 = -38',
      '12-50=−38.',
      'negative 38',
      '答案是负38。',
      'The answer is -38.',
      '12 minus 50 is minus 38',
    ],
    reject: ['38', '12 - 50 = 38', 'The answer is 38.', '50 - 12 = 38'],
  },
  operandIsAnswer: {
    task: 'arithmetic',
    details: { a: 12, b: 6, result: 6 },
    accept: ['6', '12 minus 6 is 6.', '12-6=6'],
    reject: ['12', '12 minus 6 is 7'],
  },
  remainder: {
    task: 'arithmetic',
    details: { a: 1234, b: 5, result: 246, remainder: 4 },
    accept: [
      '246 remainder 4',
      '246 r 4',
      '246余4',
      '1234 ÷ 5 = 246 R4',
      'The quotient is 246 and the remainder is 4.',
      'The remainder is 4 and the quotient is 246.',
      '商是246，余数是4。',
      'Each gets 246, and 4 are left.',
      '1234 divided by 5 is 246 with 4 left over',
    ],
    reject: ['246', '4 remainder 246', '246 remainder 3', '245 remainder 4', '246余4或5'],
  },
  larger: {
    task: 'decimals',
    details: { numbers: ['9.11', '9.90'], direction: 'larger', answer: '9.90' },
    accept: [
      '9.90',
      '9.9',
      '9.9 is larger.',
      '9.90 is larger than 9.11.',
      '9.11 < 9.9',
      '9.11 is smaller than 9.9',
      '9.9大。',
      '9.9比9.11大。',
      'Between 9.11 and 9.9, 9.9 is larger.',
      '9.9, not 9.11',
      '9.9, since 9.9 > 9.11',
      '9.9 is larger and 9.11 smaller',
    ],
    reject: [
      '9.11',
      '9.11 is larger.',
      '9.11 is larger than 9.9',
      '9.11 > 9.9',
      '9.11比9.9大。',
      '9.9 is smaller.',
      'They are equal.',
      '9.11 or 9.9',
      'both 9.11 and 9.9',
      '9.11 < 9.9, so 9.11',
      '9.99',
      '<think>9.9</think>9.11',
    ],
  },
  equalDecimals: {
    task: 'decimals',
    details: { numbers: ['9.9', '9.90'], direction: 'larger', answer: null },
    accept: ['They are equal.', '两个数一样大。', '9.9 and 9.90 are the same', '相等'],
    reject: ['9.90 is larger.', 'They are not equal.', '9.9'],
  },
  smallestOfThree: {
    task: 'decimals',
    details: { numbers: ['3.2', '3.19', '3.05'], direction: 'smaller', answer: '3.05' },
    accept: [
      '3.05',
      '3.05 is the smallest.',
      '3.05 < 3.19 < 3.2',
      '最小的是3.05。',
      'Of 3.2, 3.19 and 3.05, 3.05 is smallest',
    ],
    reject: ['3.19', '3.2 is the smallest.', '3.05 is the largest', '3.05 or 3.19'],
  },
  letters: {
    task: 'letters',
    details: { word: 'strawberry', letter: 'r', count: 3 },
    accept: [
      '3',
      'There are 3 r\'s in "strawberry".',
      'three',
      '字母r出现了3次。',
      '有三个r',
      'The letter r appears 3 times.',
    ],
    reject: ['2', 'There are 2.', 'two', '两个', '3 or 2', 'once', 'r appears 2 times, not 3'],
  },
  lettersOnce: {
    task: 'letters',
    details: { word: 'one', letter: 'e', count: 1 },
    accept: ['1', 'once', 'The word one has one e', 'Only once.'],
    reject: ['0', 'twice', 'two'],
  },
  lettersNone: {
    task: 'letters',
    details: { word: 'plum', letter: 'z', count: 0 },
    accept: ['0', 'z does not appear in plum.', '没有', 'zero', 'none'],
    reject: ['1', 'once'],
  },
  countdown: {
    task: 'countdown',
    details: { numbers: [3, 5, 7], target: 56, some: false },
    accept: [
      '(3+5)*7=56',
      'Answer: (3 + 5) × 7 = 56.',
      '7*(5+3)',
      '7 x (3 + 5)',
      '答案：（3＋5）×7＝56',
      '56 = (3+5)*7',
      '3+5=8, then (3+5)*7=56',
      '$(3+5) \\times 7$',
    ],
    reject: [
      '56',
      '3+5*7=56',
      '(3+5)*7=57',
      '8*7=56',
      '50+6=56',
      '(3+5)*7+0',
      '(3+5)*7*1',
      '7*8',
      '(3+5)*7 or 3+5+7',
      '<think>(3+5)*7=56</think>56',
      '3*3*7-7=56',
    ],
  },
  countdownSome: {
    task: 'countdown',
    details: { numbers: [3, 5, 8], target: 24, some: true },
    accept: ['3*8=24'],
    reject: ['3*8*1=24', '5*5-1=24'],
  },
  equation: {
    task: 'equations',
    details: { unknown: 'x', value: -3 },
    accept: ['x = -3', 'x=−3.', '-3', 'x is -3', 'The solution is x = -3.', 'x = -9/3', 'x = -9/3 = -3', 'x等于-3'],
    reject: ['x = 3', '3', 'x = -3 or x = 3', 'x = 5', '2x = -3 so x = -6', '<think>x = -3</think>x = 4'],
  },
  sequence: {
    task: 'sequences',
    details: { terms: [3, 7, 11, 15], next: 19 },
    accept: ['19', 'The next number is 19.', '3, 7, 11, 15, 19', '15 + 4 = 19', '下一个数是19。'],
    reject: ['15', '20', '3, 7, 11, 15, 20', '19 or 20', '-19'],
  },
  sorted: {
    task: 'sorting',
    details: { kind: 'numbers', sorted: ['7', '25', '34', '91'] },
    accept: [
      '7, 25, 34, 91',
      'In order: 7, 25, 34, 91.',
      '7 < 25 < 34 < 91',
      '34, 91, 25, 7 sorted: 7, 25, 34, 91',
      '1. 7\n2. 25\n3. 34\n4. 91',
    ],
    reject: ['91, 34, 25, 7', '7, 25, 34', '7, 25, 34, 91, 100', '7, 25, 91, 34', ''],
  },
  sortedDecimals: {
    task: 'sorting',
    details: { kind: 'decimals', sorted: ['9.11', '9.9'] },
    accept: ['9.11, 9.90', '9.11、9.9'],
    reject: ['9.9, 9.11', '9.11'],
  },
  sortedWords: {
    task: 'sorting',
    details: { kind: 'words', sorted: ['apple', 'fig', 'pear'] },
    accept: [
      'apple, fig, pear',
      'Apple, Fig, Pear',
      '排序结果：apple、fig、pear。',
      'pear, fig, apple becomes apple, fig, pear',
    ],
    reject: ['pear, fig, apple', 'apple, fig', 'apples, fig, pear'],
  },
  date: {
    task: 'dates',
    details: { kind: 'date-after', from: { month: 3, day: 25 }, days: 20, date: { month: 4, day: 14 } },
    accept: [
      'It is April 14.',
      '14 April',
      'Apr 14th',
      'the 14th of April',
      '4月14日',
      '四月十四日',
      '4/14',
      '20 days after March 25 is April 14.',
      '2025-04-14',
      'April 14, 2025',
    ],
    reject: ['April 15', 'March 25', '14', '4月15日', 'April 14 or April 15', '5/14', 'May 14'],
  },
  dateWithYear: {
    task: 'dates',
    details: {
      kind: 'date-after',
      from: { month: 12, day: 25, year: 2023 },
      days: 10,
      date: { month: 1, day: 4, year: 2024 },
    },
    accept: ['January 4, 2024', '2024年1月4日', 'January 4', '2024-01-04'],
    reject: ['January 4, 2023', '2023年1月4日'],
  },
  weekday: {
    task: 'dates',
    details: { kind: 'weekday-after', from: 3, days: 100, weekday: 5 },
    accept: ['Friday', 'It is Friday.', '星期五', '周五', '礼拜五', '100 days after Wednesday is Friday.', 'Fri.'],
    reject: ['Thursday', 'Wednesday', '星期六', 'Friday or Saturday', 'sunny'],
  },
  between: {
    task: 'dates',
    details: { kind: 'days-between', days: 46 },
    accept: ['46 days.', '46', 'From March 25 to May 10 there are 46 days.', '3月25日到5月10日有46天。'],
    reject: ['45', '46 or 47', 'March 46'],
  },
  leap: {
    task: 'dates',
    details: { kind: 'leap-year', year: 2024, leap: true },
    accept: ['Yes', 'Yes, 2024 is a leap year.', '是的，2024年是闰年。', '2024 is a leap year', '是'],
    reject: ['No', 'It is not a leap year.', '不是', '2024年是平年', 'Yes and no', '2024'],
  },
  common: {
    task: 'dates',
    details: { kind: 'leap-year', year: 1900, leap: false },
    accept: ['No', 'No, 1900 is not a leap year.', "1900 isn't a leap year.", '不是闰年', '1900年是平年。', '没有'],
    reject: ['Yes', '1900 is a leap year.', '是'],
  },
  knights: {
    task: 'knights',
    details: { knights: { Alice: true, Bob: false } },
    accept: [
      'Alice is a knight, Bob is a knave.',
      'Bob is a knave and Alice is a knight.',
      'Alice: knight, Bob: knave',
      'Knight: Alice. Knave: Bob.',
      'Alice is a knight and Bob is a liar',
      'Alice is not a knave; Bob is not a knight.',
      'Alice是骑士，Bob是无赖。',
    ],
    reject: [
      'Alice is a knave, Bob is a knight.',
      'Alice and Bob are both knights.',
      'Alice is a knight.',
      'Alice is a knight or a knave.',
      'Alice is a knight, Bob is a knave, Bob is a knight.',
      '',
    ],
  },
  knightsByLetter: {
    task: 'knights',
    details: { knights: { A: false, B: false } },
    accept: ['A is a knave, B is a knave.', 'A and B are both knaves.', 'Both are knaves.', 'A和B都是无赖。'],
    reject: ['A is a knight, B is a knave.', 'Both are knights.', 'B is a knave.'],
  },
};

describe('verifiers', () => {
  for (const [name, { task, details, accept, reject }] of Object.entries(cases)) {
    it.each(accept)(`${name} accepts %j`, (text) => expect(score(task, details, text)).toBe(1));
    it.each(reject)(`${name} rejects %j`, (text) => expect(score(task, details, text)).toBe(0));
  }

  it('does not hang on long or odd text', () => {
    const odd = [`${'('.repeat(5000)}777`, '9'.repeat(5000), '13+'.repeat(5000), '天'.repeat(5000), 'a '.repeat(5000)];
    for (const [name, { task, details }] of Object.entries(cases)) {
      for (const text of odd) expect(score(task, details, text), `${name}: ${text.slice(0, 5)}`).toBe(0);
    }
  });
});

describe('evaluate', () => {
  it.each([
    ['(3+5)*7', 56],
    ['2+3*4-6/2', 11],
    ['-3*-2', 6],
    ['8/3*3', 8],
    ['((2))', 2],
  ])('%s', (text, value) => expect(evaluate(text)).toBe(value));
  it.each(['', '1/0', '(1', '1)', '1 2', 'x+1', '1+', '2**3', 'process.exit()'])('refuses %j', (text) =>
    expect(evaluate(text)).toBeUndefined(),
  );
});
