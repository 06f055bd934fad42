import { templates } from '../wording.ts';

/** Wordings of number sequences. Slot: {s} the terms. */
export const sequences = {
  en: templates(`
    [What comes next|What is next|What's next|What follows]: {s}[?|, ...?]
    {s}, [?|__|___|...]
    {s} ... [what comes next|what is the next term|next number|and then]?
    {s}, ... [Find|Give|Write] the next [term|number].
    [Find|Give|State|Determine|Work out|Compute] the next [term|number|element] [of|in] the sequence {s}[.|, ...]
    [Continue|Extend|Carry on] the [sequence|pattern|series|row|list] by one [term|number]: {s}[.|, ...]
    What is the next [number|term|value|member] in [the sequence|the series|the pattern|this list]: {s}?
    [Which|What] number [comes after|follows|should follow|comes right after] {s}?
    [Which|What] number [continues|extends|goes on with] {s}?
    Fill in the [blank|gap]: {s}, ___[.|]
    [Complete|Finish] the [pattern|sequence|row]: {s}, __
    Fill in the missing last number: {s}, ____
    Replace the question mark: {s}, ?
    [What|Which number] should replace the question mark in {s}, ?
    [What|Which number] belongs [on|in] the [empty line|blank]: {s}, ____ ?
    [What|Which number] goes in the empty [box|space] after {s}?
    The sequence {s} [follows a rule|has a rule|follows a pattern]. [What is the next term|Find the next number|Which number is next].
    The [numbers|terms] {s} [form a pattern|follow a rule|obey a simple rule]. [Predict|Name|Give] the next one.
    A [sequence|number sequence] [begins|starts|opens|runs] {s}. What [is|will be] the next term?
    A [list|row] of numbers [begins|starts]: {s}. [Which number is next|What is the next one]?
    [Look at|Study|Consider|Examine|Observe] [the numbers|the sequence|this row] {s}. What [comes next|would come next|is next]?
    [Spot|Find|Discover|Detect] the [pattern|rule] [and continue|and give the next number]: {s}
    [Spot|Work out|See] the rule behind {s}. Next term?
    [Can you|Could you|Would you] [please |][tell me|work out|guess|find] [the number|the term|what comes] after {s}?
    [How does|How would] {s} go on? [Give just the next number.|One more term, please.]
    [Following|Keeping to|According to] the same [pattern|rule], what comes after {s}?
    If the pattern [continues|goes on|holds|is kept up], [what|which number] comes after {s}?
    If {s} [continues|goes on] [in the same way|like this|by the same rule], what is the next [term|number]?
    Given {s}, [predict|find|what is] the next term[.|]
    Given the first terms {s}, [find|compute|what is] the next one[.|]
    The first terms of a sequence are {s}. [Find|Determine|What is] the [next|following] term.
    Next number: {s}, [?|...]
    Next [term|number|one] after {s}?
    next in line: {s}
    next: {s}
    {s} - next?
    {s} → ?
    {s}: [what's the next one|next term|what next]?
    and after {s}?
    [what number comes after|what's after|tell me what follows] {s}
    [Number pattern|Pattern puzzle|Sequence puzzle|Brain teaser]: {s}, [?|__]
    [Riddle|Quiz|Puzzle|IQ test|Warm-up]: [which number comes next|what is next] in {s}?
    {name} [counts|counts aloud|chants|says]: {s}. [Which number comes next|What will {name} say next]?
    {name} writes {s} [in a notebook|on the board|on a strip of paper|in the sand]. Which number should [come|be written] next?
    {name} has [noticed|spotted] a pattern in {s}. What is the next number?
    The teacher [wrote|put|chalked] {s} on the board and [asked for|wants] the next number. [What is it|Answer]?
    [Houses|Lockers|Seats|Doors|Tents] along a [row|path] are numbered {s}. What number [comes|is] next?
    A frog [hops|jumps] onto stones numbered {s}. On which number does it land next?
    A [robot|machine|computer|toy|parrot] [prints|says|calls out|displays|beeps out] {s}. What [does it say|comes|should come] next?
    A [drum|light|clock|bell] counts {s}. What is the next count?
    [Every day|Each week|Every hour|Each round], {name} records a number: {s}. [By the same rule, what|If the rule stays the same, which number] comes next?
    [Scores|Points] in the [rounds|levels] so far: {s}. If the pattern holds, what is the next score?
    The [jar|box|basket|shelf] held {s} {thing} on successive days. [Keeping the pattern, how many|If this goes on, how many] next day?
    [Rows|Layers] of a [pattern|mosaic|tower|pyramid] have {s} [tiles|bricks|blocks]. How many are in the next one?
    The [readings|measurements|gauge readings] were {s}. [Assuming the same rule|If the trend is regular], what will the next reading be?
    A [thermometer|meter|counter|display] shows {s}, one after another. [Predict the next value|What will it show next].
    A [plant|vine|tower] is measured every week: {s} centimetres. By the same rule, what is the next measurement?
    Pages marked in a book are {s}. [Which page is marked next|The next marked page is which], by the same rule?
    The [bus|tram|ferry] leaves at minutes {s}. By the same pattern, at what minute does the next leave?
    Payments so far: {s} [dollars|euros|pounds]. [If the pattern goes on|By the same rule], how much is the next payment?
    A [code|secret message|password] reads {s}, then a smudge. Which number is [under the smudge|smudged]?
    The last number of {s}, ___ [got wiped off|has been erased|is missing|was torn away]. What [was|is] it?
    Someone [spilled ink on|rubbed out] the number after {s}. [Restore it|Which number was it].
    [Beads|Cards|Tickets|Flags] are numbered {s} and so on. What [stands|is written] on the next one?
    [I am|I'm] counting: {s}. [What should I say next|What do I say now|Your turn, what comes next]?
    I [started|have] a list: {s}. [Help me add the next number|What do I write next]?
    I'm thinking of a rule that gives {s}. What does it give next?
    What would you write after {s}?
    [Please|Kindly] [continue with|add|supply|give] one more number: {s}
    [Add|Append|Supply|Write] the number that [naturally follows|logically follows|should come after] {s}.
    [Determine|Deduce|Infer] the rule of {s} and [state|report|give] the following term.
    The pattern is {s}, and so on. [What is the next number|Next one please].
    {s}, and [so on|so forth]. What number [is|comes] [next|right after these]?
    {s} [is|are] the start of a [sequence|number pattern]. [What is next|Name the next term].
    After {s} comes [which number|what number|____|what]?
    [After|Right after] {s} [we get|there should be|you would expect] which number?
    [What is the successor term|What is the term following the last one] in {s}?
    [One step further|One more step]: {s}, what?
    [Do you see|See] how {s} works? [Then give|Give] the next number.
    [Which is|What is] the number that comes immediately after the last one in {s}?
    What number would [make sense|fit|be logical] at the end of {s}, __ ?
    [Sequence|Series|Terms]: {s}. [Next term|Next number|Next]:
    Sequence: {s}, ... Answer with the next term.
    [Guess|Predict|Calculate|Figure out] what comes after {s}[.|, ...]
    [Climb|Go] one step more along {s} and [say|write] the number.
    Here are some numbers: {s}. [What comes next and|Which one comes next, and] nothing else?
    Here is a [sequence|pattern|number line puzzle]: {s}. [What is the next entry|Continue it by one term].
    [Homework|Exercise|Problem|Question]: [write|find|give] the next number. {s}, ___
  `),
  zh: templates(`
    [找规律填数|找规律|按规律填数|看规律，填一填]：{s}，[（　）|____|？]
    [下一个数|下一项|接下来的数|后面一个数]是[多少|几|什么]：{s}[？|……]
    {s}，[下一个数是多少|接下来是几|下一项是什么|后面是几]？
    {s}，？
    {s}，____
    {s}……[下一个是|接着是|然后是|再往后是][几|多少]？
    {s}，（　）。[括号里填几|括号中应填什么数]？
    {s}，□。方框里[应该是几|填多少]？
    数列{s}[的下一项是多少|的下一项是什么|接下来是几|后面应接什么数]？
    数列{s}，……[求|写出]下一项。
    [求|写出|给出|算出]数列{s}的下一项。
    [观察|看|仔细观察|研究]数列{s}，[写出下一项|下一个数是多少|求下一个数]。
    [观察下面的数|看下面这组数|看看这串数]：{s}。[接下来应该是几|下一个是多少]？
    [请|请你|试着][续写|接着写]一个数：{s}
    [请问|想问一下]，{s}的下一个数是什么？
    [按照|根据|照着|依照][这个|同样的|这样的]规律，{s}[后面是几|之后是哪个数|的下一个数是多少]？
    如果[规律不变|照这样下去|继续下去]，{s}[之后是什么数|后面的数是多少]？
    [已知|给出|给定]数列{s}，[求下一项|则下一项是多少|问下一个数]。
    一个数列的前几项是{s}，[下一项是多少|求紧接着的一项]。
    一列数[依次|按顺序]是{s}，[下一个数是多少|接下来的数是几]？
    有一串[数字|数]：{s}。[你知道下一个吗|下一个该是几]？
    有一组有规律的数：{s}，[请写出下一个|下一个数是几]。
    填空：{s}，____。
    [填上|补上|补全|写上]最后一个数：{s}，____
    [在横线上|在空格里|在括号里]填上[合适|正确|适当]的数：{s}，____
    问号处[应填|是|应该是][几|什么数|多少]：{s}，？
    {s}，？ 问号[代表哪个数|等于多少]？
    {name}在[数数|报数]：{s}。接下来[该数|该报|应该说]几？
    {name}在[本子|纸条|黑板|沙滩]上写了{s}，下一个[该写几|数应该是多少]？
    {name}发现{s}有规律，[下一个数是多少|那么后面是几]？
    老师在黑板上写出{s}，[让大家说出下一个数|问下一个数是几]。
    同学们轮流报数：{s}，下一位[应报几|该说什么数]？
    [门牌号|座位号|柜子的编号|树上的号码牌][依次是|一个接一个是]{s}，下一个[号码|号]是多少？
    青蛙[依次|先后]跳到写着{s}的石头上，[下一块石头上写着几|它接着会跳到几]？
    [机器人|小鹦鹉|计算机|小机器]说：{s}。[它接下来说几|下一个会说什么数]？
    [屏幕|显示器|计数器]上[先后|依次]出现{s}，接下来会[出现|显示]几？
    [密码|暗号]是{s}，最后还有一个数看不清，[它是几|按规律应是多少]？
    {s}后面的一个数被[墨水盖住|擦掉|撕掉]了，[它是多少|那是几]？
    [每天|每周|每小时]记一个数：{s}。[按此规律|规律不变]，下一次[记多少|是多少]？
    [篮子|盒子|罐子]里每天的{thing}数依次是{s}，[照此规律|按这样变化]，下一天有几个？
    [图案|金字塔|积木塔|砖墙]各层的块数是{s}，[下一层有几块|再下一层应有多少块]？
    游戏每关得分[依次是|是]{s}，[按规律下一关得几分|规律不变，下一关得多少分]？
    小苗每周的高度（厘米）是{s}，按规律下一周是多少？
    每月存的钱数是{s}元，[照这样|按规律]下个月存多少元？
    [公交车|地铁|渡轮]的编号[依次为|是]{s}，下一辆是几号？
    几次[测量|读数]的结果是{s}，按规律下一次是多少？
    日历上圈出的数是{s}，[下一个该圈哪个数|接下来圈几]？
    书签[先后|依次]夹在第{s}页，按规律下一次夹在第几页？
    我数到了{s}，[下面该数几|接着呢]？
    我写了几个数：{s}。[帮我接着写一个|接下来写什么]？
    我想了一个规律，得到{s}，下一个数是[什么|几]？
    [猜一猜|想一想|算一算|动动脑筋]：{s}，[下一个是几|后面该是多少]？
    [智力题|数字谜题|趣味题|思考题]：{s}，[接下来是多少|下一个数是几]？
    [你能|能不能|你会]接着往下写一个数吗？{s}
    [推断|推算|推测|预测|判断]{s}的下一[项|个数]。
    [找出|发现|说出][规律|其中的规律]，[再写一个数|并写出下一个数]：{s}
    [规律是什么先不说|不用说规律]，只要写出{s}的下一个数。
    {s}之后[是什么|是多少|是哪个数|应该是几]？
    [接在|排在|跟在]{s}后面的数是[几|多少|什么]？
    [哪个数|什么数|几][接在|排在]{s}的后面[最合适|才符合规律]？
    [把|将]{s}[再往下写一项|再延续一个数]。
    [请将|请把]数列{s}[延长一项|续写一项]。
    {s}这列数的下一个[是谁|是几|是多少]？
    {s}，以此类推，下一个[是多少|数是几]？
    {s}，依次排下去，[接下来|再下一个]是几？
    [练习|作业|口算题|测验]：{s}，下一项＝？
    数列：{s}。[下一项|下一个数|答案]：
    {s} → ？
    接下来：{s}，…
    再来一个：{s}，____
    {s}，然后呢？
    下一个？{s}
    [从左往右看|顺着看]{s}，下一个数[应该是多少|是什么]？
    排队的号码是{s}，[后面那位是几号|下一位的号码是多少]，按规律说。
  `),
};
