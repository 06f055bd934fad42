/**
 * Wordings of knights and knaves. Slots: {p} the people, {s} what they say, in sentences. Claims have their own
 * wordings below, with {x}, {y} the people spoken of.
 */
import { widen } from './wording.ts';
import * as wider from './wordings/index.ts';

export const puzzleWordings = widen(
  {
    en: {
      train: [
        'Knights always tell the truth and knaves always lie. {s} Who is what?',
        'Knights always tell the truth; knaves always lie. {s} What are {p}?',
        'On an island, knights tell the truth and knaves lie. {s} Who is a knight and who is a knave?',
        'On an island of knights and knaves, you meet {p}. {s} Which of them are knights?',
        'You meet {p}, each a knight or a knave. {s} Who is what?',
        '{p} are knights or knaves. {s} What is each of them?',
        'Knights speak the truth, knaves lie. {s} What is each person?',
        'Each of {p} is a knight (truthful) or a knave (liar). {s} Who is who?',
        'Knights and knaves: {s} Who is what?',
        'Knight or knave? {s}',
        '{s} Knights tell the truth and knaves lie. Who is a knight?',
        '{s} Who is a knight and who is a knave?',
        'Among knights, who never lie, and knaves, who always lie, are {p}. {s} Find out who is what.',
        '[Solve this|Solve the puzzle|Here is a puzzle]: {s} Who is a knight, who is a knave?',
        'A knight is always honest and a knave never is. {s} Say what {p} are.',
      ],
      heldOut: [
        'In a land of truthful knights and lying knaves you hear this. {s} Classify {p}.',
        '{s} Given that knights never lie and knaves never tell the truth, decide who {p} are.',
        'Every islander is a knight or a knave. {s} Name the type of each.',
        'Can you tell knights from knaves? {s}',
      ],
    },
    zh: {
      train: [
        '骑士总说真话，无赖总说假话。{s}谁是骑士，谁是无赖？',
        '骑士说真话，无赖说假话。{s}他们各是什么人？',
        '岛上骑士只说真话，无赖只说假话。{s}每个人是什么身份？',
        '岛上住着骑士和无赖，你遇到了{p}。{s}谁是骑士？',
        '{p}每人是骑士或无赖。{s}各是什么？',
        '{p}是骑士或无赖，骑士讲真话，无赖说谎。{s}请判断身份。',
        '骑士与无赖：{s}谁是什么人？',
        '骑士还是无赖？{s}',
        '{s}骑士说真话，无赖说假话，谁是骑士？',
        '{s}谁是骑士，谁是无赖？',
        '{s}已知骑士讲真话、无赖说谎，他们是什么人？',
        '[请|请你|帮我]判断谁是骑士谁是无赖：{s}',
        '骑士从不说谎，无赖从不说真话。{s}{p}各是什么？',
        '逻辑题：骑士说真话，无赖说假话。{s}求每个人的身份。',
      ],
      heldOut: [
        '在骑士和无赖的岛上听到这些话：{s}请给{p}分类。',
        '{p}中每个人不是骑士就是无赖。{s}说出每个人的类型。',
        '{s}如果骑士绝不说谎、无赖绝不说真话，{p}分别是谁？',
        '分得清骑士和无赖吗？{s}',
      ],
    },
  },
  wider.knights,
);

/** How each claim is said, by claim and by whether the speaker is one of the two spoken of. */
export const claimWordings = {
  en: {
    knave: ['{x} is a knave.', '{x} is a knave.', '{x} always lies.'],
    knight: ['{x} is a knight.', '{x} is a knight.', '{x} tells the truth.'],
    same: ['{x} and {y} are the same kind.', '{x} and {y} are of the same kind.'],
    different: ['{x} and {y} are different kinds.', 'One of {x} and {y} is a knight and the other a knave.'],
    bothKnights: ['{x} and {y} are both knights.', 'Both {x} and {y} are knights.'],
    bothKnaves: ['{x} and {y} are both knaves.', 'Both {x} and {y} are knaves.'],
    someKnight: ['At least one of {x} and {y} is a knight.', '{x} or {y} is a knight.'],
    ifKnight: ['If {x} is a knight, then {y} is a knave.', 'If {x} is a knight, {y} is a knave.'],
    someKnave: ['At least one of {x} and {y} is a knave.', '{x} or {y} is a knave.'],
  },
  zh: {
    knave: ['{x}是无赖。', '{x}是无赖。', '{x}总说假话。'],
    knight: ['{x}是骑士。', '{x}是骑士。', '{x}说真话。'],
    same: ['{x}和{y}是同一类人。', '{x}和{y}身份相同。'],
    different: ['{x}和{y}不是同一类人。', '{x}和{y}身份不同。'],
    bothKnights: ['{x}和{y}都是骑士。'],
    bothKnaves: ['{x}和{y}都是无赖。'],
    someKnight: ['{x}和{y}中至少有一个骑士。', '{x}和{y}里有骑士。'],
    ifKnight: ['如果{x}是骑士，那么{y}是无赖。', '{x}若是骑士，{y}就是无赖。'],
    someKnave: ['{x}和{y}中至少有一个无赖。', '{x}和{y}里有无赖。'],
  },
} as const;
