//! Dates in spoken promises: "by Friday", "two weeks from Monday", "the end of Q1", "March third".
//!
//! A small grammar in three steps: `token` takes the text apart; one file for each kind of phrase (`weekday`, `month`,
//! `numeric`, `period`, `distance`, `near`, `clock`, `holiday`) reads a phrase as days, the longest reading wins; `fringe`
//! drops what wasn't understood whole. Architecture invariant: a phrase of which a part is left over gives no date. A near date
//! is worse than none: nobody checks it.
//!
//! Two questions can be asked. [`read`] tells which days a text names, in the past or ahead. [`find`] tells when something is
//! due: it takes only what looks ahead, what is clear where it stands ("on the 5th", not "the 5th floor"), and never a time of
//! day alone, which mostly is about another day than today. A stretch of time is due at its end ("next week" on its Friday,
//! "in March" on its last day), but before its first day if it is "by March". A weekday is its next occurrence after the
//! call's day; "next Friday" is next week's.

use std::ops::Range;

use chrono::NaiveDate;

mod calendar;
mod clock;
mod distance;
mod fringe;
mod holiday;
mod lexicon;
mod month;
mod near;
mod numeric;
mod ordinal;
mod part;
mod period;
mod phrase;
mod token;
mod weekday;

use calendar::plus_months;
use phrase::{DatePhrases, Reader};

/// In which order a language writes the numbers of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayOrder {
    /// 12/15: the United States, and where the year comes first.
    MonthFirst,
    /// 15/12.
    DayFirst,
    /// Not known: 5/6 is no date, 15/6 is one.
    Open,
}

impl DayOrder {
    /// The order of a language (BCP 47: "en-GB"). English without a country, and in Canada, is open.
    pub fn of(language: &str) -> Self {
        let mut parts = language.split(['-', '_']).map(str::to_ascii_lowercase);
        let spoken = parts.next().unwrap_or_default();
        let country = parts.find(|part| part.len() == 2 || (part.len() == 3 && part.starts_with(|c: char| c.is_ascii_digit())));
        match (spoken.as_str(), country.as_deref()) {
            (_, Some("us" | "ph")) | ("zh" | "ja" | "ko" | "hu" | "lt" | "mn", _) => Self::MonthFirst,
            ("" | "en", None) | (_, Some("ca")) => Self::Open,
            _ => Self::DayFirst,
        }
    }
}

/// From where dates are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewpoint {
    /// The day on which it was said, where it was said.
    pub today: NaiveDate,
    /// Minutes since that day's midnight, if known: only [`read`] asks, for times of day and distances in hours.
    pub minute: Option<u32>,
    /// How the call's language writes dates.
    pub order: DayOrder,
}

impl Viewpoint {
    /// A call's local day, and its language (BCP 47: "en-GB").
    pub fn of(today: NaiveDate, language: &str) -> Self {
        Self { today, minute: None, order: DayOrder::of(language) }
    }
}

/// When something is due, and the words that say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueDate {
    /// The day; never before the call's, and at most five years after it.
    pub date: NaiveDate,
    /// Characters of the phrase, with its preposition.
    pub place: Range<u32>,
}

/// Days that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedDays {
    /// The day, or a stretch's first.
    pub first: NaiveDate,
    /// The same day, or a stretch's last.
    pub last: NaiveDate,
    /// Characters of the phrase.
    pub place: Range<u32>,
}

/// How far ahead something may be due, in months.
const FARTHEST: i64 = 60;

/// When a sentence says something is due. A date after "by", "before" or "until" goes before others, else the first.
pub fn find(sentence: &str, seen: &Viewpoint) -> Option<DueDate> {
    let tokens = token::tokens(sentence);
    let reader = Reader { tokens: &tokens, seen: Viewpoint { minute: None, ..*seen } };
    let farthest = plus_months(seen.today, FARTHEST)?;
    let mut first = None;
    for phrase in DatePhrases::of(reader) {
        let lead = phrase.lead(reader);
        if phrase.is_vague(reader, &lead) {
            continue;
        }
        let date = if lead.limits { phrase.by.unwrap_or(phrase.due) } else { phrase.due };
        if !(seen.today..=farthest).contains(&date) {
            continue;
        }
        let Some(place) = phrase.place(&tokens, lead.from) else { continue };
        let due = DueDate { date, place };
        if lead.limits {
            return Some(due);
        }
        first.get_or_insert(due);
    }
    // "March 1, and the results two weeks after that": due on another day than the one that is named.
    first.filter(|_| !reader.leaves_a_distance())
}

/// The first days that a text names, in the past or ahead.
pub fn read(text: &str, seen: &Viewpoint) -> Option<NamedDays> {
    let tokens = token::tokens(text);
    let reader = Reader { tokens: &tokens, seen: *seen };
    let phrase = DatePhrases::of(reader).find(|phrase| phrase.is_told(reader))?;
    Some(NamedDays { first: phrase.first, last: phrase.last, place: phrase.place(&tokens, phrase.from)? })
}

#[cfg(test)]
mod tests;
