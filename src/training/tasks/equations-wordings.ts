/** Wordings of linear equations. Slots: {q} the equation and {v} the unknown. */
import { widen } from './wording.ts';
import * as wider from './wordings/index.ts';

export const equationWordings = widen(
  {
    en: {
      train: [
        'Solve {q}.',
        'Solve {q} for {v}.',
        'Solve for {v}: {q}',
        'Solve the equation {q}.',
        'What is {v} if {q}?',
        'If {q}, what is {v}?',
        'If {q}, find {v}.',
        'Find {v}: {q}',
        'Find {v} when {q}.',
        '{q}, {v} = ?',
        '{q}. What is {v}?',
        '{q}',
        'Given {q}, what is [the value of |]{v}?',
        'For which {v} is {q}?',
        'What value of {v} makes {q} true?',
        '[Can you|Could you|Please] solve {q}[ for {v}|].',
        'I have the equation {q}. What is {v}?',
        'Determine {v} from {q}.',
      ],
      heldOut: [
        'Work out the unknown {v} in {q}.',
        'The equation is {q}. Which number does {v} stand for?',
        '{v} satisfies {q}. Tell me {v}.',
        'What must {v} be so that {q}?',
        'Help me get {v} out of {q}.',
      ],
    },
    zh: {
      train: [
        '解方程{q}。',
        '解方程：{q}',
        '{q}，求{v}。',
        '{q}，{v}等于多少？',
        '{q}，{v}是多少？',
        '如果{q}，那么{v}等于几？',
        '已知{q}，求{v}的值。',
        '求方程{q}的解。',
        '方程{q}的解是多少？',
        '{q}',
        '{q}，{v}=?',
        '[请|请你|帮我]解{q}。',
        '若{q}，则{v}是多少？',
        '求满足{q}的{v}。',
        '[请问|你知道]{q}中{v}[是多少|等于几]？',
        '{v}取什么值时{q}？',
      ],
      heldOut: [
        '方程是{q}，未知数{v}代表几？',
        '从{q}里求出{v}。',
        '有方程{q}，算出{v}。',
        '要使{q}成立，{v}应是多少？',
      ],
    },
  },
  wider.equations,
);
