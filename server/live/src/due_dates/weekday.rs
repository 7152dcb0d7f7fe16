//! Weekdays: "Friday", "next Tuesday", "Friday week", "Monday after next", "Thursday of next week", "Sunday, March 6".

use chrono::{Datelike, NaiveDate, Weekday};

use super::calendar::{self, following, in_week, plus, preceding};
use super::lexicon::{self, Unit};
use super::phrase::{Parsed, Reader, Sort};

/// How far a weekday with a day of the month may lie ahead before somebody must have misspoken.
const FARTHEST: i64 = 62;

impl Reader<'_> {
    pub fn weekday_phrase(&self, at: usize, depth: u8) -> Option<Parsed> {
        let mut next = self.past(at, &["the"]);
        let which = match self.word(next) {
            word @ ("this" | "next" | "coming" | "upcoming" | "last" | "past" | "previous" | "following") => {
                next += 1;
                if matches!(word, "this" | "next") && matches!(self.word(next), "coming" | "upcoming" | "past") {
                    next += 1;
                }
                word
            }
            _ => "",
        };
        let (weekday, short) = lexicon::weekday(self.word(next))?;
        let named = self.past_dot(next + 1);
        if which.is_empty()
            && let Some(dated) = self.weekday_and_date(weekday, named, depth)
        {
            return Some(dated);
        }
        let today = self.today();
        let coming = following(today, weekday)?;
        if which.is_empty()
            && next > at
            && let Some(found) = self.weekday_beside(weekday, named, depth)
        {
            return Some(found);
        }
        let day = |date: NaiveDate, next: usize| Some(Parsed::day(date, next));
        if which.is_empty()
            && let Some(found) = self.weekday_and_week(weekday, coming, named)
        {
            return Some(found);
        }
        match which {
            "this" | "next" if self.word(next.wrapping_sub(1)) == "past" => day(preceding(today, weekday)?, named),
            "this" if self.word(named) == "week" => day(in_week(today, 0, weekday)?, named + 1),
            "this" if weekday == today.weekday() => day(today, named),
            "next" if self.word(next - 1) == "next" => day(in_week(today, 1, weekday)?, named),
            "last" | "past" | "previous" => {
                let week_of = self.past(named, &["week"]);
                day(if week_of > named { in_week(today, -1, weekday)? } else { preceding(today, weekday)? }, week_of)
            }
            _ => {
                let parsed = Parsed::day(coming, named);
                Some(if short && which.is_empty() { parsed.sorted(Sort::Short) } else { parsed })
            }
        }
    }

    /// "the Monday after the 15th", "the Friday before Christmas".
    fn weekday_beside(&self, weekday: Weekday, at: usize, depth: u8) -> Option<Parsed> {
        let anchor = |at: usize| self.base(at, depth + 1).filter(|anchor| !matches!(anchor.sort, Sort::Nothing | Sort::Loose));
        match self.word(at) {
            "after" | "following" if self.word(at + 1) != "next" => {
                let anchor = anchor(at + 1)?;
                Some(Parsed::day(following(anchor.last, weekday)?, anchor.next))
            }
            "before" if self.word(at + 1) != "last" => {
                let anchor = anchor(at + 1)?;
                Some(Parsed::day(preceding(anchor.first, weekday)?, anchor.next))
            }
            _ => None,
        }
    }

    /// What stands behind a weekday and moves it: "week", "after next", "of next week", "in two weeks".
    fn weekday_and_week(&self, weekday: Weekday, coming: NaiveDate, at: usize) -> Option<Parsed> {
        let today = self.today();
        let day = |date: NaiveDate, next: usize| Some(Parsed::day(date, next));
        let comma = self.past(at, &[","]);
        match (self.word(at), self.word(at + 1)) {
            ("after", "next") if lexicon::unit(self.word(at + 2), false).is_none() => return day(plus(coming, 7)?, at + 2),
            ("week", _) => return day(plus(coming, 7)?, at + 1),
            ("fortnight", _) => return day(plus(coming, 14)?, at + 1),
            _ => {}
        }
        if self.word(comma) == "in"
            && let Some(amount) = self.amount(comma + 1)
        {
            let weeks = match amount.unit {
                Unit::Week => amount.count / super::ordinal::WHOLE,
                Unit::Fortnight => amount.count * 2 / super::ordinal::WHOLE,
                _ => return None,
            };
            let end = self.past(amount.next, &["time"]);
            return day(in_week(today, weeks, weekday)?, end);
        }
        let of = self.past(comma, &["of", "in"]);
        let the = self.past(of, &["the"]);
        if let Some(next) = self.after(the, &["week", "after", "next"]) {
            return day(in_week(today, 2, weekday)?, next);
        }
        let weeks = match self.word(the) {
            "this" | "current" => 0,
            "next" | "following" | "coming" | "upcoming" => 1,
            "last" | "past" | "previous" => -1,
            _ => return None,
        };
        let next = self.after(the + 1, &["week"])?;
        let date = in_week(today, weeks, weekday)?;
        day(date, next)
    }

    /// "Sunday, March 6", "Thu 15th", "Friday the 13th". If weekday and date don't agree, somebody misspoke: the next time that
    /// they do is told, but nothing is due then.
    fn weekday_and_date(&self, weekday: Weekday, at: usize, depth: u8) -> Option<Parsed> {
        if depth > 2 {
            return None;
        }
        let open = self.past(at, &[",", "-"]);
        let open = self.past(open, &["on"]);
        if let Some(found) = self.month_day(open).or_else(|| self.numeric(open)).filter(|found| found.first == found.last) {
            if found.first.weekday() == weekday || found.sort == Sort::Nothing {
                return Some(Parsed { sort: if found.sort == Sort::Nothing { Sort::Nothing } else { Sort::Clear }, ..found });
            }
            let told = self.number(found.next.checked_sub(1)?).is_some_and(|number| number > 31);
            let years = (1..6).filter_map(|years| found.first.with_year(found.first.year() + years));
            let agreed = years.into_iter().find(|date| !told && date.weekday() == weekday);
            return Some(Parsed::day(agreed.unwrap_or(found.first), found.next).sorted(Sort::Loose));
        }
        let the = self.past(open, &["the"]);
        let (day, next) = self.ordinal_at(the)?;
        if !self.may_end(next) || matches!(self.word(next), "of" | "in") {
            return None;
        }
        let mut month = calendar::period(self.today(), Unit::Month, 0)?;
        for _ in 0..48 {
            let date = month.first.with_day(day).filter(|date| *date >= self.today() && date.weekday() == weekday);
            if let Some(date) = date {
                let near = (date - self.today()).num_days() <= FARTHEST;
                return Some(Parsed::day(date, next).sorted(if near { Sort::Clear } else { Sort::Loose }));
            }
            month = calendar::period(month.first, Unit::Month, 1)?;
        }
        None
    }
}
