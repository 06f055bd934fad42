import { templates } from '../wording.ts';

/** Wordings that ask for the weekday some days after another. Slots: {w} the weekday, {n} the days. */
export const weekdayAfter = {
  en: templates(`
    [What|Which] [day of the week|weekday] is {n} days after {w}?
    [What|Which] [weekday|day] [comes|falls|lies] {n} days after [a |]{w}?
    [What day|Which day] is it {n} days after {w}?
    {n} days after {w} is [which day|what day|what weekday]?
    {n} days [past|on from|after] {w} [falls on which weekday|is what day]?
    {n} days after {w}?
    {w} + {n} days = ?
    {w} plus {n} days [is which weekday|is|gives which day]?
    [what's|whats] the weekday {n} days after {w}
    Today is {w}. [What day will it be|Which weekday will it be|What day of the week is it] in {n} days[' time|]?
    Today is {w}. [What day|Which day of the week] is {n} days from [now|today]?
    [It is|It's] {w} [today|]. [{n} days later it is what day|Which weekday comes {n} days later]?
    If today is {w}, [what day will it be in {n} days|which weekday is {n} days from now|what day of the week comes {n} days later]?
    If it is {w} now, what [weekday|day of the week] will it be after {n} days?
    If a [month|year|holiday|camp|course] [begins|starts] on a {w}, what weekday is {n} days later?
    [Suppose|Imagine|Say|Assume] today is {w}. What weekday is it {n} days later?
    [Starting|Counting] from {w}, [go|count|move|step] {n} days forward. Which weekday is it?
    [Count|Go|Step|Jump] {n} days [forward|ahead|on] from {w}. [Where do you land|Which day is it|Name the weekday].
    [Add|Skip] {n} days [to|after] {w}. [Which day of the week is it|What day do you get]?
    [Find|Give|Determine|State|Tell me|Work out|Name] the [weekday|day of the week] {n} days after {w}[.|]
    [Please|Kindly] say which weekday [it is|we have] {n} days after {w}.
    [Can you|Could you] [tell me|work out] the weekday that comes {n} days after {w}?
    {n} days [pass|go by] after a {w}. [What weekday is it now|Which day has come]?
    [After {n} days have passed|When {n} days have gone by] since {w}, what [day|weekday] is it?
    [Which day of the week|What day of the week] do we have {n} days from {w}?
    The [party|meeting|exam|match|concert] is {n} days after {w}. [On which day of the week is it|Which weekday is that]?
    The [wedding|play|race|interview|court hearing] takes place {n} days after a {w}. Which weekday is that?
    My [birthday|holiday|flight|appointment] is {n} days after {w}. [What day is it on|Which weekday is that]?
    {name} [leaves|sets off|departs] on a {w} and [comes back|returns] {n} days later. On which weekday?
    {name} [arrives|moves in|checks in] on a {w} and leaves {n} days later. [What day of the week is that|On which weekday]?
    {name} [was born|got married|got a puppy|had surgery] on a {w}. What weekday was it {n} days later?
    {name} [sent|posted|mailed] a [parcel|letter|card] on {w}; it arrived {n} days later. [On which day|Which weekday was that]?
    {name} [borrows|takes out] a book on {w} for {n} days. On which weekday is it due?
    {name} starts a [course|diet|new job|puzzle] on a {w} and [stops|finishes|quits] {n} days later. [Which weekday|What day] is that?
    {name} [visits|goes to] the {place} on a {w} and again {n} days later. Which weekday is the second visit?
    The {place} [closes|shuts] on a {w} and reopens {n} days later. [On which weekday|What day is that]?
    A [ship|train|bus tour|trek|hike] starts on a {w} and ends {n} days later. On which day of the week does it end?
    A parcel [left|was shipped] on a {w} and took {n} days. [On what weekday did it come|What day did it arrive]?
    The [seeds|beans|onions] were planted on a {w} and sprouted {n} days later. Which day of the week was that?
    The [egg|chick|duckling] hatched {n} days after a {w}. What weekday was it?
    The [doctor|dentist|vet] wants to see {name} {n} days after {w}. [On which weekday|What day is the visit]?
    The [rent|bill|payment|fine] is due {n} days after {w}. What day of the week is that?
    The [first|opening] game is on a {w}; the next game is {n} days later. Which weekday?
    [Garbage|Milk|The newspaper|The rubbish] was collected on {w} and again {n} days later. [Which weekday|What day] was it?
    The [festival|fair|circus] opened on a {w}. It left {n} days later, on which weekday?
    The [cake|bread|jam|soup] was made on {w} and eaten {n} days later. On what day?
    The [cat|dog|hamster] ran away on a {w} and came home {n} days later. Which day was that?
    A calendar shows {w}. What weekday will it show {n} days [later|on]?
    [Calendar question|Quick question|Quiz]: {n} days after {w} is which day?
    {n} [sleeps|nights] from {w} brings us to which weekday?
    [Fill in the blank|Complete]: {n} days after {w} is ____.
    Fill in: today {w}, in {n} days ____.
    start: {w}, days later: {n}, weekday?
    Weekday: {w}. Move ahead {n} days. [Result|New weekday|Answer]?
    day now: {w}. in {n} days: ?
    {n} days from {w}, [what day is it|what day will it be|which weekday do we get]?
    [Exactly|Precisely] {n} days after a {w}, what day is it?
    [Do you know|Can you guess|Can you figure out] what day [follows|comes|is] {n} days after {w}?
    [In {n} days|{n} days from now], which weekday will it be if [today is|it is now] {w}?
    [Which weekday will it be in {n} days|What day is it {n} days from now]? Today is {w}.
    On {w}, {name} says "in {n} days I go home". Which weekday is that?
    On a {w} the countdown shows {n} days left. On which weekday does it [end|reach zero]?
    If you fall asleep on a {w} and wake up {n} days later, what day is it?
    If {n} days ago it was {w}, what day is it today?
    {n} days ago it was a {w}. [What day is it now|So today is which weekday|What is today]?
  `),
  zh: templates(`
    {w}[之后|以后|过后]{n}天是[星期几|周几|星期几呢]？
    {w}过{n}天是[星期几|周几|礼拜几]？
    {w}再过{n}天是[星期几|周几]？
    {n}天前是{w}，[今天是星期几|今天是周几|现在是星期几]？
    {w}的{n}天后是[星期几|周几]？
    从{w}[起|算起|开始]，过{n}天是[星期几|周几]？
    从{w}往后数{n}天[是星期几|是周几|数到星期几]？
    从{w}往后推{n}天，[是星期几|结果是周几]？
    {w}加{n}天是[星期几|周几|？]
    {w} + {n}天 = ？
    今天是{w}，[{n}天后是星期几|再过{n}天是星期几|过{n}天是周几]？
    今天{w}，{n}天[后|之后|以后]呢？[是星期几|星期几|周几]？
    如果今天是{w}，[{n}天后是星期几|那么再过{n}天是星期几]？
    若今天是{w}，则{n}天后是[星期几|周几]？
    [假设|假如|要是]今天为{w}，问{n}天后是星期几。
    现在是{w}，[经过|过了]{n}天是[星期几|周几]？
    [再过{n}天是星期几|{n}天后是周几]？今天是{w}。
    [求|算出|写出|推算]{w}之后{n}天是星期几。
    [请问|问一下]，{w}后{n}天是[星期几|周几]？
    [你能|能不能]告诉我{w}之后{n}天是星期几？
    [想一想|算一算]，{w}之后过{n}天是星期几？
    {name}{w}[出发|动身|离家|坐船走]，{n}天后[回来|到家|返回]，那天是星期几？
    {name}在{w}[住进酒店|搬进新家|住院]，{n}天后离开，那天是星期几？
    {name}{w}借了一本书，{n}天后还，[哪天还|还书那天是星期几]？
    {name}{w}[寄了一封信|发了一个包裹]，{n}天后[到|送到]，[那天是星期几|是周几]？
    {name}{w}开始[学画画|练跑步|上网课]，{n}天后[结束|考试]，那天是星期几？
    {name}出生那天是{w}，{n}天后是星期几？
    {name}{w}去了{place}，{n}天后又去了，第二次是星期几？
    [包裹|快递|邮件]{w}寄出，路上{n}天，[星期几到|到达那天是星期几]？
    [会议|考试|比赛|演出|婚礼]定在{w}之后的{n}天，那天是星期几？
    我的[生日|航班|考试|面试]在{w}之后{n}天，[那天是星期几|是周几]？
    [运动会|音乐会|庙会|展览]{w}开幕，{n}天后闭幕，[闭幕是星期几|那天是周几]？
    {place}{w}关门装修，{n}天后重新开门，[开门是星期几|那天是星期几]？
    [轮船|列车|车队]{w}出发，{n}天后到达，到达是星期几？
    [种子|豆子|花籽]{w}种下，{n}天后发芽，发芽是星期几？
    [小鸡|小鸭|小鸟]在{w}之后{n}天破壳，那天是星期几？
    医生{w}看完病，让{name}{n}天后复诊，[复诊是星期几|是星期几]？
    [房租|账单|电费]在{w}之后{n}天到期，那天是[星期几|周几]？
    第一场比赛在{w}，{n}天后是[下一场|第二场]，[是星期几|那天周几]？
    [蛋糕|果酱|面包]{w}做好，{n}天后吃完，[吃完是星期几|那天是周几]？
    [小狗|小猫]{w}走丢，{n}天后找回来了，那天是星期几？
    日历[显示|上是]{w}，再过{n}天[显示星期几|是星期几]？
    一个月的[一号|头一天]是{w}，{n}天后是星期几？
    某天是{w}，[那天之后|这天之后]{n}天是星期几？
    [倒计时|还有]{n}天，今天是{w}，[到那天是星期几|结束是星期几]？
    {w}这天，{name}说“{n}天后见”，见面是星期几？
    填空：{w}之后{n}天是____。
    填空：今天是{w}，{n}天后是（　）。
    起点：{w}；天数：{n}；[终点|结果]是星期几？
    [日历题|趣味题|口算]：{w}过{n}天是星期几？
    {n}天后是星期几，如果今天是{w}？
    [计算|推算]：{w}＋{n}天，[是周几|结果为星期几]？
    [一觉睡了|连续旅行了]{n}天，出发那天是{w}，结束时是星期几？
    从{w}起，日子过去{n}天，[现在是星期几|今天是周几]？
    [帮我算算|麻烦算一下]：{w}之后{n}天是[星期几|周几|礼拜几]？
    {w}往后{n}天，[星期几|是周几|是哪一天，写星期]？
    [距|离]{w}正好{n}天之后是星期几？
    {w}后{n}天？
  `),
};
