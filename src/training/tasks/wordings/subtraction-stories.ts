import { templates } from '../wording.ts';

/** Stories and comparisons that ask for a − b with a above b. Slots: {a}, {b}, {name}, {thing}, {place}. */
export const subtractionStories = {
  en: templates(`
    {name} has {a} {thing} and [gives away|hands out|donates|loses|sells] {b}. How many [are left|remain|does {name} still have|are left over]?
    {name} had {a} {thing} but [lost|misplaced|dropped] {b}[ of them| on the way home|]. How many are left?
    {name} gave a friend {b} of {a} {thing}. How many did {name} keep?
    Of the {a} {thing} {name} had, {b} [were stolen|went missing|got lost]. How many remain?
    {b} of {name}'s {a} {thing} are [gone|missing]. How many are [left|still there]?
    There were {a} {thing} in the [box|bag|drawer|jar]. {name} took out {b}. How many are still [inside|in it]?
    A [box|crate|sack|basket] holds {a} {thing}. {b} are [removed|taken out]. How many stay in it?
    Remove {b} {thing} from a pile of {a}. How many are left in the pile?
    The {place} had {a} {thing} and [sold|gave out|sent off] {b}. How many are [left|still there|unsold]?
    At the {place} there were {a} people, and {b} [left|went home|walked out]. How many are still there?
    {b} of the {a} visitors have already left the {place}. How many are still inside?
    The {place} [needs|wants|has ordered] {a} {thing} but has [got|received] only {b}. How many are still [missing|to come]?
    {name} wants to [collect|have|own] {a} {thing} and already has {b}. How many more are needed?
    How many more {thing} does {name} need to have {a}, when there are {b} so far?
    {name} has {b} {thing}. How many more to [reach|get to|make] {a}?
    {name} has {a} {thing} and Uncle Bo has {b}. How many more has {name} than Uncle Bo?
    Aunt Vera has {b} {thing}, {name} has {a}. How many fewer does Aunt Vera have?
    {name} has {a} {thing}, which is {b} more than Mr Bell has. How many does Mr Bell have?
    {name} has {a} {thing}. Uncle Bo has {b} fewer. How many does Uncle Bo have?
    Uncle Bo has {b} fewer {thing} than {name}, who has {a}. How many has Uncle Bo?
    Lin [collected|found|counted] {a} {thing} and Sam only {b}. What is the difference?
    By how many does a pile of {a} {thing} exceed a pile of {b}?
    How many fewer is {b} {thing} than {a}?
    Two children own {a} {thing} together. One owns {b}. How many does the other own?
    {name} and Mrs Hill have {a} {thing} between them. Mrs Hill has {b}. How many belong to {name}?
    After getting {b} more {thing}, {name} has {a}. How many were there [before|at first|to start with]?
    {name} bought {b} {thing} and now has {a} in all. How many did {name} have before?
    Of {a} {thing}, {b} are [red|new|broken|old]. How many are not?
    Out of {a} {thing} on the table, {b} are wet and the others dry. How many are dry?
    {name} counted {a} {thing} yesterday but only {b} today. How many have [disappeared|gone]?
    {name} had {a} dollars and [spent|paid out|used up] {b} [dollars at the market|dollars on books|of them]. How much money is left?
    {name} pays for a meal of {b} dollars with {a} dollars. How much change [is due|comes back|does {name} get]?
    A [coat|radio|vase|tent] costs {b} euros. {name} hands over {a} euros. How much [change is given|comes back|is returned]?
    The bill is {b} pounds, and you give the waiter {a} pounds. How much change should you get?
    I paid with {a} dollars for something costing {b} dollars. My change?
    A [bike|camera|guitar|sofa] [priced at|that cost|usually costing] {a} dollars is now {b} dollars cheaper. What does it cost now?
    The shop takes {b} dollars off the price of {a} dollars. What is the sale price?
    With a voucher for {b} euros, how much is left to pay on a bill of {a} euros?
    A [phone|watch] was {a} dollars last year and is {b} dollars this year. By how much did the price [fall|drop]?
    {name} is saving for a trip that costs {a} dollars and has put aside {b}. How much more is needed?
    A toy costs {a} dollars, but {name} only has {b}. How many dollars short is {name}?
    There are {a} dollars in the account, and {name} [withdraws|takes out] {b} dollars. What is the new balance?
    A loan of {a} euros: {b} euros have been [paid back|repaid]. How much is still owed?
    {name} owed {a} dollars and paid back {b}. What debt remains?
    A worker earns {a} dollars and pays {b} dollars in tax. What is the take-home pay?
    A trader buys a [horse|carpet|clock] for {b} dollars and sells it for {a} dollars. What is the profit?
    A car bought for {a} dollars was resold for {b} dollars. How big was the loss?
    The company took in {a} euros and its costs were {b} euros. How much did it earn?
    The blue [lamp|chair|tent] costs {a} dollars, the green one {b}. How much cheaper is the green one?
    Flights cost {a} euros and trains {b} euros. How much is saved by taking the train?
    Rent used to be {b} dollars and is {a} dollars now. By how much has it gone up?
    Together a cup and a teapot cost {a} cents. The cup costs {b} cents. What does the teapot cost?
    A budget of {a} dollars, {b} dollars already spent. What remains?
    It was {a} degrees, then it [cooled|got colder|dropped|fell] by {b} degrees. What is the temperature now?
    An oven at {a} degrees [cools down|drops] {b} degrees. How hot is it now?
    The soup was {a} degrees hot and now it is {b} degrees. By how many degrees has it cooled?
    Water is at {b} degrees. How many degrees more until it reaches {a}?
    A furnace shows {a} degrees, the room next to it {b}. How much hotter is the furnace?
    By day the desert rock reaches {a} degrees, by night {b}. What is the drop?
    A [rope|ribbon|wire|pipe|plank] is {a} cm long. {name} cuts off {b} cm. How long is [the rest|what is left|the remaining piece]?
    From a roll of {a} metres of [cloth|paper|wire|tape], {b} metres [are used|are cut|are sold]. How many metres remain?
    A skirt {a} mm long is shortened by {b} mm. What is its new length?
    A pencil was {a} mm long. After sharpening, it is {b} mm shorter. How long is it now?
    A candle of {a} mm burns down by {b} mm. How tall is it then?
    The [brown|longer] snake is {a} cm and the [green|shorter] one {b} cm. What is the difference in length?
    One bridge is {a} metres long, another is {b} metres shorter. How long is the other bridge?
    A [tower|mast|tree|chimney] of {a} feet lost {b} feet in a storm. How tall is it now?
    The tower is {a} metres high and the church {b} metres. How much [taller|higher] is the tower?
    How much shorter is a wall of {b} cm than a fence of {a} cm?
    {name} is {b} cm shorter than a statue of {a} cm. How tall is {name}?
    A giraffe is {a} cm tall and a zebra {b} cm. By how much is the zebra shorter?
    A snowman {a} cm tall melts and becomes {b} cm tall. How many centimetres melted?
    A bamboo stem grew from {b} cm to {a} cm. How much did it grow?
    {name} climbed {b} of the {a} [stairs|steps]. How many are left to climb?
    The peak is at {a} metres, the camp at {b} metres. How many metres remain to climb?
    A plane at {a} feet [descends|sinks|comes down] {b} feet. What is its height now?
    A hiker at {a} metres walks down to {b} metres. How many metres of descent is that?
    A diver is {a} cm deep and rises {b} cm. How deep is the diver now?
    A lift goes down {b} floors from floor {a}. Where does it stop?
    The trip is {a} km long. {name} has [driven|covered|travelled|done] {b} km. How far is it still?
    {b} km of our journey of {a} km are behind us. How many km lie ahead?
    A runner has {a} metres to run and stops for water after {b} metres. What distance is left?
    How many miles remain on a route of {a} miles after {b} miles?
    The lake is {a} metres from here and the barn {b} metres. How much farther is the lake?
    {name} [walked|ran|swam|cycled] {a} metres and Mr Bell {b} metres. How much farther did {name} go?
    The way through the forest is {a} m, the way by the road {b} m. How much shorter is the road?
    A car's meter rose from {b} to {a} km. How long was the drive?
    {name} threw a ball {a} cm; Uncle Bo's throw was {b} cm shorter. How far did Uncle Bo throw?
    A book has {a} pages, and {name} has read {b}. How many pages [are left|remain|are still unread|does {name} still have to read]?
    {name} is on page {b} of {a}. How many pages are left after this one?
    After reading {b} pages today, {name} has read {a} pages in all. How many had been read before today?
    An essay of {a} words must lose {b} words. How long will it be?
    The essay should have {a} words, and {name} has written {b}. How many words are still to be written?
    The editor cut {b} lines from a text of {a} lines. How many lines are left?
    A [film|concert|match|lesson] lasts {a} minutes, and {b} minutes have [passed|gone by]. How many minutes are left?
    The countdown was set to {a} seconds; {b} seconds have run. What does it show now?
    {name} has {a} minutes for the test and finished after {b}. How much time was left over?
    The fast runner took {b} seconds and the slow one {a}. How many seconds slower was the slow one?
    A [trip|job|download] took {a} minutes before and now takes {b} minutes less. How long does it take now?
    The bus leaves in {a} seconds. {name} needs {b} seconds to reach the stop. How many seconds are left to spare?
    Today is day {b} of a mission of {a} days. How many days are left after today?
    Of the {a} days of the voyage, {b} were [stormy|rainy|sunny]. How many were not?
    {name}'s aunt is {a} years old and {name} is {b}. How many years [older is the aunt|younger is {name}|lie between them]?
    An oak is {a} years old, and a birch is {b} years younger. How old is the birch?
    How old was the castle {b} years ago if it is {a} years old now?
    A ruin is {a} years old. What was its age {b} years ago?
    A bridge was built in the year {b}. How old was it in the year {a}?
    The house dates from the year {b}; the year is now {a}. How many years has it stood?
    What year was it {b} years before the year {a}?
    A king ruled from the year {b} to the year {a}. For how many years?
    The old temple has stood for {a} years, the gate for only {b}. How much younger is the gate?
    In how many years will a tree that is {b} years old be {a}?
    Two tortoises are {a} and {b} years old. What is their age difference?
    A suitcase weighs {a} grams. {name} takes out {b} grams of books. What does it weigh now?
    A bag with fruit weighs {a} g and the empty bag {b} g. What does the fruit weigh?
    A full [bucket|barrel|bottle] weighs {a} grams and {b} grams when empty. How heavy is what is inside?
    A [bear|seal|bull|camel] of {a} pounds [lost|shed] {b} pounds. What does it weigh now?
    The dog weighs {a} grams and the rabbit {b} grams. How much lighter is the rabbit?
    One stone weighs {a} kg, the other is {b} kg lighter. How heavy is the other?
    A lorry may carry {a} kg and is loaded with {b} kg. How much more can it take?
    A sack of [rice|flour|salt] with {a} grams: {b} grams are [used|eaten|scooped out]. How much is left?
    A cook needs {a} grams of butter and has {b} grams. How many grams are missing?
    There were {a} ml of juice in the jug. {name} drank {b} ml. How much juice is left?
    A tank with {a} litres [leaks|loses] {b} litres. How many litres does it still hold?
    From {a} litres of fuel, {b} litres were burned. How much fuel remains?
    A pool takes {a} litres and has {b} litres in it. How many litres until it is full?
    {b} litres ran out of a barrel of {a} litres. What is left in the barrel?
    A lake was {a} cm deep and is {b} cm deep after the dry summer. By how much did it sink?
    A cook used {b} of {a} eggs. How many eggs are left?
    {name} baked {a} [cookies|muffins|buns], and the children ate {b}. How many are [left|still there]?
    {b} of the {a} [pancakes|dumplings|sandwiches] have been eaten. How many have not?
    There were {a} [cherries|grapes|nuts] in the bowl. {name} [ate|snacked on|gobbled up] {b}. What is left?
    The bakery made {a} loaves; at closing time {b} were unsold. How many were sold?
    Of {a} [eggs|plates|cups|bottles], {b} [broke|got broken|were smashed] on the way. How many are [whole|unbroken|still fine]?
    {name} dropped a crate of {a} glasses and {b} broke. How many survived?
    A crate of {a} [peaches|tomatoes|pears] has {b} [rotten|spoiled|mouldy] ones. How many are good?
    {b} of the {a} lamps in the hall [burned out|stopped working|failed]. How many still shine?
    A wall had {a} tiles. In the storm {b} fell off. How many are still on it?
    The gardener planted {a} bulbs, but {b} did not come up. How many [grew|came up]?
    Frost killed {b} of the {a} young plants. How many [survived|lived]?
    {a} trees stood in the wood; loggers [felled|cut down] {b}. How many still stand?
    An apple tree bore {a} apples and {b} have fallen. How many hang on the tree?
    A hedge of {a} cm is trimmed by {b} cm. How high is it afterwards?
    A farmer had {a} [sheep|hens|goats|cows] and sold {b}. How many are left on the farm?
    {b} of {a} sheep [ran off|escaped|got out]. How many are still in the field?
    There are {a} animals on the farm. {b} are ducks. How many are not ducks?
    {a} birds sat [on the wires|on the roof|in the tree]; {b} flew away. How many stayed?
    From a swarm of {a} bees, {b} left the hive. How many bees stayed behind?
    A fisherman caught {a} fish and threw back {b}. How many did he keep?
    An aquarium has {a} fish, of which {b} are striped. How many have no stripes?
    The train carried {a} passengers. At the station {b} got off and nobody got on. How many are [on board|on the train] now?
    {b} people stepped off a ferry with {a} on board. How many are still on it?
    A ship has {a} cabins and {b} are [booked|taken|occupied]. How many are free?
    A hall has {a} seats, and {b} people are seated. How many seats are empty?
    Of {a} parking spaces, {b} are full. How many are free?
    A hotel with {a} beds has {b} guests, each in a bed. How many beds are empty?
    The school has {a} pupils; {b} of them are [girls|boys|absent|in the choir]. How many are not?
    {b} of the {a} students [are ill|stayed home|went on a trip]. How many came to school?
    In a group of {a} people, {b} wear glasses. How many do not?
    There are {a} guests and {b} are adults. How many are children?
    {a} people were invited, but {b} [could not come|said no|stayed away]. How many came?
    A club of {a} members lost {b} this year. How many does it have now?
    Of {a} soldiers, {b} returned. How many did not come back?
    {a} runners started the race and {b} gave up. How many finished?
    A village had {a} people and now has {b}. How many [people has it lost|moved away]?
    North Town has {a} people; South Town has {b} fewer. How many live in South Town?
    The {place} had {a} visitors in July and {b} in August. How many fewer came in August?
    A candidate got {a} votes and her rival {b}. By how many votes did she win?
    Of {a} voters, {b} voted yes and the others no. How many voted no?
    Team A scored {a} points and Team B scored {b}. By how many points did Team A win?
    {name} has {b} points and needs {a} to win. How many points are missing?
    You need {a} points for the next level. You have {b}. How many to go?
    {name} had {a} points and [lost|was docked|was fined] {b}. What is the score now?
    The record is {a} points. {name} scored {b}. How far below the record is that?
    In the test {name} got {b} out of {a} marks. How many marks were lost?
    A quiz has {a} questions, and {name} answered {b} correctly. How many were wrong or left out?
    Of {a} penalty shots, {b} went in. How many missed?
    {name} took {a} photos and [deleted|erased|threw out] {b}. How many are left?
    A phone holds {a} songs, and {b} are already stored. For how many more is there room?
    {b} of {a} emails have been read. How many are unread?
    A file of {a} KB shrinks by {b} KB. How big is it now?
    An album has room for {a} stamps. {b} are stuck in. How many spaces are empty?
    The library owns {a} books, and {b} are [on loan|borrowed|out]. How many are on the shelves?
    {name} returned {b} of the {a} borrowed books. How many has {name} still got?
    A puzzle has {a} pieces. {name} has placed {b}. How many remain?
    A builder has {a} bricks and uses {b} for a wall. How many bricks are left over?
    A house needs {a} bricks, and {b} have been delivered. How many are still to come?
    {b} of {a} nails were [used|bent|hammered in]. How many are left in the box?
    {name} cut {b} beads off a string of {a}. How many beads are still on it?
    A knitter has {a} metres of wool and uses {b} metres. How much wool is left?
    Of {a} sheets of paper, {b} were [used|printed|torn]. How many are still blank and whole?
    A printer must print {a} pages and has done {b}. How many are still to print?
    A factory must make {a} toys and has made {b}. How many are left to make?
    Of {a} parcels, {b} have been delivered. How many are still in the van?
    A street of {a} houses has {b} with a garden. How many have no garden?
    Of {a} tickets, {b} are sold. How many can still be bought?
    The battery had {a} units of charge and used {b}. How much charge is left?
    Monday's shop sales were {a} dollars, and Tuesday's were {b} dollars lower. What were Tuesday's sales?
    Yesterday it rained {a} mm, today {b} mm. How much less rain fell today?
    There was {a} mm of snow; {b} mm melted. How deep is the snow now?
    One river is {a} km, the other {b} km. How many km shorter is the second?
    Mount Aru is {a} metres high. Mount Belo is {b} metres lower. How high is Mount Belo?
    A jar has {a} sweets, some red and some green. There are {b} red ones. How many green ones are there?
    A flower shop has {a} flowers: {b} roses, the others tulips. How many tulips?
    Out of {a} cars, {b} are electric. The rest run on petrol. How many run on petrol?
    The bigger shelf holds {a} books, {b} more than the smaller one. How many books does the smaller one hold?
    {name} walked {a} steps today, {b} more than yesterday. How many steps were taken yesterday?
    Some pupils were in the hall. When {b} more came in, there were {a}. How many were there at first?
    {name} had {a} marbles before the game and {b} after it. How many were lost?
    A farmer picked {a} pumpkins and kept {b}; the others were sold. How many were sold?
    {name} used {a} minutes of phone time in May and {b} in June. How many minutes fewer in June?
    How many are left if {b} of {a} balloons [burst|pop|fly off]?
    How much is left of {a} grams of cheese once mice have eaten {b} grams?
    How many chairs must be brought if {a} people come and there are {b} chairs?
    How many hats are missing when {a} clowns each need a hat and there are {b} hats?
    Suppose {a} ants are on the leaf and {b} crawl off. How many ants stay?
    Imagine a purse with {a} coins. {b} fall through a hole. What is left?
    we had {a} tents and lent out {b}, how many do we still have
    {a} eggs, {b} cracked. How many good ones?
    {a} km in all, {b} km done. Rest?
    Stock: {a} tins. Sold: {b} tins. Left?
  `),
  zh: templates(`
    {name}有{a}个{thing}，[吃了|丢了|送出|用掉|卖掉|弄坏]{b}个，还剩多少个？
    {name}原有{a}个{thing}，给了[弟弟|妹妹|同桌|朋友]{b}个，还有几个？
    {name}把{b}个{thing}分给了同学，之前有{a}个，现在还有几个？
    {name}带着{a}个{thing}去{place}，路上丢了{b}个，到的时候有多少个？
    盒子里有{a}个{thing}，[拿走|取出|拿掉]{b}个，盒里剩几个？
    从装有{a}个{thing}的箱子里拿出{b}个，箱子里还有[多少个|几个]？
    拿走{b}个{thing}后，篮子里还有几个？篮子里原来有{a}个。
    {place}里有{a}个人，[走了|离开了|出去了]{b}个，还剩多少人？
    公交车上有{a}名乘客，到站下去{b}名，没人上车，车上还有几名？
    火车到站下了{b}人，没有人上车，到站前有{a}人，现在车上有几人？
    船上坐着{a}人，靠岸后{b}人下船，[船上剩多少人|还有多少人留在船上]？
    合唱团有{a}人，{b}人[退出|离队|请假]了，还有几人？
    班里应到{a}人，缺席{b}人，实到多少人？
    停车场有{a}辆车，[开走|驶出]{b}辆，还停着几辆？
    树上有{a}只鸟，飞走{b}只，树上还有几只鸟
    池塘里有{a}只青蛙，跳出去{b}只，还剩几只？
    羊圈里有{a}只羊，跑掉{b}只，[羊圈里剩几只|还有多少只]？
    鱼缸里有{a}条鱼，捞走{b}条，还有多少条鱼？
    天上飘着{a}个气球，[破了|爆了]{b}个，剩几个？
    桌上有{a}个杯子，打碎了{b}个，完好的有几个？
    一筐鸡蛋有{a}个，[碰破|打破|摔坏]{b}个，没破的有多少个？
    一批苹果有{a}个，烂了{b}个，好的有几个？
    仓库里{a}箱牛奶，过期了{b}箱，没过期的有多少箱？
    工厂生产了{a}个零件，其中{b}个不合格，合格的有多少个？
    {a}粒种子里有{b}粒没发芽，发芽的有几粒？
    花园里有{a}朵花，[谢了|摘掉|枯了]{b}朵，还开着多少朵？
    树林里有{a}棵树，砍掉{b}棵，还剩几棵？
    蜡烛有{a}支，用去{b}支，[剩下多少支|还有几支]？
    作业本原有{a}本，发下去{b}本，手里还有多少本？
    {name}带了{a}元，在{place}花掉{b}元，还剩多少钱？
    {name}的零花钱有{a}元，买书用去{b}元，[余下多少元|还有多少元]？
    账户里有{a}元，[取出|转走|支付]{b}元后，余额是多少？
    付了{a}元，东西只要{b}元，应找回多少元？
    {name}拿{a}元去买{b}元的文具，[找零多少|店员该找多少元]？
    书包{b}元，{name}付给收银员{a}元，找回几元？
    这件外套原价{a}元，[便宜|降价|优惠]{b}元，现价多少元？
    打折后省了{b}元，原价{a}元的[鞋子|手表|台灯]卖多少元？
    电脑要{a}元，{name}已经存了{b}元，还差多少元？
    {name}攒了{b}元，想买{a}元的自行车，[还要攒多少元|还缺几元]？
    欠款{a}元，已还{b}元，还欠多少？
    收入{a}元，支出{b}元，结余多少元？
    卖价{a}元，进价{b}元，[赚了多少元|利润是多少]？
    投入{a}元，只收回{b}元，亏了多少元？
    钢笔{b}元，[字典|画册|足球]{a}元，钢笔便宜多少元？
    甲店卖{a}元，乙店卖{b}元，去乙店买能省几元？
    一张桌子{a}元，椅子比桌子便宜{b}元，椅子多少元？
    成人票{a}元，学生票{b}元，两种票相差多少元？
    工资从{b}元涨到{a}元，[涨了多少元|增加了多少]？
    电费上月{a}元，这月{b}元，这月少交几元？
    气温从{a}度下降{b}度，现在几度？
    白天{a}度，夜里比白天低{b}度，夜里多少度？
    最高气温{a}度，最低气温{b}度，温差是多少度？
    热水{a}度，放凉后降了{b}度，[水温是多少|现在水温几度]？
    炉温由{a}度降到{b}度，降了多少度？
    茶从{a}度凉到{b}度，温度降低几度？
    水加热后从{b}度升到{a}度，升高了多少度？
    {name}今年{a}岁，{b}年前几岁？
    爸爸{a}岁，儿子比爸爸小{b}岁，儿子几岁？
    奶奶{a}岁，{name}{b}岁，[两人相差多少岁|奶奶大几岁]？
    孙子{b}岁，爷爷{a}岁，孙子比爷爷小多少岁？
    哥哥比妹妹大{b}岁，哥哥今年{a}岁，妹妹多大？
    弟弟现在{b}岁，几年后弟弟{a}岁？
    {b}年后{name}将满{a}岁，现在是几岁？
    古树甲树龄{a}年，古树乙树龄{b}年，乙比甲年轻多少年？
    某塔建于{b}年，到{a}年时已有多少年历史？
    一位诗人生于{b}年，卒于{a}年，从生年到卒年相隔几年？
    故事发生在{a}年，主人公穿越回{b}年之前，来到哪一年？
    {name}身高{a}毫米，妹妹矮{b}毫米，妹妹多高？
    大树高{a}厘米，小树高{b}厘米，[小树矮多少|两棵树高度差多少厘米]？
    姐姐比弟弟高{b}毫米，姐姐身高{a}毫米，弟弟的身高是多少？
    小苗从{b}毫米长到{a}毫米，长高了多少毫米？
    雪人高{a}厘米，太阳晒后矮了{b}厘米，还有多高？
    {name}的狗重{a}克，猫重{b}克，猫轻多少克？
    西瓜重{a}克，哈密瓜比西瓜轻{b}克，哈密瓜多重？
    连箱共重{a}克，空箱重{b}克，货物净重多少克？
    装满水的瓶子重{a}克，空瓶{b}克，水重几克？
    运动员原重{a}克，训练后减了{b}克，[体重变为多少|现在多重]？
    绳子长{a}米，[剪去|用去|截掉]{b}米，还剩多少米？
    从{a}米长的布上剪下{b}米，剩下的布有多长？
    裤子长{a}毫米，裁短{b}毫米，裁后多长？
    铅笔原长{a}毫米，现在只有{b}毫米，[短了多少|用掉了几毫米]？
    红丝带{a}厘米，比蓝丝带长{b}厘米，蓝丝带多长？
    长江路长{a}米，黄河路长{b}米，黄河路短多少米？
    绳子要接到{a}米，现有{b}米，还要接上几米？
    全程{a}米，已走{b}米，[还剩多少米|还要走多少米]？
    从家到{place}有{a}米，{name}走了{b}米，还有多远才到？
    汽车要行{a}千米，开了{b}千米后停下加油，剩下的路还有多长？
    马拉松选手还剩{b}米，全程{a}米，已经跑了几米？
    修路队要修{a}米，修好{b}米，没修的有多少米？
    导航显示总路程{a}千米，还有{b}千米到达，已行驶多少千米？
    飞机从{a}米高度下降{b}米，[现在的高度是多少|此时飞多高]？
    登山者原在海拔{a}米，下山时海拔降了{b}米，现在海拔多少？
    甲山高{a}米，乙山高{b}米，甲山比乙山高多少米？
    潜水员从{b}米深潜到{a}米深，又下潜了几米？
    电梯从第{a}层往下走了{b}层，到第几层？
    水位从{a}厘米降了{b}厘米，水位现在是多少？
    水桶里有{a}升水，[漏掉|倒出|洒了|喝了]{b}升，桶里还有多少升？
    油箱有{a}毫升油，烧掉{b}毫升，[还剩多少毫升|剩余油量是多少]？
    一瓶果汁{a}毫升，{name}喝掉{b}毫升，瓶里剩几毫升？
    水箱能装{a}升，现在有{b}升，再加多少升才满？
    面粉有{a}克，做蛋糕用去{b}克，还有多少克面粉？
    菜谱要{a}克糖，{name}只放了{b}克，还需放多少克？
    大米{a}千克，煮饭[用了|吃了]{b}千克，余下几千克？
    这本书有{a}页，{name}看了{b}页，[还剩多少页没看|剩几页]？
    {name}还有{b}页没读，全书{a}页，已经读了几页？
    小说{a}页，诗集{b}页，诗集少多少页？
    {name}今天读到第{a}页，昨天读到第{b}页，今天读了几页？
    要背{a}个单词，{name}背了{b}个，还要背几个？
    作业共{a}题，做完{b}题，[没做的有几题|还剩多少题]？
    {name}答了{a}题，错了{b}题，对了几题？
    一份试卷满分{a}分，{name}得了{b}分，扣了多少分？
    满分是{a}分，{name}被扣{b}分，得分是多少？
    论文要写{a}字，{name}写了{b}字，还差几字？
    打字任务{a}字，完成{b}字后休息，休息后还要打多少字？
    电影长{a}分钟，放了{b}分钟，[还有多少分钟结束|剩余几分钟]？
    课程{a}分钟，还剩{b}分钟，已上了几分钟？
    {name}烤面包要{a}分钟，过了{b}分钟，还要等多久？
    倒计时从{a}秒开始，过了{b}秒，剩下几秒？
    坐公交要{a}分钟，坐地铁要{b}分钟，坐地铁能快多少分钟？
    {name}跑完用了{a}秒，同桌用了{b}秒，同桌快了几秒？
    假期{a}天，过去了{b}天，还有几天？
    原本离开学还有{a}天，过了{b}天，还要等几天？
    红队{a}分，蓝队{b}分，[红队领先多少分|蓝队落后几分|两队相差几分]？
    {name}得{a}分，比对手多{b}分，对手得几分？
    {name}有{a}个积分，[兑换|花掉|输掉]{b}个，还有多少积分？
    游戏角色有{a}点血，被打掉{b}点，还有几点血？
    升级需要{a}分，{name}现有{b}分，还差几分？
    球队全场得{a}分，上半场得{b}分，下半场得几分？
    甲得{a}票，乙得{b}票，甲比乙多几票？
    共投出{a}票，其中反对{b}票，其余赞成，赞成的有几票？
    {name}有{a}张卡片，弟弟有{b}张，[弟弟少几张|弟弟再添几张就一样多]？
    {name}有{b}个{thing}，姐姐有{a}个，姐姐多几个？
    {name}有{a}个{thing}，同桌的少{b}个，同桌有几个？
    {name}有{a}个{thing}，比妹妹多{b}个，妹妹有多少个？
    小张比小陈少{b}枚邮票，小陈有{a}枚，小张有几枚？
    白兔{a}只，黑兔{b}只，黑兔比白兔少多少只？
    一班有{a}人，二班有{b}人，两班人数相差多少？
    苹果树{a}棵，比梨树多{b}棵，梨树有几棵？
    公鸡{b}只，母鸡{a}只，母鸡比公鸡多几只？
    {name}跳绳{a}下，同学跳了{b}下，同学少跳几下？
    今天来了{a}位客人，昨天来了{b}位，今天多来了几位？
    甲村{a}户，乙村{b}户，乙村比甲村少多少户？
    去年产量{a}千克，今年减产{b}千克，今年产量是多少？
    上周卖{a}件，本周卖{b}件，销量下降了多少件？
    这个月销量{a}台，上个月{b}台，增加了多少台？
    全班{a}人，男生{b}人，女生几人？
    {a}个{thing}中有{b}个是红色的，其余是蓝色的，蓝色的有几个？
    学校有{a}名师生，其中老师{b}名，学生有多少名？
    果园里有{a}棵树，{b}棵是桃树，[其余|剩下的]都是梨树，梨树几棵？
    动物园有{a}只猴子，{b}只是母猴，公猴有几只？
    {a}辆车里有{b}辆是货车，不是货车的有多少辆？
    袋里有黑白棋子{a}枚，黑子{b}枚，白子几枚？
    剧场有{a}个座位，坐了{b}人，空座有多少个？
    酒店有{a}间客房，{b}间住了客人，还空几间？
    鸡和鸭共{a}只，鸭有{b}只，鸡有几只？
    哥哥和弟弟共有{a}元，弟弟有{b}元，哥哥有多少元？
    两天共读{a}页，第一天读{b}页，第二天读了几页？
    上午和下午共卖{a}杯，上午卖{b}杯，下午卖了多少杯？
    两根木条共长{a}厘米，一根长{b}厘米，另一根多长？
    两袋米共重{a}克，其中一袋{b}克，另一袋几克？
    报名{a}人，参加比赛的只有{b}人，没来的有多少人？
    图书馆有{a}本书，借出{b}本，[馆内还有多少本|架上剩几本]？
    仓库有{a}箱货，[运走|发出|卖出]{b}箱，还剩几箱？
    货架上有{a}瓶水，上午卖掉{b}瓶，还剩多少瓶？
    面包店做了{a}个面包，卖出{b}个，没卖掉的有几个？
    门票共{a}张，售出{b}张，[还剩几张|还能卖多少张]？
    工人要搬{a}块砖，搬了{b}块，还要搬几块？
    计划种{a}棵树，已种{b}棵，还要种多少棵？
    {name}想折{a}只纸鹤，折好了{b}只，还差几只？
    {name}要集齐{a}枚徽章，手里有{b}枚，还缺多少枚？
    要凑满{a}个，现有{b}个，还要几个？
    从{b}个增加到{a}个，增加了几个？
    从{a}人减少到{b}人，减少了多少人？
    {name}又得到{b}个{thing}后共有{a}个，之前有几个？
    {name}现在有{a}元，其中{b}元是刚收到的，收到之前有多少元？
    飞来{b}只后，树上共有{a}只鸟，原来有几只？
    鸡窝里原有{b}个蛋，现在有{a}个，多了几个蛋？
    罐子里本有{a}块糖，现在只剩{b}块，[被吃掉几块|少了多少块]？
    早上{a}个气球，晚上只剩{b}个，飞走了几个？
    出发时有{a}只骆驼，到达时有{b}只，途中少了几只？
    手机有{a}张照片，删掉{b}张，还有多少张？
    邮箱里{a}封邮件，已读{b}封，未读几封？
    硬盘共{a}兆，已用{b}兆，[剩余空间是多少|还能存几兆]？
    {name}有{a}个粉丝，掉了{b}个，现在有几个粉丝？
    {name}今天走了{a}步，昨天走了{b}步，昨天少走几步？
    目标是{a}步，{name}走了{b}步，离目标还差多少步？
    渔民捕到{a}条鱼，放回{b}条小鱼，留下几条？
    奶奶包了{a}个饺子，吃掉{b}个，剩下的有多少个？
    一串珠子{a}颗，断线后掉了{b}颗，线上还剩几颗？
    缝衣服要{a}颗扣子，缝上{b}颗了，还要缝几颗？
    还剩几个{thing}？本来有{a}个，用了{b}个。
    少了多少人？昨天{a}人，今天{b}人。
    还要走多远？全程{a}米，走了{b}米。
    求剩下的：{a}个{thing}，拿走{b}个
    {a}个{thing}去掉{b}个，剩几个？
    {a}元花去{b}元，剩多少
    送走{b}位客人后，{place}里还有几位？原来有{a}位。
    卖掉{b}头牛之前，农场有{a}头，现在农场还有几头？
    喝了{b}毫升以后，{a}毫升的牛奶还剩几毫升？
    用掉{b}张纸，原有{a}张，还余多少张纸？
  `),
};
