//! Stretches with a name: "next week", "this month", "Q1 2027", "March", "the second half of next year".

use chrono::{Datelike, NaiveDate};

use super::calendar::{self, Stretch, plus};
use super::lexicon::{self, Unit};
use super::phrase::{Parsed, Reader, Sort, due_in_week};

/// A stretch and what it is one of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    pub stretch: Stretch,
    pub unit: Unit,
    /// Clear only behind a preposition, as "March" and "Q3".
    pub weak: bool,
    /// "By" it is before its first day, as with "by March".
    pub by_first: bool,
    pub next: usize,
}

impl Named {
    /// When something is due that is promised for it.
    pub fn parsed(self, today: NaiveDate) -> Parsed {
        let due = if self.unit == Unit::Week { due_in_week(self.stretch, today) } else { self.stretch.last };
        let by = self.by_first.then_some(self.stretch.first);
        let sort = if self.weak { Sort::Weak } else { Sort::Clear };
        Parsed { due, by, sort, ..Parsed::stretch(self.stretch, self.next) }
    }
}

impl Reader<'_> {
    /// A stretch as it is named where something happens in it or by it.
    pub fn period_phrase(&self, at: usize, depth: u8) -> Option<Parsed> {
        if let Some(named) = self.period_name(at, false) {
            let parsed = named.parsed(self.today());
            return Some(self.weekday_in(named, parsed));
        }
        self.rest_of(at).or_else(|| self.week_of(at, depth)).or_else(|| self.year_alone(at))
    }

    /// "next week on Tuesday", "next month on the 5th".
    fn weekday_in(&self, named: Named, parsed: Parsed) -> Parsed {
        let open = self.past(named.next, &[","]);
        let on = self.past(open, &["on"]);
        let day = match (named.unit, lexicon::weekday(self.word(on))) {
            (Unit::Week, Some((weekday, short))) if !short || on > open => {
                calendar::in_week(named.stretch.first, 0, weekday).map(|date| Parsed::day(date, self.past_dot(on + 1)))
            }
            (Unit::Month, None) => {
                let the = self.past(on, &["the"]);
                let ordinal = self.ordinal_at(the).filter(|(_, next)| the > open && self.may_end(*next));
                ordinal.and_then(|(day, next)| Some(Parsed::day(named.stretch.first.with_day(day)?, next)))
            }
            _ => None,
        };
        day.unwrap_or(parsed)
    }

    /// A stretch's name. `inside` another phrase ("the end of …") "the month" and "2027" are names too.
    pub fn period_name(&self, at: usize, inside: bool) -> Option<Named> {
        self.quarter_name(at)
            .or_else(|| self.relative_period(at, inside))
            .or_else(|| self.month_name(at))
            .or_else(|| self.year_name(at).filter(|_| inside))
    }

    /// "this week", "next month", "the quarter after next", "the year".
    fn relative_period(&self, at: usize, inside: bool) -> Option<Named> {
        let the = self.past(at, &["the", "our", "your"]);
        let ahead = match self.word(the) {
            "this" | "current" => Some(0),
            "next" | "coming" | "upcoming" | "following" => Some(1),
            "last" | "past" | "previous" => Some(-1),
            _ => None,
        };
        let named = the + usize::from(ahead.is_some());
        let named = if self.word(the) == "this" { self.past(named, &["coming", "calendar"]) } else { named };
        let unit = lexicon::unit(self.word(named), false)?;
        let unit = if unit == Unit::Week && self.word(named + 1) == "end" { Unit::Weekend } else { unit };
        let mut next = named + if unit == Unit::Weekend && self.word(named) != "weekend" { 2 } else { 1 };
        if !matches!(unit, Unit::Week | Unit::Weekend | Unit::Month | Unit::Quarter | Unit::Year)
            || self.word(named).ends_with('s') && self.word(named) != "wks"
        {
            return None;
        }
        let far = match (self.word(next), self.word(next + 1)) {
            ("after", "next") => Some(2),
            ("before", "last") => Some(-2),
            _ => None,
        };
        if far.is_some() {
            next += 2;
        }
        // "the weekend" is the coming one; "the week" says nothing alone.
        let alone = unit == Unit::Weekend && the > at || inside || (self.word(at) == "all" && ahead.is_none());
        let ahead = far.or(ahead).or(alone.then_some(0))?;
        let stretch = calendar::period(self.today(), unit, ahead)?;
        let by_first = matches!(unit, Unit::Month | Unit::Quarter | Unit::Year | Unit::Weekend);
        Some(Named { stretch, unit, weak: false, by_first, next })
    }

    /// "Q1", "Q4 2026", "2018Q4", "the third quarter of next year", "H2", "the first half of March".
    fn quarter_name(&self, at: usize) -> Option<Named> {
        let the = self.past(at, &["the"]);
        let led = self.number(at).filter(|_| self.word(at).len() == 4 && self.word(at + 1) == "q");
        let letter = if led.is_some() { at + 1 } else { the };
        let (unit, number, next) = match self.word(letter) {
            "q" => (Unit::Quarter, self.number(letter + 1)?, letter + 2),
            "h" if self.is_glued(letter + 1) => (Unit::Year, self.number(letter + 1)?, letter + 2),
            "quarter" if self.count_word(letter + 1).is_some() => {
                let (number, next) = self.count_word(letter + 1)?;
                (Unit::Quarter, number, next)
            }
            _ => {
                let (number, next) = match self.ordinal_at(the) {
                    Some(found) => found,
                    None if self.word(the) == "last" => return self.last_quarter(the),
                    None => return None,
                };
                match self.word(next) {
                    "quarter" | "qtr" => (Unit::Quarter, number, next + 1),
                    "half" => return self.half_of(number, next + 1),
                    _ => return None,
                }
            }
        };
        let given = led.map(|year| (year as i32, next)).or_else(|| self.year_at(next)).or_else(|| {
            let of = self.past(next, &["of"]);
            self.after(of, &["the", "year"]).map(|next| (self.year(), next))
        });
        let stretch = |year: i32| if unit == Unit::Quarter { calendar::quarter(year, number) } else { calendar::half(year, number) };
        let (stretch, next) = match given {
            Some((year, next)) => (stretch(year)?, next),
            None => (stretch(self.year()).filter(|found| found.last >= self.today()).or_else(|| stretch(self.year() + 1))?, next),
        };
        Some(Named { stretch, unit, weak: true, by_first: true, next })
    }

    /// "the last quarter of the year".
    fn last_quarter(&self, at: usize) -> Option<Named> {
        let of = self.after(at, &["last", "quarter", "of"])?;
        let year = self.period_name(of, true).filter(|named| named.unit == Unit::Year)?;
        let last = calendar::period(year.stretch.last, Unit::Quarter, 0)?;
        Some(Named { stretch: last, unit: Unit::Quarter, weak: true, by_first: true, next: year.next })
    }

    /// "the first half of March", from "of" on.
    fn half_of(&self, number: u32, at: usize) -> Option<Named> {
        let of = self.past(at, &["of"]);
        let whole = self.period_name(of, true).filter(|_| of > at)?;
        let Stretch { first, last } = whole.stretch;
        let middle = if whole.unit == Unit::Year {
            plus(calendar::plus_months(first, 6)?, -1)?
        } else {
            plus(first, (last - first).num_days() / 2)?
        };
        let stretch = match number {
            1 => Stretch { first, last: middle },
            2 => Stretch { first: plus(middle, 1)?, last },
            _ => return None,
        };
        Some(Named { stretch, ..whole })
    }

    /// "March", "next March", "March 2027", "March of next year".
    fn month_name(&self, at: usize) -> Option<Named> {
        let named = self.past(at, &["next", "this", "coming", "last"]);
        let led = if named > at { self.word(at) } else { "" };
        let month = lexicon::month(self.word(named))?;
        let dot = self.past_dot(named + 1);
        // "march 3", "May the 5th": a day, which is read elsewhere or not understood.
        let the = self.past(dot, &["the"]);
        let year = self.year_at(dot).or_else(|| {
            let word = self.number(dot).filter(|year| led.is_empty() && (1900..2200).contains(year));
            word.map(|year| (year as i32, dot + 1))
        });
        if year.is_none() && (self.ordinal_at(the).is_some() || self.day_number(dot).is_some()) {
            return None;
        }
        let (stretch, next) = match year {
            Some((year, next)) => (calendar::month(year, month)?, next),
            None => {
                let this = calendar::month(self.year(), month)?;
                let years = match led {
                    "last" => i32::from(this.last < self.today()) - 1,
                    "next" => i32::from(this.first <= self.today()),
                    _ => i32::from(this.last < self.today()),
                };
                (calendar::month(self.year() + years, month)?, dot)
            }
        };
        Some(Named { stretch, unit: Unit::Month, weak: true, by_first: true, next })
    }

    /// "2027", "the year 2027", as a part of another phrase.
    fn year_name(&self, at: usize) -> Option<Named> {
        let named = self.after(at, &["the", "year"]).unwrap_or(at);
        let year = self.number(named).filter(|year| (1990..2100).contains(year) && self.word(named).len() == 4)?;
        Some(Named { stretch: calendar::year(year as i32)?, unit: Unit::Year, weak: true, by_first: true, next: named + 1 })
    }

    /// "in 2027", "by 2027".
    fn year_alone(&self, at: usize) -> Option<Parsed> {
        let led = matches!(self.before(at), "in" | "by" | "before" | "until" | "during");
        let named = self.year_name(at).filter(|named| led && self.may_end(named.next) && self.word(named.next) != "to")?;
        Some(named.parsed(self.today()))
    }

    /// "the rest of the week", "all week".
    fn rest_of(&self, at: usize) -> Option<Parsed> {
        let the = self.past(at, &["the"]);
        let of = self.after(the, &["rest", "of"]).or_else(|| self.after(the, &["remainder", "of"])).or_else(|| self.after(at, &["all"]))?;
        Some(self.period_name(of, true)?.parsed(self.today()))
    }

    /// "the week of October 7th".
    fn week_of(&self, at: usize, depth: u8) -> Option<Parsed> {
        let the = self.past(at, &["the"]);
        let of = ["of", "commencing", "beginning", "starting"].iter().find_map(|word| self.after(the, &["week", word]))?;
        let day = self.base(of, depth + 1).filter(|day| day.first == day.last && day.sort != Sort::Nothing)?;
        let week = calendar::period(day.first, Unit::Week, 0)?;
        let named = Named { stretch: week, unit: Unit::Week, weak: false, by_first: false, next: day.next };
        Some(named.parsed(self.today()))
    }
}
