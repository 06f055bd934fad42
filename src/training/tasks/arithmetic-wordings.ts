/** Wordings of the four operations. Slots: {a} and {b} the numbers, {e} the expression; stories use {name} and {thing}. */
import { type Wordings, widen } from './wording.ts';
import * as wider from './wordings/index.ts';

const expressionEn = {
  train: [
    'What is {e}?',
    "What's {e}?",
    '{e}=',
    '{e} = ?',
    '{e}',
    '[Compute|Calculate|Work out|Evaluate] {e}.',
    'How much is {e}?',
    '[Please|Could you] [compute|calculate|work out] {e}.',
    'Find the value of {e}.',
    '[Can you|Could you] tell me what {e} is?',
    'I need the [result|value|answer] of {e}.',
    'Solve {e}.',
    '{e} is what?',
    'Do you know what {e} [is|equals|makes]?',
    'Give me the [result|answer]: {e}',
  ],
  heldOut: [
    'What does {e} come to?',
    'I would like to know how much {e} is.',
    'Tell me the answer to {e}.',
    '{e} equals how much?',
    'My homework says {e}. What should I write?',
  ],
};
const expressionZh = {
  train: [
    '{e}等于多少？',
    '{e}是多少？',
    '{e}=',
    '{e}=?',
    '{e}',
    '[计算|算一下|请计算|求]{e}。',
    '{e}等于几？',
    '{e}的[结果|得数|答案]是多少？',
    '[请问|你知道]{e}[等于多少|是多少]？',
    '[帮我算|请帮我算|帮忙算]一下{e}。',
    '[告诉我|我想知道]{e}[等于多少|的结果]。',
    '{e}，[答案是|结果是]什么？',
    '[请|麻烦]算出{e}的[值|结果]。',
    '计算：{e}',
    '{e}怎么算？结果是多少？',
  ],
  heldOut: [
    '{e}得多少？',
    '求一下{e}的值是几？',
    '作业里有一道题：{e}，该写多少？',
    '{e}算出来是多少？',
    '给我{e}的答案。',
  ],
};

function withExpressions(words: Wordings, more: Record<'en' | 'zh', readonly string[]>): Wordings {
  const join = (language: 'en' | 'zh', base: typeof expressionEn) => ({
    train: [...base.train, ...words[language].train],
    wider: [...wider.expression[language], ...more[language]],
    heldOut: [...base.heldOut, ...words[language].heldOut],
  });
  return { en: join('en', expressionEn), zh: join('zh', expressionZh) };
}

export const addition = withExpressions(
  {
    en: {
      train: [
        '[Add|Please add] {a} and {b}.',
        'What is {a} plus {b}?',
        '{a} plus {b}',
        'What is the sum of {a} and {b}?',
        'Find the [sum|total] of {a} and {b}.',
        'Add {b} to {a}.',
        'What do you get when you add {a} and {b}?',
        '{name} has {a} {thing} and [buys|gets|finds] {b} more. How many {thing} are there now?',
        'There are {a} {thing} in one box and {b} in another. How many {thing} are there in total?',
        'A {place} sold {a} {thing} on Monday and {b} on Tuesday. How many did it sell [in all|altogether]?',
        'One book has {a} pages, another has {b}. How many pages [is that|do they have] together?',
        '{a} people came in the morning and {b} in the afternoon. How many people came?',
      ],
      heldOut: [
        'Put {a} and {b} together. What is the total?',
        'What number is {b} more than {a}?',
        'A {place} had {a} visitors last week and {b} this week. How many visitors is that?',
      ],
    },
    zh: {
      train: [
        '{a}加{b}等于多少？',
        '{a}加{b}',
        '{a}与{b}的和是多少？',
        '求{a}和{b}的和。',
        '把{a}和{b}加起来。',
        '{a}加上{b}是多少？',
        '{name}有{a}个{thing}，又[买了|得到|捡到]{b}个，现在一共有多少个{thing}？',
        '一个箱子里有{a}个{thing}，另一个有{b}个，[一共|总共]有多少个？',
        '{place}上午来了{a}人，下午来了{b}人，一共来了多少人？',
        '第一天卖出{a}个{thing}，第二天卖出{b}个，两天一共卖出多少个？',
      ],
      heldOut: [
        '比{a}多{b}的数是多少？',
        '{a}和{b}合起来是多少？',
        '{name}上周看了{a}页书，这周看了{b}页，两周共看了多少页？',
      ],
    },
  },
  wider.addition,
);

export const subtraction = withExpressions(
  {
    en: {
      train: [
        '[Subtract|Please subtract|Take] {b} from {a}.',
        'What is {a} minus {b}?',
        '{a} minus {b}',
        '{a} subtract {b} is what?',
        '{a} take away {b} [is what|makes what]?',
        'What do you get when you subtract {b} from {a}?',
        'What is left when you take {b} away from {a}?',
        'Start with {a} and take away {b}. What [remains|is left]?',
      ],
      heldOut: ['What remains of {a} after subtracting {b}?', 'Reduce {a} by {b}.', 'Find {a} less {b}.'],
    },
    zh: {
      train: [
        '{a}减{b}等于多少？',
        '{a}减{b}',
        '{a}减去{b}是多少？',
        '从{a}里减去{b}，[得多少|结果是多少]？',
        '{a}与{b}的差是多少？',
        '求{a}减{b}的差。',
        '用{a}减去{b}。',
      ],
      heldOut: ['{a}减掉{b}还有多少？', '比{a}少{b}的数是多少？'],
    },
  },
  wider.subtraction,
);

/** Stories that make sense only where something is left. */
export const subtractionStories = widen(
  {
    en: {
      train: [
        '{name} had {a} {thing} and [gave away|lost|sold|used] {b}. How many {thing} are left?',
        'A {place} had {a} {thing} and sold {b} of them. How many remain?',
        'There were {a} people on the train and {b} got off. How many are still on it?',
        'A book has {a} pages. {name} has read {b}. How many pages are left?',
        'How much more is {a} than {b}?',
        'How many more {thing} is {a} {thing} than {b} {thing}?',
      ],
      heldOut: [
        'Out of {a} {thing}, {b} were broken. How many were whole?',
        'The rope is {a} cm long and {b} cm are cut off. How long is it now?',
      ],
    },
    zh: {
      train: [
        '{name}有{a}个{thing}，[送走|吃掉|用掉|卖掉]了{b}个，还剩多少个？',
        '{place}有{a}个{thing}，卖出{b}个，还剩多少个？',
        '车上有{a}人，下去了{b}人，车上还有多少人？',
        '一本书有{a}页，{name}看了{b}页，还剩多少页？',
        '{a}比{b}多多少？',
      ],
      heldOut: ['一共有{a}个{thing}，坏了{b}个，好的有多少个？', '一根绳子长{a}厘米，剪掉{b}厘米，还剩多少厘米？'],
    },
  },
  wider.subtractionStories,
);

export const multiplication = withExpressions(
  {
    en: {
      train: [
        '[Multiply|Please multiply] {a} by {b}.',
        '[Multiply|Please multiply] {a} and {b}.',
        'What is {a} times {b}?',
        '{a} times {b}',
        'What is the product of {a} and {b}?',
        'Find the product of {a} and {b}.',
        'What is {a} multiplied by {b}?',
        'There are {b} boxes with {a} {thing} in each. How many {thing} are there?',
        'One ticket costs {a} dollars. How much do {b} tickets cost?',
        'A {place} packs {a} {thing} per box. How many {thing} are in {b} boxes?',
        '{name} saves {a} coins every week. How many coins is that after {b} weeks?',
      ],
      heldOut: [
        'What do {b} lots of {a} make?',
        'A hall has {b} rows of {a} seats. How many seats are there?',
        'Take {a}, {b} times over. What is the result?',
      ],
    },
    zh: {
      train: [
        '{a}乘{b}等于多少？',
        '{a}乘以{b}是多少？',
        '{a}乘{b}',
        '{a}与{b}的积是多少？',
        '求{a}和{b}的[积|乘积]。',
        '把{a}和{b}相乘。',
        '每盒有{a}个{thing}，{b}盒一共有多少个？',
        '一张票{a}元，{b}张票多少元？',
        '{name}每周存{a}元，{b}周一共存多少元？',
        '有{b}排座位，每排{a}个，一共有多少个座位？',
      ],
      heldOut: ['{b}个{a}是多少？', '{a}的{b}倍是多少？', '每箱装{a}个{thing}，{b}箱能装多少个？'],
    },
  },
  wider.multiplication,
);

export const division = withExpressions(
  {
    en: {
      train: [
        '[Divide|Please divide] {a} by {b}.',
        'What is {a} divided by {b}?',
        '{a} divided by {b}',
        'How many times does {b} go into {a}?',
        'What is the quotient of {a} and {b}?',
        'Share {a} {thing} equally among {b} children. How many does each get?',
        '{a} {thing} are packed into {b} equal boxes. How many are in each box?',
        '{name} splits {a} coins into {b} equal piles. How many coins are in each pile?',
        '{b} tickets cost {a} dollars in all. How much is one ticket?',
      ],
      heldOut: [
        'Split {a} into {b} equal parts. How big is each part?',
        'What number times {b} gives {a}?',
        'If {b} friends share {a} {thing} fairly, how many does each one have?',
      ],
    },
    zh: {
      train: [
        '{a}除以{b}等于多少？',
        '{a}除以{b}',
        '{a}除以{b}的商是多少？',
        '求{a}除以{b}的商。',
        '把{a}个{thing}平均分给{b}个人，每人多少个？',
        '{a}个{thing}平均装进{b}个盒子，每盒几个？',
        '{b}张票一共{a}元，每张票多少元？',
        '{a}里面有几个{b}？',
      ],
      heldOut: ['{a}平均分成{b}份，每份是多少？', '几乘{b}等于{a}？', '{b}个人平分{a}个{thing}，每人分到多少？'],
    },
  },
  wider.division,
);

export const remainder = widen(
  {
    en: {
      train: [
        'What is {a} divided by {b}, with remainder?',
        'Divide {a} by {b}[ and give the remainder|, with remainder].',
        'What are the quotient and remainder of {e}?',
        'Find the quotient and the remainder when {a} is divided by {b}.',
        '{e} with remainder',
        '{e}, quotient and remainder?',
        'How many times does {b} go into {a}, and what is left over?',
        '[Work out|Compute|Calculate] {e} with remainder.',
        'Please divide {a} by {b}. What is left over?',
        'Share {a} {thing} among {b} children. How many does each get, and how many are left?',
        '{a} {thing} go into bags of {b}. How many full bags are there, and how many {thing} are left over?',
        '{name} puts {a} {thing} into rows of {b}. How many full rows are there and how many are left?',
        'Give quotient and remainder: {e}',
        'Dividing {a} by {b} leaves what quotient and remainder?',
      ],
      heldOut: [
        'When {a} is split into groups of {b}, how many groups are there and what remains?',
        'I divide {a} by {b}. Tell me the whole part and the remainder.',
        '{a} pages are read at {b} a day. How many full days is that, and how many pages remain?',
        'Do the division {e} and say what is left over.',
      ],
    },
    zh: {
      train: [
        '{a}除以{b}，商和余数是多少？',
        '{e}的商和余数是多少？',
        '{e}等于几余几？',
        '{a}除以{b}等于多少，余多少？',
        '求{a}除以{b}的商和余数。',
        '计算{e}，写出商和余数。',
        '{e}，余数是几？商是几？',
        '{a}个{thing}平均分给{b}个人，每人几个，还剩几个？',
        '{a}个{thing}，每{b}个装一袋，能装几袋，还剩几个？',
        '{name}把{a}个{thing}每{b}个排一行，能排几整行，剩几个？',
        '{a}里面最多有几个{b}，还余几？',
        '请算{a}除以{b}，带余数。',
        '用{a}除以{b}，商几余几？',
      ],
      heldOut: [
        '{a}被{b}除，得几余几？',
        '把{a}按{b}个一组分，能分几组，余几个？',
        '{a}页书每天看{b}页，看了几个整天后还剩几页？',
        '带余除法：{e}',
      ],
    },
  },
  wider.remainder,
);
