import { templates } from '../wording.ts';

/** English scenes that ask for a − b with a above b; many have a twin in addition-scenes. Slots: {a}, {b}, {name}, {thing}, {place}. */
export const subtractionScenes = templates(`
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
`);
