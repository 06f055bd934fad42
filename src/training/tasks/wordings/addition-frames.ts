import { templates } from '../wording.ts';

/** English verbs and infix words of a + b crossed with the sentence frames of subtraction. Slots: {a}, {b}. */
export const additionFrames = templates(`
  If {a} is increased by {b}, what [number results|is the result|do we get]?
  The number {a} is increased by {b}. [Result|New value|Answer]?
  The cell holds {a}. Increase it by {b}. New value?
  {a}, increased by {b}
  {a} increased by {b} is what?
  let x be {a}; increase x by {b}; x is [now|]?
  [assistant|hey|hello], please raise {a} by {b} [for me|].
  Raise {a} by {b}.
  [Could|Can|Would] you raise {a} by {b}, please?
  Which number [results|comes out] when {a} is raised by {b}?
  [I need|I want|Give me] {a} raised by {b}.
  What [do you get|comes out|is the result] if you raise {a} by {b}?
  [find|work out|give] the result of boosting {a} by {b}.
  My calculator shows {a}. I boost it by {b}. What does it show now?
  {a} has been boosted by {b}. Which number is that?
  Boosting {a} by {b} gives what?
  Start with {a}, then boost it by {b}.
  How much is {a} when boosted by {b}?
  [now|next|quickly] enlarge {a} by {b} [in your head|mentally|without a calculator].
  What is {a} enlarged by {b}?
  {a} enlarged by {b} equals ____
  [note|to do|task|next]: enlarge {a} by {b}
  Enlarge {a} by {b} and [give|state|report] the result.
  After enlarging {a} by {b}, what [value|number] do [we|you] have?
  Take the number {a} and extend it by {b}.
  Suppose we extend {a} by {b}. What [then|now|is the outcome]?
  If {a} is extended by {b}, what [number results|is the result|do we get]?
  The number {a} is extended by {b}. [Result|New value|Answer]?
  The cell holds {a}. Extend it by {b}. New value?
  {a}, extended by {b}
  {a} incremented by {b} is what?
  let x be {a}; increment x by {b}; x is [now|]?
  [Assistant|Hey|Hello], please increment {a} by {b} [for me|].
  Increment {a} by {b}.
  [Could|Can|Would] you increment {a} by {b}, please?
  Which number [results|comes out] when {a} is incremented by {b}?
  [I need|I want|give me] {a} lifted by {b}.
  What [do you get|comes out|is the result] if you lift {a} by {b}?
  [Find|Work out|Give] the result of lifting {a} by {b}.
  My calculator shows {a}. I lift it by {b}. What does it show now?
  {a} has been lifted by {b}. Which number is that?
  Lifting {a} by {b} gives what?
  Start with {a}, then bring it up by {b}.
  How much is {a} when brought up by {b}?
  [Now|Next|Quickly] bring {a} up by {b} [in your head|mentally|without a calculator].
  What is {a} brought up by {b}?
  {a} brought up by {b} equals ____
  [note|to do|task|next]: bring {a} up by {b}
  Mark {a} up by {b} and [give|state|report] the result.
  After marking {a} up by {b}, what [value|number] do [we|you] have?
  Take the number {a} and mark it up by {b}.
  Suppose we mark {a} up by {b}. What [then|now|is the outcome]?
  If {a} is marked up by {b}, what [number results|is the result|do we get]?
  The number {a} is marked up by {b}. [Result|New value|Answer]?
  The cell holds {a}. Bump it up by {b}. New value?
  {a}, bumped up by {b}
  {a} bumped up by {b} is what?
  let x be {a}; bump x up by {b}; x is [now|]?
  [Assistant|Hey|Hello], please bump {a} up by {b} [for me|].
  Bump {a} up by {b}.
  [could|can|would] you move {a} up by {b}, please?
  Which number [results|comes out] when {a} is moved up by {b}?
  [I need|I want|Give me] {a} moved up by {b}.
  What [do you get|comes out|is the result] if you move {a} up by {b}?
  [Find|Work out|Give] the result of moving {a} up by {b}.
  My calculator shows {a}. I move it up by {b}. What does it show now?
  {a} has been augmented by {b}. Which number is that?
  Augmenting {a} by {b} gives what?
  Start with {a}, then augment it by {b}.
  How much is {a} when augmented by {b}?
  [Now|Next|Quickly] augment {a} by {b} [in your head|mentally|without a calculator].
  What is {a} augmented by {b}?
  Begin at {a}; add {b}; tell me the [result|outcome].
  {a} with {b} added is what?
  Take the number {a}. Add {b}. Answer?
  I write {a} and add {b}. [Which number is that|What do I get|Result]?
  The balance is {a}. Add {b}. New balance?
  To {a} I want you to add on {b}.
  To {a}, add on {b}.
  What is {a} after adding on {b}?
  If you have {a} and add on {b}, [what do you get|what is the result|which number is it]?
  What [is|becomes] {a} with {b} added on?
  [Enter|Type|Key in] {a}, then tack on {b}. What does the display [show|say]?
  [Please|Kindly] start from {a} and tack on {b}.
  The variable holds {a}; we tack on {b}. New value?
  Start with {a} and tack on {b}.
  How much is {a} once {b} [is|has been] tacked on?
  {a}: put on {b}
  {a}, {b} put on, equals ____
  [Give me|Find|State] the value of {a} after putting on {b}.
  After {a} has had {b} put on, what is [its value|the number]?
  Which number is {a} with {b} put on?
  Begin at {a}; credit {b}; tell me the [result|outcome].
  {a} with {b} credited is what?
  Take the number {a}. Credit {b}. Answer?
  I write {a} and credit {b}. [Which number is that|What do I get|Result]?
  The balance is {a}. Credit {b}. New balance?
  To {a} I want you to join on {b}.
  To {a}, join on {b}.
  What is {a} after joining on {b}?
  If you have {a} and join on {b}, [what do you get|what is the result|which number is it]?
  What [is|becomes] {a} with {b} joined on?
  [enter|type|key in] {a}, then pile on {b}. What does the display [show|say]?
  [Please|Kindly] start from {a} and pile on {b}.
  The variable holds {a}; we pile on {b}. New value?
  Start with {a} and pile on {b}.
  How much is {a} once {b} [is|has been] piled on?
  {a}: add in {b}
  {a}, {b} added in, equals ____
  [Give me|Find|State] the value of {a} after adding in {b}.
  After {a} has had {b} added in, what is [its value|the number]?
  Which number is {a} with {b} added in?
  If {b} is added to {a}, what [is the result|do we get|number results]?
  With {b} added to {a}, what [is the answer|is the value|number is it]?
  {b} added to {a} is ____
  [Assistant|Hi], add {b} on to {a} [for me|please].
  Let {b} be added onto {a}. Result?
  What [do you get|comes out|is the result] when you add {b} on to {a}?
  [Could|Can|Would] you add {b} on to {a}, please?
  [task|note|next]: tack {b} onto {a}
  After tacking {b} onto {a}, which number do [you|we|I] have?
  {b}, tacked onto {a}, makes?
  Tack {b} onto {a} and [give|tell me|write down] the [result|answer].
  Putting {b} onto {a} gives what?
  [Find|Work out|Determine] the result of putting {b} onto {a}.
  [I need|I want|I would like] {b} put onto {a}.
  Suppose you put {b} onto {a}. What then?
  Credit {b} to {a}.
  If {b} is credited to {a}, what [is the result|do we get|number results]?
  With {b} credited to {a}, what [is the answer|is the value|number is it]?
  {b} credited to {a} is ____
  [assistant|hi], join {b} onto {a} [for me|please].
  Let {b} be joined onto {a}. Result?
  What [do you get|comes out|is the result] when you join {b} onto {a}?
  [could|can|would] you join {b} onto {a}, please?
  [task|note|next]: pile {b} onto {a}
  After piling {b} onto {a}, which number do [you|we|I] have?
  {b}, piled onto {a}, makes?
  Pile {b} onto {a} and [give|tell me|write down] the [result|answer].
  Adding {b} to {a} gives what?
  [find|work out|determine] the result of adding {b} to {a}.
  [I need|I want|I would like] {b} added to {a}.
  Suppose you add {b} to {a}. What then?
  {a} plus {b} is what?
  Please tell me what {a} plus {b} [is|comes to|makes].
  I say {a} plus {b}. [You say|Your answer|What is it]?
  If x is {a} plus {b}, what is x?
  The teacher asks: {a} plus {b}? Answer:
  {a} and {b}
  {a} and {b} equals ____
  [Quick one|Quick question|Next sum|Mental maths]: {a} and {b}?
  [Write down|Dictate|Read out] the value of {a} and {b}.
  [do you know|can you say|tell me] what number {a} and {b} is.
  What is {a} add {b}?
  How much is {a} add {b}?
  What does {a} add {b} [make|give|come to|equal]?
  {a} add {b} =
  {a} add {b}, what is that?
  [I need|I want to know|show me] {a} added to {b}.
  [Calculate|Compute|Evaluate|Work out] {a} added to {b}.
  The result of {a} added to {b} is
  Which number is {a} added to {b}?
  [Give me|Find|State] {a} added to {b}, please.
  x := {a} increased by {b}; print x
  Please tell me what {a} increased by {b} [is|comes to|makes].
  I say {a} increased by {b}. [You say|Your answer|What is it]?
  If x is {a} increased by {b}, what is x?
  The teacher asks: {a} together with {b}? Answer:
  {a} together with {b}
  {a} together with {b} equals ____
  [quick one|quick question|next sum|mental maths]: {a} together with {b}?
  [Write down|Dictate|Read out] the value of {a} together with {b}.
  [Do you know|Can you say|Tell me] what number {a} combined with {b} is.
  What is {a} combined with {b}?
  How much is {a} combined with {b}?
  What does {a} combined with {b} [make|give|come to|equal]?
  {a} combined with {b} =
  {a} raised by {b}, what is that?
  [I need|I want to know|Show me] {a} raised by {b}.
  [calculate|compute|evaluate|work out] {a} raised by {b}.
  The result of {a} raised by {b} is
  Which number is {a} raised by {b}?
  [give me|find|state] {a} after adding {b}, please.
  x := {a} after adding {b}; print x
  {a} after adding {b} is what?
  Please tell me what {a} after adding {b} [is|comes to|makes].
  I say {a} after adding {b}. [You say|Your answer|What is it]?
  If x is {a} after an [increase|rise] of {b}, what is x?
  The teacher asks: {a} after an [increase|rise] of {b}? Answer:
  {a} after an [increase|rise] of {b}
  {a} after an [increase|rise] of {b} equals ____
  [quick one|quick question|next sum|mental maths]: {a} after an [increase|rise] of {b}?
  [Write down|Dictate|Read out] the value of {a} after a gain of {b}.
  [Do you know|Can you say|Tell me] what number {a} after a gain of {b} is.
  What is {a} after a gain of {b}?
  How much is {a} after a gain of {b}?
  What does {a} after a gain of {b} [make|give|come to|equal]?
  {a} and another {b} =
  {a} and another {b}, what is that?
  [I need|I want to know|Show me] {a} and another {b}.
  [calculate|compute|evaluate|work out] {a} and another {b}.
  The result of {a} and another {b} is
  Which number is {a} and a further {b}?
  [give me|find|state] {a} and a further {b}, please.
  {a} and a further {b} is what?
  Please tell me what {a} and a further {b} [is|comes to|makes].
  I say {a} and a further {b}. [You say|Your answer|What is it]?
  If x is {a} + {b}, what is x?
  The teacher asks: {a} + {b}? Answer:
  {a} + {b}
  {a} + {b} equals ____
  [Quick one|Quick question|Next sum|Mental maths]: {a} + {b}?
  [write down|dictate|read out] the value of {a} up by {b}.
  [Do you know|Can you say|Tell me] what number {a} up by {b} is.
  What is {a} up by {b}?
  How much is {a} up by {b}?
  What does {a} up by {b} [make|give|come to|equal]?
  {a} along with {b} =
  {a} along with {b}, what is that?
  [I need|I want to know|Show me] {a} along with {b}.
  [Calculate|Compute|Evaluate|Work out] {a} along with {b}.
  The result of {a} along with {b} is
  Which number is {a} with {b} added?
  [Give me|Find|State] {a} with {b} added, please.
  x := {a} with {b} added; print x
  Please tell me what {a} with {b} added [is|comes to|makes].
  I say {a} with {b} more. [You say|Your answer|What is it]?
  If x is {a} with {b} more, what is x?
  The teacher asks: {a} with {b} more? Answer:
  {a} with {b} more
  {a} with {b} more equals ____
  [Quick one|Quick question|Next sum|Mental maths]: {a} with {b} on top?
  [Write down|Dictate|Read out] the value of {a} with {b} on top.
  [do you know|can you say|tell me] what number {a} with {b} on top is.
  What is {a} with {b} on top?
  How much is {a} with {b} on top?
  What does {a} when {b} is added [make|give|come to|equal]?
  {a} when {b} is added =
  {a} when {b} is added, what is that?
  [I need|I want to know|show me] {a} when {b} is added.
  [Calculate|Compute|Evaluate|Work out] {a} when {b} is added.
  [Give|State|Find|Work out] the sum of {a} and {b}.
  The sum of {a} and {b} is ____
  If you take the sum of {a} and {b}, what do you get?
  What is the total of {a} and {b}?
  [Find|Work out] the total of {a} and {b}.
  The total of {a} and {b} comes to
  Add {a} and {b}.
  Add {a} and {b} and [give|report] the result.
  What do you get if you add {a} and {b}?
  Adding {a} and {b} gives what?
  Could you add {a} and {b}, please?
  Add up {a} and {b}.
  Adding up {a} and {b} gives what?
  After adding up {a} and {b}, what number do you have?
  Total {a} and {b}.
  Sum {a} and {b}.
  Tally {a} and {b}. [Result|Answer]?
  Combine {a} and {b} into one [sum|total].
  Put {a} and {b} together. [What do you get|Total]?
  Taken together, {a} and {b} are how [many|much]?
  How much are {a} and {b} [together|altogether|in all|combined]?
  {a} and {b} make?
  What do {a} and {b} make?
  First addend {a}, second addend {b}, sum?
  With addends {a} and {b}, the sum is ____
  First number: {a}. Second number: {b}. [Add them|Add the second to the first|Find the sum].
  Let p be {a} and q be {b}. Add q to p.
  Given p as {a} and q as {b}, what is p plus q?
  add({a}, {b})
  plus({a}, {b})
  sum({a}, {b}) returns?
  What would the formula ={a}+{b} show in a spreadsheet?
  x is {a}; x += {b}; what is x?
  set x to {a}, then x = x + {b}. x?
  Start at {a} on the number line and go right {b} steps. Where do you [stop|land|end up]?
  Count on from {a} by {b}. Where do you [stop|land]?
  From {a}, step forward {b}. What number are you on?
  From {a} go up {b}. Where [are you|do you land]?
  Opening [figure|balance] {a}, credit {b}, closing [figure|balance]?
  Press {a}, press the plus key, press {b}, press equals. What [is shown|appears]?
  On a calculator: {a}, plus sign, {b}, equals. [Display|Result]?
  Make {a} bigger by {b}.
  Making {a} bigger by {b} gives what?
  If {a} rises by {b}, what does it become?
  {a} rises by {b}. New value?
  After {a} rises by {b}, which number is it?
  If {a} goes up by {b}, what does it become?
  {a} goes up by {b}. New value?
  If {a} climbs by {b}, what does it become?
  {a} climbs by {b} and becomes ____
  If {a} grows by {b}, what does it become?
  Let {a} grow by {b}. New value?
  When {a} gains {b}, what does it become?
  {a} gains {b}. New value?
  Which number is {b} [greater|higher|larger] than {a}?
  {b} more than {a} is what?
  [Find|Give|Name] the number {b} above {a}.
  {b} on top of {a} makes what?
  Which number lies {b} to the right of {a} on the number line?
  Which number minus {b} is {a}?
  What number, reduced by {b}, gives {a}?
  I subtract {b} from a number and get {a}. What was the number?
  {b} less than [what|which] number is {a}?
  {a} is {b} less than which number?
  Undo subtracting {b}: the result was {a}. What was the first number?
  Adjust {a} upward by {b}. New figure?
  If {a} is adjusted upward by {b}, what is the result?
  [Do|Perform|Carry out] the addition {a} plus {b}.
  Fill in the blank: {a} plus {b} is ____
  Complete: {a} and {b} make ____
  take {a}, gain {b}, what now?
`);
