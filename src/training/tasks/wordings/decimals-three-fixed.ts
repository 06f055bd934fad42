import { templates } from '../wording.ts';

/** The same where the wording itself says which is wanted (tallest, cheapest, …). Slots: {a}, {b}, {c}. */
export const decimalsThreeFixed = {
  en: {
    larger: templates(`
    Which number is the highest: {a}, {b} or {c}?
    Which is the most: {a}, {b} or {c}?
    Three parcels weigh {a} kg, {b} kg and {c} kg. What does the heaviest weigh?
    Three ropes are {a} m, {b} m and {c} m long. How long is the longest?
    The trees are {a} m, {b} m and {c} m high. Give the height of the tallest.
    Three hats cost {a}, {b} and {c} dollars. What is the price of the most expensive one?
    What is the maximum of {a}, {b} and {c}?
    max({a}, {b}, {c}) = ?
    Which lies furthest to the right on the number line: {a}, {b} or {c}?
    Which is farthest from zero: {a}, {b} or {c}?
    Arrange {a}, {b} and {c} in [ascending|rising|increasing] order. Which is last?
    Arrange {a}, {b} and {c} in descending order. Which comes first?
    Three divers scored {a}, {b} and {c}. The most points win. What is the winning score?
    {name} threw the ball {a} m, {b} m and {c} m. How far was the best throw?
    On three days it was {a}, {b} and {c} degrees. What was the warmest temperature?
    Three wells are {a} m, {b} m and {c} m deep. How deep is the deepest?
    Three books are {a} cm, {b} cm and {c} cm thick. Which is the thickest?
    The doors are {a} m, {b} m and {c} m wide. Give the width of the widest.
    Three jugs hold {a}, {b} and {c} litres. How much is in the fullest?
    Three bells rang after {a}, {b} and {c} seconds. Which time came last?
    Three bikes go at {a}, {b} and {c} metres per second. Which speed is the fastest?
    Which number tops the list: {a}, {b} or {c}, if the highest stands on top?
    Three children saved {a}, {b} and {c} euros. How much has the one with the most money?
    I want as much as I can get. Should I take {a}, {b} or {c}?
    highest number: {a}, {b}, {c}
  `),
    smaller: templates(`
    Which number is the lowest: {a}, {b} or {c}?
    Which is the least: {a}, {b} or {c}?
    Three stones weigh {a} kg, {b} kg and {c} kg. What does the lightest weigh?
    Three pencils are {a} cm, {b} cm and {c} cm long. How long is the shortest?
    Three shops ask {a}, {b} and {c} dollars. What is the cheapest price?
    What is the minimum of {a}, {b} and {c}?
    min({a}, {b}, {c}) = ?
    Which lies furthest to the left on the number line: {a}, {b} or {c}?
    Which is nearest to zero: {a}, {b} or {c}?
    Arrange {a}, {b} and {c} in [ascending|rising|increasing] order. Which comes first?
    Arrange {a}, {b} and {c} in descending order. Which is last?
    Three runners took {a}, {b} and {c} seconds. What was the winning time?
    {name} swam three times: {a}, {b} and {c} minutes. Which time was the quickest?
    In three rooms it is {a}, {b} and {c} degrees. How warm is the coldest room?
    Three ponds are {a} m, {b} m and {c} m deep. How deep is the shallowest?
    Three sheets are {a} mm, {b} mm and {c} mm thick. Which is the thinnest?
    The gaps are {a} cm, {b} cm and {c} cm wide. Give the width of the narrowest.
    Three villages are {a}, {b} and {c} km away. How far is the nearest?
    Three lamps went on after {a}, {b} and {c} seconds. Which time came first?
    Three snails creep {a}, {b} and {c} cm per minute. Which speed is the slowest?
    Three cups hold {a}, {b} and {c} litres. How much is in the emptiest?
    I want to pay as little as possible. Should I pay {a}, {b} or {c} dollars?
    Counting up from zero, which do you reach first: {c}, {a} or {b}?
    Which has the lowest value: {b}, {a} or {c}?
    lowest number: {a}, {b}, {c}
  `),
  },
  zh: {
    larger: templates(`
    {a}、{b}、{c}，哪个数最高？
    {a}、{b}、{c}，哪个最多？
    三个西瓜重{a}、{b}、{c}千克，最重的是多少千克？
    三根绳子长{a}米、{b}米、{c}米，最长的是多少米？
    三棵树高{a}米、{b}米和{c}米，最高的是多少米？
    三顶帽子卖{a}元、{b}元、{c}元，最贵的多少钱？
    数轴上，{a}、{b}、{c}哪个最靠右？
    {a}、{b}、{c}，哪个离零最远？
    max（{a}，{b}，{c}）是多少？
    把{a}、{b}、{c}从低到高排列，最后一个是哪个？
    把{a}、{b}、{c}从高到低排，第一个是哪个？
    三名选手得{a}分、{b}分、{c}分，冠军得了多少分？
    {name}跳远三次，成绩{a}、{b}、{c}米，最好成绩是多少？
    三天的气温是{a}、{b}、{c}度，最热的是多少度？
    三口井深{a}米、{b}米、{c}米，最深的是多少米？
    三本书厚{a}、{b}、{c}厘米，最厚的是多少厘米？
    三条路宽{a}米、{b}米、{c}米，最宽的是哪个数？
    三壶水有{a}升、{b}升、{c}升，最多的一壶有几升？
    三次铃声在第{a}、{b}、{c}秒响起，最晚的是第几秒？
    三辆车每秒行{a}、{b}、{c}米，最快的速度是多少？
    三人存钱{a}元、{b}元、{c}元，存得最多的是多少元？
  `),
    smaller: templates(`
    {a}、{b}、{c}，哪个数最低？
    {a}、{b}、{c}，哪个最少？
    三块石头重{a}、{b}、{c}千克，最轻的是多少千克？
    三支铅笔长{a}、{b}、{c}厘米，最短的是多少厘米？
    三家{place}卖{a}元、{b}元、{c}元，最便宜的是多少元？
    数轴上，{a}、{b}、{c}哪个最靠左？
    {a}、{b}、{c}，哪个离零最近？
    min（{a}，{b}，{c}）是多少？
    把{a}、{b}、{c}从低到高排列，第一个是哪个？
    把{a}、{b}、{c}从高到低排，最后一个是哪个？
    三人赛跑用了{a}、{b}、{c}秒，第一名用了多少秒？
    {name}游了三次，用时{a}、{b}、{c}分钟，用时最短的是多少？
    三个房间是{a}、{b}、{c}度，最冷的是多少度？
    三个池塘深{a}米、{b}米、{c}米，最浅的是多少米？
    三张纸板厚{a}、{b}、{c}毫米，最薄的是多少毫米？
    三道缝宽{a}、{b}、{c}厘米，最窄的是多少厘米？
    三个村子离这里{a}、{b}、{c}千米，最近的是多少千米？
    三盏灯在第{a}、{b}、{c}秒亮起，最早的是第几秒？
    三只蜗牛每分钟爬{a}、{b}、{c}厘米，最慢的速度是多少？
    从零往上数，{a}、{b}、{c}哪个最先数到？
    想少花钱，{a}元、{b}元、{c}元，该选哪个？
  `),
  },
};
