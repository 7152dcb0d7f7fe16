//! Phrases out of tokens: which readings are tried, which wins, and what stands before it.

use std::ops::Range;

use chrono::{Datelike, NaiveDate};

use super::calendar::{Stretch, plus};
use super::token::Token;
use super::{Viewpoint, calendar, lexicon};

/// How clear a phrase is by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// As it stands.
    Clear,
    /// Only after "by", "on" and the like, with nothing behind it that it could count: "the 5th", "Q3", "March", "12/15".
    Weak,
    /// Only behind a preposition: "sat", "wed".
    Short,
    /// Says nothing of when something is due: "now", "two weeks later", a weekday that isn't that date's.
    Loose,
    /// A time of day alone.
    Clock,
    /// Looks like a date and is none: 13/31/2018, 1.1.3.
    Nothing,
}

/// What a stretch of tokens means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// When something is due that is promised for it.
    pub due: NaiveDate,
    /// When something is due that is promised "by" it, if that is another day.
    pub by: Option<NaiveDate>,
    pub sort: Sort,
    /// One past its last token.
    pub next: usize,
}

impl Parsed {
    pub fn day(day: NaiveDate, next: usize) -> Self {
        Self { first: day, last: day, due: day, by: None, sort: Sort::Clear, next }
    }

    pub fn stretch(stretch: Stretch, next: usize) -> Self {
        Self { first: stretch.first, last: stretch.last, due: stretch.last, by: None, sort: Sort::Clear, next }
    }

    pub fn sorted(self, sort: Sort) -> Self {
        Self { sort, ..self }
    }

    pub fn until(self, next: usize) -> Self {
        Self { next, ..self }
    }
}

/// A phrase in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct DatePhrase {
    pub from: usize,
    pub next: usize,
    pub first: NaiveDate,
    pub last: NaiveDate,
    pub due: NaiveDate,
    pub by: Option<NaiveDate>,
    pub sort: Sort,
}

impl DatePhrase {
    /// Its characters in the text, from a token on; without a last point, which may be the sentence's.
    pub fn place(&self, tokens: &[Token], from: usize) -> Option<Range<u32>> {
        let last = tokens.get(from..self.next)?.iter().rfind(|token| token.text != ".")?;
        Some(tokens.get(from)?.place.start..last.place.end)
    }
}

/// Reads tokens as dates. Methods take the index of a token and return what begins there.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub tokens: &'a [Token],
    pub seen: Viewpoint,
}

impl<'a> Reader<'a> {
    pub fn today(&self) -> NaiveDate {
        self.seen.today
    }

    pub fn year(&self) -> i32 {
        self.seen.today.year()
    }

    /// A token's text; empty past the end.
    pub fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| token.text.as_str())
    }

    /// The text of the token before; empty before the first.
    pub fn before(&self, at: usize) -> &'a str {
        at.checked_sub(1).map_or("", |index| self.word(index))
    }

    pub fn number(&self, at: usize) -> Option<u32> {
        self.tokens.get(at).and_then(Token::number)
    }

    pub fn is_glued(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.glued)
    }

    /// Past one of these words, if one stands there.
    pub fn past(&self, at: usize, words: &[&str]) -> usize {
        at + usize::from(words.contains(&self.word(at)))
    }

    /// Past the full stop of a short form: "Fri.", "Dec.", "p.m."; behind a whole name the sentence ends.
    pub fn past_dot(&self, at: usize) -> usize {
        let is_short = self.before(at).len() < 5 && !matches!(self.before(at), "may" | "june" | "july");
        at + usize::from(is_short && self.word(at) == "." && self.is_glued(at))
    }

    /// Past some words in a row, if they stand there.
    pub fn after(&self, at: usize, words: &[&str]) -> Option<usize> {
        words.iter().enumerate().all(|(index, word)| self.word(at + index) == *word).then_some(at + words.len())
    }

    /// Whether a phrase may end before this token: the text or the sentence ends, or goes on with a word that it can't count.
    pub fn may_end(&self, at: usize) -> bool {
        self.tokens.get(at).is_none_or(|token| {
            let closes = !token.is_word() && !matches!(token.text.as_str(), "%" | "/" | "$" | "€") && token.number().is_none();
            closes || lexicon::goes_on(&token.text) || lexicon::is_part_of_day(&token.text)
        })
    }

    /// The longest reading of a phrase that names days.
    pub fn phrase(&self, at: usize) -> Option<Parsed> {
        let base = self.base(at, 0);
        let timed = self.clock_and_day(at);
        let first = longest([base, timed])?;
        Some(if matches!(first.sort, Sort::Nothing) { first } else { self.range(at, self.with_time(first)) })
    }

    /// A phrase without times of day and ranges. `depth` counts phrases within phrases: "two weeks from the day after …".
    pub fn base(&self, at: usize, depth: u8) -> Option<Parsed> {
        if depth > 3 {
            return None;
        }
        longest([
            self.numeric(at),
            self.month_day(at),
            self.day_of_month(at),
            self.weekday_phrase(at, depth),
            self.near(at, depth),
            self.nth_of(at, depth),
            self.part(at, depth),
            self.period_phrase(at, depth),
            self.distance(at, depth),
            self.holiday(at),
        ])
    }

    /// "Monday to Wednesday", "between the 3rd and the 5th", "tomorrow or Friday": due at its end.
    fn range(&self, at: usize, first: Parsed) -> Parsed {
        let between = self.before(at) == "between";
        let sign = match self.word(first.next) {
            "to" | "through" | "thru" | "until" | "untill" | "till" | "or" | "-" | "–" => true,
            "and" => between,
            _ => false,
        };
        let next = self.past(first.next + 1, &["on", "by"]);
        let Some(second) = self.base(next, 1).filter(|second| sign && second.sort != Sort::Nothing) else { return first };
        let mut second = self.with_time(second);
        if second.last < first.first && (first.first - second.last).num_days() < 7 && lexicon::weekday(self.word(next)).is_some() {
            // "Monday to Friday", on a Tuesday: the Friday after that Monday.
            let Some(last) = plus(second.last, 7) else { return first };
            second = Parsed { first: last, last, due: last, ..second };
        }
        // "10 August 2013 - 12 September": the year of the first holds for the second.
        let mut years = 0;
        while second.last < first.first && years < 100 {
            let Some(last) = calendar::plus_months(second.last, 12) else { return first };
            second = Parsed { last, due: last, ..second };
            years += 1;
        }
        if second.last < first.first { first } else { Parsed { first: first.first, by: None, ..second } }
    }

    /// Over the times of day that stand behind a day: "tomorrow afternoon at 5", "Friday from 9 to 11".
    pub fn with_time(&self, day: Parsed) -> Parsed {
        let mut next = day.next;
        for _ in 0..3 {
            let before = next;
            let led = self.past(self.past(next, &[","]), &["by", "at", "before"]);
            next = self.end_of_day(led).unwrap_or(next);
            let open = self.past(next, &[","]);
            let lead = self.past(open, &["at", "@", "by", "around", "from", "before", "in", "until", "after"]);
            let lead = self.past(lead, &["the", "between", "about", "around", "in"]);
            let lead = self.past(lead, &["between", "early", "late"]);
            if lexicon::is_part_of_day(self.word(lead)) {
                next = lead + 1;
            } else if let Some(after) = self.clock_range(lead, lead > open) {
                next = after;
            } else if self.before(lead) == "the" && self.word(lead) == "latest" {
                next = lead + 1;
            }
            if next == before {
                break;
            }
        }
        day.until(next)
    }
}

/// The reading that takes most tokens; the first of several.
pub(super) fn longest<const N: usize>(readings: [Option<Parsed>; N]) -> Option<Parsed> {
    readings.into_iter().flatten().reduce(|best, other| if other.next > best.next { other } else { best })
}

/// The phrases of a text, in its order.
pub(super) struct DatePhrases<'a> {
    reader: Reader<'a>,
    at: usize,
}

impl<'a> DatePhrases<'a> {
    pub fn of(reader: Reader<'a>) -> Self {
        Self { reader, at: 0 }
    }
}

impl Iterator for DatePhrases<'_> {
    type Item = DatePhrase;

    fn next(&mut self) -> Option<DatePhrase> {
        while self.at < self.reader.tokens.len() {
            let from = self.at;
            let Some(parsed) = self.reader.phrase(from).or_else(|| self.reader.clock_alone(from)) else {
                self.at += 1;
                continue;
            };
            self.at = parsed.next.max(from + 1);
            if parsed.sort == Sort::Nothing || !self.reader.is_whole(from, parsed.next) {
                continue;
            }
            let Parsed { first, last, due, by, sort, next } = parsed;
            return Some(DatePhrase { from, next, first, last, due, by, sort });
        }
        None
    }
}

/// What a week's work is due on: its Friday, or its last day if that is over.
pub(super) fn due_in_week(week: Stretch, today: NaiveDate) -> NaiveDate {
    plus(week.first, 4).filter(|friday| *friday >= today).unwrap_or(week.last)
}
