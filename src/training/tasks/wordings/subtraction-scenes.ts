import { templates } from '../wording.ts';

/** Scenes that ask for a − b with a above b; many have a twin in addition-scenes. Slots: {a}, {b}, {name}, {thing}, {place}. */
export const subtractionScenes = {
  en: templates(`
    {a} litres of milk are in the tank and {b} litres are [drained off|pumped out|drawn off]. How much [milk|] is in it now?
    Of {a} eggs, {b} [cracked|broke|were smashed|turned out rotten]. How many are still [whole|good|usable]?
    {b} of the {a} [passengers|travellers|commuters] [got off|stepped off|alighted] at the [harbour|station|stadium]. How many stayed on [board|]?
    From {a} metres of [ribbon|rope|cable|fabric|wire], {b} metres are [cut off|snipped off|used up]. How long is the [rest|remaining piece|part that is left]?
    How many [sheep|goats|cows|lambs] are left in the pen if {a} were there and {b} [wandered off|broke out|were led away]?
    {name} had {a} {thing} and [swapped away|gave up|parted with|lent out] {b}. How many [now|remain|are left]?
    {name} [owns|has] {a} {thing}. {b} of them are [red|broken|old|on loan]; how many are not?
    The [library|archive|reading room] holds {a} books; {b} are [checked out|on loan|being repaired]. How many are [on the shelves|still in]?
    {b} of {a} [seats|chairs|places] in the [theatre|hall|cinema] are taken. How many are [free|empty|still available]?
    A [tailor|dressmaker] [has|starts with] {a} [buttons|pins|beads] and sews on {b}. How many are left in the [box|tin]?
    {b} kilos of [flour|sugar|rice] were scooped out of a sack of {a} kilos. What weight [is left|remains]?
    The farmer picked {a} [pumpkins|melons|cabbages] and sold {b}. How many did the farmer keep?
    The [ward|clinic|hospital] had {a} patients; {b} were [discharged|sent home|moved elsewhere]. How many are there now?
    {b} of the {a} emails in the inbox were [deleted|archived|moved to spam]. How many [remain|are still there]?
    A disk holds {a} [files|photos|videos|documents]. After {b} are [erased|wiped|trashed], how many are on it?
    A [drive|memory card|phone] has {a} megabytes, and {b} megabytes are [occupied|used|full]. How many megabytes are free?
    A [folder|download] is {a} kilobytes in size; compressing it saves {b} kilobytes. How big is it afterwards?
    {a} tickets were printed and {b} [went unsold|were never sold]. How many were sold?
    {a} tickets were printed and {b} were [sold|bought|claimed]. How many went unsold?
    There were {a} runners at the start; {b} [dropped out|gave up|pulled out]. How many [finished|crossed the line|reached the end]?
    {b} runners dropped out of a race that {a} had started. How many [were left in it|kept going|carried on to the finish]?
    The temperature was {a} degrees, then it [fell|dropped|sank|went down] by {b} degrees. What is it now?
    It is {a} degrees indoors and {b} degrees outdoors. How much warmer is it inside?
    Outside it is {b} degrees, in the greenhouse {a}. What is the difference [in temperature|]?
    The oven [was at|stood at] {a} degrees and has cooled by {b}. What does it show now?
    At noon it was {a} degrees, at midnight {b}. By how many degrees did it cool down?
    {name}'s [account|bank balance] stood at {a} [dollars|euros|pounds]; a bill of {b} was paid [from it|out of it]. What is the [new balance|balance now]?
    A coat costs {a} [dollars|euros|pounds]. With a discount of {b}, what does it cost?
    The price was [cut|lowered|reduced|slashed] by {b} from {a} euros. What is the price now?
    {name} pays for a {b}-dollar meal with {a} dollars. How much change comes back?
    A debt of {a} pounds, of which {b} has been [repaid|paid back|settled]. How much is still owed?
    {name} owes {a} euros and pays off {b}. How much is still to pay?
    The [bicycle|guitar|tent|camera] costs {a} dollars and {name} has saved {b}. How much is still missing?
    {name} has {b} dollars but needs {a}. How much more must be saved?
    Income {a}, expenses {b}. What profit is left?
    A shop took in {a} euros and spent {b}. How much did it [earn|clear|make] after costs?
    The salary is {a} pounds and {b} pounds of it go on [rent|tax|food]. What is left of it?
    A hike is {a} kilometres long and {b} kilometres are [done|behind us|already walked]. How far is it still?
    {b} kilometres of a {a}-kilometre [ride|drive|journey|trek] are behind {name}. How many lie ahead?
    After {b} miles of a {a}-mile trip, the car [breaks down|stops|runs out of fuel]. How many miles were left?
    The train has to cover {a} kilometres. It has covered {b}. How much of the route remains?
    One road is {a} kilometres long, another {b}. How much longer is the first?
    The short way is {b} metres, the long way {a} metres. How many metres does the short way save?
    A film lasts {a} minutes and {b} minutes have [passed|gone by|been shown]. How long until the end?
    {name} has watched {b} minutes of a {a}-minute [film|video|documentary]. How many minutes are still to come?
    The exam takes {a} minutes. {b} minutes are over. How much time is left
    The cake must bake for {a} minutes and has been in for {b}. How much longer must it stay in?
    The old machine needs {a} seconds, the new one {b}. How many seconds does the new one save?
    The winner took {b} seconds and the runner-up {a}. By how many seconds did the winner come in ahead?
    {name} read {b} pages of a book that has {a}. How many pages are [unread|still to be read|left]?
    A book has {a} pages; {b} of them are [pictures|maps|blank]. How many are not?
    {b} pages [fell out|were torn out|came loose and got lost] of a {a}-page notebook. How many does it have now?
    The report was {a} words long before {b} words were [struck out|cut|deleted]. How long is it now?
    The red team scored {a} and the blue team {b}. By how many points did the red team win?
    With {b} points {name} is behind the leader, who has {a}. How many points behind?
    The losing side got {b} points, the winning side {a}. What was the margin?
    {name} had {a} points and was [docked|fined|penalised] {b}. What is the score now?
    In the game {name} [lost|gambled away|used up] {b} of {a} [lives|gems|gold coins]. How many does {name} still have?
    A knight in a game has {a} health and takes {b} damage. How much health is left?
    {a} people voted and {b} voted no. The others voted yes; how many was that?
    {b} votes against, the rest of the {a} votes in favour. How many in favour?
    Of {a} ballots, {b} were [spoiled|invalid|blank]. How many counted?
    One candidate got {a} votes and the other {b}. How many votes lay between them?
    The mayor got {a} votes, her rival {b}. How many more did the mayor get?
    {b} of {a} [seedlings|saplings|tulips|rose bushes] [withered|froze|died|dried up]. How many survived?
    A gardener has {a} bulbs and has [planted|set|put in the ground] {b}. How many are still to be planted?
    {a} trees stood in the orchard until a storm [blew down|knocked over|uprooted] {b}. How many are standing now?
    The tree is {a} metres tall, the bush {b}. How much taller is the tree?
    The gardener [trimmed|pruned|clipped] {b} centimetres off a hedge {a} centimetres high. How high is it now?
    A factory made {a} [bulbs|bolts|chips|tyres]; {b} were [faulty|defective|scrapped|rejected]. How many [passed|were fine|could be sold]?
    {b} of {a} [parts|units|items] failed inspection. How many passed?
    An order of {a} [desks|lamps|shirts], with {b} [shipped|delivered|sent out] so far. How many are still to be sent?
    {b} boxes have been loaded; {a} in all must go on the lorry. How many are still to be loaded?
    A lorry carried {a} crates and [unloaded|dropped off|delivered] {b}. How many are still on it?
    The warehouse had {a} pallets. {b} [went out|left|were shipped] this morning. How many are still in store?
    A wall needs {a} bricks, and {b} are already [laid|in place|there]. How many more are needed?
    The mason has laid {b} of {a} bricks. How many still have to be laid?
    The tower will be {a} metres high. It is {b} metres high today. How much is still to be built?
    A plank of {a} centimetres is shortened by {b} centimetres. What length does it have now?
    A carpenter saws {b} centimetres off a {a}-centimetre board. How long is the board then?
    The roof needs {a} tiles; the roofer has only {b}. How many are lacking?
    {a} square metres of floor, {b} square metres of it [tiled|carpeted|painted]. How much is still bare?
    A garden covers {a} square metres, of which {b} are lawn. What area is not lawn?
    Of a {a}-hectare field, {b} hectares have been [ploughed|harvested|mown|sown]. How many hectares are left to do?
    The lake covered {a} hectares and has shrunk by {b}. How large is it today?
    {b} hectares of a forest of {a} hectares burned. How many hectares were spared?
    {a} litres of paint, {b} litres [brushed on|used up|spilled]. How many litres are still in the [bucket|drum]?
    The barrel leaked {b} of its {a} litres. What is still inside?
    Some water [evaporated|leaked out|drained away]: {b} litres out of {a}. How many litres were left behind?
    A jug holds {a} millilitres and has {b} millilitres in it. How much more fits in?
    {b} litres are in a tank that takes {a}. How many litres must be added to fill it?
    The cook [poured off|ladled out|tipped away] {b} millilitres of {a} millilitres of [soup|stock|broth]. How much stayed in the pot?
    For the dough {name} needs {a} grams of flour but has only {b}. How many grams are missing?
    Butter weighing {a} grams loses {b} grams when [a slice is cut off|some is used for frying]. What does it weigh now?
    {name} baked {a} [rolls|muffins|biscuits] and {b} got burned. How many were not burned?
    The guests ate {b} of the {a} [dumplings|pancakes|sandwiches]. How many were left over?
    Of {a} [cherries|olives|grapes] in the bowl, {b} were [eaten|nibbled|picked out]. How many stayed in the bowl?
    With {b} plates already washed out of {a}, how many are still dirty?
    {a} glasses were on the tray. {b} [slid off|toppled over the edge|fell off]. How many are still on the tray?
    Together with its basket the dog weighs {a} kilos; the basket alone weighs {b}. How heavy is the dog?
    The full crate weighs {a} kilos, the empty crate {b}. How heavy are the contents?
    {name} weighed {a} kilos and [lost|shed] {b}. What does {name} weigh now?
    The suitcase weighs {a} kilos, the backpack {b}. How much heavier is the suitcase?
    The kitten is {b} grams lighter than the puppy, which weighs {a} grams. How heavy is the kitten?
    A truck of {a} tonnes dumps {b} tonnes of gravel. How heavy is it after that?
    Grandfather is {a}, grandmother is {b}. How many years older is grandfather?
    {name} is {b} years old and the teacher is {a}. What is the age difference?
    {name} is {a} years old. How old was {name} {b} years ago?
    The bridge is {a} years old and the tunnel is {b} years younger. How old is the tunnel?
    {b} years ago the house got its roof, and the house is {a} years old. How old was the house then?
    {a} pigeons sat on the roof; {b} [flew off|took wing|flapped away]. How many are sitting there still?
    {b} of the {a} [ducks|swans|geese] left the pond. How many are on it now?
    There are {a} fish in the pond. A heron [catches|snatches|gobbles up] {b}. How many fish are there then?
    {a} bees left the hive and {b} came back. How many have not returned?
    The shelter had {a} dogs; {b} [found a home|were adopted|were taken in by families]. How many are still waiting?
    {b} horses were let out of a stable of {a}. How many are still inside?
    A shepherd counts {b} sheep, yet there should be {a}. How many have strayed?
    In the zoo there are {a} [monkeys|parrots|penguins], {b} of them young. How many are grown up?
    {a} cars are parked. {b} [drive off|leave|pull out]. How many are still parked?
    The car park has {a} spaces and {b} cars stand in it. How many more can park?
    {b} of the {a} taxis in the fleet are [in the garage|off the road|out of service]. How many are running?
    A bicycle rental has {a} bikes. {b} are rented out. How many can still be rented?
    {a} wagons make up the train until {b} are [uncoupled|detached|shunted off]. How many does it then have?
    The ferry carries {a} vehicles, of which {b} are cars. How many are not cars?
    {b} boats [sailed out|left|cast off] from a harbour with {a} boats. How many are moored there now?
    The bus has {a} people on it. At the next stop {b} get out and nobody gets in. How many ride on?
    A plane seats {a}, and {b} seats are booked. How many seats can still be booked?
    {b} passengers have boarded, {a} hold a ticket. How many has the crew still to wait for?
    Of {a} flights, {b} were [cancelled|called off|scrubbed]. How many took off?
    A plane at {a} metres [descends|drops|sinks] {b} metres. At what height does it fly now?
    The hotel has {a} rooms; {b} are occupied. How many are vacant?
    {b} guests have checked out of a hotel where {a} were staying. How many are staying on?
    The tour costs {a} euros, and the deposit of {b} has been paid. What remains to be paid?
    {a} children are in the camp and {b} go home [early|today]. How many children are left?
    A school has {a} pupils, {b} of whom are girls. How many are boys?
    {b} boys, the rest girls, {a} children in all. How many girls?
    {a} employees work at the firm and {b} [retire|resign|are laid off]. How large is the staff now?
    {b} of {a} office workers work from home today. How many came to the office?
    There were {a} people in the queue. {b} have been served and gone. How many are still waiting?
    {a} people came to the party. By midnight {b} had [gone home|said goodbye|slipped away]. How many were still dancing?
    The choir has {a} singers and {b} have lost their voice. How many can sing?
    {b} of the {a} soldiers are on leave. How many are in the barracks?
    An orchestra has {a} musicians. If {b} stay away, how many play?
    {a} were invited and {b} declined. How many accepted?
    {b} invitations have been answered; {a} went out. How many answers are outstanding?
    {a} stamps are needed for the letters but only {b} are in the drawer. How many must be bought?
    {name} mailed {b} of {a} [postcards|letters|parcels]. How many are still to be mailed?
    The rocket had {a} tonnes of fuel and has burned {b}. How many tonnes are still in its tanks?
    {b} of the {a} satellites have [burned up|fallen silent|stopped working]. How many still send signals?
    A space probe must fly {a} million kilometres and has flown {b} million. How many million kilometres are left?
    Of the {a} days of the mission, {b} are over. How many days must the crew still spend in orbit?
    The astronaut's air lasts {a} minutes and {b} minutes of it are used. For how many minutes does it still last?
    {a} screws were in the box; the mechanic [screwed in|took|needed] {b}. How many are in the box now?
    {a} candles were lit and {b} have [gone out|burned down|been blown out]. How many are still burning?
    If {b} of {a} lamps are switched off, how many are still on?
    Of {a} windows {b} are open. How many are closed?
    {a} balloons hung in the hall and {b} [burst|popped|floated away]. How many are hanging there now?
    The puzzle has {a} pieces and {name} has [placed|fitted|put in] {b}. How many pieces are still loose?
    {b} pieces of a {a}-piece puzzle are missing. How many are there?
    {name} collects {thing} and wants {a}; so far there are {b}. How many are still to be found?
    Yesterday {name} had {a} {thing}, today only {b}. How many went missing?
    {name} is [left with|down to] {b} {thing} after starting with {a}. How many are gone?
    After giving some away, {name} has {b} {thing} of the original {a}. How many were given away?
    {name} has {a} {thing}, which is {b} more than a friend has. How many does the friend have?
    {name} has {b} fewer {thing} than the neighbour, who has {a}. How many has {name}?
    {a} {thing} for {name}, {b} for the cousin. How many more for {name}?
    How many more {thing} does {name} need to have {a}, with {b} already in hand?
    How many {thing} are left in the {place} when {b} out of {a} have been carried off?
    In the {place} there are {a} {thing}, and {b} are damaged. How many are undamaged?
    At the {place}, {b} {thing} were sold before noon, out of {a}. How many were left for the afternoon?
    {a} visitors came to the {place}, {b} of them children. How many were adults?
    {a} people are in the {place}. {b} walk out. How many stay?
    {name} knitted {a} rows and [unravelled|undid|ripped out] {b}. How many rows does the scarf have now?
    Out of {a} metres of cloth a tailor makes curtains with {b} metres. What is left for cushions?
    A dress needs {a} centimetres of lace, and {b} centimetres are already sewn on. How much lace is still to be sewn on?
    A skirt of {a} centimetres is [taken up|shortened] by {b} centimetres. How long is it afterwards?
    The spool held {a} metres of thread; {b} metres have been [unwound|pulled off|stitched away]. How much thread is on it?
    From a roll of {a} metres of wallpaper {name} pastes up {b} metres. How many metres remain on the roll?
    The string is {a} centimetres. The dog chews off {b} centimetres. What is left of it?
    A candle {a} millimetres high burned down by {b} millimetres. How high is it now?
    The river stood at {a} centimetres and has gone down {b}. What is the level now?
    The snow lay {a} centimetres deep; {b} centimetres have melted. How deep is it now?
    It rained {a} millimetres in May, {b} in June. How much less did it rain in June?
    {b} millimetres fell in the north while {a} fell in the south. How much wetter was the south?
    Last year there were {a} sunny days, this year {b}. How many fewer is that?
    The wind blew at {a} kilometres an hour and has [eased|slackened|dropped] by {b}. How fast does it blow now?
    The car was going {a} kilometres an hour and slowed down by {b}. How fast is it going?
    The cyclist does {b} kilometres an hour, the motorbike {a}. How much faster is the motorbike?
    A mountain is {a} metres high; the climbers are at {b} metres. How many metres are they below the summit?
    {name} has climbed {b} of {a} stairs. How many stairs to go?
    The diver is {a} metres down and rises {b} metres. How deep is the diver now?
    A well is {a} metres deep and the water in it is {b} metres deep. How far down is it to the water?
    The long jumper reached {a} centimetres, the opponent {b}. What was the lead in centimetres?
    {name} threw the ball {b} metres and the coach {a} metres. How much farther did the coach throw it?
    {b} of {a} penalty kicks [missed|were saved|went wide]. How many went in?
    The goalkeeper stopped {b} of {a} shots. How many were goals?
    The club played {a} matches and won {b}. How many did it not win?
    Before the trade the club had {a} players; it let {b} go. How many are in the squad?
    {a} laps make the race. {name} has swum {b}. How many laps are left?
    {name} plans {a} push-ups and has done {b}. How many are still to be done?
    The archer shot {a} arrows; {b} [missed the target|flew past|went astray]. How many hit?
    {a} chess players entered and {b} were [knocked out|eliminated]. How many are still in?
    There are {a} questions in the quiz and {name} got {b} wrong. How many were right?
    {name} answered {b} of {a} questions. How many were left blank?
    {b} mistakes have been corrected; there were {a}. How many are uncorrected?
    The first draft had {a} mistakes, the second {b}. How many fewer mistakes is that?
    The teacher has {a} tests to mark. {b} are marked. How many more must be marked?
    {a} sheets were in the printer and {b} have been [printed|used up|jammed and thrown out]. How many are in it now?
    The office ordered {a} folders, but {b} were sent back. How many were kept?
    The post brought {a} letters. {b} were advertising and were binned. How many were not binned?
    The clerk has {a} forms on the desk. Once {b} are [signed off|dealt with|filed away], how many are on it?
    {name} has {a} minutes of call time and has talked for {b}. How many minutes can {name} still talk?
    The battery was at {a} units and has [lost|drained] {b}. What does it read now?
    A playlist has {a} songs; {name} [skips|removes|takes off] {b}. How many songs will be played?
    {a} photos were taken, {b} blurred and thrown out. How many were kept?
    The channel had {a} followers and {b} [unfollowed|left|turned away]. How many follow it now?
    A video has {a} likes and a song has {b}. How many more likes has the video?
    {b} bytes of a {a}-byte message have arrived. How many bytes are still on the way?
    The download is {a} megabytes; {b} are done. How many megabytes are still to load?
    The programmer fixed {b} of {a} bugs. How many bugs are [open|still unfixed]?
    A server with {a} jobs in line finishes {b}. How many jobs are in line now?
    The pharmacy has {a} packs of pills and [hands out|dispenses|sells] {b}. How many packs are in stock now?
    {b} tablets have been [swallowed|taken] from a bottle of {a}. How many tablets are in the bottle?
    A nurse has {a} bandages and uses {b} on the night shift. How many are left for the day shift?
    The doctor has {a} patients today and has seen {b}. How many are still to be seen?
    {b} of the {a} beds are made. How many are unmade?
    The blood bank has {a} bags. If {b} are needed for surgery, how many stay in the fridge?
    A hen house gave {a} eggs, {b} of which were brown. The rest were white; how many?
    A barn had {a} bales of hay; over winter {b} were [fed to the cattle|eaten by the horses]. How many were left in spring?
    The farmer has {a} pigs. {b} go to market. How many stay on the farm?
    {a} apples hung on the tree. The wind [shook off|brought down] {b}. How many still hang there?
    {b} sacks of grain were milled out of {a}. How many are unmilled?
    The vineyard filled {a} bottles and [uncorked|drank|sold] {b}. How many bottles lie in the cellar?
    The cows gave {a} litres of milk, and {b} litres were made into cheese. How many litres were left as milk?
    A sack of seed weighed {a} kilos, and {b} kilos have been [sown|scattered|spread]. What is still in the sack?
    The baker made {a} loaves and has {b} left. How many were sold?
    Only {b} of the {a} loaves are left. How many are gone?
    The café had {a} cups but {b} got chipped and were thrown away. How many does it use now?
    A cinema sold {a} tickets on Saturday and {b} on Sunday. How many fewer on Sunday?
    On Sunday {b} people visited the museum, on Saturday {a}. How many more on Saturday?
    {b} cars were made in spring and {a} in summer. By how much did output rise?
    Production fell from {a} tonnes to {b}. By how many tonnes did it fall?
    Rent rose to {a} euros from {b} euros. How much was the increase?
    The population of a village shrank from {a} to {b}. How many people did it lose?
    The village now counts {a} people; years ago it had {b} fewer. How many were there then?
    The number of members grew by {b} to reach {a}. How many members were there before?
    After {b} new books came in there were {a}. How many were there beforehand?
    {name} got {b} coins as a present and now has {a}. How many were there at first?
    {b} people got on and now {a} are on the tram. How many were on it before?
    By adding {b} litres the driver brought the tank up to {a} litres. What was in it before?
    Upper and lower shelf hold {a} books together, and the upper one holds {b}. How many are on the lower one?
    The black bag and the brown bag weigh {a} kilos together. The black one weighs {b} kilos. What does the brown one weigh?
    Together {name} and a sister have {a} {thing}; {b} belong to the sister. How many belong to {name}?
    Lunch and a drink came to {a} pounds; the drink was {b}. What did lunch cost?
    {a} marbles lie in a left and a right bowl, {b} of them in the left. How many in the right?
    If {b} of the {a} marbles roll under the sofa, how many are in sight
    Had {b} of the {a} sailors stayed ashore, how many would have sailed?
    Should {b} of the {a} workers go on strike, how many would still work?
    Suppose a shop has {a} umbrellas and {b} will be sold today. How many will there be tonight?
    Tomorrow {b} of our {a} hens will be sold. How many shall we keep?
    {name} will spend {b} of {a} dollars on a gift. What will be left?
    How far is it from the inn to the top if the path is {a} metres in all and the inn comes after {b} metres?
    How long must {name} still wait, if the wait is {a} minutes and {b} have passed?
    How much sand is left in the heap of {a} tonnes once {b} tonnes are carted off?
    How old was the tree {b} years ago if it is {a} now?
    How heavy is the rest when {b} kilos come off a {a}-kilo cheese?
    How many pupils are in class today, with {b} of {a} off sick?
    How much cheaper is a {b}-euro hat than a {a}-euro one?
    How much shorter is a pole of {b} centimetres than one of {a}?
    How many points must {name}, now on {b}, still score to reach {a}?
    How much room is left in a lift that carries {a} kilos if {b} kilos are in it?
    What does a box weigh without its {b} grams of wrapping if it weighs {a} grams with it?
    What is left of {a} euros after a fine of {b}?
    What remains of the {a} nails when {b} have been hammered in
    What did {name} pay for a {a}-pound radio with {b} pounds knocked off?
    Find out how many of the {a} keys do not fit, given that {b} do.
    Work out how many of {a} bottles are empty, {b} being full.
    Say how many of {a} swallows are left when {b} have flown south.
    Tell me how many of the {a} lambs are white if {b} are black and the rest are white.
    {a} pirates, {b} made to walk the plank. Pirates left on the ship?
    Jar: {a} sweets. Taken: {b}. Still in the jar?
    stock {a}, sold {b}, how many left
    {b} gone out of {a} — how many still here?
    needed {a} chairs, got {b}, how many short?
    Budget {a}, spent {b}. Remaining?
    {a} logs. {b} burned. Logs left?
    Goal: {a} steps. Walked so far: {b}. Steps to go?
    {b} of {a} tasks ticked off. Open tasks?
    {name} had to peel {a} potatoes. {b} are peeled. The rest?
    {a} barrels were on deck; the waves [washed overboard|swept away|carried off] {b}. Count those left.
    The museum owns {a} paintings, of which {b} are in storage. The others hang on the walls. How many hang?
    A thief [stole|made off with|grabbed] {b} of the {a} watches on display. How many did the jeweller still have?
    The bank robbers fled with {b} of {a} gold bars. How many were left in the vault?
    Customs let through {b} of {a} parcels and held the others. How many were held?
    The police checked {a} drivers; {b} were over the limit. How many were not?
    {a} streets were to be cleared of snow and {b} are clear. How many are still snowed in?
    {b} houses have power again; {a} had been cut off. How many are still in the dark?
    Firefighters rescued {b} of {a} people, and the others got out by themselves. How many got out by themselves?
    The lifeboats took {b} of {a} passengers. How many were still on the ship?
    The painter has {a} fence posts to paint. Having painted {b}, how many has the painter still got to paint?
    The plumber had {a} metres of pipe and [fitted|installed|laid] {b} metres. How many metres are over?
    Crews have paved {b} of the {a} kilometres of motorway. How much is unpaved?
    A tunnel of {a} metres is dug to {b} metres. How many metres must still be dug?
    {b} bolts have been tightened, where {a} had been loose. How many are loose now?
    A recipe for {a} grams of sugar was changed to use {b} grams less. How much sugar does it take now?
    {name} drank {b} millilitres from a {a}-millilitre bottle of juice. How much juice is still in it?
    {a} pearls were on the string, then it snapped and {b} rolled away and were lost. How many are left to string again?
    Of the {a} coins in the fountain, children fished out {b}. How many lie in the water now?
    {name} bet {b} of {a} chips and lost them. How many chips are left?
    The dealer handed out {b} cards from a pile of {a}. How many cards are in the pile?
    In the deck of {a} cards {b} are face up. How many are face down?
    The dragon had {a} jewels until a dwarf ran off with {b}. How many did it have afterwards?
    A wizard turned {b} of {a} frogs into princes. How many frogs were left?
    {a} ants set out, {b} lost their way. How many arrived?
    From among {a} applicants, {b} were hired. How many were turned down?
    From the {a} films on the list, cross off {b}. How many are on the list now?
    From {a} roses the florist takes {b} for a bouquet. How many are in the bucket now?
    Of {a} kilometres of coast, {b} are sandy and the others rocky. How many are rocky?
    Of our {a} neighbours, {b} have a dog. How many have none?
    {name} and Ben planted beans: {name} {a}, Ben {b}. How many fewer did Ben plant?
    {name} jumped rope {a} times without a slip, Mia {b} times. How many jumps more did {name} manage?
    Mia picked {b} berries, {name} {a}. How many berries would Mia need to catch up?
    The first bus carries {a} people and the second {b}. How many fewer ride in the second?
    The tall ladder has {a} rungs and the small one {b}. What is the difference?
    The library opened with {a} computers; {b} have since been scrapped. Please give the number now.
    A theatre of {a} seats was sold out except for {b}. How many seats were sold?
    All but {b} of the {a} eggs hatched. How many hatched?
    All {a} swimmers except {b} passed the test. How many passed?
    Apart from {b} geese, all {a} birds on the lake are ducks. How many ducks are there?
    Every one of the {a} students but {b} handed in the essay. How many essays came in?
    The farmer [threw out|composted|gave away] {b} of {a} [turnips|leeks|onions]. How many did the farmer still have?
    {b} hours of a {a}-hour [shift|watch|journey] have gone by. How many hours are still to come?
    If {b} places have gone on a course with {a} places, how many can still sign up?
    {b} degrees warmer than this morning, the air is now at {a} degrees. How warm was it this morning?
    After {b} pupils had moved up from the juniors, the team had {a} members. How many had it before?
    {name} still has {b} of the {a} {thing} bought last week. How many have been used?
    With {b} more {thing}, {name} would have {a}. How many has {name} now?
    Only {b} of the {a} lanterns are lit. How many are dark?
    Take {b} grams out of a {a}-gram lump of clay. How heavy is the lump now?
    {b} hikers turned back, {a} had set off. How many reached the hut?
    It takes {b} minutes by train but {a} by bus. How much quicker is the train?
    A grey whale weighs {a} tonnes, its calf {b}. By how many tonnes is the calf lighter?
    The bread was to rise for {a} minutes; {name} put it in the oven {b} minutes early. How long did it rise?
  `),
  zh: templates(`
    {name}有{a}个{thing}，[送给|分给|借给]同桌{b}个，[还剩|还有|剩下]多少个？
    篮子里一共有{a}个{thing}，拿走{b}个，篮子里还有几个？
    一共{a}个{thing}，其中{b}个是坏的，好的有多少个？
    {name}和妹妹一共有{a}个{thing}，妹妹有{b}个，{name}有几个？
    {name}比弟弟多{b}个{thing}，{name}有{a}个，弟弟有多少个？
    {name}有{a}个{thing}，比姐姐多{b}个，姐姐有几个？
    弟弟有{a}个{thing}，{name}比他少{b}个，{name}有几个？
    {name}有{b}个{thing}，哥哥有{a}个，哥哥比{name}多几个？
    {name}有{b}个{thing}，哥哥有{a}个，{name}比哥哥少几个？
    {name}有{b}个{thing}，想凑够{a}个，还差几个？
    {name}原来有一些{thing}，又买了{b}个，现在一共{a}个，原来有多少个？
    {name}丢了{b}个{thing}，原来有{a}个，现在还有多少个？
    吃掉{b}个以后，原来的{a}个{thing}还剩多少个？
    还剩多少个？{name}带了{a}个{thing}，路上弄丢了{b}个。
    {place}里原有{a}个{thing}，[卖出|卖掉|售出]{b}个，现在还有多少？
    {place}昨天卖出{b}个{thing}，两天一共卖出{a}个，今天卖了多少个？
    {place}进货{a}个{thing}，退回{b}个，实际留下多少个
    从{place}买回{a}个{thing}，其中{b}个送人了，其余的自己留着，自己留了几个？
    桶里有{a}升水，倒出{b}升，[还剩|桶里还有]多少升？
    水箱能装{a}升水，现在已有{b}升，还能再装多少升？
    水缸漏掉了{b}升水，原来有{a}升，还剩多少升？
    油箱里有{a}升油，路上耗掉{b}升，还剩多少升？
    一瓶果汁{a}毫升，{name}喝了{b}毫升，瓶里还有多少毫升？
    两杯牛奶共{a}毫升，一杯是{b}毫升，另一杯是多少毫升？
    加了{b}毫升水后，杯里总共有{a}毫升，原来有多少毫升？
    太阳晒了一天，池塘的水蒸发了{b}吨，早上有{a}吨，晚上还有几吨？
    一根绳子长{a}米，剪去{b}米，还剩几米？
    剪下{b}厘米后，原来{a}厘米的彩带还有多长？
    两根木棍总长{a}厘米，一根长{b}厘米，求另一根的长度。
    一根铁丝长{a}米，锯掉{b}米，剩下部分长多少米？
    红绳长{b}厘米，蓝绳长{a}厘米，两根相差多少厘米？
    蜡烛原长{a}毫米，烧掉了{b}毫米，现在长多少？
    竹竿长{a}厘米，插进泥里{b}厘米，露在外面多少厘米？
    {name}身高{a}厘米，同桌比{name}矮{b}厘米，同桌多高？
    妹妹身高{b}厘米，{name}身高{a}厘米，{name}高出多少厘米？
    去年树高{b}厘米，今年长到{a}厘米，一年长高了多少厘米？
    大楼高{a}米，旁边的塔比它低{b}米，塔高多少米？
    盘子里有{a}个包子，大家吃了{b}个，还剩几个包子？
    妈妈蒸了{a}个馒头，早饭吃去{b}个，余下几个？
    妈妈一共包了{a}个饺子，其中{b}个是肉馅，其余是素馅，素馅的有几个？
    肉馅饺子{b}个，肉馅和素馅总共{a}个，素馅饺子几个？
    一盒巧克力有{a}块，被偷吃了{b}块，盒里还有几块？
    {name}烤了{a}块饼干，烤糊了{b}块，能吃的有多少块？
    冰箱里有{a}个鸡蛋，打碎了{b}个，完好的还有几个？
    做蛋糕要用{a}克面粉，家里只有{b}克，还缺多少克？
    锅里已放{b}克盐，菜谱要{a}克，还要再放多少克？
    一袋大米{a}千克，吃了一个月，用去{b}千克，袋里还有多少千克？
    袋里剩下{b}千克面粉，原来有{a}千克，用掉了多少千克？
    公交车上有{a}人，到站下去{b}人，车上还有多少人？
    从公交车上下去了{b}人，之前有{a}人，现在剩几个人？
    车上原有{b}人，上来一些人后共有{a}人，上来了几人？
    火车上共有乘客{a}名，到站后{b}名下车，其余继续坐，继续坐的有几名？
    全班共有{a}人，男生{b}人，女生多少人？
    班里女生有{b}人，全班{a}人，男生有几人？
    合唱队有{a}人，退出{b}人，还有多少人？
    全校{a}名学生，{b}名请假，到校的有几名？
    今天缺席{b}人，全班应到{a}人，实到多少人？
    报名的有{a}人，取消了{b}人，还有多少人要参加？
    {a}人参加考试，{b}人没有通过，通过的有多少人？
    除了{b}个孩子，其余都是大人，一共{a}人，大人有几个？
    一共{a}人参观{place}，除了{b}名老师都是学生，学生有多少名？
    {place}里有{a}人，走了{b}人，还留着几人？
    上午来{place}的有{a}人，下午比上午少{b}人，下午来了多少人？
    上午来了{b}人，全天总共来了{a}人，下午来了多少人？
    排队的有{a}人，进去了{b}人，外面还有多少人在排队？
    村里原来有{a}户人家，搬走{b}户，现在有多少户？
    招聘需要{a}人，已经招到{b}人，还要招几人？
    公司有{a}名员工，辞职{b}名，公司现在还有几名员工？
    树上有{a}只鸟，飞走了{b}只，树上还有几只？
    飞来{b}只后树上共有{a}只鸟，原来有几只？
    河里有{a}只鸭子，上岸{b}只，河里还有多少只？
    羊圈里有{a}只羊，跑丢{b}只，圈里剩多少只？
    农场有鸡和鸭共{a}只，鸡有{b}只，鸭有多少只？
    农场养了{b}头牛，羊比牛多，羊有{a}只，羊比牛多几只？
    白兔{b}只，黑兔和白兔一共{a}只，黑兔有多少只？
    鱼缸里原有{a}条鱼，死了{b}条，还活着几条？
    渔夫捕了{a}条鱼，放生{b}条，带回家多少条？
    池里有{a}只青蛙，跳出去{b}只，池里还有几只？
    {b}只猴子下山了，山上原来有{a}只，山上还有几只？
    动物园有{a}只动物，运走{b}只，还剩多少只？
    蜂箱里有{a}只蜜蜂，飞出去{b}只采蜜，留在里面的有几只？
    停车场停着{a}辆车，开走了{b}辆，还停着多少辆？
    停车场共有{a}个车位，停了{b}辆车，还空着几个车位？
    开进来{b}辆后，停车场总共有{a}辆车，原来停着几辆？
    车队有{a}辆车，{b}辆在修理，能用的几辆？
    路边共有自行车{a}辆，被骑走{b}辆，路边还有几辆？
    港口停着{a}艘船，开出{b}艘，港口里还有多少艘？
    货车{b}辆，货车和客车共{a}辆，客车有多少辆？
    {name}有{a}元，花了{b}元，还有多少元？
    {name}花掉{b}元，出门时带了{a}元，回家时还有多少钱？
    买书用去{b}元，付了{a}元，应找回多少元？
    一双鞋{a}元，打折便宜了{b}元，现价多少元？
    一件衣服现在卖{b}元，原价{a}元，降了多少元？
    自行车要{a}元，{name}攒了{b}元，还差多少元才能买？
    {name}存了{b}元，又存进一笔后一共{a}元，又存了多少？
    账户里有{a}元，取出{b}元，余额是多少？
    欠款{a}元，已经还了{b}元，还欠多少元？
    成本{b}元，卖价{a}元，赚了多少元？
    帽子比手套贵{b}元，帽子{a}元，手套多少元？
    帽子{a}元，手套{b}元，手套比帽子便宜多少？
    爸爸给了妈妈{b}元，钱包里本来有{a}元，钱包里还有多少？
    书包和笔盒共{a}元，笔盒{b}元，书包多少元？
    工资{a}元，扣掉{b}元税，到手多少元？
    捐款目标{a}元，已收到{b}元，还需筹多少元？
    一部电影长{a}分钟，已经放了{b}分钟，还要放多少分钟？
    作业共用了{a}分钟，其中语文{b}分钟，其余写数学，数学写了多少分钟？
    {name}跑完用了{a}秒，同桌比他快{b}秒，同桌用了多少秒？
    坐火车要{a}分钟，坐飞机要{b}分钟，坐飞机能省多少分钟？
    假期共{a}天，过去了{b}天，还有几天？
    已经过了{b}天，离开学本来有{a}天，现在还有几天开学？
    工程计划{a}天完成，结果提前{b}天，实际用了几天？
    会议原定{a}分钟，缩短了{b}分钟，开了多久？
    爷爷今年{a}岁，{b}年前他多少岁？
    妈妈{a}岁，{name}比妈妈小{b}岁，{name}几岁？
    {name}{b}岁，爸爸{a}岁，爸爸比{name}大几岁？
    父女俩年龄总共{a}岁，女儿{b}岁，父亲多少岁？
    [从家到{place}|到{place}]{a}米，{name}走了{b}米，还要走多少米？
    {name}已经走了{b}米，全程共{a}米，还剩多少米？
    两地相距{a}千米，车开了{b}千米，离终点还有多远？
    上午骑行{b}千米，全天一共骑了{a}千米，下午骑了多少千米？
    远路{a}千米，近路少走{b}千米，近路是多少千米？
    登山队要爬{a}米，爬到{b}米处休息，还要往上爬几米？
    去程{a}千米，回程短了{b}千米，回程多少千米？
    蜗牛往上爬了{a}厘米，又滑下{b}厘米，现在离起点多高？
    潜水员在水下{a}米，上升了{b}米，现在在水下多少米？
    电梯从{a}层往下降{b}层，到了几层？
    {name}向前走{a}步，再后退{b}步，离起点几步？
    西瓜重{a}克，哈密瓜比它轻{b}克，哈密瓜多重？
    筐和梨共重{a}千克，空筐重{b}千克，梨有多重？
    空箱重{b}千克，装满后总重{a}千克，里面的货重多少？
    爸爸原来{a}斤，减掉了{b}斤，现在多少斤？
    小狗春天重{b}千克，秋天重{a}千克，长了多少千克？
    煤场存煤{a}吨，运出{b}吨，还存多少吨？
    运走{b}吨以后，仓库里原有的{a}吨粮食还剩几吨？
    行李重{a}千克，限重{b}千克，超重多少千克？
    一块地有{a}平方米，种菜用了{b}平方米，其余种花，种花多少平方米？
    客厅{a}平方米，卧室{b}平方米，卧室比客厅小多少？
    已刷墙{b}平方米，总共要刷{a}平方米，还没刷的有多少？
    菜地和果园共{a}亩，菜地{b}亩，果园几亩？
    森林有{a}公顷，烧毁{b}公顷，剩多少公顷？
    中午{a}度，晚上下降了{b}度，晚上多少度？
    早上气温{b}度，中午升到{a}度，升高了多少度？
    室外{b}度，室内{a}度，温差是多少度？
    水温{a}度，放凉后降了{b}度，现在水温多少？
    最高气温{a}度，最低气温{b}度，相差几度？
    北京今天{a}度，昨天比今天低{b}度，昨天几度？
    六月下雨{a}毫米，七月比六月少{b}毫米，七月下了多少毫米？
    刮大风前有{a}棵小树，吹倒{b}棵，还立着几棵？
    这个月共{a}天，{b}天下雨，其他都是晴天，晴天有几天？
    积雪厚{a}厘米，融化了{b}厘米，还有多厚？
    {name}数学考了{a}分，语文少{b}分，语文多少分？
    满分{a}分，{name}扣了{b}分，得了几分？
    语文{b}分，语文和数学总分{a}分，数学多少分？
    上次{b}分，这次{a}分，进步了多少分？
    {name}得{a}分，答错后被扣{b}分，还有多少分？
    红队{a}分，蓝队{b}分，红队领先多少分？
    蓝队{b}分，红队{a}分，蓝队还差几分才能追平？
    主队全场得{a}分，上半场得了{b}分，下半场得几分？
    球队共比赛{a}场，没有平局，赢了{b}场，输了几场？
    {name}投篮{a}次，投中{b}次，没投中几次？
    跳绳比赛，{name}跳了{a}下，对手少跳{b}下，对手跳了多少下？
    昨天跑了{b}圈，两天共跑{a}圈，今天跑了几圈？
    {a}名选手参赛，淘汰{b}名，晋级的有多少名？
    一本书共{a}页，看了{b}页，还有多少页没看？
    {name}读完{b}页，书一共{a}页，再读几页能看完？
    今天读了{a}页，昨天比今天少读{b}页，昨天读了几页
    本子有{a}页，撕掉{b}页，还剩几页？
    报告写了{a}页，后来删去{b}页，现在有多少页？
    图书馆有{a}本书，借出{b}本，馆里还有几本？
    还回来{b}本后，书架上一共{a}本，原来书架上有多少本？
    故事书和科技书总共{a}本，故事书{b}本，科技书多少本？
    投票共{a}张，赞成票{b}张，其余反对，反对票几张？
    甲得{a}票，乙得{b}票，甲比乙多得多少票？
    乙比甲少{b}票，甲有{a}票，乙有多少票？
    收回选票{a}张，作废{b}张，有效的是多少张？
    当选要{a}票，{name}已有{b}票，还差多少票？
    礼堂共有{a}个座位，坐了{b}人，空位有几个？
    有{b}个座位没人坐，电影院共{a}个座位，坐了多少人？
    教室里有{a}把椅子，搬走{b}把，还有多少把？
    {a}人来开会，只有{b}把椅子，一人一把，还缺几把？
    电脑里有{a}个文件，删除了{b}个，还有多少个文件？
    手机里存着{a}张照片，清理掉{b}张，还剩几张？
    下载了{b}个文件，一共要下载{a}个，还有几个没下载？
    文件夹里共有{a}个文档，移走{b}个，夹里还有几个？
    邮箱里有{a}封邮件，读过{b}封，未读几封？
    手机电量{a}格，用掉{b}格，还有几格？
    门票共{a}张，卖了{b}张，还有多少张没卖？
    退票{b}张，先前卖出{a}张，实际卖出几张？
    成人票{b}张，成人票和儿童票一共{a}张，儿童票几张？
    成人票{a}元，儿童票便宜{b}元，儿童票多少元？
    院里种了{a}棵树，枯死{b}棵，活着的有几棵？
    杨树{a}棵，柳树比杨树少{b}棵，柳树多少棵？
    砍掉{b}棵后，山坡上原来的{a}棵树还剩多少？
    要栽{a}棵树苗，已经栽好{b}棵，还要栽几棵？
    花园里开了{a}朵花，谢了{b}朵，还开着几朵？
    {name}摘了{a}朵花，黄花{b}朵，其余是红花，红花几朵？
    播下{a}粒种子，{b}粒没发芽，发芽的有多少粒？
    {b}粒种子发了芽，总共种下{a}粒，没发芽的是多少粒？
    工厂生产{a}个零件，其中次品{b}个，合格的多少个？
    检查出{b}个次品，这批零件一共{a}个，正品有几个？
    计划生产{a}台，已生产{b}台，还要生产多少台？
    甲车间造了{a}台，乙车间少造{b}台，乙车间造了几台？
    上月产量{b}件，本月{a}件，增产多少件？
    实际生产{a}台，比计划多{b}台，计划生产几台？
    运输中摔坏{b}个瓶子，出厂时有{a}个，完整的几个？
    旅行团有{a}人，{b}人留在宾馆，其余出去玩，出去玩的几人？
    旅行预算{a}元，车票花去{b}元，剩余多少元？
    宾馆有{a}间房，住满了{b}间，还空几间？
    飞机共有{a}个位置，订出{b}个，还能订几个？
    一条路长{a}米，修了{b}米，剩下多少米没修？
    修路队修好{b}米，这条路全长{a}米，还要修多少米？
    第一天修了{b}米，两天总共修了{a}米，第二天修了几米？
    工地运来{a}吨沙子，用了{b}吨，工地上还有几吨？
    砌墙要{a}块砖，现有{b}块，还需运来多少块？
    拆掉{b}间旧房，原来有{a}间，还剩几间？
    井要挖{a}米深，已挖{b}米，还得挖多深？
    裁缝有{a}米布，做衣服用去{b}米，余下几米？
    做窗帘需要{a}米布，家里有{b}米，还要买几米？
    裁掉{b}厘米后裤子变短了，原长{a}厘米，现在多长？
    大衣上本来有{a}颗扣子，掉了{b}颗，还有几颗？
    要缝{a}针，缝好{b}针，还差多少针
    织围巾要{a}行，{name}织好{b}行，还要织几行？
    汤里有{a}克肉，捞出{b}克，锅里还有多少克肉？
    厨师洗了{a}个土豆，切了{b}个，没切的有几个？
    果园收了{a}筐桃，运走{b}筐，还有几筐？
    苹果树比梨树多{b}棵，苹果树{a}棵，梨树多少棵？
    母鸡下了{a}个蛋，农夫捡走{b}个，窝里还有几个？
    收玉米{a}袋，喂猪用了{b}袋，余下多少袋？
    医院住着{a}位病人，出院{b}位，还住着几位？
    医院有{a}张病床，占用{b}张，空床几张？
    挂号的有{a}人，其中{b}人看完了病，还有多少人在等？
    治好了{b}人，住院的本来有{a}人，还没好的有多少人？
    药瓶里有{a}片药，吃了{b}片，瓶里还剩几片？
    医生和护士共{a}人，医生{b}人，护士几人？
    办公室有{a}张纸，打印用掉{b}张，还有几张？
    今天要打{a}个电话，打了{b}个，还要打几个？
    要寄出{a}封信，已寄{b}封，没寄的有多少封？
    仓库有{a}箱货，发出{b}箱，库里还有几箱？
    {name}游戏里有{a}枚金币，买装备花了{b}枚，还有几枚？
    怪物有{a}点血，被打掉{b}点，还剩几点？
    {name}输了{b}张卡片，原来有{a}张，现在几张？
    游戏过关要{a}分，现在{b}分，还要得多少分？
    下棋时盒里共有{a}颗棋子，黑子{b}颗，其余是白子，白子几颗？
    {name}吹了{a}个气球，破了{b}个，还有几个没破？
    拼图一共{a}块，拼好了{b}块，还没拼的有几块？
    {name}有{a}张邮票，换出{b}张，没有换进，还剩几张？
    黑板上有{a}个字，擦去{b}个，还有几个字？
    一共要写{a}个字，{name}写了{b}个，还要写多少个？
    学了{b}个生词，本册共{a}个生词，还没学的有几个？
    老师有{a}支笔，发给学生{b}支，手里还有几支？
    老师发了{b}本练习本后，原有的{a}本还剩几本？
    墙上挂着{a}幅画，取下{b}幅，墙上还有几幅？
    路灯共{a}盏，坏了{b}盏，亮着的有几盏？
    屋里亮着{a}盏灯，关掉{b}盏，还亮几盏？
    湖面原来深{a}米，后来下降{b}米，现在深多少米？
    {name}早上有{a}个{thing}，后来被拿走{b}个，请问还剩多少
    白的比黑的少多少？盒里白球{b}个，黑球{a}个。
    哪边多、多几个？左边{a}个{thing}，右边{b}个。
    还要多少？目标是{a}个{thing}，手上只有{b}个。
  `),
};
