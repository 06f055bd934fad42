import { templates } from '../wording.ts';

/** Wordings of a + b. Slots: {a}, {b}; stories use {name}, {thing} and {place}. */
export const addition = {
  en: templates(`
    What is {a} plus {b}?
    [what's|whats] {a} plus {b}
    What do you get [when|if] you add {a} and {b}?
    Add {a} to {b}.
    Add {b} to {a}.[ What is the result?| What do you get?| Answer?|]
    Add together {a} and {b}.
    Add up {a} and {b}[.|, please.]
    [Please add|Could you add|Kindly add] {b} onto {a}.
    Find the sum of {a} and {b}.
    What is the sum of {a} and {b}?
    [Determine|Calculate|Compute|State|Give] the sum of the [numbers|integers|two numbers|two integers] {a} and {b}.
    Sum of {b} and {a}?
    sum {a} and {b}
    The sum of {a} and {b} is [what|what number|which number]?
    Sum: {a}, {b}
    Total of {a} and {b}
    What total do {a} and {b} [make|give|come to|amount to]?
    [Find|Work out|Give] the total of {a} and {b}.
    Total up {a} and {b}[.|:]
    {a} and {b} [together|combined|taken together|put together] [make|give|are] what?
    {a} and {b} make [what|how many|how much]?
    How much do {a} and {b} [make|come to|add up to|total][ altogether| together|]?
    What do {a} and {b} add up to?
    How much is {a} [plus|and|added to] {b}?
    How much is {b} on top of {a}?
    How many is {a} and {b} more?
    What is {a} increased by {b}?
    [Raise|Boost|Bump up] {a} by {b} and [give|tell me|write down] the new value.
    By adding {b}, {a} turns into what number?
    [Name|Find|Write|Give] the number that is {b} [more|greater|higher] than {a}.
    Which number is {b} above {a}?
    Which number lies {b} [units|steps|places] to the right of {a} on the number line?
    Which number [comes|stands|is found] {b} after {a} when you count up?
    What number exceeds {a} by {b}?
    Find the number [that|which] exceeds {a} by {b}.
    {a} is {b} less than [what|which] number?
    {a} is {b} [smaller|lower] than a certain number. [Which one|What number]?
    {a} falls short of a number by {b}. [Find that number.|What is the number?]
    Which number must I [take {b} away from|subtract {b} from|reduce by {b}] to [get|be left with] {a}?
    I subtract {b} from a [secret|certain|mystery] number and get {a}. What is the[ secret| original|] number?
    I am thinking of a number. When I take away {b}, {a} is left. What is my number?
    A number [decreased|diminished|reduced] by {b} [gives|equals|is] {a}. What is the number?
    ? - {b} = {a}
    [Find|Solve for] x: x - {b} = {a}
    x [-|−] {b} = {a}, so x is [what|which number]?
    Fill in the blank: {a} + {b} = [__|___|____]
    Fill in the missing [number|value]: ___ [-|−] {b} = {a}
    Complete the [number sentence|equation|line]: {a} plus {b} equals ___
    {a} + {b} = ?
    {a} + {b} =
    {a}+{b}
    {a} + {b} is [what|how much]?
    {a} plus {b}
    {a} plus {b} equals
    {a} plus {b} [equals|is|makes|gives] [what|what number]?
    {a} add {b}
    {a} and {b}, total?
    {a}, add {b}, [what then|what now|what do we have]?
    {a} and another {b} — how much is that?
    {a} with {b} [added|added on|on top]: [result?|answer?|what is it?]
    {b} added to {a} [gives|makes|is] [what|how much]?
    {b} more than {a}?
    {b} plus {a}, what is that?
    Plus: {a} and {b}. Answer?
    [calculate|compute|work out] {a} [+|plus] {b}
    Evaluate the sum {a} + {b}.
    Addition: {a} and {b}.
    Addition [problem|exercise|task|practice]: {a} [+|plus] {b}
    Perform the addition {a} + {b}.
    [Carry out|Do] the following addition: {a} + {b}
    The addends are {a} and {b}. [What is the sum?|Find the sum.|State the sum.]
    If one addend is {a} and the other [is|one is] {b}, what is the sum?
    With summands {a} and {b}, what sum results?
    Let x = {a} and y = {b}. [What is x + y?|Find x + y.|Compute x + y.]
    If p is {a} and q is {b}, [how much is|what is] p + q?
    Given m = {a} and n = {b}, determine m + n.
    Given f(x) = x + {b}, find f({a}).
    Two numbers are {a} and {b}. What is their [sum|total]?
    Here are two numbers: {a} and {b}. Add them[ up| together|].
    Take the numbers {a} and {b} and add them. What do you [get|obtain|find]?
    Combine {a} with {b}. What is the total?
    Join {a} and {b} into one number by adding. What is it?
    Put {a} and {b} together in one total: how many?
    Start with {a} and add {b}.[ Where do you end up?| What do you have?| What is the answer?|]
    Begin at {a} and count on {b}. [Which number do you reach?|Where do you land?]
    Starting [at|from] {a}, [count up|count on|count forward|go up] {b}. What number do you [reach|land on|stop at]?
    On a number line, you stand at {a} and [jump|hop|move] {b} to the right. Where are you?
    In your head: {a} plus {b}.
    Mental [maths|math|arithmetic]: add {b} to {a}.
    Without a calculator, add {a} and {b}.
    Quick, what is {a} plus {b}?
    Quick sum! {a} and {b}?
    Do you know [what|how much] {a} plus {b} is?
    Can you [add|add up|sum] {a} and {b}[ for me| in your head|]?
    Could you[ please|] tell me the total of {a} and {b}?
    I need the sum of {a} and {b}[, please|].
    I would like to know how much {a} and {b} make.
    I have to add {a} and {b} for homework. What [is the answer|do I write|should I get]?
    My teacher wrote {a} + {b} on the board. What is the answer?
    The calculator shows {a}. I press plus, type {b}, and press equals. What [does it show|appears|do I see]?
    Type {a} into a calculator, then add {b}. What [shows up|is displayed|does the screen say]?
    {name} adds {b} to {a}. What [is the result|does {name} get|should the answer be]?
    {name} [typed|wrote down] {a} and then added {b}. Which number came out?
    A machine adds {b} to every number. We put in {a}. What comes out?
    A magic box makes every number {b} larger. If {a} goes in, [what|which number] comes out?
    Write the [sum|total] of {a} and {b} as a single number.
    Tell me: {a} plus {b}, how much is it?
    So, {a} plus {b} would be?
    You have {a}, then you get {b} more. How many [now|in all|is that]?
    To {a}, add {b}.
    To the number {a} we add {b}. [What results?|What is obtained?|What is the outcome?]
    When {b} is added to {a}, [what is the result|what number results|the result is what|what do we get]?
    Adding {a} and {b} [gives|yields|produces] [what|which number]?
    Sum up the following: {a} and {b}
    The total of two numbers, {a} and {b}, is ___
    How much will it be if {a} grows by {b}?
    How much do you have after adding {b} to {a}?
    The result of {a} plus {b}?
    {name} has {a} {thing} and [gets|receives|is given|is handed] {b} more. How many [now|in all|altogether|does {name} have now]?
    {name} [bought|picked up|purchased] {a} {thing} in the morning and {b} in the afternoon. How many [in total|altogether|in all]?
    {name} had {a} {thing}. A [friend|cousin|neighbour|classmate] gave {name} {b} [more|extra]. How many does {name} have [now|in the end]?
    There are {a} {thing} in the red box and {b} in the blue box. How many [are there in both boxes|are in the two boxes together|are there in all]?
    A [shelf|drawer|basket|bag|crate] holds {a} {thing}. Someone [puts in|adds] {b} more. How many are there now?
    The {place} had {a} visitors on Saturday and {b} on Sunday. How many [visitors came over the weekend|came in total|was that in all]?
    {a} people were at the {place}, and then {b} more [arrived|came in|turned up|walked in]. How many people are there now?
    At the {place} there are {a} {thing} on one table and {b} on another. What is the total?
    The {place} [ordered|got in|received] {b} {thing} on top of the {a} already in stock. How many are in stock now?
    {name} [scored|won|earned] {a} points in the first round and {b} in the second. [What is the total score?|How many points in all?|Total points?]
    A team [had|stood at|was on] {a} points and then won {b} more. What is its score now?
    {name} saved {a} dollars last year and {b} dollars this year. How many dollars [has {name} saved|were saved in all|is that together]?
    A [jacket|coat|bicycle|lamp|desk] costs {a} euros and a [scarf|hat|bell|chair] costs {b} euros. What do they cost together?
    {name} pays {a} pounds for a ticket and {b} pounds for a hotel. How much [is spent|does {name} pay|is that] in all?
    The price was {a} dollars and then [went up|rose|was raised|increased] by {b} dollars. What is the [new price|price now]?
    A laptop costs {a} dollars; delivery adds {b} dollars. What is the [full|final|total] [price|bill]?
    The bill is {a} dollars and {name} leaves a tip of {b} dollars. How much is paid [in total|altogether]?
    {name} has {a} dollars in the bank and [pays in|deposits] {b} dollars. What is the new balance?
    An account opens with {a} euros. A deposit of {b} euros follows. Balance?
    It was {a} degrees at dawn. By noon it had [risen|gone up|warmed up|climbed] by {b} degrees. What was the temperature [then|at noon]?
    The oven is at {a} degrees and gets {b} degrees hotter. How hot is it now?
    A liquid at {a} degrees is warmed by {b} degrees. [Final temperature?|What does the thermometer read?]
    A plant is {a} millimetres tall and grows another {b} millimetres. How tall is it [now|then]?
    The [oak|pine|palm|sapling] measured {a} cm. Since then it has grown {b} cm. What is its height [today|now]?
    {name}'s hair was {a} millimetres long and has grown by {b} millimetres. How long is it now?
    A [rope|ribbon|cable|chain] of {a} cm is [tied|joined] to another of {b} cm, with no overlap. How long is the whole?
    A road {a} metres long is [extended|lengthened|continued] by {b} metres. How long is it now?
    Two planks measure {a} cm and {b} cm. Laid end to end, how far do they reach?
    A [castle|bridge|temple|tower] was {a} years old, and {b} years have passed since. How old is it now?
    A tortoise is {a} years old. How old will it be in {b} years?
    How old will a tree aged {a} be after {b} more years?
    {name}'s grandfather is {b} years older than {name}, who is {a}. How old is the grandfather?
    The old clock is {a} years old. The statue is {b} years older. How old is the statue?
    A village was founded in the year {a}. Which year was it {b} years later?
    A climber stands at {a} metres and [climbs|goes up|ascends] {b} metres more. What height is reached?
    A [drone|balloon|kite|plane] flying at {a} feet rises {b} feet. How high is it now?
    {name} walked {a} steps before lunch and {b} steps after lunch. How many steps [that day|in total|altogether]?
    A lorry drives {a} km on Monday and {b} km on Tuesday. How far [does it go|is that] over the two days?
    {name} cycled {a} metres, rested, and cycled {b} metres more. What distance was covered?
    From home to the {place} it is {a} metres, and from there to the lake {b} metres. How long is the whole way?
    The car's meter shows {a} km. After a trip of {b} km, what does it show?
    A ship has sailed {a} miles and has {b} miles still to go. How long is the voyage?
    {name} has read {a} pages and has {b} pages left to read. How many pages does the [book|novel|story] have?
    {name} read {a} pages last week and {b} this week. How many pages were read?
    The first [book|volume|part] has {a} pages and the second {b}. How many pages in both?
    {a} passengers were on the [train|ship|ferry|boat]. At the next stop {b} [got on|boarded|came aboard] and nobody got off. How many are on board now?
    A train leaves with {a} people, and {b} more [get in|climb on|join] on the way. How many people ride it then?
    A school has {a} girls and {b} boys. How many pupils [does it have|are there|attend it]?
    There are {a} adults and {b} children [at the party|in the hall|at the concert|in the stadium]. How many people are there?
    The [choir|club|band|union] had {a} members, then {b} new ones [joined|signed up]. How many members are there now?
    A farmer keeps {a} [hens|sheep|cows] and {b} [ducks|goats|pigs]. How many animals is that?
    A flock of {a} [geese|starlings|gulls] is joined by {b} others. How big is the flock now?
    In the pond swim {a} red fish and {b} gold ones. How many fish are there?
    {name} picked {a} [strawberries|cherries|plums] and a sister picked {b}. How many did they pick together?
    The [hens|ducks] laid {a} eggs last month and {b} this month. How many eggs were laid [in all|altogether]?
    A gardener planted {a} tulips and {b} roses. How many flowers were planted?
    A baker [made|baked] {a} rolls and then {b} more. How many rolls were [made|baked] in all?
    A recipe uses {a} grams of flour and {b} grams of sugar. How much do the two weigh together?
    Into a bowl with {a} ml of milk {name} pours another {b} ml. How much milk is in the bowl?
    A tank holds {a} litres of water. {b} litres are [poured in|added|pumped in]. How many litres are there now?
    A suitcase weighs {a} grams empty. With {b} grams of clothes inside, what does it weigh?
    A [cat|puppy|calf|piglet] weighed {a} grams and [gained|put on] {b} grams. What does it weigh now?
    One parcel weighs {a} g, the other {b} g. Both on the scale: what does it show?
    The film lasts {a} seconds and the credits {b} seconds more. How long is it with credits?
    {name} practised the piano for {a} minutes in May and {b} minutes in June. How many minutes altogether?
    It took {a} minutes to paint the wall and {b} minutes to paint the door. How much time was that?
    A builder laid {a} bricks yesterday and {b} today. How many bricks were laid in the two days?
    A wall of {a} bricks gets {b} more bricks. How many bricks does it have now?
    {name} knitted {a} rows and then {b} more rows. How many rows are done?
    A necklace has {a} beads; {name} threads on {b} more. Number of beads now?
    {name} has {a} stamps. Uncle Bo has {b} more than that. How many does Uncle Bo have?
    {name} has {a} {thing}, and Aunt Vera has {b} more than {name}. How many has Aunt Vera?
    Aunt Vera has {b} more {thing} than {name}, who has {a}. How many does Aunt Vera have?
    The bakery sold {a} loaves. The café sold {b} more loaves than the bakery. How many loaves did the café sell?
    The river is {a} km long. A second river is {b} km longer. How long is the second river?
    A bike costs {a} dollars, and a scooter costs {b} dollars more. What does the scooter cost?
    The hill is {a} metres high; the mountain is {b} metres higher. What is the height of the mountain?
    {name} is {b} cm taller than a table of {a} cm. How tall is {name}?
    The goat weighs {a} pounds. The pony is {b} pounds heavier. How many pounds does the pony weigh?
    Factory A made {a} toys, which is {b} fewer than Factory B. How many toys did Factory B make?
    Compared with the {a} {thing} in the first jar, the second jar has {b} more. How many are in the second jar?
    After giving away {b} {thing}, {name} has {a} left. How many were there [at first|to begin with|in the beginning]?
    {name} spent {b} dollars and still has {a} dollars. How much money was there before?
    {b} students went home and {a} stayed. How many students were there [at first|before]?
    A baker sold {b} cakes, and {a} cakes are left. How many cakes were there at the start?
    A [library|museum|bookshop] had {a} books and [bought|was given|ordered] {b} new ones. How many books now?
    The museum owns {a} paintings and {b} statues. How many works of art is that?
    {name} took {a} photos at the {place} and {b} photos at the beach. How many photos in all?
    In the first game {a} fans came, in the second {b}. How many fans came to the two games?
    {a} emails came in the morning, {b} after lunch. Total?
    {name} got {a} messages on Friday and {b} on Saturday. How many is that?
    A website had {a} users. This week {b} people [joined|signed up]. How many users does it have [today|now]?
    A town of {a} people grew by {b}. How many people live there now?
    A candidate got {a} votes in the north and {b} votes in the south. How many votes altogether?
    A singer sold {a} records at home and {b} abroad. How many records were sold?
    A car park has {a} cars in it and {b} more drive in. How many cars are [parked there|inside] now?
    The garage holds {a} cars and {b} motorbikes. How many vehicles are in it?
    Volunteers collected {a} bottles on the beach and {b} in the park. How many bottles in all?
    The charity raised {a} euros from cake sales and {b} euros from a raffle. What sum was raised?
    {name} found {a} shells in the sand and {b} in the rocks. How many shells were found?
    Snow lay {a} mm deep. Overnight another {b} mm fell. How deep is it now?
    It rained {a} mm in April and {b} mm in May. How much rain fell in the two months?
    A lift [starts|is] at floor {a} and goes up {b} floors. On which floor does it stop?
    A [phone|game|robot] battery ran {a} minutes, then {b} minutes more. How long did it run?
    A worker earns {a} dollars plus a bonus of {b} dollars. What is the [total|whole] pay?
    A puzzle has {a} pieces in place and {b} pieces still in the box. How many pieces does it have?
    {name} swam {a} metres yesterday and {b} metres today. What is the combined distance?
    How many {thing} does {name} have with {a} at home and {b} at school?
    How many seats are there if the hall has {a} downstairs and {b} upstairs?
    How much did {name} pay if the shoes cost {a} dollars and the socks {b} dollars?
    How many stickers are in the album after {b} are added to the {a} already there?
    Suppose {a} bees are in the hive and {b} more fly in. How many bees are inside?
    Imagine a jar with {a} {thing}. You drop in {b} more. What is the count now?
    {a} tins on the shelf, {b} more in the cellar. Tins in all?
    we had {a} tents and borrowed {b} more, how many do we have now
    Morning: {a} cups sold. Evening: {b} cups sold. Total?
  `),
  zh: templates(`
    {a}加{b}[等于|得]多少？
    {a}加上{b}是[多少|几]
    {a}和{b}的和是多少？
    求{a}与{b}[之和|的和]。
    {a}+{b}=?
    {a} + {b} =
    {b}加到{a}上，[得多少|结果是多少]？
    把{b}加到{a}上，[结果是几|得数是多少|会得到什么数]？
    在{a}的基础上[再加|增加|加上]{b}，[得多少|结果是多少]？
    比{b}多{a}的数是多少
    哪个数比{a}大{b}？
    什么数比{a}[多|大]{b}
    一个数比{a}多{b}，[这个数是几|求这个数|它是多少]？
    一个数比{b}大{a}，写出这个数。
    两个加数分别是{a}和{b}，[和是多少|求它们的和]。
    被加数是{a}，加数是{b}，和[为|是]多少？
    加数是{b}，被加数是{a}，求和
    一个加数是{a}，另一个加数是{b}，它们的和是？
    [请|]计算{a}加{b}的和。
    计算：{a}＋{b}
    口算：{a}加{b}
    心算一下，{a}加{b}[等于几|是多少]？
    {a}再添上{b}，一共是多少？
    {a}增加{b}[后|以后|之后]是多少？
    将{a}和{b}[相加|求和|加在一起]，[结果|得数]是多少
    把{a}、{b}这两个数[加起来|相加]，得几？
    从{a}往上数{b}步，[数到几|会数到多少|停在哪个数上]？
    数轴上，从{a}[向右|往右]移动{b}个单位，到达哪个数？
    数轴上的一点原来在{a}，右移{b}格后在哪里？
    哪个数减去{b}等于{a}？
    一个数减去{a}后得{b}，[求这个数|这个数是多少]。
    减数是{a}，差是{b}，求被减数
    如果差是{a}，减数是{b}，那么被减数是多少？
    x-{a}={b}，[x是多少|求x|x=?]
    （ ）-{b}={a}，括号里[填几|应填什么数]？
    {a}加{b}=___
    填空：{a}+{b}=（ ）
    ___比{a}多{b}
    {a}个一加{b}个一，是多少个一？
    我心里想了一个数，它减{b}得{a}，我想的是几？
    我想的数比{a}多{b}，猜猜[我想的是几|是哪个数]
    比{a}还要多{b}，那是多少呢
    从{a}往上加{b}，加完是几
    {a}，再来{b}，总数呢？
    {a}、{b}，加一块儿是多少？
    总和是多少：{a}，{b}
    求和：{a}、{b}
    加数：{a}和{b}。和：？
    告诉我{a}加{b}的[答案|结果|得数]
    麻烦帮我算[算|一下]{a}加上{b}，谢谢
    请问{a}加{b}得几？
    老师问：{a}加{b}是几？
    你知道{a}与{b}相加得多少吗？
    在计算器上先按{a}，再按加号和{b}，最后按等号，显示什么？
    {a}同{b}相加，其和为[多少|何值]？
    已知甲数是{a}，乙数比甲数[大|多]{b}，乙数是多少？
    甲数为{a}，比乙数小{b}，求乙数。
    甲数是{a}，乙数是{b}，[甲乙两数之和是多少|两数的总和是多少]？
    {a}比哪个数[小|少]{b}？
    {a}要是再大{b}，就成了多少？
    给{a}加{b}，变成几？
    往{a}里[加|添|再加]{b}，[得多少|变成多少]？
    把{b}累加到{a}上，总值为多少？
    列竖式算{a}加{b}，得数是？
    {b}与{a}求和，结果是
    加法题：{a}和{b}
    {a}与{b}[总计|共计|合计]多少？
    累计：先有{a}，再有{b}，累计值是
    {a}、{b}两项的总额是多少？
    {a}跟{b}加在一起是多少
    快问快答：{a}加{b}等于？
    若m={a}，n={b}，求m+n的值。
    两数之差为{b}，较小的数是{a}，较大的数是多少？
    某数减少{b}后变为{a}，某数原来是多少？
    {a}加{b}，说出[得数|答案]就行
    求比{a}多{b}的数
    这两个数的合计是多少？{a}和{b}
    先写下{a}，再加上{b}，现在是多少？
    {name}在黑板上写了{a}加{b}，[得数应该是多少|正确答案是什么]？
    {name}的作业题：求{a}与{b}的和。
    {name}有{a}个{thing}，又[买了|得到|捡到|收到|领了]{b}个，现在有多少个？
    {name}原有{a}个{thing}，[妈妈|奶奶|老师|叔叔]又给了{b}个。一共几个？
    {name}在{place}买了{a}个{thing}，后来又买了{b}个，总共买了多少个？
    盒子里有{a}个{thing}，再放进{b}个，盒子里有[多少个|几个]？
    {place}里原来有{a}个人，又来了{b}个人，现在[共|一共]有多少人？
    公交车上有{a}名乘客，到站上来{b}名，没有人下车，车上现有多少名乘客？
    火车已坐了{a}人，这一站又上了{b}人，没人下车。车上多少人？
    合唱团有{a}名队员，新[加入|招收]{b}名，现在有几名？
    池塘里有{a}只鸭子，又游来{b}只，池塘里现在有几只鸭子
    树上停着{a}只[麻雀|小鸟]，又飞来{b}只，树上共有多少只？
    羊圈里有{a}只羊，春天又生下{b}只小羊，现在共有多少只羊？
    鱼缸里有{a}条鱼，爸爸又放进去{b}条，鱼缸里共几条鱼？
    农场养了{a}只鸡和{b}只鸭，鸡鸭共多少只？
    果园里有{a}棵梨树、{b}棵桃树，两种树[一共|总共]多少棵？
    校园里已种{a}棵树，今年[又栽了|再种]{b}棵，现在有几棵？
    花坛里开了{a}朵红花和{b}朵黄花，共开了多少朵？
    {name}昨天读了{a}页书，今天读了{b}页，[两天共读多少页|这两天一共读了几页]？
    {name}上午写了{a}个字，下午写了{b}个字，全天写了多少字？
    {name}已经看了{a}页，还剩{b}页没看，这本书[共有|有]多少页？
    故事书{a}页，图画书{b}页，两本书加起来多少页？
    小店上午卖出{a}杯奶茶，下午卖出{b}杯，这一天卖了几杯？
    面包店昨天烤了{a}个面包，今天烤了{b}个，[合计多少个|两天共烤了多少个]？
    工厂上半年生产{a}台机器，下半年生产{b}台，全年产量是多少台？
    第一天游客有{a}人，第二天有{b}人，两天的总人数是多少？
    周六{place}来了{a}人，周日来了{b}人，周末共来了多少人？
    一班捐了{a}本书，二班捐了{b}本，两个班共捐了多少本？
    男生有{a}人，女生有{b}人，全校多少人？
    合唱队男生{a}名，女生{b}名，总人数？
    停车场里停着{a}辆车，又开进来{b}辆，现在停了几辆？
    {name}收集了{a}枚邮票，朋友又送来{b}枚，[邮票总数是多少|现在共有几枚]？
    {name}在海边捡了{a}个贝壳，妹妹捡了{b}个，[两人共捡了多少个|两个人一共捡到几个]？
    爷爷采了{a}个蘑菇，奶奶采了{b}个，合在一起多少个？
    {name}和同桌分别折了{a}只和{b}只纸鹤，他们总共折了几只？
    姐姐串了{a}颗珠子，再串上{b}颗，项链上共有多少颗？
    奶奶包了{a}个饺子，妈妈包了{b}个，全家共包了几个饺子
    存钱罐里有{a}元，{name}又存入{b}元，现在有多少元？
    账户余额{a}元，今天转入{b}元，[余额变成多少元|新的余额是多少]？
    {name}花了{a}元买衣服，又花{b}元买鞋，[一共花了多少钱|总花费是多少元]？
    书包{a}元，[台灯|水壶|雨伞]{b}元，各买一件[共要|要付|需要]多少元？
    一张桌子{a}元，一把椅子比桌子贵{b}元，这把椅子多少元？
    这台电视原价{a}元，涨价{b}元后卖多少元？
    房租原来是{a}元，[上涨|涨了|提高]{b}元，现在是多少？
    工资{a}元，奖金{b}元，一共领到多少元？
    商品进价{a}元，要想赚{b}元，应卖多少元？
    门票收入{a}元，饮料收入{b}元，总收入？
    {name}付完{b}元后钱包里还有{a}元，付钱之前有多少元？
    {name}送给同学{b}个{thing}，自己还剩{a}个，[原来有多少个|最初有几个]？
    {name}弄丢了{b}个{thing}，手里还有{a}个，丢之前有几个？
    吃掉{a}块饼干以后，罐子里还有{b}块，开始时有多少块饼干？
    卖出{b}箱橘子后，仓库里还剩{a}箱，仓库原有几箱？
    走了{b}个客人，{place}里还有{a}个，之前一共有多少客人？
    气球飞走了{a}个，还留下{b}个，原先有几个气球？
    {name}有{a}张卡片，哥哥的卡片还要多{b}张，哥哥有几张？
    {name}有{a}个{thing}，比妹妹少{b}个，妹妹有多少个？
    弟弟有{b}颗糖，姐姐比弟弟多{a}颗，姐姐有几颗糖？
    小李比小王多{b}个{thing}，小王有{a}个，小李有几个？
    白兔有{a}只，灰兔比白兔多{b}只，灰兔几只？
    苹果树有{a}棵，比梨树少{b}棵。梨树有多少棵？
    红队得了{a}分，蓝队比红队高{b}分，蓝队的得分是多少？
    甲厂有{a}名工人，比乙厂少{b}名，乙厂有工人多少名？
    {name}跳绳跳了{a}下，同桌多跳了{b}下，同桌跳了多少下？
    今年{name}{a}岁，再过{b}年[多少岁|是几岁|多大]？
    {name}{b}年前是{a}岁，现在几岁？
    爸爸比儿子大{b}岁，儿子今年{a}岁，爸爸多大年纪？
    这棵古树已有{a}年，{b}年以后树龄是多少年？
    这座桥建于{a}年，{b}年之后重修，重修是在哪一年？
    妹妹今年{a}岁，姐姐比妹妹大{b}岁，姐姐几岁了
    小苗高{a}毫米，又长了{b}毫米，现在有多高？
    {name}去年身高{a}毫米，今年长高了{b}毫米，今年的身高是多少？
    小猪原来重{a}克，一周增重{b}克，现在重几克？
    空箱重{a}克，装进{b}克的货物后，总重多少克？
    一袋米{a}克，一袋面{b}克，两袋共重几克？
    锅里有{a}毫升水，再倒入{b}毫升，[锅里共有多少毫升水|水量变为多少]？
    杯中有牛奶{a}毫升，加进咖啡{b}毫升，这杯饮料多少毫升？
    水箱里有{a}升水，下雨后多了{b}升，水箱里现有几升？
    面团用了{a}克面粉和{b}克水，面团总共多重？
    绳子长{a}米，接上{b}米长的另一段，全长多少米？
    这条路原长{a}米，延长{b}米后有多长？
    把{a}厘米和{b}厘米的木条首尾相接，总长是多少厘米？
    一根绳剪去{b}米，还剩{a}米，绳子原长多少？
    围墙已砌{a}米，还要砌{b}米才完工，围墙全长几米？
    {name}先走{a}米，又跑{b}米，一共前进了多少米？
    小车开了{a}千米后休息，接着开{b}千米到达，全程多少千米？
    从家到{place}是{a}米，再到公园是{b}米，按这条路去公园要走几米？
    登山队在海拔{a}米处扎营，第二天又爬升{b}米，到了海拔多少米？
    热气球在{a}米高空，继续上升{b}米，[高度是多少|此时有多高]？
    无人机飞到{a}米后又升高{b}米，现在的高度？
    气温原来是{a}度，[上升|升高|回升]了{b}度，现在几度？
    早上{a}度，中午比早上高{b}度，中午多少度？
    炉温{a}度，加热后升了{b}度，温度变成多少？
    电影放了{a}分钟，还有{b}分钟结束，电影总长几分钟？
    {name}做作业用了{a}分钟，练琴用了{b}分钟，共用时多久？
    坐车{a}分钟，步行{b}分钟，路上一共多少分钟？
    动画片放了{a}秒，广告放了{b}秒，合计几秒？
    比赛上半场得{a}分，下半场得{b}分，全场[得分是多少|共得几分]？
    {name}游戏里有{a}分，又赢了{b}分，总分多少？
    选手第一轮{a}分，第二轮{b}分，两轮总成绩是多少？
    {name}原本有{a}个粉丝，一夜之间增加{b}个，现在粉丝数是多少？
    这段视频先有{a}次播放，后来又多了{b}次，总播放量是？
    邮箱里有{a}封邮件，又收到{b}封，一共几封？
    手机里存了{a}张照片，旅行时又拍了{b}张，照片总数是多少？
    文件甲有{a}兆，文件乙有{b}兆，两个文件共占多少兆？
    甲得了{a}票，乙得了{b}票，没有废票，总共投了多少票？
    图书馆有{a}本书，新进{b}本，[藏书变为多少本|现有藏书多少本]？
    村里有{a}户人家，新搬来{b}户，现在有几户？
    这座小城有{a}口人，一年里增加了{b}人，年底人口是多少？
    仓库里有{a}箱货，[运来|送来|补进]{b}箱，库存是多少箱？
    工人搬了{a}块砖，还有{b}块没搬，这堆砖共多少块？
    桌上摆了{a}个盘子，架上还有{b}个，总共有几个盘子？
    左边口袋有{a}个硬币，右边口袋有{b}个，口袋里共有多少硬币？
    大瓶里有{a}颗豆子，小瓶里有{b}颗，倒在一起有几颗？
    红珠子{a}颗，蓝珠子{b}颗，混在一起是多少颗？
    {name}做了{a}道题，还差{b}道才做完，这份练习共有几道题？
    {name}今天走了{a}步，比昨天少{b}步，昨天走了多少步？
    去年收了{a}千克玉米，今年多收{b}千克，今年收了多少？
    农民第一块地收了{a}筐土豆，第二块地收了{b}筐，合计？
    渔民早上捕鱼{a}条，晚上捕鱼{b}条，这天共捕鱼多少条？
    母鸡上周下了{a}个蛋，这周下了{b}个，一共下了几个蛋
    蜜蜂采蜜{a}克，又采了{b}克，总共采了多少克蜜？
    裁缝缝了{a}颗扣子，还要缝{b}颗，一共需要多少颗？
    旅客的箱子超重{b}克，限重是{a}克，箱子有多重？
    剧场楼下有{a}个座位，楼上有{b}个，[全场座位数是多少|共有几个座位]？
    一共有几个{thing}？{name}有{a}个，弟弟有{b}个。
    要付多少元？午饭{a}元，晚饭{b}元。
    现在有几只羊？原来{a}只，又买来{b}只。
    求总数：{name}有{a}本漫画，又借来{b}本。
    {a}个{thing}再加{b}个，共几个？
    {a}元又{b}元，合计多少元
    {a}米再加{b}米是多少米？
    {a}个大人带着{b}个孩子去{place}，一行共多少人？
    买了{b}个{thing}以前，{name}就有{a}个，那么现在有几个？
    又来了{b}位客人，本来就有{a}位，现在共有几位？
    再装{b}箱，车上就装满了，现在已有{a}箱，这辆车最多装几箱？
    除了{a}名学生，还有{b}名老师去春游，一共去了多少人？
  `),
};
