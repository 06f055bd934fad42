import { templates } from '../wording.ts';

/** Wordings of sorting. Slots: {l} the list, {o} the order in words. */
export const sorting = {
  en: templates(`
    [Sort|Order|Arrange|Rank|Put|Place] {l} {o}[.|]
    [Sort|Order|Arrange|Put] [these|the following|the items] {o}: {l}[.|]
    [Please|Kindly] [sort|order|arrange] {l} {o}[.|]
    [Write|List|Give|State|Read out|Name] {l} {o}[.|]
    [Write|List|Write down|Copy out|Type] [the following|these] {o}: {l}
    [Can you|Could you|Would you|Will you] [please |][sort|arrange|order|rearrange|list] {l} {o}?
    [Rearrange|Reorder|Reorganise|Re-sort|Shuffle] {l} so that they [go|run|stand] {o}.
    Rewrite the list {l} {o}[.|]
    Rewrite {l} so that [the list|everything|it] [is arranged|is sorted|runs] {o}.
    Take {l} and [arrange|put|sort|write] them {o}.
    Take the list {l}. [Now sort it|Arrange it|Write it out] {o}.
    Here are some [items|entries|labels]: {l}. [Sort|Arrange|Order|List] them {o}.
    Given {l}, [list|sort|arrange|put] them {o}.
    Given the list {l}, [output|return|produce|write] it sorted {o}.
    {l}: [sort|order|arrange|rank|list] them {o}[.|]
    {l} - [sort|put|list|arrange] these {o}[, please|]
    {l}. [Sort|Arrange|Order|Write] {o}.
    {l}, sorted {o}?
    {l} [arranged|ordered|sorted|written] {o} [is what|gives what|gives which list]?
    [How do|How would|How should] {l} [look|read|go|stand] when [sorted|arranged|placed|listed] {o}?
    How would you [arrange|order|list|place|line up] {l} {o}?
    What [is|does] {l} [sorted|arranged|written] {o}?
    What do you get [if you sort|when you sort|by sorting|after arranging] {l} {o}?
    What does the list {l} [become|look like] when [ordered|sorted|put] {o}?
    What is the [correct|right|proper] arrangement of {l} when [listed|placed|sorted] {o}?
    What is the result of [sorting|ordering|arranging] {l} {o}?
    [If|When] {l} are [sorted|put|placed|lined up] {o}, what [is the list|does the list look like|is the new order]?
    If you [sorted|arranged|lined up|filed] {l} {o}, what would the list be?
    [In which order|In what order] do {l} [come|appear|stand] when listed {o}?
    [Working|Going] {o}, how would {l} be listed?
    [Listed|Sorted|Arranged|Taken] {o}, {l} [become what|look how|give which list]?
    [Sort|Arrange|Order] {o}: {l}[.|]
    [Sort|List|Arrange|Rank] {o} - {l}
    sort {o}: {l}
    put {l} {o}
    order {l} {o} please
    {o}: {l}
    sorted {o}, what is {l}?
    To be sorted {o}: {l}.
    Task: [sort|arrange|order] {l} {o}.
    [Exercise|Homework|Question|Quiz|Problem]: [put|write|arrange|sort] {l} {o}.
    Items: {l}. [Sort them|List them|Arrange them] {o}.
    Input: {l}. [Output|Return] [it|the list] sorted {o}.
    List: {l}. Sort {o}. [Result|Answer|Sorted list]:
    Fill in the blank: {l}, sorted {o}, is ____.
    {name} has to [sort|arrange|file|line up|put] {l} {o}. [What is the result|What should the list look like|Help out].
    {name} [wrote|jotted down|scribbled] {l} and [wants|would like] to [see them|list them|read them] {o}. What is the list?
    {name} [mixed up|jumbled up|dropped|shuffled] the cards {l}. [Lay|Put|Place] them {o} again.
    {name} needs {l} [sorted|arranged|listed] {o}. [Do it|How should it look|Can you do it]?
    {name} [reads|calls out|dictates] {l}. [Repeat|Write|Say] them {o}.
    The [teacher|coach|librarian|clerk|boss] wants {l} [listed|arranged|sorted] {o}. What is the list?
    The teacher writes {l} on the board. [Copy|Write|Arrange|List] them {o}.
    The [librarian|archivist|secretary|assistant] files {l} {o}. [Give the filed list|How are they filed]?
    [Cards|Tickets|Labels|Tags|Stickers|Name tags] [read|say|are marked] {l}. [Lay|Put|Arrange] them {o}.
    [Cards|Slips|Tokens|Tiles] with {l} [lie|are lying] on the table. [Lay|Line|Set] them [out |]{o}.
    [Folders|Files|Drawers|Envelopes] are [marked|labelled|tagged] {l}. [List|Write|Give] the labels {o}.
    [Hang|Stick|Pin] the [labels|tags|cards] {l} on the [wall|line|board] {o}. In what sequence do they hang?
    A [computer|program|robot|machine] sorts {l} {o}. What does it [print|output|show|return]?
    A [spreadsheet|table|database|column] [contains|holds] {l}. [Sort|Arrange|Order] it {o}.
    A [box|bag|drawer|basket] of tags reads {l}. [Arrange|Sort|List] the tags {o}.
    The column [shows|reads|has] {l}. After sorting {o}, what does it [show|read]?
    The entries {l} are [in a mess|out of order|mixed up|jumbled]. [Put|Set|List|Arrange] them {o}.
    The [catalogue|index|register|inventory] lists {l}. [Reprint|Rewrite|Redo|List] it {o}.
    At the {place}, labels [read|say] {l}. [List|Arrange|Write] them {o}.
    At the {place}, {name} [finds|sees|notes] {l}. [Write|List|Sort] them {o}.
    My [notes|list|notebook] [say|says|contain] {l}. [Please sort|Sort|Arrange] everything {o}.
    I [have|wrote down|was given|collected] {l}. [Sort|List|Put|Arrange] them {o} [for me|please|].
    I want {l} [listed|arranged|sorted] {o}. [Could you do that|How does it look|What is the list]?
    I need [to sort|to arrange|to list|to order] {l} {o}. [What is the result|What do I write|Help me].
    [Help me|Please help me] [sort|arrange|order|line up|organise] {l} {o}.
    [Let's|Let us] [sort|arrange|put|order] {l} {o}. [What comes out|What do we get|Result]?
    [Show|Present|Display|Print|Return] {l} {o}[.|]
    [Say|Recite|Call out|Read aloud] {l} {o}[.|]
    [You are|You're] [given|handed|shown] {l}. [Arrange|Sort|List|Rank] them {o}.
    [Look at|Read|Consider] {l}. Now [write|list|give|say] them {o}.
    [Imagine|Suppose|Say] you must [arrange|place|list] {l} {o}. What would you write?
    Jumbled list: {l}. [Unjumble|Fix|Tidy|Sort] it {o}.
    [Change|Fix|Correct] the order of {l} so that they [are listed|go|run] {o}.
    The [order|sequence] of {l} is wrong; they should [go|be listed|run] {o}. [Correct it|Put it right].
    [Hey|Hi], [can you|could you] [list|sort|put] {l} {o}?
    Quick: {l}, {o}!
    [Everything|All of these] {o}, please: {l}
    [From the list|Using] {l}, [make|write|build|produce] a new list [arranged|sorted|running] {o}.
    Make a list of {l}, [arranged|sorted|ordered] {o}.
    [Without leaving any out|Leaving nothing out|Using each one once], [write|list] {l} {o}.
    Someone [must|has to] [read|call|announce] {l} {o}. What is [read|said] out?
    [Queue up|Stack|String|Post|Enter] the cards {l} {o}. [Write the line-up|Give the order|What is the sequence].
  `),
  zh: templates(`
    [把|将|请把|请将]{l}{o}[排列|排序|排好|排一排|排成一列][。|]
    [请|请你|麻烦]{o}[排列|排序|写出|列出]：{l}
    [把|将][下列各项|下面这些|以下内容|这几项]{o}[排列|排序|重新写出]：{l}
    {l}，[请|]{o}[排列|排序|排一下|写出来|重新排好][。|]
    {l}{o}[怎么排|如何排列|应该怎么排|排列是什么|排起来是什么样]？
    {l}{o}[排列|排序]后[是什么|是怎样的|得到什么]？
    [如果|要是|假如]把{l}{o}[排列|排好]，[结果是什么|会得到什么|顺序是怎样的]？
    {o}[排列|排序|整理]{l}[。|]
    {o}写出{l}[。|]
    {o}排：{l}
    {l}——{o}
    {l}。{o}。
    {o}：{l}
    [题目|练习|任务|作业|考题]：把{l}{o}排列。
    [列表|清单|名单|内容]：{l}。[请|]{o}[排序|排列|重排]。
    输入：{l}。要求：{o}排序。输出：
    填空：{l}{o}排列为____。
    填空：把{l}{o}排，得到（　）。
    [你能|能不能|能否|可以]把{l}{o}[排好|排一下|排出来|写出来]吗？
    [帮我|请帮我|帮忙]把{l}{o}[排一下|排好|整理一下|列出来]。
    我有{l}，[想|要|需要]{o}排列，[怎么写|结果是什么]？
    我[写了|记下了|收集了]{l}，请{o}[重写一遍|排列|排一次]。
    我[想知道|想看看]{l}{o}排是什么样。
    {name}要把{l}{o}[排好|摆好|整理好]，[应该怎么排|结果是什么]？
    {name}[写下|念出|打出]{l}，[请你{o}写一遍|请{o}排列]。
    {name}把{l}的顺序弄乱了，请{o}[重新摆好|排好|恢复]。
    {name}手里的卡片写着{l}，{o}[摆成一排|排起来]是什么？
    {name}想把清单{l}{o}[抄一遍|整理一遍]，[该怎么抄|怎么写]？
    老师在黑板上写了{l}，让同学们{o}[排列|写出来]，答案是什么？
    老师[要求|让大家]把{l}{o}[排好|写好]，[怎么写|正确的写法是]？
    [图书管理员|店员|秘书|文员]把{l}{o}[归档|摆放|登记]，[结果怎样|顺序如何]？
    [卡片|标签|纸条|号牌]上写着{l}，请{o}[排列|摆放|排成一行]。
    桌上有几张[卡片|纸牌|纸条]：{l}。[请|]{o}[摆好|排开|放成一排]。
    [文件夹|抽屉|信封|盒子]的标签是{l}，请{o}[列出|写出]这些标签。
    [电脑|程序|机器人|小机器]把{l}{o}排序，[会输出什么|结果是什么|屏幕上显示什么]？
    表格[里有|中是]{l}，{o}[排序|排列]后[是什么|怎么写]？
    [一列数据|表中一列|一栏内容]为{l}，{o}排列得到[什么|怎样的一列]？
    目录里有{l}，请{o}[重新编排|重排]。
    [登记表|名册|记录本|账本]上是{l}，请{o}[重新抄写|再列一遍]。
    在{place}里，{name}看到{l}，请{o}[排列|写出来]。
    {place}的标牌写着{l}，请{o}[列出来|排一排]。
    [原来的顺序是|现在的顺序是|打乱的顺序是]{l}，请改成{o}排列。
    {l}的顺序[乱了|不对]，[应该|请]{o}[排|重排]。
    [重新排列|重排|整理]{l}，要求{o}[排|排列]。
    [排序题|整理题|排一排]：{l}（{o}）
    [列出|写出|说出|念出]{l}，要{o}。
    [一个不漏地|不要遗漏，]把{l}{o}[写出来|排好]。
    [请看|看一看|观察]{l}，[再|然后]{o}[排列|排出来|写下来]。
    [给出|给定|已知]{l}，{o}[排列|排序|写出结果]。
    [对|请对]{l}{o}[进行排序|进行排列|做一次排序]。
    [假设|设想]你要{o}排列{l}，会怎么写？
    {l}这几项，{o}[应怎样排|依次是什么|排出来是什么]？
    {l}[这些|这几个]，{o}说一遍。
    {l}[一共这几个|就这些]，请{o}排队。
    让{l}{o}排队，[队伍是什么样|谁在前谁在后，请依次写出]。
    [先看清楚|仔细看]：{l}。现在{o}排[出来|好]。
    [把乱的|把这串打乱的]{l}{o}理顺。
    [想一想|试一试|做一做|动手排一排]：{l}，{o}怎么写？
    [快|赶快|马上]把{l}{o}排出来！
    {o}[念|读]一遍：{l}
    {o}[数一遍|说一遍]{l}，[怎么说|依次是什么]？
    [以下|下面]是{l}，请{o}[排列并写出|依次写出]。
    [重新写|再写]一遍{l}，这次{o}写。
    将序列{l}{o}[排列|重新排列]，写出新序列。
    [数组|列表]{l}{o}排序的结果是？
    麻烦您把{l}{o}[列一下|排一下]，谢谢。
    [喂|嗨|你好]，{l}{o}怎么排啊？
    [请问|问一下]，{l}{o}[排列是怎样的|应该如何排列]？
    {l}需要{o}排列，[请完成|请写出答案|正确的排法是]？
    要求{o}，[排列|整理|写出]{l}。
    [贴|挂|摆]在墙上的卡片是{l}，现在{o}重挂，[依次是什么|怎么排]？
    [积木|珠子|小旗]上标着{l}，{o}[串起来|排起来|摆起来]，依次是什么？
  `),
};
