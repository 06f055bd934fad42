import { templates } from '../wording.ts';

/** Wordings of a ÷ b without remainder. Slots: {a}, {b}, {name}, {thing}, {place}. */
export const division = {
  en: templates(`
    What is {a} divided by {b}?
    {a} divided by {b}
    {a} ÷ {b} = ?
    [how much is|what's] {a} / {b}
    {a} : {b} = [?|...]
    Divide by {b}: {a}
    Using {b} as the divisor, divide {a}.
    Divide {b} into {a}. [What do you get?|Result?|How much is it?]
    [Find|Give|Calculate|State|Determine] the quotient of {a} and {b}.
    quotient of {a} and {b}
    {a} over {b} [is what?|equals?|simplifies to which whole number?]
    [Work out|Compute|Evaluate|Solve]: {a} ÷ {b}
    [Could you|Would you please|Can you please|Can you] divide {a} by {b} for me?
    With dividend {a} and divisor {b}, what is the quotient?
    The divisor is {b} and the dividend is {a}. Quotient?
    How many times does {b} go into {a}?
    How many times is {b} contained in {a}?
    How often can {b} be [taken away from|subtracted from|removed from] {a} until nothing is left?
    How often does {b} fit into {a}?
    How many {b}s are there in {a}?
    How many groups of {b} can be made from {a}?
    What [results|comes out] when {a} is divided by {b}?
    Split the number {a} evenly {b} ways.
    Of {b} equal shares that make up {a}, how big is one?
    What is one of {b} equal parts of {a}?
    {b} times what number is {a}?
    Which number multiplied by {b} gives {a}?
    What must {b} be multiplied by to [get|give|make] {a}?
    By what do I multiply {b} to reach {a}?
    {a} is {b} times a certain number. [Find it.|Which one?|What is the number?]
    I am thinking of a number. Times {b} it makes {a}. What is it?
    {b} × ? = {a}
    ? × {b} = {a}
    {b}n = {a}. [Find n.|What is n?]
    Solve for x: {b} · x = {a}
    The product of two numbers is {a}. One of them is {b}. What is the other?
    One factor is {b}, the product is {a}. The missing factor?
    Fill in the [blank|gap]: ___ × {b} = {a}
    Complete: {a} ÷ {b} = ___
    Adding the same number {b} times gives {a}. Which number?
    Multiplying my number by {b} gave {a}. [Undo it.|What was my number?]
    How many times as [large|big|great] as {b} is {a}?
    {a} is how many times {b}?
    Mental maths: {a} shared by {b}.
    Do a short division: {a} by {b}.
    [Quick|Quick one|Pop quiz]: {a} divided by {b}?
    My [homework|worksheet] has {a} divided by {b}. What goes there?
    Tell me the result if I divide {a} by {b}.
    Make {a} smaller by a factor of {b}. [New value?|What do you have?]
    If a = {a} and b = {b}, what is a/b?
    A machine divides whatever goes in by {b}. In goes {a}. What comes out?
    {name} [shares|divides|splits] {a} {thing} [equally|evenly|fairly] among {b} [friends|children|cousins]. How many does each get?
    {b} [friends|children|players|sisters] share {a} {thing} [equally|fairly]. How many does [each|each of them] get?
    {a} {thing} for {b} [people|kids|guests], the same number each. How many apiece?
    Hand out {a} {thing} evenly to {b} pupils. Each pupil has how many?
    Deal {a} cards to {b} players so that everyone has the same number. Cards per player?
    There are {b} [boxes|bags|baskets|drawers] and {a} {thing}, spread evenly. How many in each?
    {name} puts {a} {thing} into {b} equal piles. How many are in a pile?
    {name} packs {a} {thing} in [boxes|bags|packets] of {b}. How many does that fill?
    How many bags are needed for {a} {thing} if each bag takes {b}?
    {b} {thing} fit in a box. The {place} has {a} to pack. How many boxes?
    [Eggs|Cakes|Bottles|Cans] come in packs of {b}. {a} are wanted. How many packs?
    {a} pupils form teams of {b}. How many teams [are there|result]?
    Put {a} [dancers|soldiers|runners] in rows of {b}. Number of rows?
    {a} chairs stand in {b} equal rows. How many chairs are in a row?
    The {place} seats {a} guests at tables for {b}. How many tables do they fill?
    How many full [taxis|boats|cabins] with {b} places each carry {a} people?
    {b} [shirts|books|tickets|mugs] cost {a} [dollars|euros|pounds]. What does one cost?
    {name} pays {a} cents for {b} {thing}. What is the price of a single one?
    At {b} [dollars|euros|coins] each, how many {thing} can {name} buy with {a}?
    {name} has {a} dollars. A ticket costs {b}. How many tickets does that pay for?
    What is the price per kilo if {b} kilos cost {a} [euros|dollars|rupees]?
    A bill of {a} [euros|dollars|pounds] is split equally between {b} people. What does each pay?
    {b} [winners|heirs|partners] divide a prize of {a} dollars evenly. Each receives?
    {name} earned {a} dollars in {b} hours. What is the hourly pay?
    {name} saved {a} euros in {b} months, always the same amount. How much a month?
    Saving {b} coins a day, how many days does {name} need to have {a}?
    A loan of {a} is paid back in {b} equal payments. How much is each payment?
    A [car|train|bus|ship] covers {a} km in {b} hours at constant speed. How fast is it in km/h?
    In {b} hours a cyclist does {a} km. How far per hour on average?
    At {b} km per hour, how many hours does a [walk|hike|trip] of {a} km take?
    Distance {a} m, time {b} seconds. Speed?
    {name} reads {a} pages in {b} days, the same each day. How many pages a day?
    {name} reads {b} pages a day. How many days for a book of {a} pages?
    A [rope|ribbon|wire|plank] of {a} cm is cut into {b} equal pieces. How long is each piece?
    A [rope|cable|pipe|strip] {a} m long is cut into pieces of {b} m. How many pieces?
    {b} equal [strips|rods|tiles] laid end to end measure {a} cm. Length of one?
    A rectangle has area {a} and one side {b}. How long is the other side?
    The garden covers {a} square metres and is {b} m wide. How long is it?
    {a} litres of [milk|juice|oil|water] fill {b} equal [cans|jugs|tanks]. How much does each hold?
    A barrel holds {a} litres. How many buckets of {b} litres empty it?
    Water runs out at {b} litres a minute. After how many minutes is a tank with {a} litres empty?
    {b} identical [parcels|bricks|melons] weigh {a} g together. What does one weigh?
    {a} g of dough makes {b} equal [loaves|rolls|pizzas]. How heavy is one?
    For {b} portions the cook uses {a} g of rice. How many grams per portion?
    {name} plants {a} [bulbs|seeds|beans] in {b} equal rows. How many per row?
    {a} petals lie on the ground. Each flower had {b}. How many flowers were there?
    {b} stars on each flag, {a} stars in all. How many flags?
    The father has {a} coins, {b} times as many as {name}. How many coins does the child have?
    The oak is {b} times as old as the pine. The oak is {a} years old. How old is the pine?
    A tower of {a} m is {b} times as high as the house. Height of the house?
    {name} scored {a} points in {b} [games|rounds|matches], the same every time. How many each time?
    Every goal is worth {b} points. A team has {a} points. How many goals is that?
    The sum of {b} numbers is {a}. [Find their average.|What is their mean?]
    A machine makes {a} [parts|bolts|cups] in {b} minutes. How many a minute?
    {a} [photos|stamps|stickers] are stuck in an album, {b} to a page. How many pages are used?
    Stairs: {a} steps over {b} floors, equally many per floor. How many steps per floor?
    The temperature fell by {a} degrees over {b} hours, steadily. How much per hour?
    {a} minutes are divided into {b} equal [lessons|talks|breaks]. How long is each?
    {name} takes {b} pills a day. How many days do {a} pills last?
    A bag of {a} kg of feed lasts {b} days. How much is eaten daily?
    {a} beads, {b} per bracelet. How many bracelets?
    {a} people, {b} to a team: how many teams?
    The {place} spreads {a} {thing} over {b} shelves evenly. How many to a shelf?
    Each child is to get {b} {thing}. There are {a}. How many children can have some?
  `),
  zh: templates(`
    {a}除以{b}等于多少？
    {a}除以{b}[是多少|得多少|得几|商是几]？
    {a}÷{b}=？
    {a}÷{b}
    {a}除以{b}
    {a}/{b}等于几？
    用{b}去除{a}，[商是多少|得多少|结果是几]？
    {b}除{a}，商是[多少|几]？
    {a}被{b}除，[得多少|商是几]？
    [计算|请计算|算一算|求]：{a}÷{b}
    求{a}与{b}的商。
    {a}和{b}的商是[多少|几]？
    被除数是{a}，除数是{b}，商是多少？
    除数为{b}，被除数为{a}，求商。
    将{a}等分为{b}份，一份是多少？
    把{a}按每{b}个一份来分，可以分成几份？
    {a}里面有几个{b}？
    {a}里面有多少个{b}？
    {a}是{b}的几倍？
    {a}是{b}的多少倍？
    {b}的几倍是{a}？
    {b}乘几等于{a}？
    {b}乘以多少得{a}？
    什么数的{b}倍是{a}？
    一个数的{b}倍是{a}，这个数是[多少|几]？
    {a}是某个数的{b}倍，求这个数。
    一个数乘{b}得{a}，这个数是[多少|几]？
    我心里想了一个数，它乘以{b}是{a}。这个数是几？
    两个数的积是{a}，其中一个因数是{b}，另一个因数是多少？
    一个因数是{b}，积是{a}，求另一个因数。
    （ ）×{b}={a}
    {b}×？={a}
    填空：{a}÷{b}=（ ）
    填一填：{b}乘____等于{a}。
    解方程：{b}x={a}
    {b}个相同的数加起来是{a}，这个数是几？
    从{a}里每次减去{b}，减几次正好减完？
    把{a}缩小到原来的{b}分之一，得多少？
    {a}的{b}分之一是多少？
    口算：{a}除以{b}
    列竖式计算{a}除以{b}。
    [快速回答|抢答题|小测验]：{a}除以{b}？
    [请|麻烦你|能不能]帮我算一下{a}除以{b}[？|，谢谢|]
    [请问|老师问|想问一下]，{a}除以{b}[是多少|得几]？
    {name}把{a}个{thing}平均分给{b}个[小朋友|同学|朋友]，每人分到几个？
    {b}个[小朋友|同学|人]平分{a}个{thing}，每人[分得|得到|拿到]多少个？
    {a}个{thing}，{b}个人分，要一样多，每人几个？
    把{a}个{thing}平均放进{b}个[盒子|盘子|篮子|抽屉]，每个里面放几个？
    {a}个{thing}，每{b}个装一袋，能装几袋？
    把{a}个{thing}装箱，一箱{b}个，可以装满多少箱？
    每盒装{b}个{thing}，要装完{a}个，需要几个盒子？
    {place}有{a}个{thing}，平均摆在{b}层货架上，每层摆几个？
    {a}名学生，每{b}人一组，可以分成几组？
    {a}人平均分成{b}队，每队几人？
    {a}人排成{b}行，每行人数相同，每行多少人？
    [排队做操|站队]，每行{b}人，{a}人能站几行？
    每张桌子坐{b}人，{a}人要坐几张桌子？
    每条船坐{b}人，{a}人正好坐满几条船？
    {b}个[杯子|书包|足球]一共{a}元，每个多少元？
    {b}张[票|海报|贺卡]要{a}元，一张多少钱？
    {name}花{a}元买了{b}个{thing}，一个多少钱？
    {thing}每个{b}元，{a}元能买几个？
    用{a}元钱买单价{b}元的[本子|笔|票]，可以买多少？
    总价{a}元，数量{b}，单价是多少？
    {b}千克[苹果|大米|糖]{a}元，每千克多少元？
    {a}元由{b}个人平摊，每人出多少？
    奖金{a}元，{b}人平分，每人得多少元？
    {name}工作{b}小时挣了{a}元，每小时挣多少？
    {name}{b}个月存了{a}元，每月存得一样多，每月存多少？
    每天存{b}元，要存到{a}元需要几天？
    [汽车|火车|轮船]{b}小时行了{a}千米，平均每小时行多少千米？
    路程{a}千米，时速{b}千米，要走几小时？
    {name}{b}分钟走了{a}米，每分钟走多少米？
    一本书有{a}页，{name}打算{b}天看完，平均每天看几页？
    一本{a}页的书，每天看{b}页，几天能看完？
    一根长{a}厘米的[绳子|铁丝|彩带|木条]，平均[剪|截]成{b}段，每段长多少？
    把{a}米长的[绳子|布|钢管]按每段{b}米截开，能截几段？
    {b}块同样的木板接成{a}厘米，每块长多少？
    长方形面积是{a}平方米，宽是{b}米，长是多少米？
    {a}升[油|水|牛奶]平均装进{b}个桶，每桶多少升？
    一桶水有{a}升，每分钟放掉{b}升，几分钟放完？
    {b}箱货物重{a}千克，每箱一样重，一箱重多少？
    {b}个数的和是{a}，它们的平均数是多少？
    爸爸有{a}张卡片，正好是儿子的{b}倍，儿子有多少张？
    大树高{a}米，是小树的{b}倍，小树高几米？
    黑兔有{a}只，白兔有{b}只，黑兔的只数是白兔的几倍？
    {name}{b}局得了{a}分，每局得分相同，每局几分？
    机器{b}分钟做{a}个零件，平均一分钟做几个？
    {a}棵树平均种成{b}行，每行几棵？
    {a}颗珠子，每{b}颗串一条手链，能串几条？
    {a}朵花，每{b}朵扎成一束，能扎多少束？
    一批药有{a}片，每天吃{b}片，可以吃几天？
    相册每页放{b}张照片，{a}张照片要用几页？
    {a}米布做了{b}套同样的衣服，每套用布几米？
    {b}天卖出{a}个，平均每天呢？
  `),
};
