import { templates } from '../wording.ts';

/** The same where the wording itself says which is wanted (taller, cheaper, …). Slots: {a}, {b}. */
export const decimalsTwoFixed = {
  en: {
    larger: templates(`
    Which number is higher, {a} or {b}?
    Which is more, {a} or {b}?
    Is {a} more, or is {b} more?
    One sack weighs {a} kg and the other {b} kg. Which weight is the heavier?
    Which is heavier, a parcel of {a} kilograms or a parcel of {b} kilograms?
    Two ropes are {a} m and {b} m long. Give the length of the longer rope.
    Which is longer, {a} metres or {b} metres?
    {name} builds a tower {a} m tall and a friend builds one of {b} m. What is the height of the taller one?
    Two towers of blocks stand {a} m and {b} m high. How high is the taller tower?
    A pen costs {a} dollars and a notebook {b} dollars. What is the price of the one that costs more?
    Which price is more expensive, {a} euros or {b} euros?
    The gate opened after {a} seconds and the bell rang after {b} seconds. Which time came later?
    Which comes later on a stopwatch, {a} seconds or {b} seconds?
    Which lies further to the right on the number line, {a} or {b}?
    Which is farther from zero, {a} or {b}?
    Which exceeds the other, {a} or {b}?
    Which number beats the other in size, {b} or {a}?
    max({a}, {b}) = ?
    What is the maximum of {a} and {b}?
    Put {a} and {b} in descending order. Which comes first?
    Put {a} and {b} in [ascending|rising|increasing] order. Which comes last?
    One gymnast scores {a}, another {b}. More points win. What is the winning score?
    Two divers got {a} and {b} points. Which is the better score?
    Yesterday it was {a} degrees, today {b} degrees. Which temperature is warmer?
    Which is hotter, water at {a} degrees or water at {b} degrees?
    One well is {a} m deep, another {b} m. How deep is the deeper one?
    {name} ran {a} km and a neighbour ran {b} km. Which distance is farther?
    One snail moves at {a} cm per minute, another at {b} cm. Which speed is faster?
    One jug holds {a} litres and a second {b} litres. How much is in the fuller jug?
    One wall is {a} cm thick and another {b} cm. Which is the thicker?
    One road is {a} m wide, another {b} m. Give the width of the wider road.
    {name} saved {a} dollars and a cousin saved {b} dollars. How much did the one with more money save?
    Two long jumps measured {a} m and {b} m. Which jump won?
    Which number is above the other, {b} or {a}?
    Which has the higher value: {a} or {b}?
    Counting up from zero, which do you reach last, {a} or {b}?
    Would you get more with {a} kg of rice or with {b} kg?
    I want as much juice as possible. Shall I take {a} litres or {b} litres?
    Last month {a} cm of rain fell, this month {b} cm. Which month's figure shows more rain?
    One film lasts {a} hours, another {b} hours. Which running time is longer?
    higher number, {a} or {b}
    A nest is {a} m up a tree and a flag {b} m up a pole. Which height is higher?
  `),
    smaller: templates(`
    Which number is lower, {a} or {b}?
    Which is less, {a} or {b}?
    Is {a} less, or is {b} less?
    One box weighs {a} kg and another {b} kg. Which weight is the lighter?
    Which is lighter, a stone of {a} grams or a stone of {b} grams?
    Two pencils are {a} cm and {b} cm long. Give the length of the shorter one.
    Which is shorter, {a} metres or {b} metres?
    One shop asks {a} dollars for a kite, another {b} dollars. What is the cheaper price?
    Which is cheaper: tea for {a} euros or tea for {b} euros?
    {name} wants to spend as little as possible. Is it better to pay {a} or {b} dollars?
    Which is nearer to zero, {a} or {b}?
    Which is closer to zero on the number line, {b} or {a}?
    Which lies further to the left on the number line, {a} or {b}?
    The light came on after {a} seconds, the music after {b} seconds. Which time came earlier?
    Two runners finished in {a} and {b} seconds. What was the winning time?
    Two swimmers took {a} minutes and {b} minutes. Which time is quicker?
    min({a}, {b}) = ?
    What is the minimum of {a} and {b}?
    Put {a} and {b} in [ascending|rising|increasing] order. Which comes first?
    Put {a} and {b} in descending order. Which comes last?
    Counting up from zero, which do you reach first, {b} or {a}?
    This morning it was {a} degrees, at noon {b} degrees. Which temperature is cooler?
    Which is colder, a room at {a} degrees or a room at {b} degrees?
    One pond is {a} m deep and another {b} m. How deep is the shallower one?
    One sheet is {a} mm thick, another {b} mm. Which is the thinner?
    One gap is {a} cm wide and another {b} cm. Give the width of the narrower gap.
    The {place} is {a} km away and the station is {b} km away. Which distance is nearer?
    A turtle goes {a} m per minute, another {b} m. Which speed is slower?
    {name} got {a} points and a friend {b}. What is the lower score?
    One glass holds {a} litres, another {b} litres. How much is in the emptier one?
    Which has the lower value: {a} or {b}?
    Which number is below the other, {a} or {b}?
    Which falls short of the other, {a} or {b}?
    I want as little sugar as possible. Shall I take {a} grams or {b} grams?
    Would I carry less with {a} kg or with {b} kg?
    One plant is {a} m tall and its neighbour {b} m. What is the height of the one that is not as tall?
    Which wait is shorter, {a} hours or {b} hours?
    One car uses {a} litres of fuel, another {b} litres. Which figure means less fuel?
    Two plots cost {a} and {b} million. Which one is less expensive?
    lower number, {a} or {b}
    {a} or {b}: which is the lesser?
    A puppy weighs {a} kg and a kitten {b} kg. What does the lighter animal weigh?
  `),
  },
  zh: {
    larger: templates(`
    {a}和{b}，哪个数更高？
    {a}和{b}，哪个更多？
    两个西瓜重{a}千克和{b}千克，重的那个是多少千克？
    一袋{a}千克，一袋{b}千克，哪袋更重？写出重量。
    两根绳子长{a}米和{b}米，长的那根有多少米？
    {a}米和{b}米，哪个更长？
    {name}跳了{a}米，同桌跳了{b}米，跳得更远的成绩是多少？
    两棵树分别高{a}米和{b}米，高的那棵是多少米？
    钢笔{a}元，本子{b}元，贵的那个多少钱？
    {a}元和{b}元，哪个价格更贵？
    铃在第{a}秒响，灯在第{b}秒亮，哪个时间更晚？
    数轴上，{a}和{b}哪个更靠右？
    {a}和{b}，哪个离零更远？
    {a}和{b}，哪个数超过了另一个？
    max（{a}，{b}）是多少？
    把{a}和{b}从高到低排，排在前面的是哪个？
    {a}和{b}按从低到高排列，排在后面的是？
    两名选手得了{a}分和{b}分，分高的获胜，获胜的分数是多少？
    昨天{a}度，今天{b}度，哪个温度更热？
    一口井深{a}米，另一口深{b}米，更深的是多少米？
    一本书厚{a}厘米，另一本厚{b}厘米，厚的那本是多少？
    一条路宽{a}米，另一条宽{b}米，更宽的有多少米？
    {name}存了{a}元，哥哥存了{b}元，存得多的是多少元？
    一壶水有{a}升，另一壶有{b}升，水多的那壶有几升？
    甲的速度是每秒{a}米，乙是每秒{b}米，更快的速度是多少？
    上个月下雨{a}厘米，这个月{b}厘米，哪个数表示雨更多？
    想多喝点果汁，该选{a}升还是{b}升？
    从零往上数，{a}和{b}哪个后数到？
    一部电影{a}分钟，另一部{b}分钟，时间更长的是哪个？
    风筝飞到{a}米，气球升到{b}米，飞得更高的是多少米？
    两个数{b}和{a}，哪个排在上面？按从高到低排。
  `),
    smaller: templates(`
    {a}和{b}，哪个数更低？
    {a}和{b}，哪个更少？
    两个包裹重{a}千克和{b}千克，轻的那个是多少千克？
    一块石头{a}克，另一块{b}克，哪块更轻？写出重量。
    两支铅笔长{a}厘米和{b}厘米，短的那支是多少？
    {a}米和{b}米，哪个更短？
    同样的茶，这家卖{a}元，那家卖{b}元，便宜的价格是多少？
    {name}想少花钱，该选{a}元的还是{b}元的？
    {a}和{b}，哪个离零更近？
    数轴上，{a}和{b}哪个更靠左？
    灯在第{a}秒亮，音乐在第{b}秒响，哪个时间更早？
    两人跑步用了{a}秒和{b}秒，跑得快的用时是多少？
    两次游泳用时{a}分钟和{b}分钟，用时更短的是哪次？写出时间。
    min（{a}，{b}）是多少？
    把{a}和{b}从低到高排，排在前面的是哪个？
    {a}和{b}按从高到低排列，最后一个是？
    从零往上数，{b}和{a}哪个先数到？
    早上{a}度，晚上{b}度，哪个温度更冷？
    一个池塘深{a}米，另一个深{b}米，更浅的是多少米？
    一张纸板厚{a}毫米，另一张厚{b}毫米，薄的那张是多少？
    一道缝宽{a}厘米，另一道宽{b}厘米，更窄的是多少？
    去{place}有{a}千米，去车站有{b}千米，更近的是多少千米？
    一只龟每分钟爬{a}米，另一只爬{b}米，更慢的速度是多少？
    两个同学得了{a}分和{b}分，较低的分数是多少？
    一瓶油有{a}升，另一瓶有{b}升，油少的那瓶是几升？
    想少放一点糖，该放{a}克还是{b}克？
    两辆车各用油{a}升和{b}升，更省油的是多少升？
    一株苗高{a}厘米，另一株高{b}厘米，矮的那株多高？
    排队要等{a}分钟或{b}分钟，等得少的是哪个？
    提{a}千克和提{b}千克，哪个更省力？
    甲桶装{a}千克，乙桶装{b}千克，装得少的是多少千克？
  `),
  },
};
