import { templates } from '../wording.ts';

/** Wordings of the comparison of three decimals. Slots: {a}, {b}, {c}, {word} (largest, 大, …). */
export const decimalsThree = {
  en: templates(`
    Which is the {word}: {a}, {b} or {c}?
    Which is {word}, {a}, {b} or {c}?
    Which of {a}, {b} and {c} is the {word}?
    Which of these numbers is the {word}: {a}, {b}, {c}?
    Which of the three [numbers|decimals|values] {a}, {b} and {c} is the {word}?
    What is the {word} of {a}, {b} and {c}?
    What is the {word} number among {a}, {b} and {c}?
    {a}, {b}, {c}: which is the {word}?
    {a}, {b} or {c}, which one is {word}
    {a}, {b}, {c}. {word}?
    {word} of {a}, {b}, {c}?
    {word} number: {a}, {b}, {c}
    which is {word} {a} {b} or {c}
    Among {a}, {b} and {c}, which is the {word}?
    Among the numbers {a}, {b} and {c}, the {word} is ___.
    Of {a}, {b} and {c}, name the {word}.
    Of the three decimals {a}, {b} and {c}, which has the {word} value?
    Out of {a}, {b} and {c}, which is {word}?
    From {a}, {b} and {c}, [choose|pick|select|take] the {word}.
    Find the {word} number in this list: {a}, {b}, {c}.
    Find the {word} of the decimals {a}, {b} and {c}.
    Identify the {word} of these: {a}; {b}; {c}
    Determine the {word} value among {a}, {b} and {c}.
    Compare {a}, {b} and {c}. Which is the {word}?
    Compare the numbers {a}, {b}, {c} and write down the {word}.
    Circle the {word} number: {a}  {b}  {c}
    Underline the {word} decimal: {a}, {b}, {c}.
    Tick the {word}: {a}, {b}, {c}
    Copy out the {word} of these three: {a}, {b} and {c}.
    Point to the {word} one: {a}, {b} or {c}.
    Give the {word} of the three numbers {a}, {b}, {c}.
    Say which is the {word}: {a}, {b} or {c}.
    State the {word} number of {a}, {b} and {c}.
    Name the {word} decimal: {a}, {b} or {c}?
    Tell me the {word} of {a}, {b} and {c}.
    Please tell me which number is the {word}: {a}, {b} or {c}.
    Please pick the {word} one out of {a}, {b} and {c}.
    Could you tell me which of {a}, {b} and {c} is the {word}?
    Can you find the {word} among {a}, {b}, {c}?
    Do you know which of {a}, {b} and {c} is {word}?
    Would you say {a}, {b} or {c} is the {word}?
    I would like to know the {word} of {a}, {b} and {c}.
    I cannot decide which is the {word}: {a}, {b} or {c}. Please help.
    I wrote down {a}, {b} and {c}. Which is the {word} number?
    I have three cards: {a}, {b} and {c}. Which card is the {word}?
    I am thinking of the {word} of {a}, {b} and {c}. Which number do I mean?
    I pick three numbers, {a}, {b} and {c}, and keep only the {word}. Which one is it?
    Here are three numbers: {a}, {b}, {c}. Which is the {word}?
    Here are three decimals: {a}, {b} and {c}. Write the {word} one.
    Three numbers are on the board: {a}, {b} and {c}. The {word} is?
    Given {a}, {b} and {c}, report the {word}.
    Given the list {a}, {b}, {c}, what is its {word} member?
    The {word} of {a}, {b} and {c} is
    Fill in the blank: the {word} of {a}, {b} and {c} is ___.
    Complete the sentence: out of {a}, {b} and {c}, the {word} number is ...
    Is the {word} number {a}, {b} or {c}?
    Is it {a}, {b} or {c} that is the {word}?
    Which has the {word} value: {a}, {b} or {c}?
    Which one stands for the {word} amount: {a}, {b} or {c}?
    Which decimal is the {word}? {a}, {b}, {c}
    Which figure is {word}: {a}, {b} or {c}?
    Which quantity is the {word}, {a}, {b} or {c}?
    By value, which is the {word}: {a}, {b} or {c}?
    As decimals, which is the {word} of {a}, {b} and {c}?
    Look carefully at the decimal places. Which is the {word}: {a}, {b} or {c}?
    Careful with the digits! Which is the {word}, {a}, {b} or {c}?
    More digits do not decide it. Which is the {word}: {a}, {b} or {c}?
    Line up the decimal points of {a}, {b} and {c}. Which is the {word}?
    Compare tenths, then hundredths: {a}, {b}, {c}. Which is the {word}?
    Sort {a}, {b} and {c}. Which is the {word}?
    Quick: the {word} of {a}, {b}, {c}?
    Quick check: which is {word}, {c}, {b} or {a}?
    Mental maths: name the {word} of {a}, {b} and {c}.
    Homework: choose the {word} number. {a}, {b}, {c}
    Exercise: {word} decimal out of {a}, {b}, {c} = ?
    The teacher writes {a}, {b} and {c}. Which one is the {word}?
    The teacher asks for the {word} of {a}, {b} and {c}. What is the right answer?
    Class, which number is the {word}: {a}, {b} or {c}?
    {name} must choose the {word} number from {a}, {b} and {c}. Which is right?
    {name} has measured {a}, {b} and {c}. Which result is the {word}?
    Three friends name the numbers {a}, {b} and {c}. Which number is the {word}?
    Three boards are {a} m, {b} m and {c} m long. Which length is the {word}?
    Three bags weigh {a} kg, {b} kg and {c} kg. Which weight is the {word}?
    Three bottles hold {a}, {b} and {c} litres. Which amount is the {word}?
    Three scales show {a}, {b} and {c}. Which is the {word} reading?
    Three judges gave {a}, {b} and {c}. Which mark is the {word}?
    The prices are {a}, {b} and {c} dollars. Which price is the {word} number?
    Three fields cover {a}, {b} and {c} hectares. Which area is the {word}?
    Three holes measure {a} mm, {b} mm and {c} mm across. Which is the {word}?
    The angles are {a}, {b} and {c} degrees. Which angle is the {word}?
    Which distance is the {word}: {a} km, {b} km or {c} km?
    Which dose is the {word}: {a} ml, {b} ml or {c} ml?
    Which share is the {word}: {a}, {b} or {c} percent?
    First number {a}, second {b}, third {c}. Which is the {word}?
    One number is {a}, one is {b} and one is {c}. Which is the {word} of all?
    If you compare {a} with {b} and {c}, which turns out to be the {word}?
    In the set {a}, {b}, {c}, what is the {word} element?
    A computer looks for the {word} of {a}, {b} and {c}. What does it print?
    {a}? {b}? {c}? Which one is the {word}?
    {a}, {b} and {c} are three numbers. Say which is the {word}.
    {c}, {a} and {b}: which of them is the {word}?
    It is one of {a}, {b} and {c}. Which is the {word}?
    Just give the {word}: {a}, {b}, {c}.
    So which one is the {word} in the end: {b}, {c} or {a}?
    Let us see which is the {word}: {b}, {a} or {c}?
    numbers {a}, {b}, {c}, the {word} one please
  `),
  zh: templates(`
    {a}、{b}、{c}哪个最{word}？
    {a}、{b}和{c}中，哪个最{word}？
    {a}，{b}，{c}，哪个数最{word}？
    {a}、{b}、{c}里最{word}的是哪个？
    {a}、{b}、{c}三个数，最{word}的是？
    {a}、{b}、{c}，谁最{word}
    {a}、{b}与{c}相比，哪个最{word}？
    {a}、{b}、{c}当中，最{word}的数是哪一个？
    {a}、{b}、{c}这三个小数，哪个最{word}？
    {a}，{b}，{c}：最{word}的？
    {a}、{b}还是{c}最{word}？
    最{word}的数是哪个：{a}、{b}、{c}？
    最{word}的是{a}、{b}还是{c}？
    哪个最{word}：{a}、{b}还是{c}？
    哪个小数最{word}？{a}，{b}，{c}
    哪一个数最{word}，{a}，{b}，还是{c}？
    下面三个数中最{word}的是哪个？{a}，{b}，{c}
    下列哪个数最{word}：{a}、{b}、{c}
    [比较|对比]{a}、{b}、{c}，哪个最{word}？
    比较{a}、{b}和{c}的大小，写出最{word}的数。
    比一比，{a}、{b}、{c}谁最{word}？
    比大小：{a}，{b}，{c}，最{word}的是？
    请比较{a}、{b}、{c}，[说出|写出|选出|指出]最{word}的一个。
    请选出最{word}的数：{a}、{b}、{c}。
    请问{a}、{b}、{c}里面哪个最{word}？
    请告诉我{a}、{b}和{c}中最{word}的数。
    请找出{a}、{b}、{c}中最{word}的小数。
    选一选，最{word}的是哪个？{a}，{b}，{c}
    圈出最{word}的数：{a}  {b}  {c}
    在最{word}的数下面画线：{a}，{b}，{c}
    在{a}、{b}、{c}中，最{word}的数是____。
    在{a}、{b}和{c}之中找出最{word}的那个。
    填空：{a}、{b}、{c}中最{word}的是（  ）。
    填空：三个数{a}、{b}、{c}，____最{word}。
    三个数{a}、{b}、{c}，求其中最{word}的数。
    三个小数分别是{a}、{b}、{c}，最{word}的是哪一个？
    三张卡片上写着{a}、{b}、{c}，哪个数最{word}？
    这里有三个数：{a}、{b}和{c}。哪个最{word}？
    有三个小数：{a}，{b}，{c}，请写出最{word}的。
    第一个数{a}，第二个数{b}，第三个数{c}，最{word}的是？
    甲数是{a}，乙数是{b}，丙数是{c}，最{word}的数是多少？
    已知三个数{a}、{b}、{c}，其中最{word}的是多少？
    给出{a}、{b}、{c}，找出最{word}的数。
    求{a}、{b}、{c}中最{word}的数。
    写出{a}、{b}、{c}里最{word}的一个。
    说出{a}、{b}、{c}三数中最{word}的。
    判断{a}、{b}、{c}哪个最{word}。
    从{a}、{b}、{c}里挑出最{word}的数，是哪个？
    从{a}、{b}和{c}中取最{word}的，取哪个？
    把{a}、{b}、{c}放在一起比，哪个最{word}？
    把{a}、{b}、{c}的小数点对齐，看哪个最{word}。
    给{a}、{b}、{c}排排队，最{word}的是哪个？
    先比整数部分，再比小数部分：{a}、{b}、{c}哪个最{word}？
    一位一位地比{a}、{b}、{c}，最{word}的是哪个？
    注意小数位数：{a}、{b}、{c}，哪个数最{word}？
    别看位数多少，看数值：{a}、{b}、{c}哪个最{word}？
    想好再答：{a}、{b}、{c}中哪个最{word}？
    快问快答：{a}、{b}、{c}，最{word}的是哪个？
    口答：{a}，{b}，{c}，最{word}的数？
    考考你，{a}、{b}、{c}哪个最{word}？
    你知道{a}、{b}、{c}中哪个最{word}吗？
    你觉得{a}、{b}、{c}谁最{word}？
    你能说出{a}、{b}、{c}里最{word}的数吗？
    我想知道{a}、{b}、{c}里哪个最{word}。
    我分不清{a}、{b}、{c}哪个最{word}，请帮忙。
    我写了三个数{a}、{b}、{c}，最{word}的是哪个？
    老师写下{a}、{b}、{c}，问哪个最{word}，该怎么答？
    老师问：“{a}、{b}、{c}，哪个最{word}？”正确答案是？
    同学们，{a}、{b}、{c}哪个数最{word}？
    {name}要从{a}、{b}、{c}中选最{word}的数，应选哪个？
    {name}量了三次，结果是{a}、{b}、{c}，最{word}的是哪个？
    三个同学各说一个数：{a}、{b}、{c}，最{word}的数是？
    作业：找出{a}、{b}、{c}中最{word}的数
    练习：{a}，{b}，{c}，最{word}的数是____
    三根木条长{a}米、{b}米、{c}米，哪个数最{word}？
    三袋面粉重{a}、{b}、{c}千克，数值最{word}的是哪个？
    三块地的面积是{a}、{b}、{c}公顷，哪个面积最{word}？
    三个角分别是{a}度、{b}度、{c}度，哪个角最{word}？
    三个秤显示{a}、{b}、{c}，最{word}的读数是多少？
    三位评委打分{a}、{b}、{c}，最{word}的数是哪个？
    {a}元、{b}元、{c}元，哪个金额最{word}？
    {a}升、{b}升和{c}升，哪个量最{word}？
    论数值，{a}、{b}、{c}哪个最{word}？
    一组数：{a}，{b}，{c}。最{word}的数是什么？
    数列里有{a}、{b}、{c}，其中最{word}的是哪个？
    电脑要输出{a}、{b}、{c}中最{word}的数，输出什么？
    只留下{a}、{b}、{c}里最{word}的，留下哪个？
    {c}、{a}、{b}，三个里哪个最{word}？
    {b}、{c}、{a}，哪一个数值最{word}？
    {a}？{b}？{c}？哪个最{word}？
    集合里有{a}、{b}、{c}三个数，最{word}的元素是？
  `),
};
