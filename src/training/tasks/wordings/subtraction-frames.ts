import { templates } from '../wording.ts';

/** English verbs and infix words of a − b crossed with sentence frames; hold for a result below zero too. Slots: {a}, {b}. */
export const subtractionFrames = templates(`
  [Could|Can|Would] you decrease {a} by {b}, please?
  Which number [results|comes out] when {a} is decreased by {b}?
  [I need|I want|Give me] {a} decreased by {b}.
  What [do you get|comes out|is the result] if you decrease {a} by {b}?
  [find|work out|give] the result of decreasing {a} by {b}.
  My calculator shows {a}. I reduce it by {b}. What does it show now?
  {a} has been reduced by {b}. Which number is that?
  Reducing {a} by {b} gives what?
  Start with {a}, then reduce it by {b}.
  How much is {a} when reduced by {b}?
  [now|next|quickly] reduce {a} by {b} [in your head|mentally|without a calculator].
  What is {a} lowered by {b}?
  {a} lowered by {b} equals ____
  [note|to do|task|next]: lower {a} by {b}
  Lower {a} by {b} and [give|state|report] the result.
  After lowering {a} by {b}, what [value|number] do [we|you] have?
  Take the number {a} and lower it by {b}.
  Suppose we diminish {a} by {b}. What [then|now|is the outcome]?
  If {a} is diminished by {b}, what [number results|is the result|do we get]?
  The number {a} is diminished by {b}. [Result|New value|Answer]?
  The cell holds {a}. Diminish it by {b}. New value?
  {a}, diminished by {b}
  {a} diminished by {b} is what?
  let x be {a}; lessen x by {b}; x is [now|]?
  [Assistant|Hey|Hello], please lessen {a} by {b} [for me|].
  [Could|Can|Would] you lessen {a} by {b}, please?
  Which number [results|comes out] when {a} is lessened by {b}?
  [I need|I want|give me] {a} lessened by {b}.
  What [do you get|comes out|is the result] if you cut {a} by {b}?
  [Find|Work out|Give] the result of cutting {a} by {b}.
  My calculator shows {a}. I cut it by {b}. What does it show now?
  {a} has been cut by {b}. Which number is that?
  Cutting {a} by {b} gives what?
  Start with {a}, then cut it by {b}.
  How much is {a} when dropped by {b}?
  [Now|Next|Quickly] drop {a} by {b} [in your head|mentally|without a calculator].
  What is {a} dropped by {b}?
  {a} dropped by {b} equals ____
  [note|to do|task|next]: drop {a} by {b}
  Drop {a} by {b} and [give|state|report] the result.
  After shrinking {a} by {b}, what [value|number] do [we|you] have?
  Take the number {a} and shrink it by {b}.
  Suppose we shrink {a} by {b}. What [then|now|is the outcome]?
  If {a} is shrunk by {b}, what [number results|is the result|do we get]?
  The number {a} is shrunk by {b}. [Result|New value|Answer]?
  The cell holds {a}. Shrink it by {b}. New value?
  {a}, trimmed by {b}
  {a} trimmed by {b} is what?
  let x be {a}; trim x by {b}; x is [now|]?
  [Assistant|Hey|Hello], please trim {a} by {b} [for me|].
  [could|can|would] you trim {a} by {b}, please?
  Which number [results|comes out] when {a} is decremented by {b}?
  [I need|I want|Give me] {a} decremented by {b}.
  What [do you get|comes out|is the result] if you decrement {a} by {b}?
  [Find|Work out|Give] the result of decrementing {a} by {b}.
  My calculator shows {a}. I decrement it by {b}. What does it show now?
  {a} has been decremented by {b}. Which number is that?
  Bringing {a} down by {b} gives what?
  Start with {a}, then bring it down by {b}.
  How much is {a} when brought down by {b}?
  [Now|Next|Quickly] bring {a} down by {b} [in your head|mentally|without a calculator].
  What is {a} brought down by {b}?
  {a} brought down by {b} equals ____
  [note|to do|task|next]: mark {a} down by {b}
  Mark {a} down by {b} and [give|state|report] the result.
  After marking {a} down by {b}, what [value|number] do [we|you] have?
  Take the number {a} and mark it down by {b}.
  Suppose we mark {a} down by {b}. What [then|now|is the outcome]?
  If {a} is marked down by {b}, what [number results|is the result|do we get]?
  The number {a} is moved down by {b}. [Result|New value|Answer]?
  The cell holds {a}. Move it down by {b}. New value?
  {a}, moved down by {b}
  {a} moved down by {b} is what?
  let x be {a}; move x down by {b}; x is [now|]?
  [assistant|hey|hello], please move {a} down by {b} [for me|].
  Turn {a} down by {b}.
  [Could|Can|Would] you turn {a} down by {b}, please?
  Which number [results|comes out] when {a} is turned down by {b}?
  [I need|I want|Give me] {a} turned down by {b}.
  What [do you get|comes out|is the result] if you turn {a} down by {b}?
  [find|work out|give] the result of turning {a} down by {b}.
  My calculator shows {a}. I knock it down by {b}. What does it show now?
  {a} has been knocked down by {b}. Which number is that?
  Knocking {a} down by {b} gives what?
  Start with {a}, then knock it down by {b}.
  How much is {a} when knocked down by {b}?
  [now|next|quickly] knock {a} down by {b} [in your head|mentally|without a calculator].
  What is {a} shortened by {b}?
  {a} shortened by {b} equals ____
  [note|to do|task|next]: shorten {a} by {b}
  Shorten {a} by {b} and [give|state|report] the result.
  After shortening {a} by {b}, what [value|number] do [we|you] have?
  Take the number {a} and shorten it by {b}.
  Suppose we cut {a} back by {b}. What [then|now|is the outcome]?
  If {a} is cut back by {b}, what [number results|is the result|do we get]?
  The number {a} is cut back by {b}. [Result|New value|Answer]?
  The cell holds {a}. Cut it back by {b}. New value?
  {a}, cut back by {b}
  {a} cut back by {b} is what?
  let x be {a}; lighten x by {b}; x is [now|]?
  [Assistant|Hey|Hello], please lighten {a} by {b} [for me|].
  [Could|Can|Would] you lighten {a} by {b}, please?
  Which number [results|comes out] when {a} is lightened by {b}?
  [I need|I want|give me] {a} lightened by {b}.
  What [do you get|comes out|is the result] if you step {a} down by {b}?
  [Find|Work out|Give] the result of stepping {a} down by {b}.
  My calculator shows {a}. I step it down by {b}. What does it show now?
  {a} has been stepped down by {b}. Which number is that?
  Stepping {a} down by {b} gives what?
  Start with {a}, then step it down by {b}.
  How much is {a} when rolled back by {b}?
  [Now|Next|Quickly] roll {a} back by {b} [in your head|mentally|without a calculator].
  What is {a} rolled back by {b}?
  {a} rolled back by {b} equals ____
  [note|to do|task|next]: roll {a} back by {b}
  Roll {a} back by {b} and [give|state|report] the result.
  From {a}, subtract {b}.
  What is {a} after subtracting {b}?
  If you have {a} and subtract {b}, [what do you get|what is the result|which number is it]?
  What [is|becomes] {a} with {b} subtracted?
  [Enter|Type|Key in] {a}, then subtract {b}. What does the display [show|say]?
  [please|kindly] start from {a} and take away {b}.
  The variable holds {a}; we take away {b}. New value?
  Start with {a} and take away {b}.
  How much is {a} once {b} [is|has been] taken away?
  {a}: take away {b}
  {a}, {b} taken off, equals ____
  [give me|find|state] the value of {a} after taking off {b}.
  After {a} has had {b} taken off, what is [its value|the number]?
  Which number is {a} with {b} taken off?
  Begin at {a}; take off {b}; tell me the [result|outcome].
  {a} with {b} deducted is what?
  Take the number {a}. Deduct {b}. Answer?
  I write {a} and deduct {b}. [Which number is that|What do I get|Result]?
  The balance is {a}. Deduct {b}. New balance?
  From {a} I want you to deduct {b}.
  From {a}, remove {b}.
  What is {a} after removing {b}?
  If you have {a} and remove {b}, [what do you get|what is the result|which number is it]?
  What [is|becomes] {a} with {b} removed?
  [Enter|Type|Key in] {a}, then remove {b}. What does the display [show|say]?
  [Please|Kindly] start from {a} and withdraw {b}.
  The variable holds {a}; we withdraw {b}. New value?
  Start with {a} and withdraw {b}.
  How much is {a} once {b} [is|has been] withdrawn?
  {a}: withdraw {b}
  {a}, {b} knocked off, equals ____
  [Give me|Find|State] the value of {a} after knocking off {b}.
  After {a} has had {b} knocked off, what is [its value|the number]?
  Which number is {a} with {b} knocked off?
  Begin at {a}; knock off {b}; tell me the [result|outcome].
  {a} with {b} cut off is what?
  Take the number {a}. Cut off {b}. Answer?
  I write {a} and cut off {b}. [Which number is that|What do I get|Result]?
  The balance is {a}. Cut off {b}. New balance?
  From {a} I want you to cut off {b}.
  From {a}, discount {b}.
  What is {a} after discounting {b}?
  If you have {a} and discount {b}, [what do you get|what is the result|which number is it]?
  What [is|becomes] {a} with {b} discounted?
  [enter|type|key in] {a}, then discount {b}. What does the display [show|say]?
  [Please|Kindly] start from {a} and debit {b}.
  The variable holds {a}; we debit {b}. New value?
  Start with {a} and debit {b}.
  How much is {a} once {b} [is|has been] debited?
  {a}: debit {b}
  {a}, {b} docked, equals ____
  [Give me|Find|State] the value of {a} after docking {b}.
  After {a} has had {b} docked, what is [its value|the number]?
  Which number is {a} with {b} docked?
  Begin at {a}; dock {b}; tell me the [result|outcome].
  {a} with {b} stripped away is what?
  Take the number {a}. Strip away {b}. Answer?
  I write {a} and strip away {b}. [Which number is that|What do I get|Result]?
  The balance is {a}. Strip away {b}. New balance?
  From {a} I want you to strip away {b}.
  From {a}, drop {b}.
  What is {a} after dropping {b}?
  If you have {a} and drop {b}, [what do you get|what is the result|which number is it]?
  What [is|becomes] {a} with {b} dropped?
  [Enter|Type|Key in] {a}, then drop {b}. What does the display [show|say]?
  [please|kindly] start from {a} and shave off {b}.
  The variable holds {a}; we shave off {b}. New value?
  Start with {a} and shave off {b}.
  How much is {a} once {b} [is|has been] shaved off?
  {a}: shave off {b}
  {a}, {b} taken out, equals ____
  [give me|find|state] the value of {a} after taking out {b}.
  After {a} has had {b} taken out, what is [its value|the number]?
  Which number is {a} with {b} taken out?
  Begin at {a}; take out {b}; tell me the [result|outcome].
  {a} with {b} pulled out is what?
  Take the number {a}. Pull out {b}. Answer?
  I write {a} and pull out {b}. [Which number is that|What do I get|Result]?
  The balance is {a}. Pull out {b}. New balance?
  From {a} I want you to pull out {b}.
  From {a}, chop off {b}.
  What is {a} after chopping off {b}?
  If you have {a} and chop off {b}, [what do you get|what is the result|which number is it]?
  What [is|becomes] {a} with {b} chopped off?
  [Enter|Type|Key in] {a}, then chop off {b}. What does the display [show|say]?
  [Please|Kindly] start from {a} and strike off {b}.
  The variable holds {a}; we strike off {b}. New value?
  Start with {a} and strike off {b}.
  How much is {a} once {b} [is|has been] struck off?
  {a}: strike off {b}
  {a}, {b} written off, equals ____
  [Give me|Find|State] the value of {a} after writing off {b}.
  After {a} has had {b} written off, what is [its value|the number]?
  Which number is {a} with {b} written off?
  Begin at {a}; write off {b}; tell me the [result|outcome].
  {a} with {b} drained is what?
  Take the number {a}. Drain {b}. Answer?
  I write {a} and drain {b}. [Which number is that|What do I get|Result]?
  The balance is {a}. Drain {b}. New balance?
  From {a} I want you to drain {b}.
  From {a}, eliminate {b}.
  What is {a} after eliminating {b}?
  If you have {a} and eliminate {b}, [what do you get|what is the result|which number is it]?
  What [is|becomes] {a} with {b} eliminated?
  [enter|type|key in] {a}, then eliminate {b}. What does the display [show|say]?
  [Please|Kindly] start from {a} and slice off {b}.
  The variable holds {a}; we slice off {b}. New value?
  Start with {a} and slice off {b}.
  How much is {a} once {b} [is|has been] sliced off?
  {a}: slice off {b}
  What does {a} minus {b} [make|give|come to|equal]?
  {a} minus {b} =
  {a} minus {b}, what is that?
  [I need|I want to know|Show me] {a} less {b}.
  The result of {a} less {b} is
  Which number is {a} less {b}?
  x := {a} take away {b}; print x
  {a} take away {b} is what?
  Please tell me what {a} take away {b} [is|comes to|makes].
  I say {a} take away {b}. [You say|Your answer|What is it]?
  If x is {a} take away {b}, what is x?
  The teacher asks: {a} subtract {b}? Answer:
  {a} subtract {b}
  {a} subtract {b} equals ____
  [quick one|quick question|next sum|mental maths]: {a} subtract {b}?
  [Write down|Dictate|Read out] the value of {a} subtract {b}.
  [Do you know|Can you say|Tell me] what number {a} take off {b} is.
  What is {a} take off {b}?
  How much is {a} take off {b}?
  What does {a} take off {b} [make|give|come to|equal]?
  {a} take off {b} =
  {a} reduced by {b}, what is that?
  [I need|I want to know|Show me] {a} reduced by {b}.
  [calculate|compute|evaluate|work out] {a} reduced by {b}.
  The result of {a} reduced by {b} is
  Which number is {a} reduced by {b}?
  [give me|find|state] {a} decreased by {b}, please.
  x := {a} decreased by {b}; print x
  {a} decreased by {b} is what?
  Please tell me what {a} decreased by {b} [is|comes to|makes].
  I say {a} decreased by {b}. [You say|Your answer|What is it]?
  If x is {a} diminished by {b}, what is x?
  The teacher asks: {a} diminished by {b}? Answer:
  {a} diminished by {b}
  {a} diminished by {b} equals ____
  [quick one|quick question|next sum|mental maths]: {a} diminished by {b}?
  [Write down|Dictate|Read out] the value of {a} lowered by {b}.
  [Do you know|Can you say|Tell me] what number {a} lowered by {b} is.
  How much is {a} lowered by {b}?
  What does {a} lowered by {b} [make|give|come to|equal]?
  {a} lessened by {b} =
  {a} lessened by {b}, what is that?
  [I need|I want to know|Show me] {a} lessened by {b}.
  [Calculate|Compute|Evaluate|Work out] {a} lessened by {b}.
  The result of {a} lessened by {b} is
  Which number is {a} without {b}?
  [Give me|Find|State] {a} without {b}, please.
  {a} without {b} is what?
  Please tell me what {a} without {b} [is|comes to|makes].
  I say {a} without {b}. [You say|Your answer|What is it]?
  If x is {a} net of {b}, what is x?
  The teacher asks: {a} net of {b}? Answer:
  {a} net of {b}
  {a} net of {b} equals ____
  [Quick one|Quick question|Next sum|Mental maths]: {a} net of {b}?
  [Write down|Dictate|Read out] the value of {a} after deducting {b}.
  [do you know|can you say|tell me] what number {a} after deducting {b} is.
  What is {a} after deducting {b}?
  How much is {a} after deducting {b}?
  What does {a} after deducting {b} [make|give|come to|equal]?
  {a} after subtracting {b} =
  {a} after subtracting {b}, what is that?
  [I need|I want to know|show me] {a} after subtracting {b}.
  [Calculate|Compute|Evaluate|Work out] {a} after subtracting {b}.
  The result of {a} after subtracting {b} is
  Which number is {a} after taking away {b}?
  [Give me|Find|State] {a} after taking away {b}, please.
  x := {a} after taking away {b}; print x
  {a} after taking away {b} is what?
  Please tell me what {a} after taking away {b} [is|comes to|makes].
  I say {a} after a [deduction|reduction] of {b}. [You say|Your answer|What is it]?
  If x is {a} after a [deduction|reduction] of {b}, what is x?
  The teacher asks: {a} after a [deduction|reduction] of {b}? Answer:
  {a} after a [deduction|reduction] of {b}
  {a} after a [deduction|reduction] of {b} equals ____
  [Quick one|Quick question|Next sum|Mental maths]: {a} after a [drop|fall|decrease] of {b}?
  [Write down|Dictate|Read out] the value of {a} after a [drop|fall|decrease] of {b}.
  [do you know|can you say|tell me] what number {a} after a [drop|fall|decrease] of {b} is.
  What is {a} after a [drop|fall|decrease] of {b}?
  How much is {a} after a [drop|fall|decrease] of {b}?
  What does {a} after a loss of {b} [make|give|come to|equal]?
  {a} after a loss of {b} =
  {a} after a loss of {b}, what is that?
  [I need|I want to know|show me] {a} after a loss of {b}.
  [Calculate|Compute|Evaluate|Work out] {a} after a loss of {b}.
  The result of {a} after removing {b} is
  Which number is {a} after removing {b}?
  [Give me|Find|State] {a} after removing {b}, please.
  x := {a} after removing {b}; print x
  {a} after removing {b} is what?
  Please tell me what {a} after losing {b} [is|comes to|makes].
  I say {a} after losing {b}. [You say|Your answer|What is it]?
  If x is {a} after losing {b}, what is x?
  The teacher asks: {a} after losing {b}? Answer:
  {a} after losing {b}
  {a} - {b} equals ____
  [Quick one|Quick question|Next sum|Mental maths]: {a} - {b}?
  [Do you know|Can you say|Tell me] what number {a} - {b} is.
  What is {a} - {b}?
  How much is {a} - {b}?
  What does {a} − {b} [make|give|come to|equal]?
  {a} − {b} =
  {a} − {b}, what is that?
  [I need|I want to know|Show me] {a} − {b}.
  [calculate|compute|evaluate|work out] {a} − {b}.
  The result of {a} excluding {b} is
  Which number is {a} excluding {b}?
  [give me|find|state] {a} excluding {b}, please.
  x := {a} excluding {b}; print x
  {a} excluding {b} is what?
  Please tell me what {a} shortened by {b} [is|comes to|makes].
  I say {a} shortened by {b}. [You say|Your answer|What is it]?
  If x is {a} shortened by {b}, what is x?
  The teacher asks: {a} shortened by {b}? Answer:
  {a} shortened by {b}
  {a} cut by {b} equals ____
  [quick one|quick question|next sum|mental maths]: {a} cut by {b}?
  [Write down|Dictate|Read out] the value of {a} cut by {b}.
  [Do you know|Can you say|Tell me] what number {a} cut by {b} is.
  What is {a} cut by {b}?
  How much is {a} down by {b}?
  What does {a} down by {b} [make|give|come to|equal]?
  {a} down by {b} =
  {a} down by {b}, what is that?
  [I need|I want to know|Show me] {a} down by {b}.
  [calculate|compute|evaluate|work out] {a} following a cut of {b}.
  The result of {a} following a cut of {b} is
  Which number is {a} following a cut of {b}?
  [give me|find|state] {a} following a cut of {b}, please.
  x := {a} following a cut of {b}; print x
  {a} subtracting {b} is what?
  Please tell me what {a} subtracting {b} [is|comes to|makes].
  I say {a} subtracting {b}. [You say|Your answer|What is it]?
  If x is {a} subtracting {b}, what is x?
  The teacher asks: {a} subtracting {b}? Answer:
  {a} deducting {b}
  {a} deducting {b} equals ____
  [quick one|quick question|next sum|mental maths]: {a} deducting {b}?
  [Write down|Dictate|Read out] the value of {a} deducting {b}.
  [Do you know|Can you say|Tell me] what number {a} deducting {b} is.
  What is {a} with a [discount|rebate] of {b}?
  How much is {a} with a [discount|rebate] of {b}?
  What does {a} with a [discount|rebate] of {b} [make|give|come to|equal]?
  {a} with a [discount|rebate] of {b} =
  {a} with a [discount|rebate] of {b}, what is that?
  [I need|I want to know|Show me] {a} but {b} less.
  [calculate|compute|evaluate|work out] {a} but {b} less.
  The result of {a} but {b} less is
  Which number is {a} but {b} less?
  [give me|find|state] {a} but {b} less, please.
  x := {a} with {b} taken away; print x
  {a} with {b} taken away is what?
  Please tell me what {a} with {b} taken away [is|comes to|makes].
  I say {a} with {b} taken away. [You say|Your answer|What is it]?
  If x is {a} with {b} taken away, what is x?
  The teacher asks: {a} with {b} off? Answer:
  {a} with {b} off
  {a} with {b} off equals ____
  [quick one|quick question|next sum|mental maths]: {a} with {b} off?
  [Write down|Dictate|Read out] the value of {a} with {b} off.
  [Do you know|Can you say|Tell me] what number {a} with {b} deducted is.
  What is {a} with {b} deducted?
  How much is {a} with {b} deducted?
  What does {a} with {b} deducted [make|give|come to|equal]?
  {a} with {b} deducted =
  {a} with {b} left out, what is that?
  [I need|I want to know|Show me] {a} with {b} left out.
  [calculate|compute|evaluate|work out] {a} with {b} left out.
  The result of {a} with {b} left out is
  Which number is {a} with {b} left out?
  [give me|find|state] {a} when {b} is subtracted, please.
  x := {a} when {b} is subtracted; print x
  {a} when {b} is subtracted is what?
  Please tell me what {a} when {b} is subtracted [is|comes to|makes].
  I say {a} when {b} is subtracted. [You say|Your answer|What is it]?
  If x is {a} once {b} is removed, what is x?
  The teacher asks: {a} once {b} is removed? Answer:
  {a} once {b} is removed
  {a} once {b} is removed equals ____
  [quick one|quick question|next sum|mental maths]: {a} once {b} is removed?
  What is the difference {a} minus {b}?
  [Give|State|Find] the signed difference {a} less {b}.
  The [minuend|top number] is {a} and the [subtrahend|number to subtract] is {b}. [Find the difference|Subtract].
  Minuend {a}, subtrahend {b}, difference?
  With minuend {a} and subtrahend {b}, the difference is ____
  Subtract: {a}, {b}
  subtract({a}, {b})
  minus({a}, {b})
  sub({a}, {b}) returns?
  What does subtract({a}, {b}) return?
  What would the formula ={a}-{b} show in a spreadsheet?
  In a spreadsheet, one cell is {a} and the next is {b}. First minus second?
  First number: {a}. Second number: {b}. [Subtract the second from the first|Take the second from the first|Find first minus second].
  Given p as {a} and q as {b}, [find|compute|what is] p minus q?
  Let p be {a} and q be {b}. Subtract q from p.
  x is {a}; x -= {b}; what is x?
  set x to {a}, then x = x - {b}. x?
  From {a} we subtract {b}. [What is left|What remains|Result]?
  From {a} go down {b}. Where [are you|do you land]?
  Start at {a} on the number line and go left {b} steps. Where do you [stop|land|end up]?
  Count back from {a} by {b}. Where do you [stop|land]?
  Starting at {a}, count backwards {b} steps.
  From {a}, step back {b}. What number are you on?
  Gross {a}, [deductions|deduction] {b}, net?
  The gross [figure|amount] is {a} and the deduction is {b}. [Net figure|What is the net amount]?
  Opening [figure|balance] {a}, debit {b}, closing [figure|balance]?
  Credits {a}, debits {b}. [Net|Balance|Net balance]?
  Income {a}, expenses {b}: [net result|profit|what is the net]?
  Revenue {a} less cost {b} gives a profit of
  {a} on the plus side and {b} on the minus side. [Net|Overall|Balance]?
  Plus {a}, minus {b}. [Total|What is it altogether|Net result]?
  Press {a}, press the minus key, press {b}, press equals. What [is shown|appears]?
  On a calculator: {a}, minus sign, {b}, equals. [Display|Result]?
  Make {a} smaller by {b}.
  What do you get if you make {a} smaller by {b}?
  Making {a} smaller by {b} gives what?
  {a} made smaller by {b} is what?
  Let {a} fall by {b}. [Where does it end up|New value]?
  If {a} falls by {b}, what does it become?
  {a} falls by {b}. Now it is ____
  After {a} falls by {b}, which number is it?
  If {a} goes down by {b}, what does it become?
  {a} goes down by {b}. New value?
  After {a} goes down by {b}, which number is it?
  {a} sinks by {b}. [Now|New value]?
  If {a} sinks by {b}, what does it become?
  When {a} declines by {b}, what is the new figure?
  {a} declines by {b}. New value?
  If {a} dips by {b}, what does it become?
  {a} dips by {b} and becomes ____
  When {a} loses {b}, what [is it|does it become]?
  {a} loses {b}. New value?
  Let {a} lose {b}. Result?
  What is {a} less a deduction of {b}?
  Carry out the reduction of {a} by {b} and give the result.
  [Perform|Do|Carry out] the subtraction {a} minus {b}.
  Do the take-away sum {a} take away {b}.
  Which number is smaller than {a} by {b}?
  Which number lies below {a} by {b}?
  What number falls short of {a} by exactly {b}?
  To get {a} I must add {b} to [some|a certain|a secret] number. Which one?
  {a} is the sum of {b} and which number?
  {a} equals {b} plus what?
  {a} is ____ plus {b}
  Write {a} as {b} plus something. What is the something?
  {a} = {b} + ?
  Split {a} into {b} and another number. Which number is the other part?
  {a} exceeds which number by {b}?
  {a} is {b} greater than [what|which number]?
  Undo adding {b}: the sum was {a}. What was the first number?
  The sum is {a} and one addend is {b}. The other addend?
  One part is {b} and the whole is {a}. The other part?
  [Relieve|Rid] {a} of {b}. What is left of it?
  Strip {a} of {b}. Result?
  Ease {a} down by {b}. Which number is that?
  Offset {a} by a loss of {b}. What is the net?
  Correct {a} downward by {b}.
  Adjust {a} downwards by {b}. New figure?
  Adjusting {a} downward by {b} gives what?
  If {a} is adjusted downward by {b}, what is the result?
  Cancel {b} out of {a}. What is left?
  {a} take {b}. What is it?
  take {a}, lose {b}, what now?
  {a}, minus {b}, gives?
  {a} and then {b} off. Result?
  {a} and minus {b} make what together?
  Fill in the blank: {a} minus {b} is ____
  Fill in: {a} − {b} = ____
  Complete: {a} less {b} makes ____
  If {b} is subtracted from {a}, what [is the result|do we get|number results]?
  With {b} subtracted from {a}, what [is the answer|is the value|number is it]?
  {b} subtracted from {a} is ____
  [assistant|hi], subtract {b} from {a} [for me|please].
  Let {b} be taken away from {a}. Result?
  What [do you get|comes out|is the result] when you take away {b} from {a}?
  [could|can|would] you take away {b} from {a}, please?
  [task|note|next]: take away {b} from {a}
  After taking away {b} from {a}, which number do [you|we|I] have?
  {b}, taken off {a}, makes?
  Take off {b} from {a} and [give|tell me|write down] the [result|answer].
  Taking off {b} from {a} gives what?
  [find|work out|determine] the result of taking off {b} from {a}.
  [I need|I want|I would like] {b} taken off from {a}.
  Suppose you deduct {b} from {a}. What then?
  Deduct {b} from {a}.
  If {b} is deducted from {a}, what [is the result|do we get|number results]?
  With {b} deducted from {a}, what [is the answer|is the value|number is it]?
  {b} deducted from {a} is ____
  [Assistant|Hi], remove {b} from {a} [for me|please].
  Let {b} be removed from {a}. Result?
  What [do you get|comes out|is the result] when you remove {b} from {a}?
  [Could|Can|Would] you remove {b} from {a}, please?
  [task|note|next]: remove {b} from {a}
  After withdrawing {b} from {a}, which number do [you|we|I] have?
  {b}, withdrawn from {a}, makes?
  Withdraw {b} from {a} and [give|tell me|write down] the [result|answer].
  Withdrawing {b} from {a} gives what?
  [Find|Work out|Determine] the result of withdrawing {b} from {a}.
  [I need|I want|I would like] {b} knocked off from {a}.
  Suppose you knock off {b} from {a}. What then?
  Knock off {b} from {a}.
  If {b} is knocked off {a}, what [is the result|do we get|number results]?
  With {b} knocked off {a}, what [is the answer|is the value|number is it]?
  {b} cut off from {a} is ____
  [Assistant|Hi], cut off {b} from {a} [for me|please].
  Let {b} be cut off from {a}. Result?
  What [do you get|comes out|is the result] when you cut off {b} from {a}?
  [Could|Can|Would] you cut off {b} from {a}, please?
  [task|note|next]: discount {b} from {a}
  After discounting {b} from {a}, which number do [you|we|I] have?
  {b}, discounted from {a}, makes?
  Discount {b} from {a} and [give|tell me|write down] the [result|answer].
  Discounting {b} from {a} gives what?
  [Find|Work out|Determine] the result of debiting {b} from {a}.
  [I need|I want|I would like] {b} debited from {a}.
  Suppose you debit {b} from {a}. What then?
  Debit {b} from {a}.
  If {b} is debited from {a}, what [is the result|do we get|number results]?
  With {b} docked from {a}, what [is the answer|is the value|number is it]?
  {b} docked from {a} is ____
  [assistant|hi], dock {b} from {a} [for me|please].
  Let {b} be docked from {a}. Result?
  What [do you get|comes out|is the result] when you dock {b} from {a}?
  [could|can|would] you strip away {b} from {a}, please?
  [task|note|next]: strip away {b} from {a}
  After stripping away {b} from {a}, which number do [you|we|I] have?
  {b}, stripped away from {a}, makes?
  Strip away {b} from {a} and [give|tell me|write down] the [result|answer].
  Dropping {b} from {a} gives what?
  [find|work out|determine] the result of dropping {b} from {a}.
  [I need|I want|I would like] {b} dropped from {a}.
  Suppose you drop {b} from {a}. What then?
  Drop {b} from {a}.
  If {b} is shaved off {a}, what [is the result|do we get|number results]?
  With {b} shaved off {a}, what [is the answer|is the value|number is it]?
  {b} shaved off {a} is ____
  [Assistant|Hi], shave off {b} from {a} [for me|please].
  Let {b} be shaved off {a}. Result?
  What [do you get|comes out|is the result] when you take out {b} from {a}?
  [Could|Can|Would] you take out {b} from {a}, please?
  [task|note|next]: take out {b} from {a}
  After taking out {b} from {a}, which number do [you|we|I] have?
  {b}, taken out of {a}, makes?
  Pull out {b} from {a} and [give|tell me|write down] the [result|answer].
  Pulling out {b} from {a} gives what?
  [Find|Work out|Determine] the result of pulling out {b} from {a}.
  [I need|I want|I would like] {b} pulled out of {a}.
  Suppose you pull out {b} from {a}. What then?
  Chop off {b} from {a}.
  If {b} is chopped off {a}, what [is the result|do we get|number results]?
  With {b} chopped off {a}, what [is the answer|is the value|number is it]?
  {b} chopped off {a} is ____
  [Assistant|Hi], chop off {b} from {a} [for me|please].
  Let {b} be struck off from {a}. Result?
  What [do you get|comes out|is the result] when you strike off {b} from {a}?
  [Could|Can|Would] you strike off {b} from {a}, please?
  [task|note|next]: strike off {b} from {a}
  After striking off {b} from {a}, which number do [you|we|I] have?
  {b}, written off from {a}, makes?
  Write off {b} from {a} and [give|tell me|write down] the [result|answer].
  Writing off {b} from {a} gives what?
  [Find|Work out|Determine] the result of writing off {b} from {a}.
  [I need|I want|I would like] {b} written off from {a}.
  Suppose you drain {b} from {a}. What then?
  Drain {b} from {a}.
  If {b} is drained from {a}, what [is the result|do we get|number results]?
  With {b} drained from {a}, what [is the answer|is the value|number is it]?
  {b} drained from {a} is ____
  [assistant|hi], eliminate {b} from {a} [for me|please].
  Let {b} be eliminated from {a}. Result?
  What [do you get|comes out|is the result] when you eliminate {b} from {a}?
  [could|can|would] you eliminate {b} from {a}, please?
  [task|note|next]: eliminate {b} from {a}
  After slicing off {b} from {a}, which number do [you|we|I] have?
  {b}, sliced off from {a}, makes?
  Slice off {b} from {a} and [give|tell me|write down] the [result|answer].
  Slicing off {b} from {a} gives what?
  [find|work out|determine] the result of slicing off {b} from {a}.
  {b} less than {a}
  {b} less than {a} is what?
  [Find|Give|Name|Write] the number that is {b} less than {a}.
  Which number is {b} [lower|smaller] than {a}?
  I am thinking of a number {b} [less|lower|smaller] than {a}. Which is it?
  What number is {b} below {a}?
  [Find|Name|Give] the number {b} below {a}.
  {b} below {a} is ____
  {b} under {a}: which number?
  Which number is {b} under {a}?
  What is {b} short of {a}?
  Which number is {b} short of {a}?
  {b} short of {a} is ____
  Which number is {b} shy of {a}?
  {b} shy of {a} is what number?
  What number comes {b} before {a}?
  {b} before {a} is which number?
  Which number lies {b} to the left of {a} on the number line?
  Go {b} steps down from {a}. Where do you land?
  Count {b} back from {a}.
  What is {b} back from {a}?
  What is {b} down from {a}?
  {b} down from {a} is what?
  What is {b} off {a}?
  {b} off {a} makes ____
  How much is {b} off {a}?
  Take {b} off {a}.
  Take {b} out of {a}. Result?
  What do you get when {b} comes off {a}?
  If {b} comes off {a}, what is the result?
  When {b} comes out of {a}, what does it become?
  If {b} is lost from {a}, what is the new value?
  {b} from {a}
  What is {b} from {a}?
  {b} from {a} is what?
  How much is {b} from {a}?
  [Calculate|Work out|Do] {b} from {a}.
  The result of taking {b} from {a} is
  Taking {b} from {a} gives what?
  Can you take {b} away from {a}?
  If {b} is taken from {a}, what is the result?
  What does the subtraction of {b} from {a} [give|yield]?
  [Find|State] the result of the subtraction of {b} from {a}.
  After a deduction of {b} from {a}, what is the figure?
  What does a deduction of {b} from {a} give?
  A [drop|fall|reduction|decrease] of {b} from {a} takes us to which number?
  After a [drop|fall] of {b} from {a}, what is the value?
  The removal of {b} from {a} gives what?
  Subtrahend {b}, minuend {a}, difference?
  Subtracting the number {b}, starting from {a}, gives ____
  By subtracting {b}, what does {a} become?
  With {b} gone from {a}, what is the value?
  What must be added to {b} to [get|make|reach] {a}?
  What do you have to add to {b} to [get|reach] {a}?
  {b} plus what equals {a}?
  {b} + ____ = {a}
  {b} and what number make {a}?
  Which number must join {b} to make {a}?
  What number goes with {b} to make a sum of {a}?
  I add {b} to a number and get {a}. What was the number?
  A number plus {b} is {a}. Find the number.
  A number increased by {b} is {a}. What is the number?
  {b} more than some number is {a}. Which number?
  What is the signed change going from {b} to {a}?
  From {b} to {a}, what is the change, with sign?
  A value goes from {b} to {a}. What is the change (negative if it fell)?
  Old value {b}, new value {a}: signed change?
  Expenses {b}, income {a}: net result?
  Deduction {b}, gross {a}, net?
  Debit {b} against {a}. Net?
  Set {b} against {a} as a loss. Net figure?
  The second number is {b}, the first is {a}. First minus second?
  Let q be {b} and p be {a}. Find p minus q.
  Here is {b}. Subtract it from {a}.
  Use {b} to reduce {a}.
  By {b}, reduce {a}.
  Having removed {b}, what is {a} now?
  Less {b}, what is {a}?
  Minus {b}, what does {a} become?
  Leaving out {b}, what is {a}?
  Without {b}, how much is {a}?
`);
