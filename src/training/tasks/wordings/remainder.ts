import { templates } from '../wording.ts';

/** Wordings of a ÷ b that ask for quotient and remainder. Slots: {a} and {b}, or {e}; {name}, {thing}, {place}. */
export const remainder = {
  en: templates(`
    What is {a} divided by {b}, with remainder?
    {a} divided by {b} with remainder
    {a} ÷ {b} = ? remainder ?
    {a} / {b}, quotient and remainder [please|wanted]
    [Divide|Please divide] {a} by {b} and [state|give|name] the quotient and the remainder.
    [Work out|Compute|Calculate|Find] {a} ÷ {b} as a whole number with remainder.
    [Find|Determine|Give] the quotient and remainder when {a} is divided by {b}.
    When {a} is divided by {b}, what are [the quotient and the remainder|quotient and remainder|the results (quotient and remainder)]?
    With {b} as the divisor and {a} as the dividend, find quotient and remainder.
    Dividend {a}, divisor {b}. Quotient? Remainder?
    quotient and remainder of {a} by {b}
    How many [whole|full|complete] times does {b} go into {a}, and what [is left|remains|is left over]?
    How often does {b} fit into {a}, and how much is [left over|left|unused]?
    How many {b}s can be taken from {a}, and what remains [then|at the end|afterwards]?
    Take {b} away from {a} as often as possible. How many times does it work, and what is left?
    {b} into {a} goes how many times, and with what remainder?
    Do the integer division of {a} by {b} and [also give|don't forget] the remainder.
    Perform Euclidean division of {a} by {b}.
    [Carry out|Do] long division with remainder: {a} by {b}.
    Divide with remainder: {a} by {b}
    Write {a} as {b} × q + r with r smaller than the divisor. What are q and r?
    {a} = {b} · q + r. Find q and r, with r as small as possible but not negative.
    Fill in both [blanks|gaps]: {a} ÷ {b} = ___ remainder ___
    {a} ÷ {b} = ___ r ___
    Whole-number division: {a} by {b}. Quotient and remainder, please.
    What is {e} with remainder?
    {e} with remainder
    {e} = ? r ?
    [Calculate|Work out|Solve|Evaluate] {e}. Give the quotient and the remainder.
    Find the whole-number quotient and the remainder: {e}
    {e}: what is the quotient and what is left over?
    Solve {e}, no decimals, just the quotient and the remainder.
    The task is {e}. Answer with quotient and remainder.
    It may not come out even: {e}. What are the quotient and the remainder?
    [My|The] [homework|worksheet] asks for {e} with remainder. What do I write?
    Quotient and remainder for {e}?
    [Could you|Would you please|Can you please|Can you] work out {e} and tell me the remainder as well as the quotient?
    In whole numbers, {e} is how much, and what remains?
    On the board: {e}. Say how often it goes and what is over.
    [Quick|Mental maths|Pop quiz]: {e}, quotient and remainder?
    [Quick|Mental maths|Pop quiz]: divide {a} by {b}. Result and remainder?
    Without decimals or fractions, what is {a} divided by {b}, and what is the remainder?
    Split {a} into {b} equal whole parts. How big is each part, and what is left over?
    Into how many groups of {b} can {a} be split, and how many stay over?
    Make as many groups of {b} as you can out of {a}. How many groups, and what is the rest?
    I divide {a} by {b} using whole numbers only. What do I get and what is left?
    Whether or not {a} is a multiple of {b}, state the quotient and the remainder of the division.
    Someone counts towards {a} in steps of {b}. How many full steps fit, and how much is still left?
    A robot takes steps of {b} cm toward a wall {a} cm away. How many full steps, and how many cm remain?
    {name} shares {a} {thing} [equally|evenly|fairly] among {b} [friends|children|cousins]. How many does each get, and how many are [left|left over]?
    {b} [friends|pirates|players|sisters] share {a} {thing} as evenly as they can. Each gets how many, and how many remain?
    {a} {thing} are [handed out|given out|dealt out] equally to {b} [children|people|guests]. How many apiece, and how many stay behind?
    Deal {a} cards evenly to {b} players. How many cards each, and how many stay on the table?
    {name} packs {a} {thing} in [boxes|bags|jars] of {b}. How many can be filled, and how many {thing} stay outside?
    {b} {thing} go in a box. With {a} to pack, how many full boxes are there, and how many are left loose?
    The {place} has {a} {thing} and sells them in packs of {b}. How many full packs, and how many left over?
    [Eggs|Rolls|Pears] come in packs of {b}. From {a}, how many packs can be filled, and how many remain?
    {a} pupils form teams of {b}. How many full teams are there, and how many pupils are left without one?
    Children line up in rows of {b}. There are {a} children. How many full rows, and how many children left over?
    [A coach|The teacher|A leader] puts {a} [players|dancers|scouts] in groups of {b}. How many groups, and how many are left out?
    {a} chairs are set in rows of {b}. How many complete rows, and how many chairs remain?
    {b} people fit in one [boat|taxi|lift|tent]. {a} people are waiting. How many can be filled, and how many people are left?
    Each [table|booth|raft] seats {b}. There are {a} guests. How many will be full, and how many guests are over?
    {name} has {a} dollars. A ticket costs {b}. How many tickets can be bought, and how much money is left?
    At {b} cents each, how many {thing} can you buy with {a} cents, and what change do you get?
    How many [pens|buns|stamps|cards] at {b} coins each do {a} coins buy, and how many coins remain?
    A bill of {a} dollars is split into {b} equal whole-dollar shares. How big is a share, and what is still unpaid?
    {b} [workers|brothers|winners] divide {a} gold coins equally. What does each take, and what remains in the chest?
    A [rope|ribbon|wire|board] of {a} cm is cut into pieces of {b} cm. How many pieces, and how long is the leftover bit?
    From {a} m of [cloth|cable|tape], pieces of {b} m are cut. How many, and how much is wasted?
    How many full periods of {b} days fit into {a} days, and how many days are left?
    A trip of {a} km is done in stages of {b} km. How many full stages, and how many km are left?
    A book has {a} pages and {name} reads {b} a day. How many full days does it take, and how many pages are then left?
    {a} photos go in an album, {b} to a page. How many pages are full, and how many photos are over?
    [Beads|Pearls|Shells]: {a}. Each bracelet takes {b}. How many bracelets, and how many pieces are left?
    {a} litres of [juice|oil|water|paint] are poured into cans of {b} litres. How many full cans, and how many litres remain?
    A baker puts {b} [buns|cakes|tarts] on each tray. There are {a}. How many full trays, and how many left over?
    Each cake takes {b} eggs. With {a} eggs, how many cakes can be baked, and how many eggs are left?
    {name} plants {a} [bulbs|seedlings|beans] in rows of {b}. How many full rows, and how many plants left?
    A [gardener|florist] ties {a} roses in bunches of {b}. How many bunches, and how many single roses?
    A truck takes {b} tonnes per trip. For {a} tonnes, how many full loads, and what is left?
    One badge costs {b} points. {name} has {a} points. How many badges, and how many points remain?
    {a} toy wheels, {b} per model. How many models can be completed, and how many wheels are spare?
    Each [shelf|drawer|crate] holds {b} books. Put {a} books away. How many are full, and how many books are left?
    {a} minutes are cut into [slots|lessons|turns] of {b} minutes. How many fit, and how many minutes are left?
    How many times can a jug of {b} litres be filled from {a} litres, and what is left?
    {a} bricks, stacks of {b}. Number of full stacks? Bricks left?
    {a} shared by {b}: how many each, how many over?
    {name} has {a} {thing} and makes piles of {b}. Tell me the number of full piles and the rest.
    A squirrel hides {a} nuts equally in {b} holes. How many nuts per hole, and how many are left to eat?
    Say both numbers: how often {b} goes into {a}, and the remainder.
    If a = {a} and b = {b}, what are the integer quotient and the remainder of a by b?
    A program divides {a} by {b} with whole numbers. Which quotient and which remainder does it print?
    Give the remainder and the quotient of {a} divided by {b}.
    what's left and what's the quotient if you divide {a} by {b}
    With {b} as divisor, divide {a}. What are the results, quotient first, then remainder?
    {a} stamps are stuck {b} to an envelope. How many envelopes are done, and how many stamps are left?
  `),
  zh: templates(`
    {a}除以{b}，商和余数[各|分别]是多少？
    {a}除以{b}，商几余几？
    {a}÷{b}=（ ）……（ ）
    {a}÷{b}，商是几，余数是几？
    {a}÷{b}等于几余几？
    {a}除以{b}等于几，还余几？
    {a}除以{b}，求商和余数
    [计算|求|算出]{a}除以{b}的商和余数。
    用{b}去除{a}，商是多少，余数是多少？
    {b}除{a}，商几余几？
    {a}被{b}除，得到的商和余数[是什么|各是几|分别是多少]？
    被除数是{a}，除数是{b}，[商和余数各是多少|求商和余数]。
    除数为{b}，被除数为{a}，商是几？余数是几？
    做有余数的除法：{a}÷{b}
    [计算|完成]带余除法：{a}除以{b}
    列竖式计算{a}÷{b}，写出商和余数。
    {a}里面最多有几个{b}，还剩多少？
    {a}里有几个{b}？余几？
    从{a}里不断减去{b}，最多能减几次，最后剩几？
    把{a}平均分成{b}份，每份[最多|]是多少（取整数），还余多少？
    把{a}按{b}个一组来分，能分成几组，剩下几个？
    {a}={b}×（ ）+（ ），余数要比除数小，两个括号各填几？
    若{a}＝{b}×q＋r，余数r小于除数，q和r各是几？
    填空：{a}除以{b}，商是（ ），余数是（ ）。
    只用整数，{a}除以{b}得几，余几？
    [不用小数|不要小数]，{a}除以{b}的结果怎么写？请写出商和余数。
    [请|麻烦你|能不能]帮我算{a}除以{b}的商和余数[？|，谢谢|]
    [请问|老师问]，{a}除以{b}，商多少，余多少？
    [口算|抢答|快答]：{a}除以{b}，几余几？
    {e}，商和余数[各|分别]是多少？
    {e}等于几余几？
    {e}=？余？
    {e}的商和余数
    [计算|算一算]{e}，写出商和余数。
    [请|]用有余数的除法算：{e}
    [作业|练习册|黑板]上的题是{e}，商是几，余数又是几？
    算式{e}，整数商是多少，余下多少？
    {e}不一定除得尽，商几余几？
    求{e}的整数商以及余数。
    在{e}中，商是（ ），余数是（ ）。
    {name}在算{e}，商和余数应该写多少？
    [口算|抢答|快答]：{e}，几余几？
    {name}把{a}个{thing}平均分给{b}个[小朋友|同学|朋友]，每人几个，还剩几个？
    {b}个[小朋友|人|同学]平分{a}个{thing}，每人[分到|得到]几个，剩下几个？
    有{a}个{thing}，{b}个人分得一样多，每人最多几个？余几个？
    {a}个{thing}，每{b}个装一袋，能装满几袋，还剩几个？
    每盒放{b}个{thing}，{a}个能装满几盒，多出几个？
    {place}把{a}个{thing}按每包{b}个打包，能包几包，剩几个？
    把{a}个{thing}平均放进{b}个盘子，每盘几个，还多几个？
    {a}名同学每{b}人一组，可以分成几组，还多几人？
    {a}人排队，每行{b}人，能排满几行，剩下几人？
    每条船坐{b}人，{a}人能坐满几条船，还剩几人？
    每张桌子坐{b}人，来了{a}位客人，坐满几桌，余下几人？
    每顶帐篷住{b}人，{a}人能住满几顶，还有几人没住下？
    {name}有{a}元，买{b}元一个的{thing}，能买几个，还剩多少元？
    [笔记本|杯子|贺卡]单价{b}元，{a}元最多买几个，找回多少元？
    一根{a}厘米长的[绳子|彩带|铁丝]，每{b}厘米剪一段，能剪几段，还剩多少厘米？
    {a}米布，做一套衣服用{b}米，可以做几套，剩几米？
    一本书{a}页，每天看{b}页，能看几整天，还剩几页？
    做一个蛋糕用{b}个鸡蛋，{a}个鸡蛋能做几个，剩几个？
    {a}颗珠子，每{b}颗串一条手链，能串几条，剩几颗？
    {a}朵花，每{b}朵扎一束，可扎几束，还剩几朵？
    {a}升[油|水|果汁]，每桶装{b}升，能装满几桶，余几升？
    相册每页贴{b}张，{a}张照片能贴满几页，还多几张？
    把{a}张牌平均发给{b}个人，每人几张，桌上还留几张？
    卡车每次运{b}吨，{a}吨货能装满几车，还剩几吨？
    {a}块砖，每{b}块一摞，能摞几摞，剩几块？
    {a}天里每{b}天算一轮，有几整轮，又多几天？
    {a}个轮子，每辆玩具车装{b}个，能装好几辆，剩几个轮子？
    {a}棵树苗平均种成{b}行，每行几棵，还多几棵？
    {b}个海盗平分{a}枚金币，每人拿几枚，箱子里剩几枚？
    松鼠把{a}颗松果平均藏进{b}个树洞，每个洞几颗，还剩几颗？
    猴子有{a}个桃子，每天吃{b}个，能吃几天，最后剩几个？
    每层书架放{b}本，{a}本书能放满几层，还剩几本？
    礼物每份要{b}积分，{name}有{a}积分，能换几份，剩多少积分？
    {a}分钟，每{b}分钟一节，能排几节，余几分钟？
    {a}个分给{b}人，每人几个，余几个？
    {a}米的路，每{b}米为一段，有几个整段，还剩几米？
    余数和商各是几：{a}除以{b}？
  `),
};
