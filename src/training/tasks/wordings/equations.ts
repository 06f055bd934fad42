import { templates } from '../wording.ts';

/** Wordings of linear equations. Slots: {q} the equation, {v} the unknown. */
export const equations = {
  en: templates(`
    [Solve|Please solve|Now solve|Kindly solve] {q}[.|]
    [Solve|Please solve] for {v}: {q}[.|]
    [Solve|Work out|Crack] the equation {q}[.|]
    [Find|Determine|Calculate|Compute|Work out] {v} if {q}.
    [Find|Give|State] the value of {v} [when|given that|for which] {q}.
    If {q}, [what is {v}|what does {v} equal|what must {v} be|then what is the value of {v}]?
    [Given|Given that|Knowing that|Assuming that|Suppose] {q}, [find|determine|compute|give] {v}.
    {q}. [What is {v}|Find {v}|How much is {v}|What number is {v}|So what is {v}]?
    {q}, so {v} = [?|___]
    {q}; {v} = ?
    {q} [-> {v} = ?|=> {v} = ?]
    [What|Which] [number|value] of {v} [makes|would make] {q} [true|a true statement|hold|correct]?
    [What|Which] value of {v} [satisfies|fits|solves|fulfils] {q}?
    For [what|which] {v} [is it true that|do we have|does it hold that] {q}?
    [Which|What] number [must|should|do I have to|can you] put in place of {v} so that {q}?
    Replace the letter {v} with a number that makes {q} [true|come out right|balance].
    [What is|Give|State|Name|Tell me] the [solution|root] of {q}[.|]
    [Isolate|Get] {v} [on one side in|by itself in|alone in] {q} and give [its value|the number].
    Rearrange {q} to find {v}.
    Make {v} the subject of {q} and [evaluate it|say what it equals].
    The teacher writes {q} on the board. What is {v}?
    On the [blackboard|whiteboard|worksheet|last page] it says {q}. [Find|Work out] {v}.
    {name}'s homework [says|reads|asks]: solve {q}. What [answer should be written down|is the right answer]?
    {name} is stuck on {q}. [Can you help find {v}|What is the unknown|Help out: what is {v}]?
    {name} [wrote|scribbled|jotted down] {q} in a notebook. What number does {v} stand for?
    A [secret|hidden|mystery] number {v} [obeys|satisfies] {q}. [What is it|Reveal it|Which number is it]?
    I am thinking of a number {v}. It [satisfies|fits] {q}. [What is my number|Which number am I thinking of]?
    Let {v} be a number [with|such that] {q}. [Find it|What is it|Determine {v}].
    The unknown {v} satisfies {q}. [Determine it|What is its value|Work it out].
    We know that {q}. [How big is {v}|What follows for {v}|What can you say {v} is equal to]?
    [It is known|We are told|Someone tells you|You are told] that {q}. What is {v}?
    Here is an equation: {q}. [What is the unknown|Solve it|Find its solution].
    Look at [this equation|the equation]: {q}. [Which number is hiding behind {v}|What is {v} worth]?
    The equation {q} has [one|exactly one|a single] solution. [What is it|Which one|Find it].
    Equation: {q}. [Solution|Answer|Unknown]?
    Equation: {q}. Value of {v}:
    exercise: {q}, {v} = ?
    Task: [solve|find the unknown in|work out {v} in] {q}
    Algebra [practice|quiz|warm-up|drill]: {q}. [What is {v}|{v} equals what]?
    Quick [question|one]: {q}, what's {v}?
    Hey, if {q}, what's {v}?
    what is {v} if {q}
    solve {q}
    find {v}: {q}
    [what's|whats] {v} when {q}?
    Undo the steps in {q} to [find|recover|uncover] {v}.
    Work backwards from {q}. What was {v}?
    [Use algebra|Use inverse operations|Do the same to each side] to [find|obtain] {v} from {q}.
    A [balance|scale|seesaw] is level when {q}. [How heavy is {v}|What weight is {v}]?
    A [lock|safe|chest] opens with the number {v}, where {q}. [What is the code|Which number opens it|Find the code].
    A [robot|computer|wizard|machine] [accepts|takes in|wants] only the {v} for which {q}. Which number is that?
    The price {v} of a [ticket|notebook|sandwich|toy] [satisfies|can be found from] {q}. [What does it cost|What is the price]?
    Let {v} be [a child's age|my age|the age of a tree], with {q}. [What age is that|How many years is that]?
    A length of {v} metres satisfies {q}. [How long is it|How many metres is it]?
    After [some|a few] shopping, {name} [notes|writes] {q}, with {v} the price of one [pen|bag|cake]. What does one cost?
    Each [box|bag|jar] holds {v} {thing}, and {q}. How many [are in one|does one hold]?
    [Could you|Can you|Would you|Will you] [please |]solve {q} for me?
    [I'd like|I want|I need] to know {v}. The equation is {q}.
    [Help me|Please help me] [find|get|work out] {v} from {q}.
    How do I get {v} from {q}, and what is it?
    [What|Which number] [do you get|comes out] for {v} in {q}?
    [What does {v} have to be|How large must {v} be|What should {v} equal] [for|in order for] {q} to [hold|be true|be correct]?
    {v} is [unknown|a number|a real number] and {q}. [Find {v}|What is it|Give its value].
    {v}: {q}, find it.
    When {q}, {v} [equals|is] [what|which number]?
    Fill in the blank: if {q}, then {v} = ____.
    Complete the sentence: since {q}, the value of {v} is ____.
    [Read|Study|Consider|Take] the equation {q}. What is {v} [equal to|]?
    For the equation {q}, [calculate|report|provide|write down] {v}.
    [From|Out of|Starting from] {q}, [deduce|derive|infer|conclude] the value of {v}.
    Which number, [used in place of|substituted for|plugged in for|put in for] {v}, gives {q}?
    [Substitute|Plug in] the right number for {v} so that {q}. [What is it|Which number is right]?
    The [linear|simple|first-degree] equation {q} is to be solved. [{v} = ?|What is {v}?|Give the root.]
    Determine the [unknown|variable|missing number|unknown quantity] in {q}.
    [Do you know|Can you tell me|Any idea] what {v} is if {q}?
    There is a number {v} for which {q}. [Name it|Which is it|Find that number].
    Only one number {v} [works|will do] in {q}. Which?
    [Unravel|Decode|Figure out] this: {q}. {v} is what?
    A [riddle|puzzle] in symbols: {q}. [Who can find {v}|What does {v} stand for]?
    Question [for the exam|on the test|from the quiz]: {q}. State {v}.
    In {q}, [what is {v}|what number does {v} represent|what value does the letter have|find the unknown].
    [Simplify and solve|Solve step by step|Solve carefully|Solve in your head]: {q}
    Solve the following for the unknown: {q}
    Suppose a number {v} is chosen so that {q}. Which number was chosen?
    [True|It is true] only for one {v}: {q}. Which one?
  `),
  zh: templates(`
    解方程[：|]{q}[。|]
    [请解方程|求解方程|试解方程|解下列方程|解一解]：{q}
    [求|请求出|试求|算出|求出]{v}：{q}
    [已知|若|如果|假如|设]{q}，[求{v}|求{v}的值|那么{v}等于多少？|则{v}是多少？]
    {q}，[{v}是多少|{v}等于几|{v}的值是多少|求{v}|那么{v}是几]？
    {q}，{v}＝？
    {q}，则{v}=（　）
    {q}，所以{v}等于____。
    当{v}[取什么值|取何值|等于多少|是几]时，{q}[成立|]？
    {v}[为何值时|是多少时|取多少时]，[等式|式子|方程]{q}成立？
    [什么数|哪个数|多少]代入{v}能使{q}成立？
    方程{q}的[解|根]是[多少|什么|？]
    [写出|求出|给出|说出]方程{q}的[解|根]。
    [请|请你|麻烦]帮我[解一下|算一下]这个方程：{q}
    [你能|能不能|可以]帮我[求出|算出]{v}吗？方程是{q}。
    老师在黑板上写下{q}，问{v}是多少。
    黑板上[写着|有一个方程]：{q}。[求未知数|{v}是几]？
    {name}的作业[里有一题|上写着]：{q}。[答案是多少|{v}应该填几]？
    {name}[不会做|卡在了]这道题：{q}。你来[求出{v}|算一算未知数]。
    {name}在本子上写了{q}，这里的{v}[代表哪个数|表示多少]？
    我心里想了一个数{v}，它满足{q}，[这个数是几|我想的是什么数]？
    有一个数{v}，[满足|符合]{q}，这个数是[多少|几]？
    设某数为{v}，[则有|列得方程]{q}，[求这个数|某数是多少]。
    一个[神秘|未知]的数{v}满足{q}，[猜猜它是几|把它找出来]。
    猜数游戏：{q}，{v}是[哪个数|几]？
    [未知数|字母]{v}满足{q}，求[它|它的值]。
    [求未知数|求未知数的值|求方程的解]：{q}
    [下面|这里]有一个方程：{q}。[请解出来|它的解是多少|请求出未知数]。
    [看|观察|考虑]方程{q}，[{v}是多少|未知数等于几]？
    [一元一次方程|一次方程|简易方程]{q}的解是什么？
    [练习|计算|作业|习题|口算]：{q}，求{v}。
    填空：若{q}，则{v}=____。
    填空：因为{q}，所以{v}是（　）。
    [列式得|整理得|最后得到]{q}，[那么{v}是多少|{v}等于几]？
    [移项|化简|用等式的性质]求解：{q}
    [倒着推|从结果往回推|逆推]一下：{q}，{v}原来是多少？
    由{q}[可以推出|可得|可知]{v}等于[多少|几]？
    在{q}中，[{v}是几|{v}等于多少|未知数的值是多少|字母代表几]？
    把{q}里的{v}[求出来|算出来]。
    把{v}换成哪个数，才有{q}？
    天平两边平衡，[写成|记作]{q}，{v}[有多重|是多少克]？
    密码{v}满足{q}，[密码是多少|请破解密码]。
    保险箱的[密码|号码]是{v}，而且{q}，请问[怎么填|应输入几]？
    [一支笔|一个本子|一个面包|一张门票]{v}元，{q}，[它的价钱是多少|要多少钱]？
    小明今年{v}岁，已知{q}，[他今年几岁|小明几岁了]？
    每[盒|箱|袋]装{v}个{thing}，且{q}，[一|每][盒|箱|袋]有几个？
    一根[绳子|木棍|铁丝]长{v}米，{q}，[它有多长|求它的长度]。
    已知等式{q}，[请问|试问]{v}是多少？
    我们知道{q}，那{v}呢？
    [告诉你|现在知道]{q}，你能说出{v}吗？
    {v}是多少？已知{q}
    {v}＝？条件：{q}
    求{v}的值，[使得|使]{q}。
    方程：{q}。[解|答案|{v}]：
    题目：{q}，[解是多少|问{v}]？
    [快速|马上]回答：{q}，{v}等于？
    {q}怎么解？[结果是几|{v}是多少]？
    想一想，{v}是几的时候{q}？
    [只有一个数|有且只有一个数]能让{q}成立，是[哪个|几]？
    [试一试|算算看|动动脑]：{q}，{v}该是几？
    [机器人|电脑|魔法师]出题：{q}，[请求{v}|未知数是几]。
    [考试题|测验题|课堂练习]：解{q}。
    [写出|找出|确定]满足{q}的{v}。
    [满足|适合]{q}的{v}[是多少|等于几|是哪个数]？
    解出{v}：{q}
    这个未知数到底是几？{q}
    若有{q}，请[写出|直接写出]{v}的值。
  `),
};
