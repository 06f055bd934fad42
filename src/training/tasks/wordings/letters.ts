import { templates } from '../wording.ts';

/** Wordings of letter counting. Slots: {w} the word, {c} the letter. */
export const letters = {
  en: templates(`
    How many {c}'s are there in {w}?
    How many {c}'s are in the word {w}?
    How many times does the letter {c} [occur|appear|show up|turn up|come up] in {w}?
    [how many|number of] {c} in {w}
    How often does {c} occur in the word {w}?
    In {w}, how many times do you see the letter {c}?
    In the word {w}, how many letters are {c}?
    Count the {c}'s in {w}.
    [Please count|Kindly count|Could you count] how many times {c} is used in {w}.
    The word {w} contains how many {c}'s?
    {w} contains how many copies of the letter {c}?
    {w}: how many {c}'s?
    {c} in {w}: how many?
    Word: {w}. Letter: {c}. Count?
    Letter {c}, word {w}. How many times?
    Give the number of {c}'s in {w}.
    Tell me the number of times the letter {c} appears in {w}.
    Find the number of occurrences of {c} in {w}.
    What is the count of {c} in {w}?
    What is the frequency of the letter {c} in the word {w}?
    State how frequently {c} occurs in {w}.
    When {w} is spelled correctly, how many {c}'s does it have?
    How many {c}'s do you need to spell {w}?
    {w} is spelled with how many {c}'s?
    How many {c}s does the word {w} have?
    With how many {c}'s do you write {w}?
    How many times must I write the letter {c} when I write {w}?
    If I write {w} on paper, how many times do I write {c}?
    I am typing {w}. How many times do I [press|hit|tap|strike] the {c} key?
    How often is the {c} key pressed while typing {w}?
    My keyboard is broken and {c} does not work. How many letters will be missing when I type {w}?
    The {c} on my typewriter sticks. How many times will it trouble me in the word {w}?
    A typist enters {w}. Count the presses on the key {c}.
    Read {w} letter by letter. How many of the letters are {c}?
    Go through {w} one letter at a time and count every {c}.
    Going through {w} from left to right, how many times do you meet {c}?
    Scan the word {w} for the letter {c}. How many hits?
    Search {w} for {c}. How many matches are there?
    Look closely at {w}. How many {c}'s can you [see|find|spot|make out]?
    Walk along the letters of {w} and say how many are {c}.
    Run your finger along the word {w}. How many times does it pass over {c}?
    Start at the end of {w} and read backwards. How many {c}'s do you come across?
    Check each letter of {w}. How many are equal to {c}?
    Spell {w} aloud. How many times do you say {c}?
    Spell out {w} for me and tell me how many {c}'s it has.
    At a spelling bee {name} is given {w}. How many times must the letter {c} be said?
    In the spelling bee the word was {w}. How many {c}'s should the winner have named?
    The judge reads out {w}. How many times will a correct speller say the letter {c}?
    In Scrabble, how many {c} tiles do I need to lay down {w}?
    I want to build {w} from letter tiles. How many tiles with {c} must I take?
    {name} lays the word {w} on the Scrabble board. How many of the tiles show {c}?
    We make {w} out of fridge magnets. How many magnets with the letter {c} do we need?
    How many alphabet blocks marked {c} does a child need to build {w}?
    A sign painter paints {w} above the {place}. How many times does she paint {c}?
    The baker writes {w} on a cake in icing. How many {c}'s does he write?
    A printer sets {w} in metal type. How many pieces of the letter {c} does he need?
    How many {c} stamps are needed to print {w} if each letter has its own stamp?
    Each letter of {w} is on its own card. How many cards show {c}?
    Beads with letters: how many {c} beads go into a bracelet that says {w}?
    The letters of {w} are cut apart and put into a bag. How many of them are {c}?
    In hangman the secret word is {w}. I guess {c}. How many spaces get filled in?
    We play hangman and the answer is {w}. How many blanks does the guess {c} open?
    On the quiz show the hidden word is {w}. How many panels turn over for the letter {c}?
    A crossword answer is {w}. How many of its squares hold the letter {c}?
    Every {c} in {w} scores one point. What is the score?
    You get one coin for each {c} in {w}. How many coins do you get?
    Clap once for each {c} in {w}. How many claps?
    Put a dot under every {c} in {w}. How many dots are there?
    Underline each {c} in the word {w}. How many letters are underlined?
    Circle all the {c}'s in {w}. How many circles did you draw?
    Cross out every {c} in {w}. How many letters were crossed out?
    Rub out the {c}'s in {w}. How many letters disappear?
    Delete every {c} from {w}. How many letters were deleted?
    If every {c} were taken out of {w}, how many letters would be lost?
    By how many letters does {w} get shorter when all {c}'s are removed?
    Colour each {c} red in the word {w}. How many red letters are there?
    Replace each {c} in {w} by a star. How many stars appear?
    If each {c} in {w} turned into a dash, how many dashes would there be?
    Highlight {c} wherever it stands in {w}. How many highlights are needed?
    The teacher writes {w} on the board and asks how many {c}'s it has. What is the right answer?
    The teacher points at {w}. "How many times is {c} in it?" What do you say?
    Our teacher asks: how many {c}'s does {w} contain?
    A pupil must count the letter {c} in {w}. What should the pupil answer?
    Homework: find how often the letter {c} is used in {w}.
    Class, take the word {w}. How many times do you find {c} in it?
    Exercise: count {c} in {w}
    Task: count the occurrences of {c}. Word: {w}.
    Quick question: how many {c}'s in {w}?
    Quick check, please: the letter {c} in {w}, how many times?
    Here is a word: {w}. How many {c}'s does it hold?
    Here is a letter: {c}. Here is a word: {w}. How many times is the letter in the word?
    Take the letter {c}. How many times do you find it in {w}?
    Take the word {w}. Now count its {c}'s. What do you get?
    Consider {w}. How many of its letters are {c}?
    Consider the letter {c}. How many places does it fill in {w}?
    Given the word {w}, report the number of {c}'s.
    For the word {w} and the letter {c}, give the number of matches.
    Let the word be {w}. Determine how many times {c} appears.
    At how many positions of {w} does the letter {c} stand?
    In how many places does {w} have {c}?
    How many letters in {w} are the same as {c}?
    Of all the letters in {w}, how many are {c}?
    Among the letters of {w}, how many times is {c} found?
    How many of the letters that make up {w} are {c}'s?
    How many instances of {c} does {w} include?
    How many {c}'s are hidden in {w}?
    How many {c}'s are hiding inside the word {w}?
    How many {c}'s can be found in {w}, all together?
    What is the total number of {c}'s in {w}?
    Add up the {c}'s in {w}. What is the total?
    The letter {c} appears in {w} how many times?
    The letter {c} is used how often in spelling {w}?
    {c} occurs how many times within {w}?
    {w} has how many {c}'s in it?
    {w} is written with the letter {c} how many times?
    {w}, count of {c}
    {w} - how many of the letter {c}?
    {c} count for the word {w}
    count letter {c} in word {w}
    count {c} in {w}
    letter count: {c} in {w} =
    occurrences of {c} in {w}?
    how many {c}s in {w}
    how many times {c} in {w}
    how many of the letter {c} are in {w}
    in {w} how many {c}
    tell me how many {c} there are in {w}
    The number of {c}'s in {w} is ___.
    Fill in the blank: {w} contains the letter {c} ___ times.
    Complete the sentence: in {w}, the letter {c} occurs ... times.
    There are ___ {c}'s in the word {w}. Fill in the number.
    I would like to know how many {c}'s {w} has.
    I wonder how often {c} shows up in {w}. Can you tell me?
    I am not sure how many {c}'s there are in {w}. Please help.
    I never remember how many {c}'s to put in {w}. How many is it?
    I always forget: is {w} written with one {c} or more? Say how many.
    My friends cannot agree on how many {c}'s {w} has. Who knows the number?
    {name} is learning to spell {w}. How many {c}'s must be remembered?
    {name} counts the letter {c} in {w}. What number should come out?
    {name} wants to know how many times {c} is in {w}. What is the answer?
    My little sister asks how many {c}'s there are in {w}. What shall I tell her?
    Could you tell me how many times {c} is in the word {w}?
    Would you please count the letter {c} in {w} for me?
    Can you work out how many {c}'s are in {w}?
    Do you know how many {c}'s the word {w} has?
    May I ask how many {c}'s {w} is spelled with?
    Please say how many letters {c} you find in {w}.
    Please look at the word {w} and report how many {c}'s it contains.
    Say the number of {c}'s that {w} has.
    Name the number of times that {c} stands in {w}.
    Be careful: how many {c}'s does {w} really have?
    Do not guess. Count the {c}'s in {w}.
    Take your time and count: how often is {c} in {w}?
    Many people get this wrong. How many {c}'s are in {w}?
    This one is easy to get wrong: count the letter {c} in {w}.
    Think before you answer. The word is {w}. How many {c}'s?
    Count both letters of a double. How many {c}'s are in {w}?
    Count every single {c}, also the doubled ones. The word is {w}.
    Even if the answer is zero, tell me: how many {c}'s are in {w}?
    Does {w} contain the letter {c}, and if so, how many times?
    Is there any {c} in {w}? Give the number.
    I spell the word {w}. Each time I reach {c}, I make a mark. How many marks do I make?
    I saw {w} on a poster at the {place}. How many {c}'s did I see?
    The new sign says {w}. How many {c}'s are on it?
    A label on a jar reads {w}. How often does it show the letter {c}?
    I look up {w} in the dictionary. How many {c}'s does the entry show?
    I am knitting the word {w} into a scarf. How many {c}'s will I knit?
    A tailor sews {w} on a shirt, letter by letter. How many times does he sew {c}?
    A carver cuts {w} into wood. How many times must he carve the letter {c}?
    A robot reads {w} and beeps at every {c}. How many beeps do we hear?
    A computer searches {w} for the letter {c}. How many does it report?
    A light flashes whenever {c} comes up while {w} is spelled. How many flashes?
    A frog hops along the letters of {w}. On how many {c}'s does it land if it skips none?
    One child stands for each letter of {w}. How many children hold the letter {c}?
    We hang the word {w} on a string, one flag for each letter. How many flags show {c}?
    Each {c} costs one token and other letters are free. How many tokens does the word {w} cost?
    Someone texted me {w}. How many times does {c} appear in that word?
    The password is {w}. How often does it use the letter {c}?
    Looking only at {c}: how many of them are in {w}?
    Ignore all letters but {c}. How many are left in {w}?
    Keep only the {c}'s of {w}. How many letters remain?
    Pick out each {c} from {w}. How many did you pick?
    Collect all {c}'s from the word {w}. How many do you have?
    Split {w} into single letters. How many of the pieces are {c}?
    Break {w} up into its letters and count how many are {c}.
    Pull {w} apart letter by letter: how many times is it {c}?
    Write {w} with a space after each letter, then count {c}. What is the result?
    List the letters of {w}. How many times is {c} in the list?
    Make a tally of the letter {c} in {w}. How many tally marks?
    With regard to the word {w}: what is the number of {c}'s?
    Determine the frequency of {c} in {w}.
    Compute the number of times the character {c} occurs in the string {w}.
    How many characters of the string {w} equal {c}?
    The string {w} has how many characters {c}?
    Character count, please. Character: {c}. Text: {w}.
    Puzzle: {w} holds a certain number of {c}'s. Which number?
    Riddle me this: how many times do I meet {c} on my way through {w}?
    Now another word, {w}. How many {c}'s this time?
    Next word: {w}. Again we look for {c}. How many?
    Let us play a game. I say {w} and you count the {c}'s. How many?
    So, the word {w}. The letter {c}. How many of them?
    One more: {c}'s in {w}?
    How many {c}'s? The word is {w}.
    How many {c}'s would you say there are in the English word {w}?
    Please count {c}. I mean in the word {w}.
    You are looking for {c}. The word is {w}. How many do you find?
    What number of {c}'s does one find in {w}?
    If you spell {w}, how often will {c} be needed?
    To write {w} you need the letter {c} how many times?
    How rich is {w} in the letter {c}? Give the count.
    Learning English, I met the word {w}. How many {c}'s does it take?
  `),
  zh: templates(`
    {w}里有几个{c}？
    单词{w}中有多少个{c}？
    {w}这个[词|单词|英文词]里有几个字母{c}？
    字母{c}在{w}中出现了几次？
    字母{c}在单词{w}里一共出现多少次？
    {c}在{w}里出现几次
    英语单词{w}含有几个{c}？
    英文单词{w}里面，字母{c}有几个？
    [请问|请告诉我|想问一下]，{w}里有多少个字母{c}？
    数一数{w}里有几个{c}。
    请数出{w}中字母{c}的个数。
    帮我数一下{w}里的{c}，一共几个？
    {w}中{c}的个数是多少？
    求{w}中字母{c}的个数。
    {w}中字母{c}的出现次数是？
    {c}的个数：单词{w}
    单词：{w}，字母：{c}，几个？
    字母{c}，单词{w}，出现几次？
    {w}，几个{c}？
    {w}有几个{c}
    {w}里{c}有多少个
    数{c}，单词是{w}
    统计{w}里字母{c}的次数。
    请统计字母{c}在{w}中的出现频次。
    写出{w}中{c}的数量。
    拼写{w}需要用到几个{c}？
    拼{w}这个词时，要用几次字母{c}？
    {w}的拼写里有几个{c}？
    写{w}的时候，要写几次{c}？
    我在纸上写下{w}，其中写了几个{c}？
    要正确拼出{w}，需要几个字母{c}？
    打字输入{w}，要按几次{c}键？
    在键盘上打{w}，{c}键一共敲了几下？
    我的键盘上{c}键坏了，打{w}时会少几个字母？
    {name}用手机输入{w}，点了几次字母{c}？
    一个字母一个字母地读{w}，会读到几次{c}？
    把{w}从左到右逐个字母看一遍，有几个是{c}？
    逐个检查{w}的字母，等于{c}的有几个？
    从头到尾扫一遍{w}，能找到几个{c}？
    从后往前读{w}，一共碰到几个{c}？
    仔细看{w}，你能找到几个{c}？
    仔细观察单词{w}，里面藏着几个字母{c}？
    在{w}里找{c}，能找到几个？
    用手指着{w}一个个读，指到{c}的有几次？
    大声拼读{w}，要念几次{c}？
    拼写比赛的题目是{w}，选手要说几次字母{c}？
    拼词大赛上，{name}拼{w}，应该念出几个{c}？
    用字母卡片拼出{w}，需要几张{c}？
    用字母积木搭出{w}，要用几块{c}？
    玩拼字游戏，拼{w}要用几个写着{c}的方块？
    冰箱贴拼出{w}，要几个字母{c}？
    把{w}的每个字母写在一张卡片上，写着{c}的卡片有几张？
    把{w}的字母剪开放进袋子，里面有几个{c}？
    穿一条写着{w}的字母手链，要几颗{c}珠子？
    蛋糕上写着{w}，上面有几个{c}？
    招牌上写着{w}，其中字母{c}有几个？
    在{place}门口看到{w}这个词，里面有几个{c}？
    海报上印着{w}，字母{c}印了几次？
    工人在墙上刷{w}，要刷几个{c}？
    木匠把{w}刻在木板上，要刻几次字母{c}？
    猜词游戏的答案是{w}，我猜{c}，能翻开几格？
    谜底是{w}，猜字母{c}会填上几个空？
    填字游戏的一个答案是{w}，有几格要填{c}？
    {w}里每有一个{c}得一分，共得几分？
    在{w}中每找到一个{c}奖一颗星，一共几颗星？
    听到{c}就拍一次手，拼读{w}要拍几次？
    给{w}里的每个{c}画一个圈，要画几个圈？
    在{w}的每个{c}下面点一个点，共有几个点？
    把{w}中的{c}都涂成红色，红色字母有几个？
    把{w}里的{c}全部划掉，划掉了几个字母？
    把{w}中的字母{c}都删去，会少几个字母？
    如果去掉{w}里所有的{c}，单词会缩短几个字母？
    把{w}里的{c}都换成星号，会有几个星号？
    只留下{w}里的{c}，还剩几个字母？
    不看别的字母，只看{c}，{w}里有几个？
    把{w}拆成一个个字母，其中{c}有几个？
    把单词{w}逐个字母分开，再数{c}，结果是几？
    老师在黑板上写了{w}，问有几个{c}，应该怎么回答？
    老师问：“字母{c}在{w}里有几个？”你怎么答？
    英语课上，老师让大家数{w}里的{c}，答案是几？
    同学们，{w}里有几个{c}？
    课堂练习：找出{w}中的字母{c}，共有几个？
    作业：数出单词{w}里字母{c}的个数
    填空：{w}中有（  ）个{c}。
    填空：字母{c}在{w}中出现了____次
    {w}里一共有____个字母{c}，请填上数字。
    快速回答：{w}有几个{c}？
    小测验：单词{w}，字母{c}出现几次？
    考考你，{w}里头有几个{c}？
    你知道{w}里有几个{c}吗？
    你能说出{w}含有几个字母{c}吗？
    能不能帮我看看，{w}里到底有几个{c}？
    麻烦你数一下，字母{c}在{w}里有几个？
    劳驾，请数一数{w}中的{c}有多少。
    我总是记不住{w}里有几个{c}，请告诉我。
    我不确定{w}要写几个{c}，你知道吗？
    {name}想知道{w}里有多少个{c}，答案是什么？
    {name}在学{w}这个词，要记住几个{c}？
    妹妹问我{w}里有几个{c}，我该说几个？
    两个同学为{w}里有几个{c}争了起来，到底是几个？
    很多人会数错：{w}里有几个{c}？
    别急着回答，先数一数{w}中的{c}有几个。
    不要猜，认真数：{w}里的字母{c}有几个？
    小心数：{c}在{w}中共有几个？
    连着出现的也要分开数，{w}里有几个{c}？
    没有就答零：{w}里有几个{c}？
    {w}里有没有{c}？有几个？
    {w}含不含字母{c}？一共含几个？
    组成{w}的字母当中，有几个是{c}？
    在{w}的所有字母里，{c}占了几个？
    {w}的字母中，与{c}相同的有几个？
    {w}有几个位置上是字母{c}？
    {c}在{w}里占了几个位置？
    字母{c}：它在{w}里出现多少回？
    看单词{w}，说出{c}的个数。
    看到{w}这个词，你数出了几个{c}？
    给你一个单词{w}，再给你一个字母{c}，数数有几个。
    给定单词{w}，求字母{c}的出现次数。
    设单词为{w}，其中{c}出现多少次？
    字符串{w}中字符{c}出现了几次？
    字符串{w}里有多少个字符等于{c}？
    电脑在{w}中查找{c}，会找到几处？
    机器人读{w}，每读到{c}就响一声，一共响几声？
    密码是{w}，里面用了几个{c}？
    词典里查到{w}，它有几个字母{c}？
    标签上写着{w}，字母{c}共有几个？
    现在看下一个词：{w}。还是数{c}，有几个？
    再来一个：{w}里的{c}，几个？
    咱们玩个游戏，我说{w}，你数{c}，有几个？
    有几个{c}？单词是{w}。
    要找的字母是{c}，单词是{w}，找到几个？
    {c}这个字母，{w}里用了几次？
    字母{c}被{w}用到了多少次？
    {w}由若干字母组成，其中{c}有几个？
    这里有个英文词：{w}。请问{c}出现了多少次？
    从{w}里挑出所有的{c}，挑出了几个？
    把{w}里的{c}全找出来，一共多少个？
    在{w}上做记号，每遇到{c}画一笔，共画几笔？
    每个小朋友举一个字母，排成{w}，举着{c}的有几人？
    一面小旗一个字母，挂出{w}，写着{c}的小旗有几面？
    {w}一词中，字母{c}共计多少个？
    试问{w}一词共含几个{c}？
    说说看，{w}里面{c}有几个？
    英文{w}，字母{c}，数量？
    {w}里{c}的数目是几？
    请回答：单词{w}里，字母{c}出现了几遍？
  `),
};
