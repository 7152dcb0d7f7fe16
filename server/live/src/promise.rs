//! What is noted of a promise: who does what by when.

use std::ops::Range;

use chrono::NaiveDate;
use model::Channel;
use model::metrics::{Stop, Words};

use crate::disfluency::{Fluent, opens_clause};
use crate::due_dates::{self, Viewpoint};

/// Longest title of a cue, in characters.
const LONGEST: usize = 120;
/// What is in the way between a promise's verb and its object.
const TO_WHOM: &[&str] = &["you", "me", "us"];
/// Before these it is more than that.
const NEEDING: &[&str] = &["to", "know", "on", "with", "in", "up", "by", "through", "about", "back", "and", "at", "for"];
/// What a promise begins with.
const OPENING: &[&str] = &[
    "i",
    "we",
    "will",
    "can",
    "could",
    "should",
    "shall",
    "would",
    "am",
    "are",
    "be",
    "going",
    "to",
    "let",
    "me",
    "us",
    "also",
    "definitely",
    "just",
    "then",
    "happy",
    "like",
    "how",
    "what",
    "about",
    "does",
    "is",
    "promise",
    "commit",
    "better",
    "owe",
    "personally",
    "quickly",
];

/// Who does what by when, as far as it was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Noted {
    /// Who does it.
    pub who: Channel,
    /// What, in the words that were said; empty if only a time was.
    pub what: String,
    /// By when, in the words that were said.
    pub when: Option<String>,
    /// It is only proposed: "how about Thursday?", "can we set up a call".
    pub proposed: bool,
}

impl Noted {
    /// What a promise in the words `matched` of a text notes. Its sentence should be complete.
    pub fn of(text: &str, said: &Words, matched: &Range<usize>, speaker: Channel) -> Self {
        let fluent = Fluent::of(text, said, 0);
        let (words, matched) = (fluent.words(), fluent.from(matched.start)..fluent.from(matched.end));
        let characters: Vec<char> = text.chars().collect();
        let quote = |range: Range<usize>| quote(&characters, words, &fluent, range);
        let end = end_of_clause(words, matched.end.saturating_sub(1));
        let date = date(words, matched.start..end).or_else(|| date(words, words.sentence_start(matched.start)..matched.start));
        let starts_date = |index: usize| date.as_ref().is_some_and(|date| date.start == index);
        let mut from = matched.start;
        while from + 1 < matched.end && OPENING.contains(&words.word(from)) && !starts_date(from) {
            from += 1;
        }
        // "I promise to": the match ends before what is promised.
        if words.word(from) == "to" && from + 1 < end {
            from += 1;
        }
        // "I owe you a price list".
        if from > matched.start && words.word(from - 1) == "owe" && from + 1 < end {
            from += usize::from(TO_WHOM.contains(&words.word(from)));
        }
        let until = date.as_ref().filter(|date| date.start > from).map_or(end, |date| date.start.min(end));
        // "introduce you to", "let you know": there the word is needed.
        let spare = TO_WHOM.contains(&words.word(from + 1)) && !NEEDING.contains(&words.word(from + 2));
        let what = match spare && from + 2 < until {
            true => format!("{} {}", quote(from..from + 1), quote(from + 2..until)),
            false => quote(from..until),
        };
        // "Send me the invite" is the other side's to do.
        let asks = matches!(words.word(matched.start), "send" | "email" | "shoot") && matches!(words.word(matched.start + 1), "me" | "us");
        let who = if asks { speaker.other() } else { speaker };
        let first = words.word(matched.start);
        let proposed = matches!(first, "does" | "would" | "is" | "how" | "what" | "can" | "could" | "shall" | "let" | "happy" | "like")
            && words.word(matched.start + 1) != "me"
            || (first == "we" && words.word(matched.start + 1) == "should");
        Self { who, what, when: date.map(quote), proposed }
    }

    /// The title of its cue, of which `title` is the entry's: "You promised: send our security overview, by Thursday".
    pub fn title(&self, title: &str) -> String {
        let lead = match (self.who, title.strip_suffix(" something")) {
            (Channel::Rep, Some("They committed to")) => "They asked you to",
            (_, Some("They committed to")) if self.proposed => "They proposed",
            (_, lead) => lead.unwrap_or(title),
        };
        let when = self.when.as_deref().filter(|when| !self.what.contains(when));
        let when = when.map_or(String::new(), |when| if self.what.is_empty() { when.to_owned() } else { format!(", {when}") });
        if self.what.is_empty() && when.is_empty() {
            return title.to_owned();
        }
        // The date stays, whatever is too long before it.
        let room = LONGEST.saturating_sub(lead.chars().count() + when.chars().count() + 3);
        if self.what.chars().count() <= room {
            return format!("{lead}: {}{when}", self.what);
        }
        format!("{lead}: {}…{when}", self.what.chars().take(room).collect::<String>().trim_end())
    }
}

/// The words of the first date that is named. Which day it is depends on the call's; the review tells. From a day long ago all dates
/// lie ahead.
fn date(words: &Words, within: Range<usize>) -> Option<Range<usize>> {
    let long_ago = NaiveDate::from_ymd_opt(2000, 1, 3)?;
    let (mut text, mut places) = (String::new(), Vec::with_capacity(within.len()));
    for index in within.clone() {
        let start = text.chars().count();
        text.push_str(words.word(index));
        places.push(start..text.chars().count());
        text.push(' ');
    }
    // In the language that promises are understood in.
    let place = due_dates::find(&text, &Viewpoint::of(long_ago, "en"))?.place;
    let touched = |word: &Range<usize>| word.start < place.end as usize && (place.start as usize) < word.end;
    let first = places.iter().position(touched)?;
    let last = places.iter().rposition(touched)?;
    Some(within.start + first..within.start + last + 1)
}

/// One past the last word of the clause that holds a word: where the next one begins with a subject, or the sentence ends.
fn end_of_clause(words: &Words, at: usize) -> usize {
    let end = words.sentence_end(at);
    let comma = |index: usize| words.marks().get(index).is_some_and(|mark| mark.stop == Stop::Clause);
    let begins = |index: &usize| {
        let conjunction = matches!(words.word(*index), "and" | "but" | "so" | "then" | "or");
        let subject = |index: usize| opens_clause(words.word(index));
        matches!(words.word(*index), "because")
            || (conjunction && subject(index + 1))
            || (comma(index - 1) && subject(*index) && !conjunction)
            // What is said of somebody is no part of what is promised.
            || (comma(index - 1) && matches!(words.word(*index), "who" | "which" | "where" | "whose"))
    };
    (at + 1..end).find(begins).unwrap_or(end)
}

/// Some words as they were said, without stumbles between them.
fn quote(characters: &[char], words: &Words, fluent: &Fluent<'_>, range: Range<usize>) -> String {
    let marks = words.marks().get(range.clone()).unwrap_or(&[]);
    let (Some(first), Some(last)) = (marks.first(), marks.last()) else { return String::new() };
    let piece = |from: u32, until: u32| characters.get(from as usize..until as usize).unwrap_or(&[]).iter().collect::<String>();
    if fluent.as_said(&range).len() == range.len() {
        return piece(first.start, last.end);
    }
    let pieces: Vec<String> = marks.iter().filter(|mark| mark.spoken).map(|mark| piece(mark.start, mark.end)).collect();
    pieces.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_what_and_when_are_noted_as_said() {
        for (text, phrase, what, when) in [
            (
                "I don't want to guess. I will send you our security overview by Thursday.",
                6..12,
                "send our security overview",
                Some("by Thursday"),
            ),
            ("I'll, uh, send you the um deck by Friday.", 0..6, "send the deck", Some("by Friday")),
            (
                "I will send you the deck and a pilot plan by Friday, and we talk on Monday.",
                0..6,
                "send the deck and a pilot plan",
                Some("by Friday"),
            ),
            ("On Thursday I will send you the numbers", 2..8, "send the numbers", Some("On Thursday")),
            ("I will send you the list", 0..6, "send the list", None),
            ("Tuesday at ten works for me.", 0..2, "Tuesday at ten works for me", Some("Tuesday at ten")),
            ("we will get back to you tomorrow", 0..6, "get back to you", Some("tomorrow")),
            ("", 0..0, "", None),
        ] {
            let noted = Noted::of(text, &Words::of(text), &phrase, Channel::Rep);
            assert_eq!((noted.what.as_str(), noted.when.as_deref()), (what, when), "{text}");
        }
    }

    #[test]
    fn a_title_fits_a_line_and_keeps_the_date() {
        let noted = |what: String, when: Option<&str>| Noted { who: Channel::Rep, what, when: when.map(str::to_owned), proposed: false };
        let title = "You promised something";
        assert_eq!(noted("send the deck".into(), Some("by Friday")).title(title), "You promised: send the deck, by Friday");
        assert_eq!(noted("Tuesday at ten works".into(), Some("Tuesday")).title(title), "You promised: Tuesday at ten works");
        assert_eq!(noted(String::new(), None).title(title), title);
        let long = noted("word ".repeat(60), Some("by Friday")).title(title);
        assert!(long.chars().count() <= LONGEST && long.ends_with("…, by Friday"), "{long}");
    }
}
