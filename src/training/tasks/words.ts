/** English words for letter counting and sorting: common words, regular endings, and invented words from syllables. */
import type { Random } from '../../platform/random.ts';

const list = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Nouns that take a plain -s. */
export const nouns = list(`
apple apricot avocado banana blueberry blackberry cherry coconut cranberry grape grapefruit lemon lime mango melon
orange papaya pear pineapple plum pomegranate raspberry strawberry tangerine watermelon almond cashew hazelnut peanut
walnut artichoke asparagus broccoli cabbage carrot cauliflower celery cucumber eggplant garlic ginger lettuce mushroom
onion parsley pepper potato pumpkin radish spinach tomato turnip zucchini bread butter cheese chocolate cinnamon coffee
cookie cream dessert dinner dumpling flour honey juice lunch milk noodle omelette pancake pasta pizza pudding rice salad
sandwich sauce sausage soup spaghetti sugar vanilla vinegar waffle yogurt alligator ant antelope badger bat bear beaver
beetle bird bison buffalo butterfly camel caterpillar cheetah chicken chimpanzee cobra cockroach cow crab cricket crocodile
crow deer dog dolphin donkey dragon dragonfly duck eagle eel elephant falcon ferret flamingo frog gazelle giraffe goat
goose gorilla grasshopper hamster hare hawk hedgehog heron hippopotamus hornet horse hummingbird hyena iguana jackal
jaguar jellyfish kangaroo kitten koala ladybug leopard lion lizard llama lobster mammoth meerkat mole mongoose monkey
mosquito moth mouse narwhal octopus opossum ostrich otter owl oyster panda panther parrot peacock pelican penguin pigeon
platypus porcupine puppy rabbit raccoon rattlesnake raven reindeer rhinoceros rooster salamander salmon scorpion seagull
seahorse shark sheep shrimp skunk sloth snail snake sparrow spider squirrel starfish stork swallow swan tiger tortoise
toucan turkey turtle vulture walrus wasp weasel whale wolf wombat woodpecker worm zebra arm ankle beard bone brain cheek
chest chin ear elbow eye eyebrow face finger forehead hand heart heel hip jaw knee leg lip lung mouth muscle nail neck nose
palm rib shoulder skin skull stomach thumb toe tongue tooth wrist airport apartment attic avenue balcony bank barn
basement bathroom bedroom bridge building cabin castle cathedral ceiling cellar chimney cinema classroom corridor cottage
courtyard door elevator factory fence floor garage garden gate hallway harbor hospital hotel house kitchen laboratory
library lighthouse mansion market monastery museum office palace park pharmacy pyramid restaurant roof school skyscraper
stadium staircase station store street studio supermarket temple theater tower tunnel university village wall warehouse
window workshop armchair basket bed blanket book bottle bowl box broom brush bucket button calendar camera candle
carpet chair clock closet comb computer cup curtain cushion desk dictionary drawer envelope eraser fork freezer glass
glove guitar hammer handle hanger key keyboard kettle knife ladder lamp lantern lock magazine magnet mattress microscope
microwave mirror mug napkin necklace needle newspaper notebook oven paper pen pencil piano picture pillow plate pot
printer radio refrigerator ribbon ruler scissors screwdriver shampoo shelf shovel sofa spoon stapler stove suitcase
table telephone telescope television thermometer toaster toothbrush towel tray trumpet typewriter umbrella vase violin
wallet wardrobe whistle wrench airplane ambulance anchor bicycle boat bus canoe car carriage engine ferry helicopter
highway motorcycle parachute passenger pedal rocket sailboat scooter ship spaceship submarine subway taxi tire tractor
traffic train truck vehicle wagon wheel belt blouse boot bracelet cap coat collar dress earring hat jacket jeans mitten
pajamas pocket sandal scarf shirt shoe skirt slipper sneaker sock sweater trousers uniform zipper autumn beach blizzard
breeze canyon cave cliff cloud coast continent coral creek desert earthquake eclipse field flood flower fog forest frost
galaxy glacier grass hill horizon hurricane ice iceberg island jungle lake leaf lightning meadow meteor moon mountain
mud oasis ocean peninsula planet pond prairie rain rainbow river rock sand sea season shore sky snow snowflake soil spring
star stone storm stream summer sun sunflower sunrise sunset swamp thunder tornado tree universe valley volcano waterfall
wave weather wind winter accident address adventure advice afternoon agreement alphabet ambition amount anniversary
answer argument arrangement attention audience balance battle beginning behavior belief birthday bubble business
celebration century challenge chance chapter character childhood choice circle circumstance city climate coincidence
collection color comedy community comparison competition conclusion condition connection conversation corner country
courage culture curiosity custom danger daughter decade decision delight democracy department description destination
development difference difficulty direction disaster discovery discussion distance doubt dream economy education
effort election electricity emergency emotion energy entrance environment equipment evening event evidence example
excitement exercise experience experiment explanation expression failure family fashion festival fiction freedom
friend friendship future generation geography government grammar gravity group habit happiness harmony health history
holiday homework honesty hour idea imagination importance improvement industry information instrument intelligence
interest invention invitation journey judgment justice kindness kingdom knowledge language laughter leader lesson letter
liberty literature machine magic manner mathematics meaning measurement medicine meeting member memory message method
midnight minute miracle mission mistake moment money morning movement music mystery nation nature neighbor neighborhood
network noise number opinion opportunity option orchestra order organization owner paragraph parent particle
passion patience pattern peace penalty performance permission person philosophy phrase pleasure poem poetry pollution
popularity population position possibility power practice preparation present president pressure principle privilege
problem process product profession progress promise proposal protection puzzle quality quantity quarter question
rationality reaction reality reason recipe recommendation record relationship religion reputation research
responsibility result revolution reward rhythm riddle sacrifice satisfaction scene schedule scholarship science secret
sentence shadow shape signal silence situation skill society solution song sound space speech speed spirit sport
statement story strategy strength structure struggle success suggestion support surface surprise symbol system talent
taste technology temperature territory theory thought tradition translation transportation treasure trouble truth
vacation value variety victory vocabulary voice vote weakness wealth week weight wisdom word world year yesterday
accountant actor architect artist assistant astronaut athlete author baker barber builder butcher captain carpenter
cashier chef clerk coach conductor cook dancer dentist designer detective director doctor driver electrician engineer
explorer farmer firefighter fisherman gardener guard hairdresser hunter inventor janitor journalist judge king lawyer
librarian magician manager mechanic merchant musician nurse painter philosopher photographer pilot pirate plumber
poet policeman politician priest prince princess professor programmer queen sailor scientist sculptor secretary
shepherd singer soldier student surgeon tailor teacher thief translator vendor veterinarian waiter warrior writer
`);

const verbs = list(`
accept add admire adopt allow announce appear appreciate approach argue arrange arrive attack avoid bake balance bark
believe belong blink borrow bounce breathe brush burn bury call carry catch celebrate change chase cheer choose clap clean
climb collect compare complain complete concentrate confuse connect consider construct contain continue convince copy
count cover crawl create cross cry dance decide decorate deliver describe destroy develop disagree disappear discover
discuss divide drag dream drift drink drop earn eat embarrass encourage enjoy enter escape examine exist expect explain
explode explore express fail fetch fill find finish fix float fold follow forget forgive gather giggle grab greet guess
happen harvest help hesitate hide hunt hurry ignore illustrate imagine improve include increase inform inspire introduce
invent invite jump kick knock laugh launch learn leave lift listen manage march measure mention multiply mutter notice
obey observe offer open organize paint participate perform persuade polish pour practice predict prefer prepare pretend
prevent produce promise protect provide publish pull punish push question reach read realize receive recognize
recommend recover reduce refuse remember remind remove repair repeat replace reply request require rescue respond
rest return reveal roll rush save scatter scratch scream search separate serve shake share shiver shout sing sleep slip
smell smile sneeze solve speak spell spend spill split squeeze stand stare start steal stop stretch study subtract
suggest surround survive suspect swallow sweep swim swing teach tell think throw tickle touch travel treat tremble trust
understand unite visit wait walk wander warn wash waste watch whisper win wink wish wonder work worry wrap write yawn
`);

const adjectives = list(`
able absurd accurate active amazing ancient angry anxious awkward beautiful bitter blank blind bold brave brief bright
brilliant broad busy calm careful cautious cheap cheerful clever clumsy cold colorful comfortable common complicated
confident cool correct crazy crooked crowded cruel curious dangerous dark deaf dear deep delicate delicious different
difficult dirty distant dizzy dry dull eager early eastern easy elegant empty enormous entire equal essential eternal
excellent exciting expensive extraordinary familiar famous fancy fast fat favorite fierce flat foolish foreign fragile
fresh friendly frozen full funny gentle genuine gigantic glad gloomy golden good gorgeous graceful grateful greedy green
guilty handsome happy hard harmless healthy heavy helpful high hollow honest horrible huge humble hungry ideal ill
immediate impossible innocent intelligent intense international invisible jealous joyful juicy kind large late lazy
light little lonely long loose loud lovely lucky magnificent massive mature mean mellow mild miserable modern narrow
nasty natural necessary nervous new nice noisy normal northern obvious odd old ordinary painful pale parallel peaceful
perfect plain playful pleasant polite poor popular possible powerful precious pretty private proud public pure purple
quick quiet rapid rare raw ready real regular reliable rich right ripe rotten rough round royal rude sad safe salty
scarlet serious severe shallow sharp shiny short shy silent silly similar simple sincere slow small smart smooth soft
solid sour southern special spicy splendid square steady steep sticky stiff strange strict strong stubborn stupid
successful sudden sunny superb sweet swift tall tender terrible thick thin tidy tiny tired tough tremendous true ugly
unique useful usual vast violent visible vivid warm weak weird western wet white whole wicked wide wild wise wonderful
wooden worried yellow young
`);

/** The -s form of a noun or verb. */
function plural(noun: string): string {
  if (/(s|x|z|ch|sh)$/.test(noun)) return `${noun}es`;
  return /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

/** A verb with -ing; verbs whose last consonant would double are left out by the caller. */
function progressive(verb: string): string {
  return `${/[^e]e$/.test(verb) ? verb.slice(0, -1) : verb}ing`;
}

function adverb(adjective: string): string {
  if (/[^aeiou]y$/.test(adjective)) return `${adjective.slice(0, -1)}ily`;
  if (/[^aeiou]le$/.test(adjective)) return `${adjective.slice(0, -1)}y`;
  return `${adjective}ly`;
}

/** Nouns whose plural is irregular or not in use. */
const noPlural = new Set(
  list(`
asparagus broccoli garlic spaghetti bison buffalo deer goose moose mouse salmon sheep shrimp tooth calf leaf loaf wolf thief
knife shelf scarf half fisherman fireman policeman child potato tomato mango mosquito buffalo volcano tornado hero scissors jeans
pajamas trousers advice agreement furniture information homework honesty electricity knowledge laughter mathematics
music news patience pollution progress research rice traffic transportation wealth weather wisdom luck mud soil
happiness health geography grammar gravity history money equipment evidence education behavior childhood curiosity democracy
courage confusion economy fiction freedom friendship harmony kindness jellyfish starfish rationality popularity vocabulary
housework lightning thunder sunrise snow ice butter flour parsley lettuce spinach celery cauliflower literature medicine
technology philosophy poetry government
`),
);

const doubling = /^[^aeiou]*[aeiou][bdgklmnprt]$/;
const stressedAtTheEnd = new Set(['forget', 'prefer']);
const noAdverb = new Set(
  list(
    'good little parallel purple fast favorite rotten fragile stiff orange ideal small whole white foreign sour golden',
  ),
);

/** Real words, each once: the base lists with plurals, verbs in -s and -ing, -ly and -ness forms. */
export const realWords: readonly string[] = [
  ...new Set([
    ...nouns,
    ...verbs,
    ...adjectives,
    ...nouns.filter((noun) => !noPlural.has(noun)).map(plural),
    ...verbs.map(plural),
    ...verbs.filter((verb) => !doubling.test(verb) && !stressedAtTheEnd.has(verb)).map(progressive),
    ...adjectives
      .filter((word) => !noAdverb.has(word) && word.length >= 4 && !/(ly|ern|en|ow|ll|ed|ng|y)$/.test(word))
      .map(adverb),
    ...adjectives.filter((word) => /(ful|ous|ld|rk|ft|ck|en|ght|sh|nd|ss)$/.test(word)).map((word) => `${word}ness`),
  ]),
].filter((word) => word.length >= 3);

const onsets = list(
  'b bl br c ch cl cr d dr f fl fr g gl gr h j k kl l m n p ph pl pr qu r s sc sh sk sl sm sn sp st str sw t th tr tw v w wh y z',
);
const vowels = list('a a a e e e i i o o u ai ay ea ee ei ie oa oi oo ou ow y');
const codas = ['', '', '', ...list('b ck d f g k l ll m mp n nd ng nk nt p r rd rm rn rt s ss st t th tt x z')];

const rude = /shit|fuck|cunt|cock|dick|fag|nig|piss|cum|tit|rape|slut|whor|kike|spic/;

/** A made-up word of one to four syllables, or now and then a run of letters without sense. */
export function inventWord(random: Random): string {
  if (random.chance(0.25)) {
    const length = random.integer(3, 9);
    const few = random.shuffle([...'abcdefghijklmnopqrstuvwxyz']).slice(0, random.integer(3, 9));
    return Array.from({ length }, () => random.pick(few)).join('');
  }
  const syllables = random.integer(1, 4);
  let word = '';
  for (let i = 0; i < syllables; i++) word += random.pick(onsets) + random.pick(vowels) + random.pick(codas);
  return word.length < 3 || word.length > 14 || rude.test(word) ? inventWord(random) : word;
}
