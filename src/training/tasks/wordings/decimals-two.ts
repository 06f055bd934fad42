import { templates } from '../wording.ts';

/** Wordings of the comparison of two decimals. Slots: {a}, {b}, {word} (larger, 大, …). */
export const decimalsTwo = {
  en: templates(`
    Which is {word}, {a} or {b}?
    Which number is {word}: {a} or {b}?
    Which of {a} and {b} is {word}?
    Which of the two numbers {a} and {b} is the {word} one?
    What is the {word} [number|value|decimal|one] of {a} and {b}?
    {a} or {b}: which is {word}?
    {a} or {b}, which one is {word}
    {a} and {b}. Which is {word}?
    {a} vs {b}, which is {word}?
    which is {word} {a} or {b}
    {word}: {a} or {b}?
    {a}, {b}: the {word} one?
    Is {a} {word}, or is {b}?
    Is it {a} or {b} that is {word}?
    Is the {word} number {a} or {b}?
    Of {a} and {b}, which is the {word}?
    Of the numbers {a} and {b}, name the {word} one.
    Between {a} and {b}, which is {word}?
    Between {a} and {b}, the {word} number is ___.
    Compare {a} and {b}. Which is {word}?
    Compare the decimals {a} and {b} and name the {word} one.
    Compare {a} with {b} and [write down|give|tell me|state] the {word} number.
    Pick the {word} number: {a} or {b}.
    Choose the {word} of {a} and {b}.
    Select the {word} value from {a} and {b}.
    Circle the {word} number: {a}, {b}
    Underline the {word} decimal. The choices are {a} and {b}.
    Tick the {word} one: {a} or {b}
    Copy out the {word} of these two: {a} and {b}.
    Point to the {word} number, {a} or {b}.
    Identify the {word} decimal: {a} or {b}?
    Determine which of {a} and {b} is {word}.
    Decide which is {word}: {a} or {b}.
    State the {word} of the decimals {a} and {b}.
    Give the {word} number. The numbers are {a} and {b}.
    Say which number is {word}, {a} or {b}.
    Tell me which is the {word} decimal number, {a} or {b}.
    Name the {word} one out of {a} and {b}.
    Write the {word} of the two decimals {a} and {b}.
    Fill in the blank: the {word} of {a} and {b} is ___.
    The {word} of {a} and {b} is
    Complete the sentence: out of {a} and {b}, the {word} is ...
    Here are two numbers: {a} and {b}. Which one is {word}?
    Here are two decimals, {a} and {b}. Write down the {word} one.
    Two numbers are given, {a} and {b}. The {word} one is?
    Given {a} and {b}, report the {word} value.
    We have {a} on the left and {b} on the right. Which is {word}?
    On one card is {a}, on the other {b}. Which card shows the {word} number?
    I have two cards, {a} and {b}. I keep the {word} one. Which is it?
    I am thinking of the {word} of {a} and {b}. Which number is it?
    I wrote {a} and {b} on the board. Which did I call {word}, if I was right?
    I cannot tell whether {a} or {b} is {word}. Please help.
    I would like to know which is {word}, {a} or {b}.
    I am not sure: is {a} the {word} number, or {b}?
    Could you tell me which is {word}, {a} or {b}?
    Can you say which of {a} and {b} is the {word} number?
    Please tell me the {word} of {a} and {b}.
    Please compare: {a}, {b}. Which is the {word} one?
    Would you say {a} or {b} is {word}?
    Do you know which is {word}, {b} or {a}?
    Which would you say is {word}, {b} or {a}?
    {b} or {a}: which has the {word} value?
    Which has the {word} value, {a} or {b}?
    Which stands for the {word} amount, {a} or {b}?
    Which is the {word} quantity: {a} or {b}?
    Which figure is {word}: {a} or {b}?
    Which decimal is {word}, {a} or {b}?
    Which decimal fraction is the {word} one, {a} or {b}?
    Which one of these is {word}? {a}; {b}
    In value, which is {word}: {a} or {b}?
    By value, is {a} or {b} the {word} one?
    As decimals, which is {word}, {a} or {b}?
    As plain numbers, which is {word}, {a} or {b}?
    Mathematically speaking, which is {word}: {a} or {b}?
    Looking at {a} and {b}, which do you find {word}?
    When you compare {a} with {b}, which turns out to be {word}?
    If you put {a} next to {b}, which is {word}?
    If you line up the decimal points of {a} and {b}, which number is {word}?
    Compare place by place: {a} and {b}. Which is {word}?
    Look at the digits after the point. Which is {word}, {a} or {b}?
    Do not be fooled by the number of digits. Which is {word}: {a} or {b}?
    Careful! Which is {word}, {a} or {b}?
    Think about tenths and hundredths. Which is {word}, {a} or {b}?
    Many people get this wrong: which is {word}, {a} or {b}?
    A trick question, perhaps: is {a} or {b} {word}?
    Quick: {word} number, {a} or {b}?
    Quick check: out of {a} and {b}, which is {word}?
    Mental maths: the {word} of {a} and {b}?
    Question: {a} or {b}, which is {word}? Answer:
    Homework: choose the {word} number from {a} and {b}.
    Exercise. Decimals: {a} and {b}. {word} one: ?
    The teacher writes {a} and {b}. Which number is {word}?
    The teacher asks which is {word}, {a} or {b}. What is the right answer?
    Class, which is {word}: {a} or {b}?
    {name} has to choose the {word} number from {a} and {b}. Which is right?
    {name} says {a} and a friend says {b}. Whose number is {word}? Give the number.
    {name} must write the {word} of {a} and {b}. What should be written?
    Two friends argue about whether {a} or {b} is {word}. Which is it?
    Two planks measure {a} m and {b} m. Which measurement is {word}?
    One bag weighs {a} kg, another {b} kg. Which of the two weights is {word}?
    One jug holds {a} litres and another {b} litres. Which amount is {word}?
    Two scales show {a} and {b}. Which reading is {word}?
    A meter read {a} yesterday and {b} today. Which reading is the {word} one?
    Two judges gave {a} and {b} points. Which mark is {word}?
    One school average is {a}, another {b}. Which average is {word}?
    One price is {a} dollars, another {b} dollars. Which price is the {word} number?
    Two gaps measure {a} mm and {b} mm. Which gap is {word}?
    One field has an area of {a} hectares, another {b}. Which area is {word}?
    Two pieces of ribbon, {a} m and {b} m: which length is {word}?
    The first angle is {a} degrees and the second {b} degrees. Which is {word}?
    A dose of {a} ml or a dose of {b} ml: which is {word}?
    Which distance is {word}: {a} km or {b} km?
    Which mass is {word}, {a} g or {b} g?
    Which share is {word}: {a} percent or {b} percent?
    Which sum of money is {word}, {a} euros or {b} euros?
    Suppose x is {a} and y is {b}. Which value is {word}?
    If one number is {a} and the other is {b}, what is the {word} number?
    From the pair {a}, {b} take the {word} one.
    From {a} and {b}, keep the {word} and drop the other. Which do you keep?
    Out of the pair ({a}, {b}), what is the {word} element?
    A computer sorts {a} and {b}. Which one does it mark as {word}?
    {a} against {b}: which is {word}?
    {a}? {b}? Which one is {word}?
    {a} is one number. {b} is another. Which is {word}?
    First number {a}, second number {b}. {word} one?
    numbers {a} {b}, {word} one please
    Just name the {word} number: {a} or {b}.
    One of {a} and {b} is {word} than the other. Which?
    One of these is {word}: {a} or {b}. Which one?
    It is either {a} or {b}. Which is the {word}?
    So which is {word} in the end, {b} or {a}?
    Let us compare {b} and {a}. Which is the {word} of the two?
  `),
  zh: templates(`
    {a}和{b}哪个{word}？
    {a}和{b}，哪个更{word}？
    {a}与{b}相比，哪个更{word}？
    {a}跟{b}比，谁更{word}？
    {a}和{b}，谁{word}？
    {a}、{b}，哪个{word}
    {a}，{b}，哪一个数{word}一些？
    {a}还是{b}更{word}？
    是{a}{word}，还是{b}？
    更{word}的是{a}还是{b}？
    哪个更{word}：{a}还是{b}？
    哪个数更{word}，{a}还是{b}？
    哪个小数更{word}？{a}，{b}
    哪一个{word}：{a}，{b}？
    下面哪个数较{word}：{a}、{b}
    下列两个数中较{word}的是哪个？{a}，{b}
    [比较|对比]{a}和{b}，哪个{word}？
    比较{a}与{b}的大小，写出较{word}的数。
    比一比，{a}和{b}谁更{word}？
    比大小：{a}和{b}，{word}的是？
    请比较{a}和{b}，[说出|写出|选出|指出]{word}的那个。
    请选出{a}、{b}中较{word}的一个。
    请问{a}和{b}哪个更{word}？
    请告诉我，{a}和{b}里哪个数{word}。
    请指出{a}与{b}之中更{word}的数。
    请写下{word}的那个数：{a}，{b}。
    选出更{word}的数：{a}或{b}
    圈出较{word}的数：{a}  {b}
    在{a}和{b}中圈出{word}的那个。
    在{a}和{b}中，{word}的数是____。
    在{a}和{b}之间，哪个数更{word}？
    在较{word}的数下面画线：{a}，{b}
    填空：{a}和{b}中，较{word}的数是（  ）。
    填空：{a}与{b}比较，____更{word}。
    两个数{a}和{b}，较{word}的是哪个？
    两个小数{a}和{b}，哪个{word}？
    两数{a}、{b}，求较{word}者。
    两张卡片上写着{a}和{b}，哪张上的数更{word}？写出这个数。
    这里有两个数：{a}和{b}。哪个更{word}？
    有两个小数，一个是{a}，另一个是{b}，{word}的是哪一个？
    一个数是{a}，另一个数是{b}，{word}的那个是多少？
    左边是{a}，右边是{b}，哪边的数{word}？写出这个数。
    第一个数{a}，第二个数{b}，较{word}的数是？
    甲数是{a}，乙数是{b}，较{word}的数是多少？
    已知两个数{a}和{b}，其中较{word}的是多少？
    给出{a}和{b}，找出较{word}的数。
    找出{a}和{b}里更{word}的那个数。
    求{a}和{b}中较{word}的数。
    写出{a}和{b}中比较{word}的一个。
    说出{a}、{b}两数中{word}的那个。
    判断{a}与{b}哪个更{word}。
    从{a}和{b}里挑一个{word}的，挑哪个？
    从{a}、{b}中取{word}的那个数，应取哪个？
    {a}和{b}里面，{word}的那个是？
    {a}和{b}当中，哪一个更{word}一点？
    {a}与{b}中较{word}的数是什么？
    {a}与{b}，数值更{word}的是哪个？
    {a}同{b}比起来，哪个数值较{word}？
    拿{a}和{b}来比，哪个{word}些？
    把{a}和{b}放在一起比，哪个更{word}？
    把{a}和{b}的小数点对齐，再看哪个数更{word}。
    一位一位地比较{a}和{b}，哪个更{word}？
    先比整数部分，再比小数部分：{a}和{b}谁{word}？
    注意小数的位数，{a}和{b}哪个更{word}？
    位数多少不要紧，看清楚：{a}和{b}哪个{word}？
    想清楚再答：{a}和{b}，哪个更{word}？
    很多人会答错：{a}和{b}，哪个{word}？
    小心，别上当！{a}和{b}哪个数更{word}？
    快问快答：{a}和{b}，{word}的是哪个？
    口答：{a}，{b}，哪个较{word}？
    考考你：{a}和{b}，到底哪个更{word}？
    你知道{a}和{b}哪个更{word}吗？
    你觉得{a}和{b}谁更{word}？
    你能说出{a}和{b}中较{word}的数吗？
    我分不清{a}和{b}哪个更{word}，帮帮我。
    我想知道{b}和{a}哪个数更{word}。
    我写了{a}和{b}两个数，较{word}的是哪个？
    麻烦看一下，{a}和{b}哪个更{word}？
    老师写下{a}和{b}，问哪个更{word}，该怎么答？
    老师问：“{a}和{b}哪个{word}？”正确答案是？
    同学们，{a}和{b}哪个数更{word}？
    {name}要从{a}和{b}中选更{word}的数，应该选哪个？
    {name}想的数是{a}，我想的数是{b}，更{word}的数是哪个？
    两个同学争论{a}和{b}哪个更{word}，答案是什么？
    作业：写出{a}、{b}两个数中较{word}的数
    练习：{a}与{b}，较{word}的数是____
    电脑比较{a}和{b}，应输出较{word}的数，输出什么？
    两根绳子长{a}米和{b}米，哪个长度的数值更{word}？
    两袋米分别重{a}千克和{b}千克，哪个重量的数值更{word}？
    两块地的面积是{a}公顷和{b}公顷，哪个面积更{word}？
    两次测量得到{a}和{b}，哪次的结果更{word}？
    两个秤上显示{a}和{b}，哪个读数更{word}？
    两位评委打了{a}分和{b}分，哪个得分的数值更{word}？
    {a}元和{b}元，哪个金额更{word}？
    {a}升和{b}升，哪个量较{word}？
    {a}度的角和{b}度的角，哪个{word}？
    一杯有{a}毫升，一杯有{b}毫升，哪个数更{word}？
    论数值，{a}和{b}哪个更{word}？
    按数值看，{b}和{a}哪个较{word}？
    {b}和{a}比，哪个要{word}一些？
    {b}还是{a}？更{word}的是哪个数？
    {a}？{b}？哪个更{word}？
    {a}对{b}，谁更{word}？
    {a}和{b}不一样，哪个{word}？
    就在{a}和{b}里选，{word}的是？
    若x等于{a}，y等于{b}，哪个值更{word}？
    数对（{a}，{b}）中较{word}的数是哪个？
    较{word}的数是哪一个？可选：{a}，{b}。
    {word}的是哪个？{a}，{b}
    留下{a}和{b}里较{word}的一个，留下的是哪个？
  `),
};
