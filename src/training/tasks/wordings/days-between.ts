import { templates } from '../wording.ts';

/** Wordings that ask for the days between two dates. Slots: {d}, {d2}. */
export const daysBetween = {
  en: templates(`
    How many days [are there|are|lie|is it] [from|between] {d} [to|and] {d2}?
    How many days [pass|elapse|go by] [from {d} to|between {d} and] {d2}?
    How many days is it from {d} [to|until|till|up to] {d2}?
    How many days after {d} is {d2}?
    How many days before {d2} is {d}?
    How many days [later|on] than {d} is {d2}?
    How many days [separate|are there between] {d} and {d2}?
    How many days [must|do you have to|should I] add to {d} to [reach|get to] {d2}?
    [Count|Find|Compute|Calculate|Work out|Determine|Give|State] the number of days [from {d} to|between {d} and] {d2}[.|]
    [What is|Give|Find] the [difference|gap|interval|distance] in days between {d} and {d2}[.|?]
    [What is the time|How much time is there] from {d} to {d2}, in days?
    {d2} minus {d} [in days|, in days] = ?
    {d2} - {d} = how many days?
    {d} to {d2}: [how many days|number of days|days]?
    {d} -> {d2}, days?
    from {d} to {d2}, how many days
    days between {d} and {d2}[?|]
    From {d} to {d2} [is how many days|it is how many days|makes how many days]?
    {d2} [comes|is|falls] how many days after {d}?
    {d} [comes|is] how many days before {d2}?
    Today is {d}. [How many days until|How many days is it to|How many days till|In how many days is it] {d2}?
    [It is|It's] {d}. [How long must I wait for|How far away is] {d2}, in days?
    If today is {d}, how many days [are left until|remain until|is it until] {d2}?
    Today is {d2}. How many days ago was {d}?
    Now it is {d2}. How many days have [passed|gone by] since {d}?
    Since {d}, how many days had [passed|gone by|elapsed] by {d2}?
    [Starting|Counting] from {d}, after how many days do we [reach|get to|arrive at] {d2}?
    [Counting forward|Counting on] from {d}, how many days does it take to reach {d2}?
    [Can you|Could you|Please|Would you] [tell me|say|count] how many days there are from {d} to {d2}[?|.]
    [I'd like|I want|I need] to know the number of days from {d} to {d2}.
    Fill in the blank: from {d} to {d2} there are ____ days.
    Fill in: {d2} is ____ days after {d}.
    Dates: {d} and {d2}. [How many days apart are they|Difference in days]?
    {d} and {d2} are how many days apart?
    [Start|Start date|First date]: {d}. [End|End date|Second date]: {d2}. [Days elapsed|Number of days|Difference in days]?
    {name} [leaves|departs|sets off|goes away] on {d} and [comes back|returns|is home] on {d2}. How many days later is that?
    {name} [checks in|arrives at the hotel] on {d} and [checks out|leaves] on {d2}. How many nights is that?
    {name} [borrowed|took out] a book on {d} and [returned it|brought it back] on {d2}. How many days later?
    {name} [ordered|sent|posted] a [parcel|lamp|letter] on {d}; it came on {d2}. [How many days did it take|How long did it take in days]?
    {name} [was born|started school|moved house] on {d}. How many days had passed by {d2}?
    {name} [began|started] a [diary|diet|garden|painting] on {d} and stopped on {d2}. How many days later was that?
    {name} has [an exam|a match|a recital] on {d2}. On {d}, how many days are left?
    [From|On] {d}, the countdown to {d2} starts. How many days are on it?
    On {d}, how many days remain until {d2}?
    On {d} a [ship|train|caravan|rocket] sets off, and it arrives on {d2}. How many days does the journey take?
    A [parcel|letter|crate|package] is sent on {d} and arrives on {d2}. How many days does it take?
    A [bill|loan|fine|debt] dated {d} is due on {d2}. How many days is that to pay?
    A [trial|licence|permit|coupon] [given|issued] on {d} expires on {d2}. How many days later is that?
    The [work|repair|building|road] started on {d} and was ready on {d2}. How many days later?
    The [seeds|bulbs|beans] were sown on {d} and [came up|sprouted] on {d2}. How many days did it take?
    The [eggs|ducks' eggs|hen's eggs] were laid on {d} and hatched on {d2}. After how many days?
    The [cheese|wine|jam] was made on {d} and opened on {d2}. How many days later was that?
    The first [match|lesson|concert|meeting] is on {d}, the next on {d2}. How many days later is the next one?
    The {place} closed on {d} and reopened on {d2}. How many days later was it?
    The [storm|flood|eclipse|earthquake] on {d} was followed by another on {d2}. How many days later?
    The [patient|dog|player] was hurt on {d} and well again on {d2}. How many days did it take?
    Two [photos|letters|receipts|tickets] are dated {d} and {d2}. How many days apart are they?
    The meeting was moved from {d} to {d2}. By how many days was it [postponed|delayed|put off]?
    The [flight|wedding|deadline|exam] was [postponed|pushed back] from {d} to {d2}. By how many days?
    By how many days [does {d} precede|is {d} earlier than|does {d} come before] {d2}?
    By how many days [does {d2} follow|is {d2} later than|does {d2} come after] {d}?
    A calendar turns from {d} to {d2}. How many days have gone by?
    [Suppose|Imagine] today is {d}. What number of days must pass until {d2}?
    [how many days till|how long until] {d2} if [it's|today is] {d}, in days?
    Quiz: the number of days from {d} to {d2}?
    In {d} - {d2} (start to end), how many days elapse?
    [Between|In the time between] {d} and {d2} the number of days is ____.
    How long, in days, is the stretch from {d} to {d2}?
  `),
  zh: templates(`
    从{d}到{d2}[有多少天|是多少天|一共过了多少天|经过多少天|有几天]？
    {d}到{d2}[相差多少天|差几天|有多少天|相隔多少天]？
    {d}和{d2}[相差几天|相隔多少天|差多少天]？
    {d}与{d2}[之间相差多少天|相差的天数是多少]？
    {d2}在{d}之后[多少天|几天]？
    {d}[比|较]{d2}早[多少天|几天]？
    {d}距离{d2}[还有多少天|有几天|多少天]？
    {d}离{d2}[有多少天|还有几天]？
    {d}之后[过多少天|再过几天]是{d2}？
    从{d}起，[再过几天|过多少天]是{d2}？
    [过|经过]多少天，日期从{d}变成{d2}？
    {d}加上多少天是{d2}？
    {d2}减{d}，[是多少天|等于几天]？
    {d2} - {d} = 多少天？
    {d} → {d2}，[几天|多少天]？
    {d}到{d2}，几天？
    [求|计算|算出|写出]从{d}到{d2}的天数。
    [求|计算|写出]{d}与{d2}相差的天数。
    今天是{d}，[离{d2}还有多少天|到{d2}还有几天|还要等多少天到{d2}]？
    [如果|假如|若]今天是{d}，那么[还有多少天到{d2}|到{d2}要过几天]？
    今天是{d2}，{d}[是多少天前|是几天前|过去了多少天]？
    [现在是|已经到了]{d2}，从{d}到现在[过了多少天|过去了几天]？
    {name}{d}[出发|离家|出国]，{d2}[回来|到家|返回]，[过了多少天|隔了几天]？
    {name}{d}住进酒店，{d2}退房，[住了几晚|一共住了多少晚]？
    {name}{d}借书，{d2}还书，[借了多少天|过了几天]？
    {name}{d}寄了[一封信|一个包裹|一张卡片]，{d2}送到，[路上用了几天|花了多少天]？
    {name}[从|自]{d}开始[攒钱|学游泳|写日记]，到{d2}[过了多少天|有几天了]？
    {name}的[考试|生日|比赛]在{d2}，{d}这天算，[还剩多少天|还有几天]？
    [包裹|快递|货物]{d}发出，{d2}到达，[用了几天|多少天送到]？
    [轮船|火车|探险队]{d}出发，{d2}到达，[走了多少天|用了几天]？
    [贷款|账单|罚单]的日期是{d}，{d2}到期，[有多少天的时间|期限是几天]？
    [优惠券|会员卡|签证]{d}发放，{d2}到期，[过几天到期|多少天后到期]？
    [工程|装修|修桥]{d}开工，{d2}完工，[过了多少天|用了几天]？
    [种子|花苗|豆子]{d}种下，{d2}发芽，[多少天后发芽|过了几天]？
    [鸡蛋|鸟蛋]{d}生下，{d2}孵出小鸟，[过了几天|多少天]？
    [第一场|首场]比赛在{d}，[第二场|下一场]在{d2}，[隔了多少天|相隔几天]？
    {place}{d}关门，{d2}重新开门，[过了多少天|几天后开的门]？
    [会议|婚礼|考试]从{d}推迟到{d2}，[推迟了多少天|推迟了几天]？
    [酒|奶酪|果酱]{d}做好，{d2}打开，[放了多少天|过了几天]？
    [病人|小狗|队员]{d}受伤，{d2}康复，[用了多少天|过了几天]？
    两张[车票|照片|收据]的日期是{d}和{d2}，[相差几天|相隔多少天]？
    日历从{d}翻到{d2}，[翻过了多少天|过了几天]？
    [倒计时|倒数]从{d}开始，目标是{d2}，[共倒数多少天|有多少天]？
    [从前一个日期到后一个日期|这两个日期]：{d}、{d2}，[相差多少天|隔几天]？
    开始：{d}；结束：{d2}；[天数|经过的天数]：
    填空：从{d}到{d2}有____天。
    填空：{d2}在{d}之后（　）天。
    [请问|问一下]，{d}到{d2}[隔多少天|相差几天]？
    [你能|能不能]算出{d}到{d2}有多少天吗？
    [帮我算算|麻烦算一下]{d}到{d2}[一共多少天|相差几天]。
    [我想知道|我想查]从{d}到{d2}要过多少天。
    [想一想|算一算]，{d}过几天就是{d2}？
    [口算|练习|小测]：{d}到{d2}的天数是多少？
    {d}以后，[要等|得等]多少天才到{d2}？
  `),
};
