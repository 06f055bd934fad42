/** Wordings of number sequences. Slot: {s} the terms, separated by commas. */
import { widen } from './wording.ts';
import * as wider from './wordings/index.ts';

export const sequenceWordings = widen(
  {
    en: {
      train: [
        'What comes next: {s}?',
        'What comes next: {s}, ...?',
        '{s}, ?',
        '{s}, ...',
        'What is the next number in {s}?',
        'What is the next number: {s}, ...?',
        'What is the next term of {s}?',
        'Which number comes next: {s}?',
        'Find the next number: {s}.',
        'Find the next term: {s}, ...',
        'Continue the sequence {s}.',
        'Continue the pattern: {s}, ...',
        'Which number follows {s}?',
        'Complete the sequence: {s}, __',
        'The sequence goes {s}. What is next?',
        '[Tell me|Give me] the next number: {s}',
        '[Can you|Could you] continue {s}?',
        'Fill in the blank: {s}, __',
        'next number: {s}',
      ],
      heldOut: [
        'Look at {s}. Which number should be written next?',
        'A series starts {s}. How does it go on?',
        'Guess the number after these: {s}.',
        'I wrote {s} and stopped. What would I write next?',
        'Extend {s} by one number.',
      ],
    },
    zh: {
      train: [
        '{s}，下一个数是多少？',
        '{s}，下一个是什么？',
        '{s}，?',
        '{s}，……',
        '{s}，接下来是多少？',
        '找规律：{s}，（　）',
        '找规律填数：{s}，__',
        '数列{s}的下一项是多少？',
        '数列{s}，下一项是几？',
        '按规律，{s}后面是几？',
        '[请|请你|帮我]写出下一个数：{s}',
        '{s}的下一个数是几？',
        '继续这个数列：{s}',
        '观察{s}，下一个数是多少？',
        '[请问|你知道]{s}后面的数是多少？',
        '根据规律填空：{s}，（）',
      ],
      heldOut: [
        '有一列数：{s}，往后一个该是多少？',
        '猜一猜{s}之后是什么数。',
        '我写了{s}，再往下该写几？',
        '把{s}再延长一项。',
      ],
    },
  },
  wider.sequences,
);
