import { templates } from '../wording.ts';

/** Wordings of a − b that hold for a result below zero too. Slots: {a}, {b}. */
export const subtraction = {
  en: templates(`
    What is {a} minus {b}?
    [what's|whats] {a} minus {b}
    How much is {a} minus {b}?
    how much is {a} take away {b}
    {a} minus {b}
    {a} minus {b} [is|equals|gives|makes] [what|what number]?
    {a} minus {b} equals
    {a} - {b} = ?
    {a} [-|−|–] {b} =
    {a}-{b}
    {a} − {b}
    {a} [-|−] {b} is [what|how much]?
    {a} take away {b}[?|]
    {a} less {b} is [what|how much|which number]?
    {a}, take off {b}, [what then|what now|what do you get]?
    {a} with {b} [taken away|taken off|subtracted|deducted]: [result?|answer?|what is it?]
    {b} taken from {a} [is|gives] [what|what number]?
    {b} from {a}?
    {b} less than {a}?
    {b} subtracted from {a}
    {b} subtracted from {a} [is|equals|gives|makes] [what|what number|how much]?
    Subtract {b} from {a}.
    subtract {b} from {a}[, please|]
    Subtract from {a} the number {b}.
    From {a} subtract {b}.
    From {a}, take[ away|] {b}.[ What is the result?| What do you get?| Answer?|]
    Take {b} from {a}.
    Take {b} away from {a}.[ What do you get?| What is the answer?|]
    Take away {b} from {a} and [give|write|tell me] the result.
    [Deduct|Remove|Withdraw] {b} from {a}.[ What is the result?| Give the result.|]
    What is {b} deducted from {a}?
    What do you get [when|if] you [subtract|take|deduct] {b} from {a}?
    What [results|do we obtain|is obtained|comes out] when {b} is [subtracted|taken away|deducted] from {a}?
    When {b} is taken from {a}, [what is the result|what number results|the result is what]?
    When you take from {a} the number {b}, what do you get?
    If {b} is subtracted from {a}, [what is the answer|what do we get|what number comes out]?
    If from {a} we subtract {b}, which number do we get?
    Subtracting {b} from {a} [gives|yields|produces] [what|which number]?
    Find the result of {a} minus {b}.
    The result of {a} minus {b}?
    The result of subtracting {b} from {a} is ___
    [calculate|compute|work out] {a} [-|minus] {b}
    [Work out|Compute|Find] the difference {a} [-|−] {b}.
    Evaluate the difference {a} minus {b}.
    State the difference obtained when {b} is subtracted from {a}.
    Subtraction: {a} [-|minus|take away] {b}
    Subtraction [problem|exercise|task|practice]: {a} [-|minus] {b}
    Perform the subtraction {a} [-|−] {b}.
    [Carry out|Do] the following subtraction: {a} [-|minus] {b}
    The minuend is {a} and the subtrahend is {b}. [What is the difference?|Find the difference.|State the result.]
    The subtrahend is {b}, the minuend {a}. Find the difference.
    With minuend {a} and subtrahend {b}, what difference results?
    What is {a} decreased by {b}?
    What is {a} [reduced|lowered|diminished|lessened] by {b}?
    [Reduce|Lower|Bring down] the number {a} by {b} and [give|write down|tell me] the new value.
    By taking off {b}, {a} turns into what number?
    What does {a} become [when|if|after] it is [decreased|reduced|made smaller] by {b}?
    How much is {a} after {b} is taken off?
    What is {b} less than {a}?
    Which number is {b} [smaller|lower|less] than {a}?
    [Name|Find|Write|Give] the number that is {b} [less|smaller|lower] than {a}.
    Which number is {b} below {a}?
    Which number lies {b} [units|steps|places] to the left of {a} on the number line?
    Which number [comes|stands|is found] {b} before {a} when counting?
    What integer [comes|lies|is] {b} [steps|places] before {a}?
    {a} is {b} more than [what|which] number?
    {a} is {b} [greater|larger|bigger] than a certain number. [Which one|What number]?
    {a} exceeds a number by {b}. [Find that number.|What is the number?]
    Which number is exceeded by {a} by exactly {b}?
    Which number gives {a} when {b} is added to it?
    What number must be added to {b} to [give|make|get|obtain] {a}?
    What do you[ have to| need to|] add to {b} to get {a}?
    {b} plus what[ number|] [is|equals|makes|gives] {a}?
    {b} and what number add up to {a}?
    {a} is the sum of {b} and [what|which] other number?
    The sum of two numbers is {a}. One of them is {b}. What is the other[ one| number|]?
    One addend is {b} and the sum is {a}. Find the other addend.
    I am thinking of a number. When I add {b}, I get {a}. What is my number?
    I add {b} to a [secret|certain|mystery] number and get {a}. [What is the number?|Which number was it?]
    A number increased by {b} [is|equals|gives] {a}. What is the number?
    {b} more than some number is {a}. What is that number?
    {a} minus what number [is|equals|gives|leaves] {b}?
    What must be subtracted from {a} to [get|give|obtain|leave] {b}?
    From {a} I subtract a number and get {b}. Which number did I subtract?
    {a} minus a [secret|hidden|certain] number is {b}. Find the[ secret| hidden|] number.
    ? + {b} = {a}
    {b} + ? = {a}
    {a} - ? = {b}
    [Find|Solve for] x: x + {b} = {a}
    [Solve|Find x]: {b} + x = {a}
    Solve the equation {a} - x = {b}.
    x + {b} = {a}, so x is [what|which number]?
    For which[ value of|] x is {b} + x [equal to|the same as] {a}?
    If y + {b} = {a}, what is y?
    Fill in the blank: {a} [-|−] {b} = [__|___|____]
    Fill in the missing [number|value]: ___ + {b} = {a}
    Fill the gap: {b} + ___ = {a}
    Complete the [number sentence|equation|line]: {a} minus {b} equals ___
    Let x = {a} and y = {b}. [What is x - y?|Find x - y.|Compute x − y.]
    If p is {a} and q is {b}, [how much is|what is] p [-|minus] q?
    Given n = {b} and m = {a}, determine m - n.
    If b is {b} and a is {a}, what is a minus b?
    Given f(x) = x - {b}, find f({a}).
    Evaluate x - {b} for x = {a}.
    Evaluate {a} - t when t is {b}.
    Start with {a} and [subtract|take away|take off] {b}.[ Where do you end up?| What do you have?| What is the answer?|]
    Begin at {a} and count back {b}. [Which number do you reach?|Where do you land?]
    Starting [at|from] {a}, [count down|count back|count backwards|go down] {b}. What number do you [reach|land on|stop at]?
    Count {b} back from {a}. Where do you stop?
    On a number line, you stand at {a} and [jump|hop|move] {b} to the left. Where are you?
    On the number line, go {b} steps left of {a}. Which number is there?
    In your head: {a} minus {b}.
    Mental [maths|math|arithmetic]: take {b} from {a}.
    Without a calculator, subtract {b} from {a}.
    Quick, what is {a} minus {b}?
    Quick one! {a} take away {b}?
    Do you know [what|how much] {a} minus {b} is?
    Can you [subtract|take|deduct] {b} from {a}[ for me| in your head|]?
    Could you[ please|] tell me what {a} minus {b} is?
    Please [subtract|take away|deduct] {b} from {a}[ and tell me the answer| for me|].
    I would like to know how much {a} less {b} is.
    I need {a} minus {b}[, please|].
    I have to take {b} from {a} for homework. What [is the answer|do I write|should I get]?
    My teacher wrote {a} - {b} on the board. What is the answer?
    The calculator shows {a}. I press minus, type {b}, and press equals. What [does it show|appears|do I see]?
    Type {a} into a calculator and subtract {b}. What [shows up|is displayed|does the screen say]?
    {name} subtracts {b} from {a}. What [is the result|does {name} get|should the answer be]?
    {name} [typed|wrote down] {a} and then [subtracted|took off] {b}. Which number came out?
    A machine subtracts {b} from every number. We put in {a}. What comes out?
    A magic box makes every number {b} smaller. If {a} goes in, [what|which number] comes out?
    Here are two numbers: {a} and {b}. Subtract the second from the first.
    Here are two numbers: {b} and {a}. Subtract the first from the second.
    The first number is {a}, the second is {b}. What is the first minus the second?
    Take the numbers {b} and {a}. What is the second one minus the first one?
    Tell me: {a} minus {b}, how much is it?
    So, {a} minus {b} would be?
    Minus: {a} and then {b}. Answer?
    To {a}, add the opposite of {b}.
    What is the sum of {a} and negative {b}?
    Write {a} minus {b} as a single number.
    From the number {a} we subtract {b}. [What results?|What is obtained?|What is the outcome?]
    Find the number which, [when {b} is added|increased by {b}|raised by {b}], [becomes|gives|equals] {a}.
    Which change takes you from {b} to {a}? Give the final value minus the starting value.
    Let {a} drop by {b}. What is the new value?
    The value {a} falls by {b}. New value?
    Knock {b} off {a}. What do you get?
    {b} off {a} [is|gives|makes] what?
    Given that the sum is {a} and one part is {b}, what is the other part?
  `),
  zh: templates(`
    {a}减{b}[等于|得]多少？
    {a}减去{b}是[多少|几]
    {a}-{b}=?
    {a} - {b} =
    {a}－{b}＝（ ）
    从{a}[中|里]减去{b}，[得多少|结果是多少|差是几]？
    把{b}从{a}[中|里]减去，[得几|结果是什么]？
    求{a}减{b}的差。
    {a}减去{b}，差是多少？
    被减数是{a}，减数是{b}，[差是多少|求差]。
    减数是{b}，被减数是{a}，差为多少？
    减数{b}，被减数{a}，求差
    哪个数比{a}小{b}？
    什么数比{a}少{b}
    一个数比{a}[小|少]{b}，[这个数是几|求这个数|它是多少]？
    {a}比哪个数大{b}？
    {a}比一个数多{b}，这个数是多少？
    {b}加[上|]多少等于{a}？
    {b}要加上什么数才能得到{a}？
    哪个数加[上|]{b}等于{a}？
    一个数加上{b}得{a}，[求这个数|这个数是几]。
    {a}等于{b}加多少？
    x+{b}={a}，[x是多少|求x|x=?]
    {b}+x={a}，解出x。
    {a}-x={b}，[x的值是多少|求x]
    解方程：x+{b}={a}
    （ ）+{b}={a}，括号里[填几|应填什么数]？
    {b}+___={a}，横线上填什么？
    {a}减___等于{b}，空格里是什么数？
    {a}减几等于{b}？
    {a}减去一个数得{b}，[求这个数|减去的数是多少]。
    从{a}中减去哪个数，差是{b}？
    两数之和是{a}，其中一个数是{b}，[另一个数是多少|求另一个数]。
    和为{a}，一个加数为{b}，另一个加数[是多少|为]？
    一个加数是{b}，和是{a}，求另一个加数
    甲乙两数的和是{a}，乙数是{b}，甲数是几？
    甲数是{a}，乙数比甲数[小|少]{b}，乙数是多少？
    甲数为{a}，比乙数大{b}，求乙数。
    甲数是{a}，乙数是{b}，甲数减乙数[等于多少|的差是几]？
    乙数为{b}，甲数为{a}，求甲数与乙数的差（甲减乙）。
    [请|]计算{a}减{b}的差。
    计算：{a}－{b}
    口算：{a}减{b}
    心算一下，{a}减{b}[等于几|是多少]？
    {a}减少{b}[后|以后|之后]是多少？
    将{a}减少{b}，[结果|得数]是多少？
    把{a}减小{b}，得到什么数？
    {b}要从{a}里扣掉，[结果是多少|得几]？
    从{a}[中|里]扣除{b}，[得多少|结果如何]？
    {a}扣掉{b}，得数是几
    {a}降低{b}，变成多少？
    {a}下降{b}后的数值是多少？
    从{a}往下数{b}步，[数到几|会数到多少|停在哪个数上]？
    从{a}开始倒着数，退{b}步，到哪个数？
    数轴上，从{a}[向左|往左]移动{b}个单位，到达哪个数？
    数轴上的点原来在{a}，左移{b}格后在哪里？
    向左走{b}格，起点是数轴上的{a}，终点是多少？
    数轴上从{b}走到{a}，位置的变化量是多少（向右为正）？
    {a}加上{b}的相反数，[得多少|结果是多少]？
    求{a}与{b}的相反数之和
    若m={a}，n={b}，求m-n的值。
    当y={b}，x={a}时，x-y等于多少？
    设x={a}，x减去{b}的值是？
    {a}减{b}=___
    填空：{a}-{b}=（ ）
    ___比{a}少{b}
    我心里想了一个数，它加{b}得{a}，我想的是几？
    我想的数比{a}小{b}，猜猜[我想的是几|是哪个数]
    某数增加{b}后变为{a}，某数原来是多少？
    某数加{b}是{a}，某数是
    一个数加上{b}以后变成了{a}，原数是多少？
    用{a}减{b}，[结果|得数|差]是多少？
    用{a}减去{b}，看看得多少
    拿{a}减{b}，得几
    由{a}减去{b}，其差为[多少|何值]？
    求差：{a}减{b}
    求{a}-{b}的值
    差是多少：被减数{a}，减数{b}
    告诉我{a}减{b}的[答案|结果|得数]
    麻烦帮我算[算|一下]{a}减去{b}，谢谢
    请问{a}减{b}得几？
    老师问：{a}减{b}是几？
    你知道{a}减{b}得多少吗？
    你能算出{a}减去{b}的差吗？
    在计算器上先按{a}，再按减号和{b}，最后按等号，显示什么？
    列竖式算{a}减{b}，得数是？
    减法题：{a}减{b}
    快问快答：{a}减{b}等于？
    {a}减{b}，说出[得数|答案]就行
    求比{a}少{b}的数
    先写下{a}，再减去{b}，现在是多少？
    先有{a}，后减{b}，结果呢？
    {a}，减{b}，得？
    以{a}为被减数、{b}为减数，[差是几|作减法，结果是多少]？
    以{b}为减数，以{a}为被减数，算出差
    减去{b}之前是{a}，减去之后是多少？
    {a}是{b}与哪个数的和？
    {a}由{b}和另一个数相加而成，另一个数是多少？
    {b}与某数之和为{a}，求某数
    {a}比{b}[大|多]多少？如果更小，请用负数回答。
    {b}需要变化多少才会成为{a}？（减少记为负）
    {a}要是再小{b}，就成了多少？
    给{a}减{b}，变成几？
    把{a}减掉{b}，[结果|答案]是多少？
    在{a}的基础上[减去|减少|减掉]{b}，[得多少|结果是多少]？
    从{a}退{b}，退到几？
    往回退{b}，从{a}出发，到几？
    {name}在黑板上写了{a}减{b}，[得数应该是多少|正确答案是什么]？
    {name}的作业题：求{a}减去{b}的差。
    {name}想的数加上{b}正好是{a}，想的是哪个数？
    已知和是{a}，一个加数是{b}，求另一个加数。
    已知减数{b}和被减数{a}，写出差。
    算式：{a}减{b}。答案：
    验算：{a}减{b}到底是几？
    减掉{b}的话，{a}会变成几
    {a}里减掉{b}是多少
    [快|]算算看，{a}少了{b}是多少？
    比{a}低{b}的数，是多少呢
    较大的数是{a}，两数相差{b}，较小的数是多少？
    {a}与{b}[的差|之差]是多少？
    求{a}与{b}的差
    {a}和{b}依次相减，差为多少？
    差可能是负数：{a}减{b}得多少？
    写出{a}减{b}的结果，必要时带负号。
    {a}与{b}作差，[前者减后者|用前一个数减后一个数]，得多少？
    {b}和{a}两个数，用后一个减前一个，结果是几？
    请把{b}当减数，把{a}当被减数，差是？
  `),
};
