import { templates } from '../wording.ts';

/** Wordings of countdown. Slots: {l} the numbers as a list, {t} the target. */
export const countdown = {
  en: templates(`
    Use {l} to make {t}.
    Make {t} from {l}.
    {l} → {t}
    {l}: can they make {t}? How?
    Target: {t}. Numbers: {l}.
    Numbers: {l}. Target: {t}.
    [goal|target] {t}, [numbers|tiles|cards] {l}
    Get {t} using {l}.
    [Reach|Hit|Build|Form|Produce|Create] {t} with the numbers {l}.
    With {l}, [reach|make|build|get|form] {t}.
    How can {l} be combined to [make|give|produce|reach] {t}?
    How do you get {t} out of {l}?
    Can you [make|reach|get|build] {t} from {l}?
    Combine {l} into {t}.
    Combine the numbers {l} with + − × ÷ so that the result is {t}.
    Use each of {l} exactly once, with + − × ÷, to get {t}.
    Using every number once and any of + − × ÷, turn {l} into {t}.
    The numbers are {l}. Each must be used once. Make {t}.
    You have {l}. Using plus, minus, times and divide, arrive at {t}.
    You may add, subtract, multiply and divide. Make {t} out of {l}, using every number once.
    Write an expression equal to {t} that uses each of {l} exactly once.
    Find an expression with value {t} from the numbers {l}.
    Find a calculation that uses {l} and equals {t}.
    Give an arithmetic expression: numbers {l}, value {t}.
    Which [calculation|expression|sum|formula] with {l} gives {t}?
    What calculation turns {l} into {t}?
    Put operation signs and, if needed, brackets between {l} so that you get {t}. The order may change.
    Arrange {l} in any order, add signs, and get {t}.
    Insert operators: {l}. The answer must be {t}.
    In any order, with any of the four operations, use all of {l} to reach {t}.
    No number twice, none left out: make {t} with {l}.
    All numbers must be used. {l}. The result should be {t}.
    {t} is the target. {l} are the numbers. Go!
    {t} is what we want. We have {l}. How?
    {t} from {l}, please
    {t} out of {l}: how?
    {t}: use {l}.
    I want {t}. I have {l}. [What can I do?|Help me.|How do I get there?]
    I need to get {t} from {l}. Show me [how|a way|one way].
    Please [show me how to|help me] make {t} with {l}.
    [Could you|Would you please|Can you please|Can you] find a way to get {t} from the numbers {l}?
    Number puzzle: use {l} to reach {t}.
    [Puzzle|Riddle|Brain teaser|Challenge]: make {t} using all of {l}.
    [Puzzle time!|Here is a puzzle.|A little riddle:] You are given {l}. Get {t}.
    [Today's|The daily] number game: {l}. Goal: {t}.
    In a numbers game the [cards|tiles] show {l} and the target is {t}. Find a solution.
    A numbers round: {l}, target {t}. What is your solution?
    Your cards are {l}. Make {t}, playing every card once.
    [The cards on the table|My cards|The drawn cards] read {l}. How can they make {t}?
    {name} draws the cards {l} and must make {t}. How?
    {name} is dealt {l}. The aim is {t}. What should be played?
    {name} wants to get {t} from {l}. [What expression works?|How is it done?|Find a way.]
    {name} says {t} can be made from {l}. Show how.
    Help {name}: which way of joining {l} gives {t}?
    The dice show {l}. Combine them all to make {t}.
    We rolled {l}. Use every roll once to reach {t}.
    The maths teacher writes {l} on the board and asks for {t}. [What do you write?|Solve it.]
    Teacher: "Use {l}, each once, and get {t}." Your answer?
    [Class|Children|Pupils], make {t} with {l}. Every number is used once.
    [Homework|Exercise|Task]: obtain {t} by combining {l}.
    Exercise: using the four basic operations, obtain {t} from {l}.
    [Bonus|Warm-up] question: which expression in {l} equals {t}?
    A lock opens at {t}. Its keys are {l}, each used once with + − × ÷. What opens it?
    The [door|treasure chest|safe] opens if you make {t} from {l}. How?
    A wizard gives you {l} and demands {t}. Which calculation saves you?
    A robot may only add, subtract, multiply and divide. From {l} it must make {t}. Write its calculation.
    On the [tiles|balls|stones] are {l}. Join them with arithmetic to get {t}.
    Given {l}, obtain {t}.
    Given the target {t} and the numbers {l}, find a solution.
    Given the numbers {l} and the target {t}, write one valid expression.
    Let the numbers be {l}. Express {t} with them, each appearing once.
    Express {t} through {l}.
    Represent {t} using {l} and the operations + − × ÷.
    Write {t} in terms of {l}, each once, brackets allowed.
    Brackets are allowed. Get {t} from {l}.
    Find how to get to {t}: {l}
    solve: {l} to {t}
    make {t}: {l}
    [use|take] {l}, get {t}
    try to hit {t} with {l}
    Only + − × ÷ allowed, every number once: {l}. Result wanted: {t}.
    Rules: each number once, any operation. Numbers {l}. Result {t}.
    Rule: nothing may be left over. Goal {t}, pieces {l}.
    Take {l}. Add, subtract, multiply or divide until {t} comes out.
    Start with {l} and finish at {t}. Use up every number.
    Starting from {l}, how can you end at {t}?
    End at {t}. Start with {l}. Each number once.
    Which operations between {l}, in a suitable order, lead to {t}?
    Is there a way from {l} to {t}? Show it.
    It is possible to make {t} from {l}. How?
    Play with {l} until you find {t}. Which expression did you find?
    Let's play: I give you {l}, you give me {t}.
    Think: plus, minus, times, divided by. How does {l} become {t}?
    Beat the clock! {l} must make {t}.
    Show a calculation with result {t} in which {l} all occur once.
    The answer is {t} and the numbers used are {l}. What was the calculation?
    The result was {t}. It was made from {l}. Reconstruct the calculation.
    Someone got {t} by using {l} once each. How did they do it?
    Mix {l} with plus, minus, times and division signs to cook up {t}.
    I'm stuck: what do I do with {l} to get {t}?
    What is one way to make {t} if all you have is {l}?
  `),
  zh: templates(`
    用{l}算出{t}。
    用{l}得到{t}
    用{l}凑出{t}
    {l}，[怎么|如何]算出{t}？
    {l}怎样得到{t}？
    怎样用{l}[得到|算出|凑成|算得]{t}？
    目标：{t}。数字：{l}。
    数字：{l}。目标：{t}。
    目标数{t}，可用的数{l}
    {l}→{t}
    {l}，算{t}
    凑{t}：{l}
    {t}：用{l}来算
    要得到{t}，手上有{l}，怎么算？
    我想得到{t}，只有{l}，该怎么办？
    我有{l}，要算出{t}，[请帮帮我|请写出算式|怎么列式]。
    请用{l}列一个[算式|式子]，结果是{t}。
    [请|]用{l}写出一个得数为{t}的算式。
    [请|]写一个等于{t}的算式，用到{l}，每个数一次。
    用加减乘除把{l}变成{t}。
    用加、减、乘、除把{l}连起来，使结果等于{t}。
    把{l}用＋－×÷连接起来，得到{t}。
    给{l}添上运算符号，使得数是{t}，顺序可以变。
    在{l}之间填上运算符号和括号，让结果等于{t}，可以调换顺序。
    {l}这几个数，每个只用一次，[算出|得到|凑出]{t}。
    {l}每个数用一次，加减乘除都行，得{t}。
    每个数必须用而且只用一次：{l}，得{t}。
    不重复、不遗漏，用{l}算出{t}。
    所有的数都要用上：{l}。结果要是{t}。
    只能用加减乘除，把{l}算成{t}。
    可以用括号，用{l}算出{t}。
    可以加减乘除，可以换顺序，把{l}组成{t}。
    已知{l}，求一个得{t}的算式。
    已知目标{t}和数字{l}，写出一种算法。
    给定{l}，通过四则运算得到{t}。
    给你{l}，请得到{t}。
    给出{t}这个目标，用{l}完成。
    通过四则运算，{l}怎样变成{t}？
    运用四则运算，由{l}求得{t}。
    四则运算游戏：{l}，目标{t}。
    [数字游戏|数学游戏|数字谜题|趣味题]：用{l}得到{t}。
    [今天的|这道]谜题：{l}，要算出{t}，你会吗？
    [挑战|脑筋转一转|考考你]：用{l}凑成{t}。
    来玩一个游戏：我给你{l}，你算出{t}。
    算牌游戏：手里的牌是{l}，要算出{t}。
    桌上的牌是{l}，[怎么|如何]算出{t}？
    {name}抽到{l}，要凑出{t}，应该怎么算？
    {name}拿到的牌是{l}，目标是{t}，请写出算式。
    {name}想用{l}得到{t}，[怎样列式|该怎么算|有什么办法]？
    {name}说{l}可以算出{t}，你知道怎么算吗？
    帮{name}想一想，{l}怎么运算等于{t}？
    几张卡片上写着{l}，每张用一次，算出{t}。
    骰子掷出{l}，全部用上，怎样得到{t}？
    小球上写着{l}，用运算符号连起来等于{t}。
    老师在黑板上写了{l}，要求算出{t}，你怎么写？
    老师说：用{l}，每个数一次，得到{t}。请回答。
    同学们，请用{l}算出{t}。
    [课堂练习|作业|思考题]：用{l}得到{t}，写出算式。
    练习：把{l}组合成{t}。
    密码锁要输入得{t}的算式，可用{l}，每个一次，怎么写？
    宝箱要用{l}算出{t}才能打开，怎么算？
    魔法师给你{l}，要你变出{t}，你的算式是什么？
    机器人只会加减乘除，怎样让它用{l}得到{t}？
    哪个算式用到{l}，结果等于{t}？
    什么样的算式能由{l}得出{t}？
    {t}可以由{l}怎样算出来？
    {t}怎么用{l}表示？
    {t}是目标，{l}是数字，开始！
    请把{t}写成由{l}组成的算式。
    把{t}用{l}表示出来，每个数恰好出现一次。
    有人用{l}算出了{t}，他是怎么算的？
    答案是{t}，用到的数是{l}，算式是什么？
    结果{t}，材料{l}，补出算式。
    得数要等于{t}，数只有{l}。
    规则：每个数用一次，运算任选。数：{l}；得数：{t}。
    从{l}出发，最后得到{t}，怎么走？
    由{l}到{t}，写出计算过程
    {l}能算出{t}吗？请写出算式。
    能不能用{l}[算出|凑出]{t}？写给我看。
    [请问|麻烦问一下]，怎么用{l}算到{t}？
    [麻烦你|请你|能不能]帮我用{l}凑出{t}，谢谢
    试试看，用{l}算得{t}。
    动动脑：{l}，加减乘除，等于{t}。
    想办法让{l}的运算结果是{t}。
    组合{l}，使它们等于{t}。
    找一种方法，让{l}得{t}。
    利用{l}和加减乘除，构造出{t}。
    任意安排{l}的顺序，加上运算符号，得到{t}。
    选好运算和顺序，让{l}刚好算成{t}。
    只剩{l}了，怎么拼成{t}？
    限时抢答：用{l}算{t}！
  `),
};
