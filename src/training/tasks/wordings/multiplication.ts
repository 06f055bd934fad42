import { templates } from '../wording.ts';

/** Wordings of a × b. Slots: {a}, {b}, {name}, {thing}, {place}. */
export const multiplication = {
  en: templates(`
    What is {a} times {b}?
    {a} times {b}
    {a} × {b} = ?
    [how much is|what's] {a} x {b}
    {a} * {b} [=|equals what?|= ...]
    [Multiply together|Multiply|Multiply out] {a} and {b}.
    Multiply {a} and {b} [together|and give the result|with each other].
    Take {b} and multiply it by {a}.
    [Find|Give|Calculate|State|Determine] the product of {a} and {b}.
    product of {a} and {b}
    {a} multiplied by {b} [gives what?|is what number?|equals?|comes to what?]
    [Work out|Compute|Evaluate|Solve]: {a} × {b}
    [Could you|Would you please|Can you please|Can you] multiply {b} by {a} for me?
    If the factors are {a} and {b}, what is the product?
    Two factors, {a} and {b}. Their product?
    What do you get when you multiply {b} by {a}?
    What result comes out if {a} is multiplied by {b}?
    {a} lots of {b} [make how many?|is how many altogether?|– how much is that?]
    How much do {a} groups of {b} make?
    [Make|Suppose we make] {b} exactly {a} times as large. What number is that?
    What number is {a} times as [large|great|big] as {b}?
    Scale the number {a} up by a factor of {b}.
    Increase {a} to {b} times its size. [What is the new value?|New value?]
    Add up {b} copies of the number {a}. [What is the total?|Total?|What do you get?]
    Write the number {a} down {b} times and add them all. What is the sum?
    Instead of adding {b} copies of {a}, use multiplication. Result?
    Which number divided by {a} gives {b}?
    I am thinking of a number. When I divide it by {b}, I get {a}. What is [my|the] number?
    A secret number split into {a} equal parts makes {b} per part. [Find it.|What is it?]
    What must be divided by {a} so that the answer is {b}?
    n ÷ {b} = {a}. [Find n.|What is n?]
    The quotient is {a} and the divisor is {b}, nothing left over. What is the dividend?
    Fill in the [blank|gap]: {a} × {b} = ___
    Complete the [sentence|statement]: {b} times {a} makes ___
    Mental maths: {a} by {b}, please.
    Times tables and beyond: {a} times {b} is...
    [Quick|Quick one|Pop quiz]: {a} times {b}?
    Use long multiplication to find {a} × {b}.
    Set out and solve the multiplication {a} by {b}.
    [Do|Try|Answer] this in your head: {b} multiplied by {a}.
    Tell me what {a} and {b} make when [multiplied|multiplied together].
    My [homework|worksheet] says {a} times {b}. What should I write?
    The calculator is broken. I need {a} times {b}.
    [Check|Verify] for me: how much is {b} times {a}?
    On the board stands {a} · {b}. What is its value?
    If x = {a} and y = {b}, what is xy?
    Let p be {a} and q be {b}. Find p times q.
    One number is {a}, the other {b}. What is their product?
    Number line: jump {a} steps at a time, {b} jumps from zero. Where do you land?
    Start at zero and add {b} again and again, {a} times in all. Where do you [stop|end up]?
    A machine multiplies every number by {a}. You put in {b}. What comes out?
    There are {a} boxes with {b} {thing} in each. How many {thing} are there [altogether|in all|in total]?
    Each [box|crate|bag|basket] holds {b} {thing}. How many {thing} do {a} of them hold?
    {name} [packs|fills|carries|loads] {a} [bags|crates|baskets|sacks], each with {b} {thing}. How many {thing} is that?
    How many {thing} are in {a} packs of {b}?
    {a} packets, {b} {thing} per packet. [Total?|How many in all?|What's the total?]
    The {place} orders {a} cartons of {thing}. Every carton contains {b}. How many {thing} arrive?
    A hall has {a} rows of {b} [seats|chairs]. How many people can sit down?
    [Chairs|Desks|Benches] stand in {a} rows with {b} to a row. How many are there?
    The [orchard|vineyard|plantation] has {b} rows, and {a} trees grow in every row. Count the trees.
    {name} plants {a} rows of {b} [tulips|cabbages|onions|lettuces]. How many plants is that?
    Soldiers march in {a} ranks of {b}. How many soldiers are marching?
    An array has {a} rows and {b} columns. How many cells does it have?
    How many tiles cover a floor that is {a} tiles long and {b} tiles wide?
    A rectangle is {a} cm long and {b} cm wide. [What is its area?|Find the area in square cm.]
    [Find|Work out] the area of a rectangular [garden|field|yard|playground] measuring {a} m by {b} m.
    The sides of a rectangle are {a} and {b}. Area?
    A [carpet|rug|lawn|wall] measures {b} m by {a} m. How many square metres is that?
    One [ticket|book|shirt|toy] costs {a} [dollars|euros|pounds]. How much do {b} of them cost?
    {name} buys {b} {thing} at {a} cents each. How much [does it cost|is the bill|must be paid]?
    At {a} [euros|dollars|francs] apiece, what will {b} [lamps|chairs|scarves|helmets] cost?
    What is the price of {b} kilos of [cheese|coffee|nuts|tea] if a kilo costs {a} [dollars|crowns|pesos]?
    {thing} cost {a} cents each at the {place}. {name} takes {b}. What is the total price?
    The {place} sold {a} tickets at {b} dollars each. How much money came in?
    {name} saves {a} [dollars|coins|euros] [every week|each week|a week]. How much is saved after {b} weeks?
    Every month {name} puts {b} euros into a money box. How much is in it after {a} months?
    {name} earns {a} dollars an hour and works {b} hours. What is the pay?
    Rent is {a} [dollars|pounds] a month. How much is paid over {b} months?
    A worker makes {b} [parts|toys|baskets|bricks] a day. How many in {a} days?
    {name} reads {a} pages [a day|every day|each evening]. How many pages are read in {b} days?
    How many pages does {name} get through in {b} days, reading {a} pages daily?
    A book has {a} chapters of {b} pages each. How long is the book in pages?
    There are {a} words on each page. How many words are on {b} pages?
    A [train|car|bus|truck] [travels|runs|goes] at {a} km per hour for {b} hours. How far does it [travel|go|get]?
    How far will a [cyclist|runner|ship|drone] get in {b} minutes at {a} metres per minute?
    Speed: {a} km/h. Time: {b} hours. Distance?
    {name} walks {a} steps a minute. How many steps in {b} minutes?
    {name} swims {b} lengths of a pool that is {a} metres long. What distance is that?
    One lap is {a} m. {name} runs {b} laps. How many metres [in all|altogether|is that]?
    A printer prints {a} [pages|sheets|posters] a minute. How many does it print in {b} minutes?
    [Somebody|The office|A teacher] makes {b} copies of a leaflet with {a} pages. How many pages come out?
    {a} teams [take part|compete|enter], each with {b} players. How many players are there?
    Each of the {b} classes has {a} pupils. How many pupils [are there|go to the school]?
    {b} [buses|coaches|wagons] carry {a} passengers each. How many passengers in total?
    A recipe needs {a} g of [flour|sugar|butter|rice]. How many grams for {b} batches?
    {name} bakes {a} trays of {b} [biscuits|muffins|rolls|tarts]. How many come out of the oven?
    A [cow|goat|farm] gives {a} litres of milk a day. How many litres in {b} days?
    A tap drips {a} drops a minute. After {b} minutes, how many drops have fallen?
    A heart beats {a} times per minute. How many beats in {b} minutes?
    One [brick|parcel|sack|crate] weighs {a} kg. What do {b} weigh together?
    {b} planks, each {a} cm long, are laid end to end. How long is the line?
    A building has {a} floors with {b} windows on each. How many windows [are there|does it have]?
    A staircase has {b} steps, each {a} cm high. How high does it climb?
    {name} has {a} [stamps|marbles|stickers|shells]. A friend has {b} times as many. How many does the friend have?
    A puppy weighs {a} kg. The big dog weighs {b} times as much. What does the big dog weigh?
    The tower is {b} times as tall as the hut. The hut is {a} m high. How high is the tower?
    A tree is {a} years old; the castle is {b} times as old. How old is the castle?
    {name} scores {a} points in every round. What is the score after {b} rounds?
    Each correct answer is worth {a} points. {name} gets {b} right. Points [earned|won|scored]?
    Every [guest|child|visitor] gets {a} {thing}. There are {b} [guests|children|visitors]. How many {thing} are needed?
    How many {thing} are needed so that {b} children can have {a} each?
    A [necklace|bracelet] needs {a} beads. How many beads for {b} of them?
    A menu has {a} starters and {b} main dishes. How many different meals of one starter and one main?
    {name} owns {a} shirts and {b} pairs of trousers. How many outfits are possible?
    A [shelf|cupboard|case] has {b} boards, and {a} books fit on each. How many books fit [in all|on it together|altogether]?
    An album has {a} pages with room for {b} photos a page. How many photos fit?
    The lift goes up {a} metres a second. How far up in {b} seconds?
    A car uses {b} litres a day. How many litres does it use in {a} days?
    Water flows into a tank at {a} litres per minute. How much is in the empty tank after {b} minutes?
    The temperature rises {a} degrees an hour. By how much does it rise in {b} hours?
    A fence has {b} panels, each {a} cm wide. How wide is the whole fence?
    The map scale says one cm stands for {a} km. Two towns are {b} cm apart. Real distance?
    {a} [dollars|euros|pounds] per person, {b} people. [What is the total?|Total cost?|What do they pay together?]
    {a} per day, for {b} days: total?
    A factory [builds|turns out|produces] {a} [bikes|radios|phones|lamps] a week. [Output in|How many after] {b} weeks?
    {name} does {a} [sit-ups|push-ups|squats] each morning. How many over {b} mornings?
    We have {b} [vases|jars|nests|plates] and want {a} [roses|eggs|figs|leaves] in each. How many do we need?
    {name} says: "{a} bunches of {b} flowers." How many flowers is that?
    Someone exchanges {b} gold coins. Each is worth {a} silver coins. How many silver coins are paid out?
    How many hours are {a} shifts of {b} hours?
    A cinema shows a film {a} times, always to {b} people. How many viewers altogether?
    A single {place} employs {a} people. How many people work at {b} such places?
  `),
  zh: templates(`
    {a}乘以{b}等于多少？
    {a}乘{b}[是多少|得多少|得几]？
    {a}×{b}=？
    {a}×{b}
    {a}乘{b}
    [计算|请计算|算一算|求]：{a}×{b}
    求{a}与{b}的[积|乘积]。
    {a}和{b}的[积|乘积]是[多少|几]？
    {a}和{b}相乘，[结果是多少|得数是多少|得多少]？
    把{a}和{b}乘起来[，答案是多少|，得多少|]？
    两个因数分别是{a}和{b}，积是多少？
    一个因数是{a}，另一个因数是{b}，求积。
    [求|写出]{a}的{b}倍。
    什么数是{a}的{b}倍？
    {b}个{a}相加，和是多少？
    {a}个{b}加在一起，一共是多少？
    从零开始，连续加{b}次{a}，得多少？
    把{a}扩大到原来的{b}倍，是多少？
    一个数是{a}的{b}倍，这个数是多少？
    哪个数除以{a}等于{b}？
    一个数除以{b}得{a}，这个数是[多少|几]？
    我想了一个数，把它平均分成{a}份，每份是{b}。我想的是哪个数？
    除数是{a}，商是{b}，没有余数，被除数是多少？
    （ ）÷{a}={b}，括号里填几？
    填空：{a}×{b}=（ ）
    填一填：{a}乘以{b}等于____。
    口算：{a}乘{b}
    列竖式计算{a}乘{b}。
    [快速回答|抢答题|小测验]：{a}乘以{b}？
    [请问|麻烦问一下|老师问]，{a}乘以{b}[是多少|得多少]？
    [请|麻烦你|能不能]帮我算一下{a}乘{b}[？|，谢谢|]
    作业里有一道题：{a}×{b}，[答案是什么|该填多少]？
    设x={a}，y={b}，x乘y等于多少？
    甲数是{a}，乙数是{b}，甲乙两数的积是多少？
    甲数是{a}，乙数是甲数的{b}倍，乙数是多少？
    从零开始，每次跳{a}格，跳{b}次，跳到几？
    有{a}箱{thing}，每箱{b}个，[一共|总共]有多少个？
    {a}筐{thing}，每筐都是{b}个，合起来多少个？
    每个[箱子|篮子|盒子|袋子]装{a}个{thing}，{b}个能装多少？
    {name}买了{a}包{thing}，每包{b}个，[共有|一共是|总共]多少个？
    {place}进了{b}箱{thing}，每箱{a}个。一共进了多少个？
    教室里有{a}排[座位|桌椅]，每排{b}个，共有多少个？
    [电影院|礼堂|剧场|体育馆]有{a}排座位，每排能坐{b}人，最多坐多少人？
    果园里种了{a}行[苹果树|梨树|桃树]，每行{b}棵，共有多少棵？
    同学们排成{a}列，每列{b}人，一共有多少人？
    [操场|广场]上有{b}个方队，每个方队{a}人，总人数是多少？
    一个长方形长{a}厘米，宽{b}厘米，面积是多少平方厘米？
    长方形的两条邻边是{a}和{b}，求面积。
    一块[菜地|草坪|空地|果园]长{a}米、宽{b}米，占地多少平方米？
    地板横着每行铺{a}块砖，铺{b}行，一共要多少块？
    一件[衣服|大衣|毛衣]{a}元，买{b}件要多少钱？
    一张[门票|车票|电影票]{a}元，{b}张要花多少？
    每本[书|词典|画册]{a}元，老师买{b}本，付多少钱？
    {thing}每个{a}元，{name}买了{b}个，要付多少钱？
    单价{a}元，数量{b}，总价是多少？
    每千克[大米|茶叶|牛肉|糖果]{a}元，买{b}千克要花多少元？
    {place}卖出{a}张票，每张{b}元，收入多少元？
    每人交{a}元，{b}个人一共交多少元？
    {name}每周存{a}元，{b}周能存多少元？
    {name}每个月[攒|存|省下]{b}元，{a}个月后一共有多少元？
    [房租|水费|电费]每月{a}元，{b}个月要交多少？
    小时工资是{a}元，工作{b}小时能挣多少元？
    {name}每天看{a}页书，{b}天能看多少页？
    一本书，每天读{b}页，刚好{a}天读完，这本书有多少页？
    每页有{a}个字，{b}页有多少个字？
    [汽车|火车|客车|货车]每小时行{a}千米，{b}小时行多少千米？
    速度是每分钟{a}米，走{b}分钟，路程是多少米？
    {name}每分钟[走|跑|骑]{a}米，从家到{place}用了{b}分钟，有多远？
    跑道一圈{a}米，{name}跑了{b}圈，跑了多少米？
    打印机每分钟打{a}张，{b}分钟打多少张？
    一份材料有{a}页，复印{b}份，需要多少张纸（单面）？
    每个[工人|师傅]每天做{a}个零件，{b}天做多少个？
    工厂每天生产{a}[台电视|辆自行车|个玩具]，{b}天的产量是多少？
    有{a}个队参加[比赛|活动|演出]，每队{b}人，一共有多少人？
    学校有{b}个班，平均每班{a}人，全校有多少人？
    每辆[大巴|车|校车]坐{a}人，{b}辆坐满，共坐多少人？
    一袋[米|水泥|面粉]重{a}千克，{b}袋重多少千克？
    每桶油{a}千克，{b}桶共重多少？
    做一个蛋糕要{a}克面粉，做{b}个要多少克？
    烤盘上每盘放{a}块饼干，烤了{b}盘，共有多少块？
    一头奶牛每天产奶{a}千克，{b}天产奶多少千克？
    水龙头每分钟流出{a}升水，{b}分钟流出多少升？
    心脏每分钟跳{a}下，{b}分钟跳多少下？
    一根绳子长{a}米，{b}根同样的绳子接起来多长（不计接头）？
    一栋楼有{a}层，每层住{b}户，共住多少户？
    楼梯有{b}级，每级高{a}厘米，总高多少厘米？
    {name}有{a}[张邮票|颗弹珠|张贴纸]，哥哥有{b}倍那么多，哥哥有多少？
    小狗重{a}千克，大牛的体重是它的{b}倍，大牛有多重？
    白兔有{a}只，灰兔的只数是白兔的{b}倍，灰兔有几只？
    弟弟得了{a}分，{name}的分数是弟弟的{b}倍，是多少分？
    {name}每轮得{a}分，玩了{b}轮，得分是多少？
    答对一题得{a}分，{name}答对{b}题，共得几分？
    每位[客人|同学|小朋友]分{a}个{thing}，有{b}位，需要准备多少个？
    有{a}件上衣、{b}条裤子，一件上衣配一条裤子，有多少种搭配？
    书架有{a}层，每层放{b}本书，能放多少本？
    相册有{b}页，每页贴{a}张照片，能贴几张？
    一串项链要{a}颗珠子，做{b}串要用多少颗？
    气温每小时上升{a}度，{b}小时上升多少度？
    {name}每天[跳绳|投篮|拍球]{a}下，坚持{b}天，一共多少下？
    有{b}个花瓶，每个插{a}枝花，共要多少枝花？
    地图上一厘米代表{a}千米，两地相距{b}厘米，实际有多远？
    每张桌子坐{a}人，摆了{b}张桌子，能坐多少人？
    一排栅栏有{b}块板，每块宽{a}厘米，一共多宽？
    卡车每次运{a}吨，运了{b}次，总共运了多少吨？
    一天做{a}个，{b}天呢？
  `),
};
