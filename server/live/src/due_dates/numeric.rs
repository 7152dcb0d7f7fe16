//! Dates in numbers: 2027-03-05, 12/15/2026, 15.12., 04/2016.

use chrono::NaiveDate;

use super::DayOrder;
use super::calendar;
use super::phrase::{Parsed, Reader, Sort};

/// A number, and how many digits it was written with.
type NumberPart = (u32, usize);

impl Reader<'_> {
    /// A run of numbers with the same sign between them. What looks so and is no date is [`Sort::Nothing`]: no part of it may be
    /// read as something else.
    pub fn numeric(&self, at: usize) -> Option<Parsed> {
        let first = self.part_at(at)?;
        let sign = self.word(at + 1);
        if !matches!(sign, "/" | "-" | "." | "–") || !self.is_glued(at + 1) || !self.is_glued(at + 2) {
            return None;
        }
        let second = self.part_at(at + 2)?;
        let mut parts = vec![first, second];
        let mut next = at + 3;
        while self.word(next) == sign && self.is_glued(next) && self.is_glued(next + 1) {
            let Some(part) = self.part_at(next + 1) else { break };
            parts.push(part);
            next += 2;
        }
        let nothing = Some(Parsed::day(self.today(), next).sorted(Sort::Nothing));
        // "v1/2", "$1.5", "#12-3": a part of something else.
        if self.is_glued(at) && at > 0 && !matches!(self.before(at), "(" | "\"" | "'" | "“" | ",") {
            return nothing;
        }
        match parts[..] {
            [year, month, day] if year.1 == 4 => {
                let padded = sign != "-" || (month.1 == 2 && day.1 == 2);
                let date = NaiveDate::from_ymd_opt(i32::try_from(year.0).ok()?, month.0, day.0);
                date.filter(|_| padded).map(|date| Parsed::day(date, self.past_iso_time(next))).or(nothing)
            }
            [one, two, year] if year.1 == 4 || (year.1 == 2 && sign == "/") || (year.1 == 2 && one.1 == 2 && two.1 == 2 && sign == ".") => {
                let year = full_year(year)?;
                self.pair(one.0, two.0, sign, |month, day| NaiveDate::from_ymd_opt(year, month, day))
                    .map(|date| Parsed::day(date, next))
                    .or(nothing)
            }
            [month, year] if year.1 == 4 && sign != "." => {
                let named = (1900..2200).contains(&year.0).then(|| calendar::month(year.0 as i32, month.0)).flatten();
                named.map(|stretch| self.month_stretch(stretch, next).sorted(Sort::Weak)).or(nothing)
            }
            // "22-23 Feb", "3-4pm" and "2-3 days" are ranges, "2.5" is a number: others read them.
            [_, _] if matches!(sign, "-" | "–") => None,
            [one, two] => {
                let stopped = self.word(next) == "." && self.is_glued(next);
                let counts = super::lexicon::unit(self.word(next), true).is_some()
                    || matches!(self.word(next), "of" | "a" | "an" | "%" | "x" | "am" | "pm" | "a.m" | "p.m");
                if counts
                    || (one.0, two.0) == (24, 7)
                    || one.1 > 2
                    || two.1 > 2
                    || (sign == "." && !stopped && !self.is_day_first(one, two))
                {
                    return None;
                }
                let date = self.pair(one.0, two.0, sign, |month, day| self.ahead_in_year(month, day))?;
                Some(Parsed::day(date, next + usize::from(stopped && sign == ".")).sorted(Sort::Weak))
            }
            _ => nothing,
        }
    }

    /// "15.12" without its last point: only where both are written with two digits and one can't be a month.
    fn is_day_first(&self, one: NumberPart, two: NumberPart) -> bool {
        one.1 == 2 && two.1 == 2 && one.0 > 12 && self.seen.order != DayOrder::MonthFirst
    }

    fn part_at(&self, at: usize) -> Option<NumberPart> {
        self.number(at).map(|number| (number, self.word(at).len()))
    }

    /// Which of two numbers is the month: one above twelve isn't, points stand behind days, else the language says it.
    fn pair(&self, one: u32, two: u32, sign: &str, date: impl Fn(u32, u32) -> Option<NaiveDate>) -> Option<NaiveDate> {
        let (month_first, day_first) = (date(one, two), date(two, one));
        match self.seen.order {
            _ if one == two => month_first,
            _ if one > 12 => day_first,
            _ if two > 12 => month_first,
            _ if sign == "." => day_first,
            DayOrder::MonthFirst => month_first,
            DayOrder::DayFirst => day_first,
            DayOrder::Open => None,
        }
    }

    /// Past "T12:00:00Z" behind a date.
    fn past_iso_time(&self, at: usize) -> usize {
        if self.word(at) != "t" || !self.is_glued(at) || self.number(at + 1).is_none() {
            return at;
        }
        let mut next = at + 1;
        while self.is_glued(next) && (self.number(next).is_some() || matches!(self.word(next), ":" | "." | "+" | "-" | "z")) {
            next += 1;
        }
        next
    }
}

/// A year in four digits, or in two: up to 68 in this century.
pub(super) fn full_year((year, digits): NumberPart) -> Option<i32> {
    let year = i32::try_from(year).ok()?;
    match digits {
        4 => (1900..2200).contains(&year).then_some(year),
        2 => Some(if year < 69 { 2000 + year } else { 1900 + year }),
        _ => None,
    }
}
