import { templates } from '../wording.ts';

/** Wordings that ask for the value of a written expression. Slot: {e}. */
export const expression = {
  en: templates(`
    What is {e}?
    [what's|whats] {e}
    [what's|what is] {e} [please|then|again]
    How much is {e}?
    How much does {e} [make|come to|amount to]?
    What do you get for {e}?
    What do you get [when|if] you [work out|calculate|compute|do|evaluate] {e}?
    What do I get if I [type|enter|key in] {e} [on|into] a calculator?
    What is the [value|result] of {e}?
    What is the answer to {e}?
    What's the [answer|solution] to this: {e}
    What [number|value] is [equal to|the same as|given by] {e}?
    Which number [equals|is equal to|is the same as|do you get from] {e}?
    Which number does {e} [stand for|represent|give|lead to]?
    Which single number can replace {e}?
    {e}
    {e} = ?
    {e} =
    {e}=
    {e}?
    {e} = [__|___|____]
    {e} = x. [What is x?|Find x.|x = ?]
    {e} equals
    {e} is equal to ___
    {e}, [how much is that|what is that|what does that make|what's that]?
    {e}, please[.|]
    {e}, [answer please|what do you get|solve it]
    {e}: [result?|answer?|value?|find the answer.|work it out.]
    {e}. [Answer?|Result?|Solve it.|Work this out.|Find the value.|What is it?]
    Calculate {e}.
    calculate {e}
    [Compute|Evaluate|Solve|Work out|Figure out|Determine|Find|Do] {e}[.|]
    [compute|evaluate|solve|work out|figure out|do] {e}
    [Calculate|Compute|Evaluate|Solve|Work out|Find]: {e}
    [Calculate|Compute|Work out] the following: {e}
    [Calculate|Compute|Work out|Determine|Find|Give|State] the value of {e}.
    [Find|Give|State|Write down|Tell me] the result of {e}.
    [Find|Give|State|Write] the answer to {e}.
    value of {e}
    result of {e}
    Answer to {e}?
    Result: {e} = ?
    The value of {e} is [what?|___|which number?]
    The answer to {e} is [what?|___]
    The result of {e} is [what number?|what?|___]
    Simplify {e}.
    Simplify the expression {e} to a single number.
    [Evaluate|Compute|Calculate] the expression {e}.
    The expression is {e}. What is its value?
    Here is an expression: {e}. [Evaluate it.|What is its value?|What does it equal?]
    Consider {e}. What [number|value] does it have?
    Write {e} as a[ single|] number.
    Replace {e} by one number. Which one?
    Fill in the blank: {e} = ___
    Fill in: {e} = ?
    Complete: {e} = ___
    Complete the [equation|line|number sentence]: {e} = ...
    Let x = {e}. [What is x?|Find x.|Give the value of x.]
    If n = {e}, [what is n|which number is n|then n is what]?
    Suppose y equals {e}. What is the value of y?
    x = {e}, x = ?
    Solve for k: k = {e}
    Work out {e} [in your head|on paper|by hand|step by step|carefully].
    Work out {e} and [write down|give|tell me|say] the [answer|result].
    In your head: {e}
    Mental [maths|math|arithmetic]: {e}
    Quick: {e}?
    Quick question, what is {e}?
    Quickly now, how much is {e}?
    Try this one: {e}
    Next [one|question|problem|task]: {e}
    [Exercise|Problem|Task|Question|Homework|Practice]: {e}
    [Exercise|Problem|Question]: find {e}.
    Homework: work out {e}. Show only the answer.
    Maths test. What is {e}?
    [Arithmetic|Maths|Math|Number] [quiz|drill|question]: {e} = ?
    On the [board|worksheet|card|page] it says {e}. What is the [answer|result]?
    My [teacher|sister|son|friend] asks[ me|] what {e} is. What [is the answer|should I say|do I answer]?
    {name} [needs|wants|has] to [work out|calculate|solve] {e}. What [is the answer|should {name} get|is the right result]?
    {name} types {e} into a calculator. What [appears|does it show|will the screen say]?
    {name} is [stuck on|puzzling over|unsure about] {e}. Can you give the answer?
    I need [to know|the value of|the answer to|the result of] {e}.
    I [want|would like|am trying] to [work out|find|calculate] {e}. What is it?
    I forgot my calculator. What is {e}?
    I can't [do|work out|solve] {e}. [Help me, please.|What is the answer?|Can you?]
    I keep getting {e} wrong. What is the right answer?
    I'm checking my homework. How much is {e}?
    Help me with {e}[.|, please.|]
    Help! What is {e}?
    Hello! [Can you work out|Could you calculate|Please compute] {e}[?|]
    Hi, what does {e} come out as?
    Hey, do you know {e}?
    Do you know [what|how much] {e} is?
    Can you [tell me|work out|calculate|figure out|say] what {e} is[ equal to|]?
    Can you [solve|do|calculate|compute] {e}[ for me|]?
    Could you[ please| kindly|] [work out|calculate|compute|evaluate] {e}[ for me|]?
    Would you [please|kindly] [compute|solve|evaluate] {e}?
    Please [calculate|compute|work out|solve|evaluate|do] {e}[.|]
    please tell me {e}
    Kindly [state|give|find] the value of {e}.
    Tell me [what|how much] {e} is[.|]
    Show me what {e} [is|equals|comes to].
    Let's see, {e} is [what|how much]?
    Let us [calculate|compute|work out] {e}. What do we get?
    Now do {e}. What comes out?
    OK, {e}, what comes out?
    So what would {e} be?
    And what about {e}?
    And {e}?
    Say the [answer|number] for {e}.
    Just [give|tell] me the number: {e}
    Only the [answer|result|number], please: {e}
    Given {e}, [what is the answer?|find the result.|what do you get?]
    Someone asks you {e}. What do you [answer|say|reply]?
    Your task is to [compute|evaluate|calculate|find] {e}.
    Perform the [calculation|computation|operation] {e}.
    [Carry out|Do] this calculation: {e}
    What [is|would be] the outcome of {e}?
    What [comes out|results] when {e} is [worked out|calculated|computed|evaluated]?
    When you [work out|calculate|compute] {e}, what is the answer?
    After [working out|computing|calculating] {e}, which number do you have?
    If you do {e} correctly, what do you get?
    Check with pen and paper: what is {e}?
    Without [a calculator|any help], find {e}.
    What is {e}? [Give just the number.|Answer with a number.|Take your time.|Think carefully.|I need it for school.]
    How much is {e}? [Please answer.|Give the result.|I'm not sure.|Let me know.]
  `),
  zh: templates(`
    {e}
    {e}=
    {e} = ?
    {e}＝（ ）
    {e}=___
    {e}等于多少？
    {e}等于几
    {e}得几？
    {e}的[结果|答案|得数|值]是多少？
    {e}的[结果|答案|得数|值]
    {e}的计算结果[是什么|是|为]？
    {e}，[等于|得]？
    {e}？
    {e}，答案呢？
    {e}到底[是多少|等于几]？
    {e}应该等于多少
    {e}怎么算，得多少？
    {e}算一下
    {e}，帮我算[算|一下]
    {e} 谢谢
    {e}，请[作答|回答]。
    {e}，只写[得数|答案]。
    {e}，直接说结果就好
    {e}这道题的答案是什么？
    {e}这个算式[等于多少|的值是几]？
    {e}最后得出的数是几？
    {e}，[麻烦算一下|劳驾算算]，多谢！
    {e}的值，你会求吗？
    [请|]计算{e}
    [请|]计算：{e}
    计算{e}的值。
    计算下面的算式：{e}
    计算下列式子，写出结果：{e}
    求{e}
    求{e}的值
    求值：{e}
    求算式{e}的[结果|得数]。
    算一算：{e}
    算算{e}
    算出{e}
    算出{e}的得数。
    口算{e}
    口算题：{e}=
    心算：{e}
    笔算：{e}
    速算，{e}
    列竖式计算：{e}
    用计算器[算|按]{e}，[显示多少|结果是什么]？
    填空：{e}=（ ）
    在横线上填数：{e}=___
    写出{e}的答案
    写出得数：{e}
    直接写得数：{e}=
    请写出{e}的计算结果。
    请给出{e}的[数值|值|结果]。
    请问{e}等于多少？
    请问，{e}得几
    请问{e}的答案是[什么|多少]？
    请你算一下{e}。
    请帮忙算出{e}，谢谢。
    麻烦[你|您]算一下{e}
    能帮我算{e}吗？
    能不能告诉我{e}是多少？
    可以算一下{e}吗，我想核对答案。
    你知道{e}等于几吗？
    你会算{e}吗？答案是多少？
    你能说出{e}的得数吗
    谁知道{e}是多少？
    谁来[算算|回答]{e}？
    告诉我{e}的[结果|答案]
    告诉我{e}等于多少吧。
    我想知道{e}是多少。
    我算不出{e}，帮帮我
    我忘了{e}等于几，提醒我一下。
    我需要{e}的结果。
    帮我看看{e}等于多少
    帮忙算个数：{e}
    快说，{e}等于几！
    快速回答：{e}
    快问快答：{e}等于？
    猜猜{e}得多少？
    试着算{e}
    试试这道：{e}
    考考你：{e}[等于几|是多少]？
    来一道题：{e}，[得数|答案]是？
    来，算{e}。
    老师问：{e}等于多少？
    老师在黑板上写了{e}，答案是多少？
    老师布置的作业里有一题：{e}。[请作答|结果是多少]。
    {name}要算{e}，[结果应是多少|正确的得数是几]？
    {name}问：{e}是多少？
    {name}的作业上写着{e}=？请填上[得数|答案]。
    {name}在{place}里算{e}，应得多少？
    妈妈让{name}算{e}，该怎么回答？
    数学作业：{e}
    练习题：{e}=？
    考试题：计算{e}，写出答案。
    下一题，{e}
    题目：{e} 答案：
    题目是{e}，得数是多少？
    问：{e}。答：
    问题：{e}等于多少？
    算式{e}的结果是
    已知算式{e}，求其值。
    把{e}算出来
    把{e}的得数写下来。
    把{e}的结果告诉我
    对{e}求值
    试求{e}之值。
    如果x={e}，x是多少？
    设y={e}，求y
    令n={e}，n的值是几？
    结果是多少：{e}
    答案是几？{e}
    得多少呀，{e}
    等于多少？{e}
    今天的数学题来了：{e}，[结果是多少|你算得出吗]？
    作业做到{e}卡住了，答案是多少？
    有个问题想请教：{e}是多少？谢谢！
    认真算一遍，{e}得几？
    别着急，慢慢算：{e}等于多少？
    先想一想，再回答：{e}
    不用写过程，{e}[得几|等于多少]？
    不用计算器，{e}等于几？
  `),
};
