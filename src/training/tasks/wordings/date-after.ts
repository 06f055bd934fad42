import { templates } from '../wording.ts';

/** Wordings that ask for the date some days after another. Slots: {d} the date, {n} the days. */
export const dateAfter = {
  en: templates(`
    [What date|Which date|What day of the year] is {n} days [after|from|past] {d}?
    [What|Which] date [comes|falls|lies] {n} days after {d}?
    What is the date {n} days after {d}[?|]
    [What will|What would] the date be {n} days [after|from] {d}?
    {n} days [after|from|past] {d} is [what date|which date|when]?
    {n} days after {d}?
    {n} days after {d} = ?
    {d} plus {n} days [is what date|gives which date|=|= ?|]
    {d} + {n} days [= ?|->|]
    date: {d}. add {n} days.
    [Add|Count|Go|Move] {n} days [to|on from|forward from|ahead from] {d}. [What date is it|Which date do you reach|Give the date].
    [Count forward|Go forward|Jump ahead|Skip ahead] {n} days from {d}[. Where do you land?|. Which date is that?|.]
    Starting [from|on|at] {d}, [go|count|move] {n} days [forward|ahead]. [Which date is it|Name the date].
    Today is {d}. [What will the date be|What date will it be|Which date will it be] in {n} days[' time|]?
    Today is {d}. [What is the date|What date do we have|What date is it] {n} days from now?
    [It is|It's] {d}. [What date|Which date] is {n} days away?
    It is {d} [today|now]. {n} days pass. [What is the new date|What date is it then|And the date is]?
    If today is {d}, [what is the date in {n} days|what date comes {n} days later|what will be the date {n} days from today]?
    If [an event|something|a party] starts on {d}, what date is {n} days later?
    [In {n} days from|After {n} days have passed since] {d}, what [is|will be] the date?
    [Find|Give|Determine|State|Calculate|Work out|Name] the date {n} days [after|later than|following] {d}[.|]
    [Tell me|Please tell me|Can you tell me|Could you work out] [which date|the date that] comes {n} days after {d}[.|?]
    [When|On what date] [does|will] a parcel [sent|posted|mailed|shipped] on {d} arrive if it takes {n} days?
    A [parcel|letter|package|crate] [left|was sent|was posted] on {d} and arrived {n} days later. [When|On what date] did it arrive?
    The [order|sofa|laptop|bicycle] was placed on order on {d}; delivery [comes|follows] {n} days later. [When|On which date] is that?
    [A|My] [library book|loan|DVD] was [borrowed|taken out] on {d} and is due {n} days later. [What is the due date|When must it go back]?
    {name} [borrowed|took out] a book on {d} [for|and may keep it for] {n} days. When is it due?
    {name} [leaves|sets off|departs|flies out] on {d} and [returns|comes home|is back] {n} days later. On what date?
    {name} [goes|travels] abroad on {d} and comes back after {n} days. [Which date is that|When is the return]?
    {name} [began|started] [a course|a diet|a job|training] on {d}. {n} days later there is a test. [On what date|When]?
    {name} has an exam {n} days after {d}. [When is it|What is the date of the exam]?
    {name} got [an invoice|a bill] on {d} and must pay [within|no later than] {n} days after that. [What is the last date|What is the deadline]?
    The [invoice|bill|notice] is dated {d}. Payment is due {n} days later. [When|What is the due date|By what date]?
    The [appeal|application|report|answer] must be filed within {n} days of {d}. [What is the latest date|What is the deadline]?
    The [deadline|hearing|meeting|interview] is {n} days after {d}. [On what date|When is it|Which date is that]?
    The [project|work|construction|repair] began on {d} and was finished {n} days later. [When|What was the finishing date]?
    [Seeds|Beans|Tulip bulbs|Carrots] were [sown|planted] on {d}. The first shoots appeared {n} days later. [Which date|On what date] was that?
    Eggs were laid on {d} and hatched {n} days later. [On what date|When] did they hatch?
    The [doctor|dentist|vet|nurse] saw {name} on {d} and wants to see them again {n} days later. When is the visit?
    {name} [takes|took] the first [pill|dose|injection] on {d} and the [next|second] one {n} days later. [When|Which date]?
    The stitches were put in on {d} and come out {n} days later. [When|On what date] is that?
    A [free trial|subscription|pass|coupon|voucher] starts on {d} and [ends|expires|runs out] {n} days later. [When|On which date] does it [end|expire|run out]?
    The [visa|permit|ticket|licence] was issued on {d} and expires {n} days after that. When does it expire?
    The [milk|yoghurt|cheese|bread] was made on {d} and goes bad {n} days later. What date is that?
    The [cheese|wine|sauerkraut|cider] was put in the cellar on {d}. It is ready {n} days later. [When|What date]?
    A [ship|ferry|freighter|sailing boat] [leaves port|sets sail|weighs anchor] on {d} and [docks|arrives|lands] {n} days later. When?
    A [rocket|probe|satellite|balloon] is launched on {d}. It [lands|returns|reaches its goal] {n} days later. On which date?
    A [caravan|hiker|cyclist|expedition] set out on {d} and reached [the goal|the coast|the summit] {n} days later. [On what date|When] was that?
    The [concert|match|election|wedding|festival] is {n} days after {d}. [When is it|What is its date].
    [Tickets|Places|Seats] go on sale on {d}, and the show is {n} days later. When is the show?
    The [first|opening] match is on {d}, the final {n} days later. [What date is the final|When is the final]?
    The {place} closed on {d} and reopened {n} days later. [What was the reopening date|When did it reopen]?
    The [sale|exhibition|school term|camp] [opens|begins|starts] on {d} and [closes|ends] {n} days later. [On what date|When] does it [close|end]?
    {name}'s birthday is {n} days after {d}. When is [it|the birthday]?
    My [holiday|exam|flight|driving test] is {n} days after {d}. [What date should I mark|Which date do I circle]?
    [We met|They met|The two met] on {d} and again {n} days later. On what date was the second meeting?
    [Snow|Rain|Frost] fell on {d} and again {n} days later. Which date was the second time?
    [The full moon|A comet|An eclipse] was seen on {d}. Another was seen {n} days later. [When|On what date]?
    The [hotel guest|tenant|visitor|lodger] moved in on {d} and left {n} days later. [On which date|When]?
    [Rent|The loan|A debt|The fee] was agreed on {d}, payable {n} days later. [When is it payable|Name the date].
    A calendar [shows|reads] {d}. What will it [show|read] {n} days later?
    A [diary|logbook|journal] entry is dated {d}; the next one was made {n} days later. What is its date?
    Tear {n} leaves off a daily calendar that shows {d}. What date [does it show now|is on top]?
    [Which|What] date do we [get|reach|arrive at] [by adding|when we add] {n} days to {d}?
    [Let|Suppose] {n} days [go by|pass] after {d}. What is the date [then|]?
    [After|Once] {n} days have [gone by|passed|elapsed] since {d}, [what date is it|which date is reached]?
    [Fill in|Complete]: {d} + {n} days = ____
    Fill in the blank: {n} days after {d} comes ____.
    [what's|whats] the date {n} days after {d}
    [which date is it|what date do we get] {n} days on from {d}?
    when is {n} days from {d}?
    [Imagine|Say|Suppose] it is {d}. [What is the date|Which date is it] {n} days later?
    [Quick|Calendar] question: {n} days after {d} is which date?
    On {d}, {name} says: "See you in {n} days!" On which date is that?
    On {d}, the [forecast|sign|app|poster] says "only {n} days to go". [What date is meant|Which date is the big day]?
    On {d} the [countdown|timer|clock] shows {n} days left. [When|On what date] does it reach zero?
    The countdown [began|started] on {d} with {n} days to go. [What is the target date|When is it over]?
    [Starting date|Start]: {d}. [Days later|Days to add]: {n}. [End date|Date]?
    [Exactly|Precisely] {n} days after {d}, {name} [won a prize|moved house|bought a dog|ran a race]. On what date?
    The [baby|calf|foal|puppy] was born {n} days after {d}. [What is its date of birth|On what date was that]?
  `),
  zh: templates(`
    {d}[之后|后|以后|过][的|]{n}天是[几月几日|几号|哪一天|什么日期]？
    {d}过{n}天是[几月几日|几号|哪天|什么日期]？
    {d}再过{n}天[是几月几日|是哪天|是几号|是什么日子]？
    从{d}[起|算起|开始][，|]过{n}天[是哪一天|是几月几日|是几号]？
    从{d}往后数{n}天是[几月几日|哪天|几号]？
    从{d}[向后推|往后推|顺延]{n}天，[日期是|是几月几日|是哪天]？
    {d}的{n}天后是[几月几日|哪一天|什么日期]？
    {d}加{n}天[等于几月几日|是几号|＝？]
    {d} + {n}天 = ？
    [求|写出|算出|推算]{d}之后{n}天的日期。
    [请问|问]，{d}之后{n}天是[几月几日|哪一天]？
    今天是{d}，[{n}天后是几月几日|再过{n}天是哪天|过{n}天是几号|{n}天以后是什么日期]？
    今天{d}，[那么|]{n}天后[是几号|日期是什么]？
    [如果|若|假如|假设]今天是{d}，{n}天后[是几月几日|是哪一天|的日期是什么]？
    现在是{d}，[还有|还差]{n}天[就考试|就放假|就过生日|就比赛]，那天是几月几日？
    [{n}天后是哪天|过{n}天是几月几日]？今天是{d}。
    包裹{d}[寄出|发出|发货]，{n}天后[到达|送到|签收]，[到达那天|那天]是几月几日？
    快递在{d}发出，路上[走了|用了|花了]{n}天，[几月几日|哪天]送到？
    {name}{d}[出发|动身|离家|起飞]，{n}天后[回来|返回|到家]，那天是几月几日？
    {name}在{d}去旅行，{n}天后回家，[回家的日期是|哪天回家]？
    {name}在{d}借了一本书，{n}天后[到期|要还|必须还]，[应还日期是几月几日|哪天还]？
    图书馆的书{d}借出，期限{n}天，[几月几日|哪一天]到期？
    {d}借的钱，[说好|约定]{n}天后还，[还钱的日期是|哪天还]？
    [账单|发票|通知单]的日期是{d}，{n}天后是付款截止日，[截止日是哪天|最晚几月几日付]？
    [课程|培训|集训|夏令营]{d}开始，{n}天后[结束|考试|汇报]，那天是几月几日？
    {name}{d}开始[上课|减肥|练琴|跑步]，{n}天后[参加考试|休息|检查成果]，是几月几日？
    医生{d}给{name}看病，要求{n}天后复诊，[复诊日期是|哪天复诊]？
    {name}{d}[打了第一针|吃了第一次药]，{n}天后[打第二针|再吃一次]，那是几月几日？
    伤口在{d}缝针，{n}天后拆线，[哪天拆线|拆线是几月几日]？
    [种子|豆子|花种]在{d}种下，{n}天后发芽，[发芽那天是几月几日|几月几日发芽]？
    母鸡{d}[开始孵蛋|下的蛋]，{n}天后小鸡出壳，[哪天出壳|出壳是几月几日]？
    [会员|优惠券|月票|签证]{d}生效，{n}天后[到期|过期|失效]，[到期日是|那天是几月几日]？
    [牛奶|面包|酸奶]在{d}做好，{n}天后过期，[几月几日过期|过期日是哪天]？
    [试用期|保修期|假期]从{d}开始，{n}天后结束，[结束的日期是|哪天结束]？
    [工程|修路|装修|盖房]{d}开工，{n}天后[完工|竣工|结束]，[完工是哪天|几月几日完成]？
    [轮船|货船|帆船]{d}出港，{n}天后靠岸，[靠岸是几月几日|哪天靠岸]？
    [火箭|卫星|探测器]{d}发射，{n}天后[返回|到达目的地]，是几月几日？
    [演唱会|婚礼|运动会|画展]定在{d}之后的{n}天，[是几月几日|哪天举行]？
    [决赛|会议|面试|演出]在{d}之后{n}天举行，[是哪一天|日期是几月几日]？
    [首场比赛|初赛|开幕式]在{d}，{n}天后是[决赛|闭幕式]，[那天是几月几日|日期是]？
    {place}{d}[停业|关门|闭馆]，{n}天后重新开门，[哪天开门|是几月几日]？
    {name}的生日在{d}之后{n}天，[生日是几月几日|是哪天]？
    [小猫|小狗|宝宝]在{d}过了{n}天后出生，[出生日期是|是几月几日]？
    日历[显示|翻到|上是]{d}，再[翻过|撕掉|过去]{n}天，[显示几月几日|是哪天]？
    日记写于{d}，{n}天后又写了一篇，那篇的日期是[什么|几月几日]？
    [我们|他们]{d}第一次见面，{n}天后再见面，[是几月几日|那天是哪天]？
    [倒计时|倒数]从{d}开始，还剩{n}天，[哪天结束|目标日期是几月几日]？
    {d}[下了第一场雪|刮过大风|下过一场雨]，{n}天后又来了一次，是几月几日？
    [租房|酒店|停车]从{d}算起，{n}天后[到期|退房|离开]，是几月几日？
    起始日期{d}，[增加|加上]{n}天，[得到什么日期|结果是]？
    填空：{d}之后{n}天是____。
    填空：{d}＋{n}天＝（　）
    [开始日期|起始日]：{d}。天数：{n}。[结束日期|之后的日期]：
    [计算|推算|口算]：{d}过{n}天后的日期。
    [想一想|算一算]，{n}天之前刚好是{d}，那今天是几月几日？
    [帮我算算|麻烦算一下|你能算出]{d}再过{n}天是[几号|哪天]吗？
    [我想知道|我想查一下]{d}之后{n}天是哪一天。
    {n}天前是{d}，今天是[几月几日|几号|哪天]？
    {d}后{n}天？
    [申请|上诉|报名]须在{d}起{n}天内提交，最后期限是几月几日？
    {d}那天，{name}说“{n}天后见”，[见面的日期是|哪天见面]？
    [花瓶|手表|电脑]{d}下单，{n}天后到货，[到货日期是|几月几日到货]？
    [离|距]{d}正好{n}天之后的那天是[几月几日|什么日期]？
    [过了|经过]{n}天，日期从{d}变成[几月几日|哪一天|多少]？
  `),
};
