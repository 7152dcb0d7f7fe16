//! The stretch of time that a price is for: a week's price is no answer to what a day costs.

use std::sync::LazyLock;

use regex::Regex;

use super::closed::Closed;
use super::values::pattern;

/// Stretches of time, each once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Periods(u8);

const UNITS: [&[&str]; 6] = [
    &["hour", "hours", "hourly", "stunde", "stunden"],
    &["day", "days", "daily", "tag", "tage", "täglich"],
    &["night", "nights", "nightly", "nacht", "nächte"],
    &["week", "weeks", "weekly", "woche", "wochen", "wöchentlich"],
    &["month", "months", "monthly", "monat", "monate", "monatlich"],
    &["year", "years", "yearly", "annual", "annually", "annum", "jahr", "jahre", "jährlich"],
];

static ASKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:\b(?:per|a|an|one|each|every|whole|full|pro|je|im|jeden?)\s+|/)(?:(?:whole|full|calendar)\s+)?(hour|day|night|week|month|year|annum|stunde|tag|nacht|woche|monat|jahr)\b|\b(hourly|daily|nightly|weekly|monthly|yearly|annual(?:ly)?|stündlich|täglich|wöchentlich|monatlich|jährlich)",
    )
});

impl Periods {
    /// Those that a question for a price names; "a day ticket" is none.
    pub fn asked(question: &str) -> Self {
        let is_noun = |end: usize| {
            let rest = question.get(end..).unwrap_or_default();
            let next = rest.strip_prefix(' ').and_then(|rest| rest.split(|c: char| !c.is_alphanumeric()).next());
            next.is_some_and(|word| !word.is_empty() && Closed::of(&[]).class(&word.to_lowercase()).is_none())
        };
        Self::named(question, |end| !is_noun(end))
    }

    /// Those that a sentence gives a price for.
    pub fn in_sentence(text: &str) -> Self {
        Self::named(text, |_| true)
    }

    fn named(text: &str, counts: impl Fn(usize) -> bool) -> Self {
        let found = ASKED.captures_iter(text).filter_map(|found| found.get(1).or_else(|| found.get(2)));
        Self::of(found.filter(|word| counts(word.end())).map(|word| word.as_str()))
    }

    /// Those that the name of a column has: "Day rate".
    pub fn in_column(name: &str) -> Self {
        Self::of(name.split(|c: char| !c.is_alphanumeric()))
    }

    fn of<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let bit = |word: &str| {
            let word = word.to_lowercase();
            UNITS.iter().position(|unit| unit.contains(&word.as_str())).map_or(0, |at| 1 << at)
        };
        Self(words.map(bit).fold(0, |all, bit| all | bit))
    }

    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a word of the question is one of them.
    pub fn asks(self, word: &str) -> bool {
        self.0 & Self::of([word].into_iter()).0 != 0
    }

    /// Whether prices for these are none for those: both name some, and none is the same.
    pub fn are_others_than(self, asked: Self) -> bool {
        self.0 != 0 && asked.0 != 0 && self.0 & asked.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_for_another_time_is_told() {
        let week = Periods::asked("What does the kayak cost for a week?");
        assert!(Periods::in_sentence("It is 20 euros a day.").are_others_than(week));
        assert!(Periods::in_column("Day rate").are_others_than(week));
        assert!(!Periods::in_column("Weekly rate").are_others_than(week));
        assert!(!Periods::in_sentence("It is 20 euros.").are_others_than(week));
        assert!(!Periods::in_sentence("It is 20 euros a day.").are_others_than(Periods::asked("What does a day ticket cost?")));
        assert!(week.asks("week") && !week.asks("day"));
    }
}
