//! The phrases that make a promise. How they are written: see the module `playbook`.
//!
//! In the sense of the field: somebody commits to do something for the other side after the call. What is done in the call itself
//! ("I'll share my screen", "I'll tell you why") is none, nor is what the product does. A verb that says enough by itself stands alone;
//! a common one ("do", "get", "fix") needs its object.

/// What somebody promises to do themselves after the call.
pub(super) const OWN: &[&str] = &[
    // Verbs that need nothing else.
    "i|we (will|shall|am going to|are going to|would be happy to|would be glad to|promise to|would better) (also|definitely|just|then|quickly|gladly|personally|certainly|happily|probably|still|immediately|try to|try and|make sure to|go ahead and|need to|have to)? (send|email|mail|forward|share|follow up|(get|circle|come|report|reach) back (to you|with you|to them|to him|to her|to your|on that|on this|with (a|an|the|some|more|my|our))|put together|prepare|draft|set up|schedule|book|loop in|introduce|check|double check|find out|look into|write|confirm|talk to|talk with|speak to|speak with|discuss|review|bring this|bring it|take this|take it|run this|run it|call|phone|ring|text|update|provide|ping|reach out|ask|sign|fill|connect|invite|get you|give you|work on|ship|resend)",
    "i|we (will|shall|am going to|are going to|promise to|would better) (also|definitely|just|then|quickly|gladly|personally|certainly|happily|probably|still|immediately|try to|try and|make sure to|go ahead and|need to|have to)? (upload|submit|notify|escalate|investigate|arrange|organize|organise|refund|invoice|dig out|dig up|hunt down|track down|chase (it|that|this|them|down|up)|drop you|shoot you|hand you|pass (it|that|this|them|your) on|pass on)",
    "i|we (will|shall|am going to|are going to|promise to|would better) (also|definitely|just|then|quickly|gladly|personally|certainly|happily|probably|still|immediately|try to|try and|make sure to|go ahead and|need to|have to)? (sort out|sort (it|that|this|something|everything) out|take care of|see to (it|that)|look (it|that|them) up|be in touch|stay on it|make sure|ensure|let ..3 know|keep you ..2 (posted|updated|informed|in the loop)|set (it|that|this|you|everything|one) up|write (it|that|this) up|put you (down|in touch)|return (to you|with|your)|reply|respond|have that|have it|have something|have an answer)",
    // Common verbs with what they are about.
    "i|we (will|shall|am going to|are going to|promise to|would better) (also|definitely|just|then|quickly|gladly|personally|certainly|happily|probably|still|immediately|try to|try and|make sure to|go ahead and|need to|have to)? (fix|finish|complete|finalize|deliver|install|migrate|order|extend|renew|activate|waive|cancel|replace|raise|post|publish|pay|pull together|drop off|pick up|collect|translate|approve|configure|transfer|attach|reimburse|reserve) (it|that|this|them|these|those|the|your|you|our|by|for you|half)",
    "i|we (will|shall|am going to|are going to|promise to) (also|definitely|just|then|quickly|gladly|personally|try to|make sure to|go ahead and)? do (it|that|this|so|one|the same)",
    "i|we (will|shall|am going to|are going to|promise to) (also|definitely|just|then|quickly|personally|try to|make sure to)? (get|have) (it|that|this|them|something|an answer|someone|somebody|(the|a|an|my|our|your|one) ..3) ..2 (to you|for you|over|done|ready|signed|fixed|sorted|approved|sent|installed|set up|out to you|across|in place|back to you|send you|call you|to look|to call|to send|look at|reach out|contact you)",
    "i|we (will|shall|am going to|are going to) (also|just|then|definitely)? (get|have) (it|that|this|them|the ..2|my ..2|our ..2|your ..2) ..2 (by|before|tonight|tomorrow|on (monday|tuesday|wednesday|thursday|friday))",
    "i|we (will|shall|am going to|are going to) (also|just|then|definitely|quickly)? (take a look|take a closer look|have a look at (it|that|this|your|the)|look at (it|that|this|your)|put ..3 (in writing|in an email|on paper|in your calendar|in the calendar)|see (if|whether|what) (i|we) can|take (it|that|this) up with|make (a note|you a|an appointment|the change|that change))",
    "i|we (am|are|will be) (sending|emailing|mailing|forwarding) (you|it|that|this|the|over|them)",
    // What one is able to do is a promise if it is for the other one.
    "i|we (can|could|should be able to) (also|definitely|just|then)? (send|email|mail|forward|share|get|show up with|introduce|connect|put|set|bring|prepare|draft|book|invite) ..3 (you|your)",
    "let me (check|get back|follow up|talk|speak|discuss|find out|look into|send|email|mail|confirm|put together|prepare|set up|schedule|loop in|run this|run it|bring this|take this|introduce|connect you|dig|look (it|that|this) up|see (if|what|whether) (i|we) can|sort (it|that|this) out|find (it|that|you|a|an|the)|fix (it|that|this)|get (you|someone|somebody)|get (that|it|this|them|the ..2) ..2 (to you|over|for you|done|fixed|sorted))",
    "i|we (need|have|want) to (check|talk|speak|discuss|run|confirm|get|bring|ask) ..4 (with|to|by|past|from|my|our|legal|boss|team|cfo|ceo)",
    "i|we (need|have) to (get|come|circle) back to you",
    "i|we (promise|commit|undertake) to",
    "i|we owe you (a|an|the|our|my|some|that|those|two|one more)",
    "(leave|leave it|leave that) (with|to) me|us",
    "consider it done",
    "happy|glad (to send|to email|to share|to forward|to introduce|to set up|to put together|to connect you)",
    // What the other one will have.
    "you (will|should|are going to) (have|get|receive) (it|that|this|them|our|my|an|a|the|your|something|everything) ..4 (by|tomorrow|today|tonight|this (morning|afternoon|evening|week)|next (week|month)|before|in (a|an|one|two|three|the|your|about)|on (monday|tuesday|wednesday|thursday|friday)|monday|tuesday|wednesday|thursday|friday)",
    "you (will|are going to) hear (from|back)",
    "expect (it|that|the ..2|our ..2|an answer|my ..2|to hear) ..2 (from us|from me|by|tomorrow|today|tonight|on (monday|tuesday|wednesday|thursday|friday))",
];

/// Ability is no promise by itself, but one with a day is.
pub(super) const ABLE: &[&str] = &[
    "i|we (can|should be able to) (also|definitely|just|then)? (send|email|mail|forward|share|follow up|get back|circle back|come back|put together|prepare|draft|set up|schedule|book|loop in|introduce|check|find out|look into|write|confirm|talk to|talk with|speak to|speak with|discuss|review|bring this|bring it|take this|take it|run this|run it|call|ring|update|provide|ping|reach out|ask|sign|fill|connect|invite|get you|give you|work on|ship|resend|deliver|fix|do (it|that|this)|finish|get (it|that|this)|have (it|that|this|something|an answer|the))",
];

/// What somebody asks the other side to do.
pub(super) const ASKED: &[&str] = &[
    "(can|could|would|will) you (please|also|maybe|just)? (send|email|forward|share|provide|prepare|get|give|put together|check|confirm|introduce|set up|schedule|write|fill|sign|review)",
    "please (send|email|forward|share|provide|prepare|check|confirm|introduce|set up|schedule|fill|sign|review)",
    "(send|email|forward) (me|us)",
];

/// Verbs of what is felt, thought or true: no promise, whoever it is for.
pub(super) const NOT_DONE: &[&str] = &[
    "a", "admit", "agree", "an", "argue", "assume", "be", "believe", "bet", "disagree", "expect", "feel", "get", "go", "guess", "happen",
    "have", "hear", "hope", "keep", "know", "let", "like", "look", "lose", "love", "meet", "miss", "my", "need", "never", "not", "pretend",
    "remember", "say", "see", "sit", "sleep", "spare", "speak", "spend", "stay", "suggest", "take", "talk", "thank", "the", "think",
    "wait", "want", "watch", "win", "wonder",
];
/// Verbs of what is done in the call, unless it is done on another day.
pub(super) const DONE_NOW: &[&str] = &[
    "add",
    "answer",
    "ask",
    "begin",
    "come",
    "continue",
    "describe",
    "explain",
    "focus",
    "guide",
    "hand",
    "highlight",
    "interrupt",
    "introduce",
    "jump",
    "lead",
    "listen",
    "mention",
    "move",
    "mute",
    "note",
    "pause",
    "point",
    "present",
    "quote",
    "read",
    "remind",
    "repeat",
    "save",
    "share",
    "show",
    "skip",
    "start",
    "stop",
    "tell",
    "turn",
    "use",
    "walk",
    "wrap",
    "zoom",
];
/// What may stand before the verb of a promise.
pub(super) const ADVERBS: &[&str] = &[
    "also",
    "definitely",
    "just",
    "then",
    "quickly",
    "gladly",
    "personally",
    "certainly",
    "happily",
    "probably",
    "still",
    "immediately",
    "absolutely",
    "surely",
    "actually",
    "now",
    "all",
    "both",
];
/// A clause begins that is about something else; so does "that" before a subject.
pub(super) const CLAUSES: &[&str] =
    &["if", "when", "how", "what", "why", "because", "until", "unless", "so", "but", "where", "who", "which", "as", "while"];

/// In-call business that looks like a promise, and figures of speech.
pub(super) const NOT_AFTER: &[&str] = &[
    "share my screen",
    "share (the|a) screen",
    "(can|could) you (give|get|send) me (a|an|one|just)? (second|minute|moment|sense|idea|example|overview)",
    "let me check (if|whether|that) (you|i) (can|could)? (hear|see)",
    "let me (confirm|check) (that)? i (heard|understood|got)",
    "ask you (a|some|one|something|about|how|what)",
    "i will ask you",
    "give you (a|an|one|another|some|the) ..1 (example|examples|idea|overview|sense|feel|tour|demo|background|context|minute|moment|second|rundown|hint|flavor|flavour|summary)",
    "you (will|are going to) have to",
    "get (out|through|going|started|there|into|along|on with|straight|used|over with)",
    "put you on hold",
    "take it from (here|there)",
    "take your (word|point)",
    "(take|walk|guide|lead|run|talk) you (through|over)",
    "check (my notes|(if|whether) (he|she|they|you) (is|are) (on|here|there|still))",
    "do (it|that|this) (differently|again|here|live|now|together|like|step|slowly|because|all the time|every)",
    "owe you (an apology|a lot|a beer|a coffee|a drink|one)",
    "(write|bring|fix|check|read|discuss|review) ..3 (in a second|in a moment|in a minute|right here|on the next slide|now together)",
];

/// Meetings and steps that were agreed.
pub(super) const STEPS: &[&str] = &[
    "next step|steps (is|are|would be|will be|for)",
    "(let us|let's|we should|shall we|we can|we could|we will|i would like to|happy to|i will|can we|could we) (schedule|book|set up|plan|arrange|reconvene|regroup|meet|talk again|speak again|connect again|catch up|do a|have a|get a|put a) ..5 (call|meeting|demo|session|workshop|time|pilot|trial|again|monday|tuesday|wednesday|thursday|friday|tomorrow|next|week|calendar|follow up)",
    "(let us|let's|we will|we) (talk|speak|meet|connect|reconvene|regroup|start|begin) ..2 (on|next|tomorrow) (monday|tuesday|wednesday|thursday|friday|week|month|the|morning|afternoon)?",
    "(monday|tuesday|wednesday|thursday|friday|tomorrow|next week) ..3 (works|is fine|is good|is great|is perfect|sounds good|would work)",
    "(start|begin|go) with (a|the) ..2 (pilot|trial|proof of concept|poc)",
    "(send|put) ..3 (invite|calendar invite|invitation)",
    "(follow up|kick off|kickoff) (call|meeting|demo|session)",
    "(talk|speak|see you|meet) (on|next|tomorrow|again) (monday|tuesday|wednesday|thursday|friday|week)",
];
