import { templates } from '../wording.ts';

/** Scenes that ask for a + b; many have a twin in subtraction-scenes. Slots: {a}, {b}, {name}, {thing}, {place}. */
export const additionScenes = {
  en: templates(`
    {a} litres of milk are in the tank and {b} litres are [poured in|pumped in|topped up]. How much [milk|] is in it now?
    {a} eggs lay in the basket and {b} more were [laid|collected|put in]. How many are there now?
    There were {a} passengers on the bus and {b} [got on|climbed aboard|joined]. How many are on [it|board] now?
    {a} metres of [ribbon|rope|cable|wire] are joined to {b} metres. How long is the whole piece?
    How many [sheep|goats|cows|lambs] are in the pen if {a} were there and {b} [wandered in|were led in|came to join them]?
    {name} had {a} {thing} and [was given|picked up|came across|won] {b} more. How many [now|in all|altogether]?
    {name} has {a} red {thing} and {b} blue ones. How many [altogether|in all|is that]?
    The library holds {a} books and {b} more are [donated|delivered|bought]. How many does it hold then?
    In the cinema {a} seats are taken and {b} are free. How many seats are there?
    A tailor has sewn on {a} buttons and has {b} left in the box. How many were there at the start?
    {a} kilos of [flour|sugar|rice] were in the sack and {b} kilos were tipped in. What weight is in it now?
    The farmer sold {a} [pumpkins|melons|cabbages] and kept {b}. How many had been picked?
    The ward had {a} patients; {b} more were [admitted|brought in|moved there]. How many are there now?
    {a} emails were in the inbox and {b} new ones [came in|arrived|landed there]. How many are there now?
    A disk holds {a} [files|photos|videos|documents]. After {b} more are [saved|copied|added], how many are on it?
    A drive has {a} megabytes used and {b} megabytes free. How large is the drive?
    {a} tickets were sold and {b} went unsold. How many had been printed?
    {a} runners finished and {b} dropped out. How many had started?
    The temperature was {a} degrees, then it [rose|climbed|went up] by {b} degrees. What is it now?
    Outside it is {a} degrees; inside it is {b} degrees warmer. What is it inside?
    The oven was at {a} degrees and has heated up by {b}. What does it show now?
    {name}'s account stood at {a} [dollars|euros|pounds]; a payment of {b} [came in|was added|was received]. What is the balance now?
    A coat costs {a} euros. With a surcharge of {b}, what does it cost?
    The price was [raised|put up|increased] by {b} from {a} euros. What is the price now?
    {name} paid a bill of {a} dollars and left a tip of {b}. How much was that in all?
    {name} got {b} euros in change after buying a book for {a} euros. How much had been handed over?
    A debt of {a} pounds grew by {b}. How much is owed now?
    {name} owes {a} euros to the baker and {b} to the butcher. How much is owed altogether?
    {name} has saved {a} dollars and still needs {b} for the bicycle. What does the bicycle cost?
    A shop had expenses of {a} and made a profit of {b} on top. How much did it take in?
    After {a} kilometres of a hike, {b} kilometres are still ahead. How long is the hike?
    A train goes {a} kilometres to the coast and then {b} more along it. How far does it travel?
    One road is {a} kilometres long, another is {b} kilometres longer. How long is the other?
    The first {a} minutes of the film have passed and {b} minutes are to come. How long is the film?
    The cake has been in for {a} minutes and must stay in for {b} more. How long does it bake in total?
    The new machine needs {a} seconds, the old one {b} seconds more. How long does the old one need?
    {name} read {a} pages yesterday and {b} today. How many pages is that?
    {name} has read {a} pages of a book; {b} are unread. How many pages does it have?
    The report was {a} words long before {b} words were [added|put in|inserted]. How long is it now?
    The red team scored {a} points, the blue team {b}. How many points were scored in the game?
    {name} had {a} points and was [awarded|credited with|given] {b}. What is the score now?
    The loser got {a} points and the winner {b} more than that. How many did the winner get?
    A knight in a game has {a} health and is healed by {b}. How much health is that?
    {a} people voted yes and {b} voted no. How many voted?
    {b} ballots were spoiled and {a} counted. How many had been cast?
    One candidate got {a} votes, the other beat that by {b}. How many did the other get?
    {a} seedlings survived and {b} died. How many had been planted?
    A gardener planted {a} [bulbs|roses|seedlings] in the morning and {b} in the afternoon. How many were planted that day?
    {a} trees stood in the orchard until {b} more were planted. How many are standing now?
    The bush is {a} centimetres tall and will grow {b} more. How tall will it be?
    A factory made {a} good bulbs and {b} faulty ones. How many were made?
    {b} parts failed and {a} passed. How many were inspected?
    {a} desks have been shipped and {b} are still to be shipped. How big is the order?
    A lorry carried {a} crates and [took on|loaded|picked up] {b}. How many are on it now?
    The warehouse had {a} pallets. {b} [came in|arrived|were delivered] this morning. How many are in store?
    {a} bricks are laid and {b} are still needed. How many bricks does the wall take?
    The tower is {a} metres high and gets a mast of {b} metres on top. How high is it then?
    A plank of {a} centimetres is lengthened by {b} centimetres. What length does it have now?
    {a} square metres are tiled, {b} are carpeted. How large is the floor?
    The lake covered {a} hectares and has [spread|grown] by {b}. How large is it today?
    Of the forest {b} hectares burned and {a} were spared. How large was the forest?
    {name} mixes {a} litres of white paint with {b} litres of blue. How many litres of paint is that?
    {b} litres leaked away and {a} stayed in the barrel. How many litres had been in it?
    A jug has {a} millilitres in it and room for {b} more. How much does it hold?
    The cook stirs {b} millilitres of cream into {a} millilitres of soup. How much is in the pot?
    The dough takes {a} grams of flour and {b} grams of sugar. What do these weigh together?
    {name} baked {a} rolls, then {b} more. How many came out of the oven?
    The guests ate {a} dumplings, and {b} were left over. How many had there been?
    {a} plates are washed, {b} are dirty. How many plates in all?
    The dog weighs {a} kilos and its basket {b}. What do they weigh together?
    An empty crate of {b} kilos is filled with {a} kilos of pears. How heavy is it then?
    {name} weighed {a} kilos and [gained|put on] {b}. What does {name} weigh now?
    The kitten weighs {a} grams and the puppy is {b} grams heavier. How heavy is the puppy?
    A truck of {a} tonnes takes on {b} tonnes of gravel. How heavy is it after that?
    {name} is {a} years old. How old will {name} be in {b} years?
    The tunnel is {a} years old and the bridge is {b} years older. How old is the bridge?
    {name} is {a} and the teacher was born {b} years earlier. How old is the teacher?
    {a} pigeons sat on the roof; {b} [flew up to join them|landed beside them]. How many are sitting there now?
    There are {a} ducks and {b} swans on the pond. How many birds is that?
    {a} fish are in the pond. The keeper [releases|drops in|sets free] {b} more. How many are in it now?
    {a} bees came back to the hive and {b} did not. How many had flown out?
    The shelter had {a} dogs; {b} more were [found|handed in|taken in]. How many does it have now?
    {b} horses were led into a stable where {a} already stood. How many are in it?
    {a} cars are parked. {b} [drive in|arrive|pull up beside them]. How many are parked now?
    {a} cars are in the car park, and {b} more would fit. How many spaces does it have?
    {a} wagons make up the train until {b} are [coupled on|hooked on|attached]. How many does it then have?
    {b} boats sailed into a harbour with {a} boats. How many are moored there now?
    On the bus are {a} people. At the next stop {b} get in and nobody gets out. How many ride on?
    Of the flights, {a} took off and {b} were cancelled. How many had been planned?
    A plane at {a} metres [climbs|rises|goes up] {b} metres. At what height does it fly now?
    {a} rooms are occupied, {b} vacant. How many rooms has the hotel?
    {b} guests have just checked in to a hotel where {a} were staying. How many are staying there now?
    A deposit of {a} euros has been paid and {b} euros are still due. What does the tour cost?
    A school has {a} girls and {b} boys. How many pupils?
    {a} employees work at the firm and {b} are [hired|taken on|recruited]. How large is the staff now?
    There were {a} people in the queue. {b} more have lined up. How many are waiting now?
    {a} accepted and {b} declined. How many were invited?
    {name} mailed {a} postcards and has {b} still to mail. How many were written?
    The rocket has burned {a} tonnes of fuel and has {b} left. How many did it start with?
    {a} satellites are in orbit; {b} more are [launched|sent up]. How many circle the planet then?
    The crew has been in orbit {a} days and must stay {b} more. How many days does the mission last?
    {a} candles are burning and {b} more are lit. How many burn now?
    {a} lamps are on and {b} are off. How many lamps are there?
    {name} has placed {a} puzzle pieces and {b} are still loose. How many pieces has the puzzle?
    {name} has {a} {thing}; a friend has {b} more than that. How many does the friend have?
    {name} has {a} {thing}, which is {b} fewer than the neighbour has. How many has the neighbour?
    {name} gave away {a} {thing} and still has {b}. How many were there at first?
    After losing {b} {thing}, {name} is left with {a}. How many did {name} have before?
    In the {place} there are {a} {thing}, and {b} more are brought in. How many now?
    At the {place}, {a} {thing} were sold before noon and {b} after. How many that day?
    {a} adults and {b} children came to the {place}. How many visitors?
    {a} people are in the {place}. {b} walk in. How many are inside now?
    {name} knitted {a} rows and then another {b}. How many rows does the scarf have now?
    A tailor used {a} metres of cloth for curtains and {b} for cushions. How much was used?
    A skirt of {a} centimetres is [let down|lengthened] by {b} centimetres. How long is it afterwards?
    The river stood at {a} centimetres and has [risen|swollen|come up] by {b}. What is the level now?
    Snow lay {a} centimetres deep; {b} more centimetres have fallen. How deep is it now?
    It rained {a} millimetres in May, {b} in June. How much rain fell in those months?
    The wind blew at {a} kilometres an hour and has [strengthened|picked up] by {b}. How fast does it blow now?
    The car was going {a} kilometres an hour and sped up by {b}. How fast is it going?
    The climbers are at {a} metres and the summit is {b} metres above them. How high is the summit?
    The diver is {a} metres down and sinks {b} metres deeper. How deep is the diver now?
    {a} shots were saved and {b} went in. How many shots were there?
    The club won {a} matches and did not win {b}. How many did it play?
    {name} has swum {a} laps and there are {b} to go. How many laps make the race?
    {name} got {a} answers right and {b} wrong. How many questions were in the quiz?
    {a} tests are marked, {b} unmarked. How many tests does the teacher have?
    The printer had {a} sheets and {name} [loaded|slid in|added] {b}. How many are in it now?
    A playlist has {a} songs; {name} [adds|puts on|drops in] {b}. How many songs will be played?
    {a} photos were kept and {b} thrown out. How many had been taken?
    The channel had {a} followers and {b} [signed up|joined]. How many follow it now?
    {a} bytes have arrived, {b} are on the way. How long is the message?
    The programmer fixed {a} bugs; {b} are still open. How many had been found?
    The pharmacy has {a} packs of pills and [takes delivery of|receives|buys in] {b}. How many are in stock now?
    The hens laid {a} brown eggs and {b} white ones. How many eggs?
    The barn held {a} bales of hay when {b} more were [stacked up|brought in]. How many does it hold now?
    {b} loaves are left, and {a} have been sold. How many did the baker make?
    A cinema sold {a} tickets on Saturday and {b} on Sunday. How many over the weekend?
    On Sunday {b} more people came than on Saturday, when {a} came. How many came on Sunday?
    The village had {a} people, and {b} have moved in. How many live there?
    The village now counts {a} people; years ago it had {b} more. How many were there then?
    The number of members fell by {b} to {a}. How many members were there before?
    {b} people got off and now {a} are on the tram. How many were on it before?
    The top shelf holds {a} books and the bottom shelf {b}. How many on the shelves together?
    One bag weighs {a} kilos, the other {b}. What do they weigh together?
    {name} has {a} {thing} and a sister has {b}. How many have they between them?
    Lunch was {a} pounds and the drink {b}. What did the meal come to?
    {a} marbles lie in the left bowl, {b} in the right. How many in all?
    If {b} sailors join the {a} on board, how many will sail
    Should {b} new workers start beside the {a} there are, how many would work there?
    {name} will get {b} dollars on top of the {a} already in the purse. What will be in it?
    How far is the whole path if it is {a} metres to the inn and {b} metres on to the top?
    How much sand is in a heap of {a} tonnes once {b} tonnes are [tipped onto it|shovelled on|added]?
    How heavy is a {a}-gram gift with {b} grams of wrapping around it?
    How many pupils belong to the class when {a} are present and {b} off sick?
    How much does a hat cost that is {b} euros dearer than a {a}-euro one?
    What did the radio cost at first if {name} paid {a} pounds after {b} pounds had been knocked off?
    Work out the number of bottles: {a} full ones and {b} empty ones.
    Say how many swallows there are when {b} join a flock of {a}.
    Jar: {a} sweets. Put in: {b}. Now in the jar?
    stock {a}, delivered {b}, how many now
    {b} gone, {a} still here — how many before?
    Spent {a}, remaining {b}. What was the budget?
    {a} steps walked, {b} to go. What was the goal?
    {a} tasks ticked off, {b} open. Tasks in all?
    The museum hangs {a} paintings and stores {b}. How many does it own?
    A thief stole {b} watches and left {a}. How many had been on display?
    {b} of the applicants were hired and {a} turned down. How many had applied?
    The plumber had {a} metres of pipe and bought {b} more. How many metres are there now?
    {a} kilometres of motorway are paved and {b} unpaved. How long is it?
    {name} slipped {b} more pearls onto a string of {a}. How many pearls does it have?
    {name} bet and won {b} chips, on top of {a}. How many chips are there now?
    {name} planted {a} beans and Ben planted {b}. How many beans did they plant?
    All but {b} of the eggs hatched, giving {a} chicks. How many eggs were there?
    A theatre sold {a} seats and {b} stayed empty. How many seats has it?
  `),
  zh: templates(`
    {name}有{a}个{thing}，同桌又送来{b}个，[现在有|一共有]多少个？
    篮子里有{a}个{thing}，又放进{b}个，篮子里现在有几个？
    好的有{b}个，坏的有{a}个，{thing}总共多少个？
    {name}有{a}个{thing}，妹妹有{b}个，两人一共有几个？
    {name}有{a}个{thing}，弟弟比{name}多{b}个，弟弟有多少个？
    {name}有{b}个{thing}，比姐姐少{a}个，姐姐有几个？
    {name}拿走{a}个{thing}后，还剩{b}个，原来有多少个？
    {name}有{a}个{thing}，还差{b}个才够，够的话要多少个？
    原来有多少个？{name}送出{b}个{thing}，自己还留着{a}个。
    {place}卖出{a}个{thing}，还剩{b}个，原来有多少？
    {place}昨天卖出{a}个{thing}，今天又卖出{b}个，共卖出几个？
    {place}原有{b}个{thing}，又进货{a}个，现在有多少
    桶里有{a}升水，倒进{b}升，桶里共有多少升？
    水箱已有{a}升水，还能再装{b}升，水箱能装多少升？
    油箱耗掉{b}升油，还剩{a}升，出发时有多少升？
    {name}喝了{a}毫升果汁，瓶里还有{b}毫升，原来有多少毫升？
    一杯牛奶{a}毫升，另一杯{b}毫升，两杯共多少毫升？
    绳子剪去{b}米，还剩{a}米，原来几米？
    把{a}厘米和{b}厘米的两根木棍首尾相接，总长多少？
    蜡烛烧掉{a}毫米，还剩{b}毫米，原来多长？
    竹竿插进泥里{b}厘米，露出{a}厘米，竹竿长多少？
    {name}身高{a}厘米，同桌比{name}高{b}厘米，同桌多高？
    去年树高{a}厘米，今年长高{b}厘米，现在多高？
    大楼高{b}米，塔比它高{a}米，塔高多少米？
    大家吃了{a}个包子，还剩{b}个，原来有几个包子？
    妈妈包了{a}个肉馅饺子，又包了{b}个素馅的，总共包了几个？
    {name}烤糊{b}块饼干，其余{a}块能吃，一共烤了多少块？
    冰箱里有{a}个鸡蛋，妈妈又买回{b}个，现在共几个？
    锅里已放{a}克盐，又撒了{b}克，共放了多少克？
    家里有{b}克面粉，做蛋糕还缺{a}克，做蛋糕要用多少克？
    公交车上有{a}人，到站上来{b}人，车上共有多少人？
    到站下去{a}人，车上还有{b}人，原来车上多少人？
    男生{b}人，女生{a}人，全班共有多少人？
    合唱队有{a}人，又加入{b}人，现在有多少人？
    请假的{a}人，到校的{b}人，全校共有学生多少人？
    通过的有{b}人，没通过的有{a}人，参加考试的有几人？
    除了{a}个孩子，还有{b}个大人，一共多少人？
    上午来{place}的有{a}人，下午比上午多{b}人，下午来了多少人？
    上午来了{b}人，下午来了{a}人，全天来{place}的共多少人？
    村里原来有{a}户，后来搬来{b}户，现在有多少户？
    已经招到{a}人，还要招{b}人，总共需要几人？
    树上有{b}只鸟，又飞来{a}只，树上共有几只？
    飞走了{a}只鸟，树上还剩{b}只，原来有几只？
    河里有{a}只鸭子，岸上还有{b}只，共多少只？
    农场有鸡{b}只，鸭{a}只，鸡和鸭共多少只？
    农场有{a}头牛，羊比牛多{b}只，羊有多少只？
    渔夫放生{a}条鱼，带回家{b}条，捕了多少条？
    动物园有{b}只动物，又运来{a}只，现在有多少只？
    停车场停着{a}辆车，又开进来{b}辆，现在停着多少辆？
    停车场停了{a}辆车，还空着{b}个车位，共有几个车位？
    港口停着{b}艘船，又驶来{a}艘，一共几艘？
    {a}辆在修理，其余{b}辆能用，车队共几辆车？
    {name}有{a}元，妈妈又给了{b}元，现在有多少元？
    {name}花了{b}元，还剩{a}元，原来有多少钱？
    一双鞋便宜了{a}元，现价{b}元，原价多少元？
    {name}攒了{a}元，还差{b}元才能买自行车，自行车多少元？
    账户里有{b}元，存入{a}元，余额是多少？
    欠款还了{a}元，还欠{b}元，一共借了多少元？
    成本{a}元，想赚{b}元，该卖多少元？
    手套{b}元，帽子比手套贵{a}元，帽子多少元？
    书包{a}元，笔盒{b}元，买一套共花多少元？
    电影放了{a}分钟，还要放{b}分钟，电影多长？
    语文作业写了{b}分钟，数学作业写了{a}分钟，共用多少分钟？
    假期过去了{a}天，还有{b}天，假期共几天？
    会议原定{a}分钟，延长了{b}分钟，开了多久？
    爷爷今年{b}岁，{a}年后他多少岁？
    {name}{a}岁，爸爸比{name}大{b}岁，爸爸几岁？
    {name}走了{a}米，还剩{b}米到{place}，全程多少米？
    上午骑行{b}千米，下午又骑{a}千米，全天骑了多少？
    去程{a}千米，回程长了{b}千米，回程多少千米？
    蜗牛往上爬了{a}厘米，又爬了{b}厘米，现在离起点多高？
    潜水员在水下{b}米，又下潜{a}米，现在在水下多少米？
    电梯从{a}层往上升{b}层，到了几层？
    {name}向前走{a}步，再向前走{b}步，离起点几步？
    哈密瓜重{b}克，西瓜比它重{a}克，西瓜多重？
    梨重{a}千克，空筐重{b}千克，连筐一起多重？
    爸爸原来{a}斤，胖了{b}斤，现在多少斤？
    煤场存煤{b}吨，又运进{a}吨，现在存多少吨？
    种菜用地{a}平方米，其余{b}平方米种花，这块地多大？
    已刷墙{a}平方米，还没刷{b}平方米，总共要刷多少？
    早上{b}度，中午上升了{a}度，中午多少度？
    晚上{a}度，比中午低{b}度，中午多少度？
    六月下雨{a}毫米，七月比六月多{b}毫米，七月下了多少毫米？
    雨天{b}天，其余{a}天是晴天，这段时间共几天？
    积雪厚{a}厘米，夜里又下了{b}厘米，现在多厚？
    {name}数学考了{a}分，语文多{b}分，语文多少分？
    语文{b}分，数学{a}分，总分是多少？
    {name}得{a}分，答对后又加{b}分，现在多少分？
    蓝队{a}分，落后红队{b}分，红队多少分？
    上半场得{b}分，下半场得{a}分，全场得几分？
    没有平局，赢了{a}场，输了{b}场，共比赛几场？
    {name}投中{a}次，没投中{b}次，一共投了几次？
    淘汰{b}名，晋级{a}名，参赛选手有多少名？
    {name}看了{a}页书，还有{b}页没看，这本书共多少页？
    报告写了{a}页，后来又补了{b}页，现在有多少页？
    图书馆有{b}本书，还回来{a}本，馆里现在有几本？
    借出{a}本，馆里还剩{b}本，原来有几本？
    赞成票{a}张，反对票{b}张，没有弃权，共收到几张票？
    乙得{b}票，甲比乙多{a}票，甲有多少票？
    礼堂坐了{a}人，还空着{b}个座位，共有多少座位？
    教室里有{a}把椅子，搬来{b}把，现在有多少把？
    电脑里有{b}个文件，又新建{a}个，现在有多少个文件？
    删除了{a}张照片，手机里还剩{b}张，原来几张？
    门票卖了{a}张，还有{b}张没卖，共印了多少张？
    柳树{b}棵，杨树比柳树多{a}棵，杨树多少棵？
    已栽好{a}棵树苗，还要栽{b}棵，总共要栽几棵？
    发芽的{a}粒，没发芽的{b}粒，共播下多少粒？
    合格的{b}个，次品{a}个，工厂一共生产多少个零件？
    实际产量比计划多{b}台，计划生产{a}台，实际生产多少台？
    旅行团里{a}人留下，其余{b}人出去玩，全团几人？
    路修了{b}米，剩下{a}米没修，这条路长多少米？
    第一天修了{a}米，第二天修了{b}米，两天总共修了几米？
    家里有{a}米布，做窗帘还要买{b}米，做窗帘要几米布？
    裁缝做上衣用{b}米布，做裤子用{a}米，一共用几米？
    果园运走{a}筐桃，还有{b}筐，收了几筐？
    医院住着{a}位病人，又住进{b}位，现在住着几位？
    医生{b}人，护士{a}人，共有多少人？
    仓库有{a}箱货，又运到{b}箱，库里有几箱？
    {name}游戏里有{a}枚金币，打怪又捡到{b}枚，现在几枚？
    {name}赢了{a}张卡片，原来有{b}张，现在几张？
    拼好了{a}块，还没拼的有{b}块，这幅拼图一共几块？
    屋里亮着{a}盏灯，又打开{b}盏，现在亮几盏？
    湖水原来深{b}米，后来上涨{a}米，现在深多少米？
  `),
};
