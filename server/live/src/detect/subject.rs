//! Whose product a match speaks of: "it is too expensive" right after "Gong" is no objection to ours.

use std::collections::VecDeque;
use std::ops::Range;

use model::metrics::{Stop, Words};
use model::{Channel, CueKind, Millis, Segment};

use super::BARRIERS;
use crate::playbook::{Entry, Playbook};

/// How long "it" may go back to what was named.
const REMEMBERED: Millis = Millis(30_000);
/// Segments of that time that are kept.
const LINES: usize = 16;
/// Objections that another vendor's product doesn't take back: they compare with it, or are about the customer themselves.
const OF_THEMSELVES: &[&str] = &["objection.competitor", "objection.status_quo", "objection.timing", "objection.authority"];
/// Another product by its kind, and the words before that make it another one.
const KINDS: &[&str] = &[
    "vendor",
    "vendors",
    "provider",
    "providers",
    "tool",
    "tools",
    "system",
    "solution",
    "software",
    "platform",
    "product",
    "crm",
    "supplier",
    "guys",
    "option",
    "options",
    "company",
    "one",
    "quote",
    "offer",
    "subscription",
];
const OTHERS: &[&str] =
    &["other", "another", "different", "second", "current", "existing", "old", "previous", "last", "former", "present", "rival"];
/// What one does with a product that one may name.
const USING: &[&str] = &[
    "tried",
    "tested",
    "evaluated",
    "evaluating",
    "used",
    "use",
    "using",
    "demoed",
    "trialed",
    "trialled",
    "piloted",
    "bought",
    "considered",
    "have",
    "had",
    "left",
    "ditched",
    "dropped",
    "replaced",
    "cancelled",
];
/// What their product has.
const PARTS: &[&str] = &[
    "price", "prices", "pricing", "cost", "costs", "quote", "fee", "fees", "offer", "plan", "plans", "product", "tool", "contract",
    "terms", "security",
];
/// After a name these make it what is spoken of.
const DOING: &[&str] = &[
    "is", "was", "are", "has", "had", "costs", "cost", "charges", "charged", "wants", "wanted", "quoted", "seems", "looks", "looked",
    "pricing", "price", "gave", "told", "would", "will", "security",
];
/// After these a product is only compared with.
const COMPARING: &[&str] = &["than", "versus", "vs", "against", "unlike", "over", "like"];
/// What a product is that others are measured by: ours is the dearer one then.
const CHEAPER: &[&str] = &["cheaper", "less", "half", "lower", "affordable"];
const IT: &[&str] = &["it", "they", "that", "them", "he", "she", "their", "theirs", "those", "these"];

/// Whose something is that was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Ours,
    Theirs,
    /// Another vendor's, but only as a measure: "than Gong".
    Compared,
}

/// A place that says whose product is spoken of.
#[derive(Clone, Debug)]
pub(crate) struct Mention {
    words: Range<usize>,
    whose: Whose,
}

/// What both sides said last, in the order of the segments. It is read only when it matters whose product "it" is.
#[derive(Debug, Default)]
pub(crate) struct Topic {
    /// Who said what, until when.
    said: VecDeque<(Channel, String, Millis)>,
}

impl Topic {
    /// Takes a final segment in.
    pub fn take_in(&mut self, segment: &Segment) {
        self.said.push_back((segment.channel, segment.text.clone(), segment.end_ms));
        if self.said.len() > LINES {
            self.said.pop_front();
        }
    }

    /// Whether what is said from a time on may go on about another vendor's product: it was named last, not long before.
    pub fn is_theirs(&self, playbook: &Playbook, at: Millis) -> bool {
        let near = self.said.iter().rev().take_while(|(_, _, end)| at.since(*end) <= REMEMBERED);
        let named = near.map(|(channel, text, _)| {
            let named = mentions(playbook, text, &Words::of(text), *channel);
            named.into_iter().rfind(|mention| mention.whose != Whose::Compared).map(|mention| mention.whose)
        });
        named.flatten().next() == Some(Whose::Theirs)
    }
}

/// Whether an entry says something of a product, good or bad, that may be meant of another one.
pub(super) fn may_be_of_another(entry: &Entry) -> bool {
    match entry.kind {
        CueKind::Objection => !OF_THEMSELVES.contains(&entry.id.as_str()),
        CueKind::BuyingSignal => entry.id != "buying.pain",
        _ => false,
    }
}

/// Whether an entry is about what somebody asks us for, rather than what they think of something.
pub(super) fn asks(entry: &Entry) -> bool {
    entry.kind == CueKind::BuyingSignal && entry.id != "buying.enthusiasm"
}

/// All places of a text that say whose product is spoken of, in order.
pub(crate) fn mentions(playbook: &Playbook, text: &str, words: &Words, channel: Channel) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut index = 0;
    while index < words.len() {
        let rival = playbook.rival_at(words, index);
        // What stands beside rivals in a playbook may be no more than a tool that ours works with.
        let rival = rival.filter(|rival| rival.certain || is_spoken_of(words, index, rival.length)).map(|rival| rival.length);
        let length = rival.or_else(|| other_product(text, words, index));
        let (whose, length) = match length {
            Some(length) if is_compared(words, index, length) => (Whose::Compared, length),
            Some(length) => (Whose::Theirs, length),
            None if is_ours(words, index, channel) => (Whose::Ours, 1),
            None => {
                index += 1;
                continue;
            }
        };
        found.push(Mention { words: index..index + length, whose });
        index += length;
    }
    found
}

/// "HubSpot is", "we use HubSpot", "looking at HubSpot".
fn is_spoken_of(words: &Words, index: usize, length: usize) -> bool {
    let before = |distance: usize| index.checked_sub(distance).map_or("", |index| words.word(index));
    let looked_at =
        matches!(before(1), "at" | "to" | "with") && matches!(before(2), "looking" | "looked" | "look" | "talking" | "talked" | "speaking");
    let subject = DOING.contains(&words.word(index + length)) && !matches!(before(1), "with" | "into" | "to" | "from" | "in" | "for");
    looked_at || subject || USING.contains(&before(1))
}

/// "another tool", "our current provider", "a competitor", "we tried Chorus": how many words name it.
fn other_product(text: &str, words: &Words, index: usize) -> Option<usize> {
    let before = index.checked_sub(1).map_or("", |before| words.word(before));
    let next = words.word(index + 1);
    match words.word(index) {
        "their" if PARTS.contains(&next) => Some(1),
        "theirs" => Some(1),
        "competitor" | "competitors" | "competition" => Some(1),
        other if OTHERS.contains(&other) && before != "your" => {
            let kind = (index + 1..index + 3).find(|index| KINDS.contains(&words.word(*index)))?;
            Some(kind + 1 - index)
        }
        _ if USING.contains(&before) && is_capital(text, words, index) => {
            Some(1 + usize::from(!next.is_empty() && is_capital(text, words, index + 1)))
        }
        _ => None,
    }
}

/// Whether a word is written as a name, in the middle of a sentence.
fn is_capital(text: &str, words: &Words, index: usize) -> bool {
    let word = words.word(index);
    let Some(mark) = words.marks().get(index) else { return false };
    let inner = index > 0 && words.marks().get(index - 1).is_some_and(|before| before.stop < Stop::Sentence);
    inner && !matches!(word, "i" | "closezly") && text.chars().nth(mark.start as usize).is_some_and(char::is_uppercase)
}

fn is_compared(words: &Words, index: usize, length: usize) -> bool {
    let before = |distance: usize| index.checked_sub(distance).map_or("", |index| words.word(index));
    // "than the other vendor"
    let (one, two) = if matches!(before(1), "the" | "our" | "your" | "a" | "an") { (before(2), before(3)) } else { (before(1), before(2)) };
    let measure = COMPARING.contains(&one)
        || (matches!(one, "to" | "with") && matches!(two, "compared" | "compare" | "compares" | "next" | "relative" | "comparison"));
    let cheaper = (index + length..index + length + 5)
        .take_while(|index| words.marks().get(index.saturating_sub(1)).is_some_and(|mark| mark.stop < Stop::Clause))
        .any(|index| CHEAPER.contains(&words.word(index)));
    measure || cheaper
}

/// Words that lead back to our product.
fn is_ours(words: &Words, index: usize, channel: Channel) -> bool {
    let next = words.word(index + 1);
    let before = index.checked_sub(1).map_or("", |before| words.word(before));
    match (words.word(index), channel) {
        ("closezly", _) => true,
        ("your" | "yours", Channel::Customer) => true,
        // "Could you send me the contract": what one is asked for is one's own.
        ("you", Channel::Customer) if matches!(before, "can" | "could" | "would" | "will" | "do") => true,
        ("you", Channel::Customer) => matches!(
            next,
            "are"
                | "guys"
                | "have"
                | "charge"
                | "offer"
                | "do"
                | "can"
                | "could"
                | "want"
                | "ask"
                | "quoted"
                | "sent"
                | "showed"
                | "cost"
                | "would"
        ),
        ("this", Channel::Customer) => {
            matches!(next, "is" | "looks" | "seems" | "feels" | "tool" | "product" | "one" | "thing" | "would" | "will" | "could" | "costs")
        }
        ("how", Channel::Customer) => next == "much",
        ("our" | "ours", Channel::Rep) => true,
        ("we", Channel::Rep) => !matches!(next, "talk" | "talked" | "spoke" | "discuss" | "discussed"),
        ("dollars" | "euros" | "pounds" | "francs" | "discount" | "percent", Channel::Rep) => true,
        _ => false,
    }
}

/// Whether a match speaks of another vendor's product. `theirs` tells whether it was named last before the text; what `asks` something asks
/// it of us, unless it names the other one.
pub(super) fn is_about_another(words: &Words, mentions: &[Mention], matched: &Range<usize>, theirs: impl Fn() -> bool, asks: bool) -> bool {
    let overlaps = |mention: &&Mention| mention.words.start < matched.end && matched.start < mention.words.end;
    if let Some(named) = mentions.iter().filter(overlaps).find(|mention| mention.whose != Whose::Ours) {
        // "How much does Gong cost?" asks for theirs. An objection whose phrase names it means it.
        return asks && named.whose == Whose::Theirs;
    }
    let sentence = words.sentence_start(matched.start)..words.sentence_end(matched.end.saturating_sub(1));
    let after = mentions.iter().find(|mention| mention.words.start >= matched.end && mention.words.start < sentence.end);
    match after.map(|mention| (mention.whose, mention.words.start)) {
        Some((Whose::Compared, _)) => return false,
        // "a trial with Gong"
        Some((Whose::Theirs, at))
            if at - matched.end <= 2 && matches!(words.word(at - 1), "with" | "of" | "from" | "at" | "by" | "for") =>
        {
            return true;
        }
        Some((Whose::Ours, at)) if (matched.end..at).all(|index| !BARRIERS.contains(&words.word(index))) => return false,
        _ => {}
    }
    let clause =
        (sentence.start..matched.start).rev().find(|index| BARRIERS.contains(&words.word(*index))).map_or(sentence.start, |at| at + 1);
    let last = |range: Range<usize>| mentions.iter().rfind(|mention| range.contains(&mention.words.start)).map(|mention| mention.whose);
    match last(clause..matched.start) {
        Some(whose) => return whose == Whose::Theirs,
        // "They have a free trial" asks for nothing; "it" and "that" are ours where something is asked.
        None if asks => {
            let they = (clause..matched.end).any(|index| matches!(words.word(index), "they" | "them" | "their"));
            return they && last(0..clause).map_or_else(theirs, |whose| whose == Whose::Theirs);
        }
        None => {}
    }
    // The words that say what it is about: before the phrase, in it, or right behind it ("afford it").
    let said = || (clause..(matched.end + 2).min(sentence.end)).map(|index| words.word(index));
    let pronoun = said().any(|word| IT.contains(&word));
    let ourselves = (clause..matched.end).any(|index| matches!(words.word(index), "we" | "i" | "our" | "my"));
    if said().any(|word| word == "this") || (ourselves && !pronoun) {
        return false;
    }
    // "The price" of something that was named a while ago isn't its price.
    let price = (clause..matched.start).any(|index| matches!(words.word(index), "the") && !pronoun);
    match last(0..clause) {
        Some(whose) => whose == Whose::Theirs,
        None => !price && theirs(),
    }
}
