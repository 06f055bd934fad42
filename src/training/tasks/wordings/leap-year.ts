import { templates } from '../wording.ts';

/** Wordings that ask whether a year is a leap year. Slot: {y}. */
export const leapYear = {
  en: templates(`
    [Is|Was] the year {y} a leap year?
    Is {y} a leap year or not?
    Is {y} [one of the leap years|among the leap years|in the list of leap years]?
    [Is|Was] [it|it true] that {y} [is|was] a leap year?
    {y} - leap year?
    {y}: leap year, yes or no?
    leap year {y}?
    leap year check: {y}
    [Does|Did] [the year |]{y} have 366 days?
    [Does|Did] {y} [last|contain|count|run to] 366 days?
    [Does|Did] the year {y} [have|contain] [an extra|a leap|an additional] day?
    [Does|Did] {y} have a [29 February|February 29|February 29th|29th of February]?
    [Is|Was] there a [29 February|29th of February|29th day of February] in {y}?
    [Does|Did] February {y} have 29 days?
    In {y}, [does|did] February [have|run to|last] 29 days?
    In {y}, [is|was] there a 29 February?
    [Does|Did] the calendar of {y} [contain|include|show|have] [29 February|the date 29 February|February 29]?
    [Would|Should] a calendar for {y} show 29 February?
    Is 29 February {y} a [valid|real|possible|genuine] date?
    [Does|Did] the date 29 February {y} exist?
    Is February 29, {y} [a real date|a date that exists|possible]?
    [Could|Can] someone [be born|have been born] on 29 February {y}?
    Could a [letter|contract|photo|ticket] [truly |]be dated 29 February {y}?
    {name} says {y} is a leap year. Is [that right|that correct|{name} right]?
    {name} [claims|insists|thinks|believes] that {y} is a leap year. Is that so?
    {name} thinks {y} has 366 days. Is {name} right?
    {name} thinks February {y} has 29 days. Is [that correct|that true]?
    {name} wants to know [if|whether] {y} is a leap year. Is it?
    A friend says {y} had a 29 February. Is the friend right?
    [Tell me|Say|Decide|Determine|Check|Find out|Work out] [whether|if] {y} is a leap year[.|]
    [Tell me|Say|Check] whether {y} has 366 days[.|]
    [Please|Kindly] [check|tell me|say] whether {y} is a leap year.
    [Can you|Could you] [tell me|check|confirm] whether {y} is a leap year?
    [Do you know|Any idea] whether {y} is a leap year?
    [I wonder|I'd like to know|I want to know|I'm asking]: is {y} a leap year?
    [I wonder|I want to know|I was asked] whether {y} is a leap year. Is it?
    According to the Gregorian calendar, [is {y} a leap year|does {y} have 366 days]?
    By the [Gregorian rules|usual calendar rules|rules of our calendar], is {y} a leap year?
    [In our calendar|In the Gregorian calendar], is {y} a leap year?
    [By|Under] the leap year [rule|rules], [does|is] {y} [count|considered] [as |]a leap year?
    [Does|Will] {y} [qualify|count] as a leap year?
    [Do|Should] we [call|consider] {y} a leap year?
    [Should|Must] February be given an extra day in {y}?
    [Will|Would] a calendar for {y} need [a leap day|an extra day]?
    [Does|Did] {y} have a leap day?
    [Is|Was] there a leap day in {y}?
    [Did|Does] the year {y} come with a leap day?
    Think of {y}: is it a leap year?
    Take the year {y}. [Is it a leap year|Does it have a leap day|Has it got 366 days]?
    Consider {y}. [Is it a leap year|Does it have a 29 February]?
    {y} is a leap year, [isn't it|right|is that true|correct]?
    The year is {y}. Is it a leap year?
    Yes or no: is {y} a leap year?
    Yes or no: [does {y} have 366 days|is there a 29 February in {y}|does February {y} have 29 days]?
    Answer yes or no: is {y} a leap year?
    Quick question: is {y} a leap year?
    When making a calendar for {y}, [do I need|should I add] 29 February?
    Is {y} a year with [366 days|a 29 February|an extra day in February]?
    Is {y} one of those years with [366 days|29 days in February|a leap day]?
    Are there 29 days in February {y}?
    Would {name} have a birthday on 29 February in {y}?
    {name} was born on 29 February. [Does|Is] {y} [have that date|a year with that date]?
    Could the [shop|club|team] plan a party on 29 February {y}?
    Teacher asks: is the year {y} a leap year?
    Is it correct to [call|say] {y} a leap year?
  `),
  zh: templates(`
    {y}年是闰年吗[？|]
    {y}年[是不是|是否是|是否为]闰年？
    {y}是[不是|否]闰年？
    [请问|问一下]，{y}年是闰年吗？
    [你知道|你觉得]{y}年是闰年吗？
    [请判断|判断|判断一下|请你判断]{y}年[是不是|是否为|是否是]闰年。
    [告诉我|请告诉我|说说]{y}年[是不是|是否]闰年。
    [检查|查一下|看看|核对][一下|]{y}年是不是闰年。
    [帮我|请帮我]看看{y}年[是不是|是否]闰年。
    {y}年，闰年吗？
    {y}年：闰年，是或不是？
    闰年吗？{y}年
    闰年判断：{y}
    {y}年[是不是|是否]有366天？
    {y}年二月[是不是|是否]有29天？
    {y}年2月有29天吗？
    {y}年[有|有没有]2月29日？
    {y}年2月[有没有|有]29[日|号]？
    {y}年2月29日[存在吗|这个日期存在吗|是有效日期吗|是真实的日期吗]？
    {y}年的日历上[有|有没有]2月29日？
    {y}年的日历要不要印2月29日？
    {y}年里[有|会不会有]闰日吗？
    {y}年二月[多出|会多出]一天吗？
    按[公历|现行历法|闰年规则|格里高利历]，{y}年是闰年吗？
    按照[闰年的规则|公历规定]，{y}年[是不是|算不算]闰年？
    在公历中，{y}年[是闰年吗|算闰年吗]？
    {y}年[算|能算|可以算]闰年吗？
    {y}年属于闰年吗？
    [能把|可以把]{y}年叫作闰年吗？
    [说{y}年是闰年|“{y}年是闰年”这句话]对吗？
    有人说{y}年是闰年，[对吗|对不对|他说得对吗]？
    {name}说{y}年是闰年，[对吗|说得对不对]？
    {name}认为{y}年有366天，[对吗|正确吗]？
    {name}觉得{y}年二月有29天，[对不对|对吗]？
    {name}想知道{y}年是不是闰年，[是吗|你说呢，是不是]？
    {name}的生日是2月29日，{y}年有这一天吗？
    有人可能在{y}年2月29日出生吗？
    一封信的日期写着{y}年2月29日，[这个日期可能吗|可能有这样的日期吗]？
    [合同|照片|车票]上写着{y}年2月29日，[这日期存在吗|这是可能的吗]？
    {y}年是闰年，[对吗|是吗|没错吧]？
    {y}年，对，就是这一年，是闰年吗？
    [做日历时|制作日历的时候]，{y}年[需要加上|要不要加上]2月29日吗？
    回答是或不是：{y}年是闰年吗？
    [是或否|是还是不是]：{y}年是闰年。
    [题目|练习|小测验|口答]：{y}年是闰年吗？
    [老师问|小朋友问|有人问]：{y}年是不是闰年？
    [看一看|想一想|算一算]，{y}年是闰年吗？
    [给出年份{y}|年份：{y}]，[它是闰年吗|是否为闰年]？
    [以{y}年为例|说到{y}年]，它是闰年吗？
    {y}这一年有[366天吗|闰日吗|2月29日吗]？
    公元{y}年[是闰年吗|是不是闰年]？
    [我想知道|我想问]{y}年是不是闰年。
  `),
};
