import { templates } from '../wording.ts';

/** Wordings of knights and knaves. Slots: {s} what the people say, {p} the people. */
export const knights = {
  en: templates(`
    On an island live [only |]knights, who always tell the truth, and knaves, who always lie. {s} Who is a knight and who is a knave?
    Knights [always tell the truth|never lie|only say true things], knaves [always lie|never tell the truth|only say false things]. {s} Who is a knight and who is a knave?
    Every [inhabitant|person] here is a knight (always truthful) or a knave (always lying). {s} [Who is what|Which is which]?
    [You meet|I met|A traveller meets|We met] {p}. {s} [Who is a knight and who is a knave|Find out who is a knight and who is a knave].
    [You meet|A tourist meets|You come across] {p} on the island of knights and knaves. {s} Who is a knight, and who is a knave?
    {p} live on the island of knights and knaves. {s} [Which of them are knights and which are knaves|What is each of them]?
    {p} are each either a knight or a knave. {s} [Who is what|Say who is a knight and who is a knave|Who is a knight and who is a knave]?
    Each of {p} is a knight or a knave. {s} [Determine who is which|What is each of them]?
    {p} [speak|talk|make statements]. {s} Knights tell the truth and knaves lie. Who is a knight and who is a knave?
    {s} Who is a knight and who is a knave?
    {s} Knights always tell the truth and knaves always lie. [Who is what|Which are they|Who is which]?
    {s} [Who is the|Name each] knight and [who is|each] knave[?|.]
    {s} [Identify|List|Name] the knights and the knaves.
    {s} [Decide|Determine|Work out|Figure out|Deduce] [who is a knight and who is a knave|for each person whether they are a knight or a knave].
    {s} [Which ones|Which of them] are knights, and which are knaves?
    {s} Is each of these people a knight or a knave?
    {s} [Given that knights only tell the truth and knaves only lie|Knaves lie, knights don't], who is who?
    {s} One can be only a knight (truthful) or a knave (lying). Who is what?
    {s} Knight or knave? Say it for [each|every person].
    {s} So who is a knight, and who is a knave?
    Who is a knight and who is a knave? {s}
    [Which are knights and which are knaves|Knights or knaves, who is who]? {s}
    Find the knights and the knaves: {s}
    [Solve|Crack|Work out] this knights-and-knaves [puzzle|riddle|problem]: {s} Who is a knight and who is a knave?
    Knights and knaves: {s} Who is what?
    A logic [puzzle|riddle|problem]: {s} Knights never lie, knaves always do. Who is a knight and who is a knave?
    Logic puzzle with knights and knaves. {s} Give the type of each person.
    In a land where knights tell the truth and knaves lie, {p} [speak to you|talk to a stranger|meet]. {s} Who is a knight and who is a knave?
    In a [castle|village|town|valley|kingdom] of knights and knaves, you [hear|overhear] this. {s} Who is a knight and who is a knave?
    In a strange [village|town|country], people are either knights who never lie or knaves who always lie. {s} Who is what?
    [A knight never lies|A knight only ever speaks the truth]; a knave [never speaks the truth|always lies]. {s} [Tell|Say|Work out] who is who.
    A [judge|guard|queen|king|detective] questions {p}. {s} Which of them are knights and which are knaves?
    A [guard|princess|wizard|captain] must tell knights from knaves. {s} Who is a knight and who is a knave?
    A [traveller|stranger|sailor|tourist] asks {p} about themselves. {s} Knights tell the truth, knaves lie. Who is what?
    At the [gate|market|harbour|crossroads|inn] stand {p}. {s} Who is a knight and who is a knave?
    At a fork in the road, {p} [wait|sit]. {s} [Tell me who is a knight and who is a knave|Which are knights and which are knaves].
    At the court, people are knights or knaves. {s} [Sort|Divide] them into knights and knaves.
    You [hear|overhear|are told] this [on the island of knights and knaves|among knights and knaves]: {s} Who is a knight and who is a knave?
    The people on this island are truthful knights or lying knaves. {s} What is [each person|everyone]?
    The [inhabitants|islanders|villagers] {p} [speak|have something to say]. {s} Who is a knight and who is a knave?
    The island has two kinds of people: knights (truth-tellers) and knaves (liars). {s} [Who belongs to which kind|Who is who]?
    There are [only |]two kinds of people: knights who are honest and knaves who lie. {s} Find what each one is.
    Among knights who always tell the truth and knaves who always lie, you hear: {s} [Who is what|Who is a knight and who is a knave]?
    Here is what {p} [say|claim|tell you]: {s} Which are knights and which are knaves?
    Here are the statements: {s} Who is a knight (truthful) and who is a knave (lying)?
    These statements come from knights and knaves. {s} [Classify|Label] every speaker as knight or knave.
    Statements: {s} For each person: knight or knave?
    Meet {p}. {s} Are they knights or knaves?
    Help me find the knights and knaves. {s}
    Please [tell me|work out|decide] who is a knight and who is a knave: {s}
    Can you tell the knights from the knaves? {s}
    Can you say who is a knight and who is a knave? {s}
    Knights speak only truth. Knaves speak only lies. {s} What is each person?
    We know that {p} are knights or knaves. {s} Who is which?
    Suppose knights always tell the truth and knaves always lie. {s} Who is a knight and who is a knave?
    Nobody here is anything but a knight or a knave. {s} [What are they|Who is what]?
    {p} come to the [palace|ship|tavern]. {s} A knight tells the truth, a knave lies. What is each one?
    Reading an old book, {name} finds: {s} Knights tell the truth and knaves lie. Who is a knight and who is a knave?
    [From their words|From these statements], find out who is a knight and who is a knave. {s}
    each one is a knight or a knave. {s} who is which?
  `),
  zh: templates(`
    岛上住着骑士和无赖，骑士[总说真话|永远说真话|从不说谎]，无赖[总说假话|永远说谎]。{s}谁是骑士，谁是无赖？
    骑士[只说真话|总说真话]，无赖[只说假话|总说谎话]。{s}[谁是骑士，谁是无赖|请判断每个人的身份]？
    {p}不是骑士就是无赖，{s}[谁是骑士，谁是无赖|请说出每个人的身份]。
    {p}都是岛上的人，{s}骑士说真话，无赖说假话。谁是骑士，谁是无赖？
    {p}住在骑士与无赖的岛上。{s}[谁是骑士，谁是无赖|每个人分别是什么]？
    [你遇到了|我遇见了|旅行者遇到了]{p}。{s}[请问谁是骑士，谁是无赖|谁是骑士？谁是无赖]？
    {p}[说话了|各说各的]。{s}骑士从不说谎，无赖从不说真话。[谁是什么|每个人是什么身份]？
    {s}谁是骑士，谁是无赖？
    {s}[请判断|判断|试判断]谁是骑士，谁是无赖。
    {s}[请找出|找出|指出]骑士和无赖。
    {s}骑士说真话，无赖说假话，[谁是骑士，谁是无赖|问每个人是什么]？
    {s}[每个人是骑士还是无赖|他们各是骑士还是无赖]？
    {s}[哪些是骑士，哪些是无赖|谁是骑士，谁又是无赖]？
    {s}骑士永远讲真话，无赖永远讲假话。请[推出|推断]各人的身份。
    {s}请写出每个人是骑士还是无赖。
    {s}请[说出|给出]谁是骑士、谁是无赖。
    {s}[推理|推断]一下，谁是骑士，谁是无赖？
    谁是骑士，谁是无赖？{s}
    [请你|请]分辨骑士和无赖：{s}
    [找出|分清]谁是骑士谁是无赖：{s}
    [骑士与无赖|骑士和无赖问题|逻辑题]：{s}谁是骑士，谁是无赖？
    逻辑推理：骑士不说谎，无赖只说谎。{s}[谁是骑士，谁是无赖|每个人是什么]？
    有一种[谜题|推理题]：骑士总说真话，无赖总说假话。{s}[问谁是骑士，谁是无赖|谁是什么身份]？
    岛上的人[不是骑士就是无赖|要么是骑士，要么是无赖]。{s}[谁是骑士，谁是无赖|请判断各人身份]？
    岛上只有两种人：说真话的骑士和说假话的无赖。{s}[各人是哪种|谁是骑士，谁是无赖]？
    [在一个王国|在一个村子|在一座古城|在一座小岛]里，骑士说真话，无赖说假话。{s}谁是骑士，谁是无赖？
    村里人都是骑士或无赖，{s}[请说出每个人的身份|每人是什么]。
    [一位侦探|一位法官|国王|公主]询问{p}。{s}[谁是骑士，谁是无赖|他们各是什么身份]？
    [城门口|集市上|十字路口|港口]站着{p}。{s}谁是骑士，谁是无赖？
    [卫兵|船长|旅客]要分清骑士与无赖。{s}[谁是骑士，谁是无赖|该怎么分]？
    [下面是|以下是]{p}的话：{s}谁是骑士，谁是无赖？
    [下面是|以下是]几句话：{s}说话的人中，谁是骑士，谁是无赖？
    [请根据|根据]他们的话判断谁是骑士，谁是无赖。{s}
    [已知|我们知道]骑士总说真话，无赖总说谎，{s}[求每个人的身份|谁是骑士，谁是无赖]。
    [已知|假设]每个人不是骑士就是无赖。{s}他们分别是什么？
    [假设|设]骑士说的都是真的，无赖说的都是假的。{s}谁是骑士，谁是无赖？
    {p}来到[酒馆|宫殿|船上]，{s}骑士诚实，无赖说谎，谁是骑士，谁是无赖？
    {p}中有骑士[或|也可能有]无赖。{s}[请分清楚|谁是骑士，谁是无赖]？
    你能[看出|说出|判断]谁是骑士，谁是无赖吗？{s}
    帮我[判断|找出]骑士和无赖：{s}
    [想一想|猜一猜|推一推]：{s}谁是骑士，谁是无赖？
    无赖说的每句话都是假的，骑士说的每句话都是真的。{s}谁是骑士，谁是无赖？
    [真话属于骑士，谎言属于无赖|说真话的是骑士，说谎话的是无赖]。{s}请说出各人身份。
    [记住|注意]：骑士不撒谎，无赖必撒谎。{s}每个人是骑士还是无赖？
    在骑士与无赖之岛上，你听到：{s}[谁是骑士，谁是无赖|他们分别是什么人]？
    在岛上听到这样的话。{s}请把骑士和无赖分开。
    有几个人，每人是骑士或无赖。{s}[谁是骑士，谁是无赖|请一一说明身份]。
    {name}在书上看到：{s}骑士说真话，无赖说假话，谁是骑士，谁是无赖？
    [每人说一句|大家说]：{s}谁是骑士，谁是无赖？
    [请回答|问题]：{s}谁是骑士，谁是无赖？
    骑士还是无赖？{s}请逐个说明。
    听了{p}的话，[请分出骑士和无赖|请说谁是骑士谁是无赖]。{s}
  `),
};
