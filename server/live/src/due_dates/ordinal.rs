//! Numbers: of days ("5th", "twenty first") and of units ("a couple of", "two and a half").

use super::lexicon::{Unit, cardinal, ordinal, tens, unit};
use super::phrase::Reader;

/// How many units, in sixtieths so that halves, quarters and minutes of hours stay whole.
pub(super) const WHOLE: i64 = 60;

/// Some units of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amount {
    /// Sixtieths.
    pub count: i64,
    pub unit: Unit,
    pub next: usize,
}

impl Reader<'_> {
    /// "5th", "fifth", "twenty first": 1 to 99, and the next token.
    pub fn ordinal_at(&self, at: usize) -> Option<(u32, usize)> {
        if let Some(number) = self.number(at) {
            let suffix = matches!(self.word(at + 1), "st" | "nd" | "rd" | "th") && self.is_glued(at + 1);
            return (suffix && (1..100).contains(&number)).then_some((number, at + 2));
        }
        let word = self.word(at);
        if let Some(unit) = tens(word).and_then(|tens| ordinal(self.word(at + 1)).filter(|unit| *unit < 10).map(|unit| tens + unit)) {
            return Some((unit, at + 2));
        }
        ordinal(word).map(|number| (number, at + 1))
    }

    /// A day's number: an ordinal, or a plain number up to 31. "10:30" and "5 %" are none.
    pub fn day_number(&self, at: usize) -> Option<(u32, usize, bool)> {
        if let Some((day, next)) = self.ordinal_at(at) {
            return (day <= 31).then_some((day, next, true));
        }
        let (day, next) = match self.number(at) {
            Some(number) if self.word(at).len() <= 2 => (number, at + 1),
            Some(_) => return None,
            None => self.count_word(at)?,
        };
        let glued_on = self.is_glued(next) && matches!(self.word(next), ":" | "%" | "/" | "k" | "m" | "h" | "am" | "pm" | "a" | "p");
        let decimal =
            matches!(self.word(next), "." | ",") && self.is_glued(next) && self.number(next + 1).is_some() && self.is_glued(next + 1);
        ((1..=31).contains(&day) && !glued_on && !decimal).then_some((day, next, false))
    }

    /// A number in words, below a hundred: "two", "twenty one".
    pub fn count_word(&self, at: usize) -> Option<(u32, usize)> {
        let word = self.word(at);
        if let Some(tens) = tens(word)
            && let Some(unit) = cardinal(self.word(at + 1)).filter(|unit| (1..10).contains(unit))
        {
            return Some((tens + unit, at + 2));
        }
        cardinal(word).map(|number| (number, at + 1))
    }

    /// A whole number in digits or words.
    pub fn count(&self, at: usize) -> Option<(u32, usize)> {
        self.number(at).map(|number| (number, at + 1)).or_else(|| self.count_word(at))
    }

    /// How many, in sixtieths: "a", "3", "two to three" (three), "1.5", "half a", "a couple of", "two and a half".
    fn how_many(&self, at: usize) -> Option<(i64, usize)> {
        let quarters = |n: i64| n * WHOLE / 4;
        for (words, count) in [
            (&["a", "couple", "of"][..], 2 * WHOLE),
            (&["a", "couple"], 2 * WHOLE),
            (&["a", "pair", "of"], 2 * WHOLE),
            (&["couple", "of"], 2 * WHOLE),
            (&["a", "few"], 3 * WHOLE),
            (&["few"], 3 * WHOLE),
            (&["half", "an"], WHOLE / 2),
            (&["half", "a"], WHOLE / 2),
            (&["a", "half"], WHOLE / 2),
            (&["three", "quarters", "of", "an"], quarters(3)),
            (&["a", "quarter", "of", "an"], quarters(1)),
            (&["another"], WHOLE),
            (&["a"], WHOLE),
            (&["an"], WHOLE),
        ] {
            if let Some(next) = self.after(at, words) {
                return Some((count, next));
            }
        }
        let (count, next) = self.count(at)?;
        let whole = i64::from(count) * WHOLE;
        let after = |index: usize| self.number(index).filter(|_| self.is_glued(index));
        match self.word(next) {
            // "1/2", "1.5".
            "/" if self.is_glued(next) => {
                let parts = i64::from(after(next + 1)?);
                (parts > 0).then(|| (whole / parts, next + 2))
            }
            "." if self.is_glued(next) => {
                let digits = self.word(next + 1).len();
                let fraction = i64::from(after(next + 1)?);
                (digits <= 2).then(|| (whole + fraction * WHOLE / 10_i64.pow(digits as u32), next + 2))
            }
            "and" if self.after(next, &["and", "a", "half"]).is_some() => Some((whole + WHOLE / 2, next + 3)),
            "to" | "or" | "-" | "–" => {
                let (more, end) = self.count(next + 1).filter(|(more, _)| *more > count).unwrap_or((count, next));
                Some((i64::from(more) * WHOLE, end))
            }
            _ => Some((whole, next)),
        }
    }

    /// "three days", "a week or two", "a week and a half", "5 business days", "3d".
    pub fn amount(&self, at: usize) -> Option<Amount> {
        let (mut count, next) = self.how_many(at)?;
        let behind_number = self.number(next.checked_sub(1)?).is_some();
        let business = matches!(self.word(next), "business" | "working" | "work");
        let plain = matches!(self.word(next), "calendar" | "full" | "whole" | "short" | "more");
        let named = next + usize::from(business || plain);
        let unit = match unit(self.word(named), behind_number)? {
            Unit::Day if business => Unit::BusinessDay,
            unit => unit,
        };
        let mut next = self.past(named + 1, &["'", "’"]);
        if self.word(next) == "or" {
            if let Some((more, end)) = self.count(next + 1).filter(|(more, end)| *more > 1 && self.may_end(*end)) {
                (count, next) = (i64::from(more) * WHOLE, end);
            } else if self.word(next + 1) == "so" {
                next += 2;
            }
        } else if let Some(end) = self.after(next, &["and", "a", "half"]) {
            (count, next) = (count + WHOLE / 2, end);
        }
        Some(Amount { count, unit, next })
    }
}
