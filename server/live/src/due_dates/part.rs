//! Parts of stretches: "the end of Q1", "mid-March", "EOM", "the first Monday of December", "the last day of the month".

use chrono::{Datelike, NaiveDate};

use super::calendar::{self, Stretch, plus};
use super::lexicon::{self, Unit};
use super::period::Named;
use super::phrase::{Parsed, Reader, Sort, due_in_week};

/// Where in a stretch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Begin,
    Early,
    Middle,
    Late,
    End,
}

impl Reader<'_> {
    /// "the end of the month", "early next week", "year end", "EOQ".
    pub fn part(&self, at: usize, depth: u8) -> Option<Parsed> {
        if let Some(parsed) = self.short_end(at) {
            return Some(parsed);
        }
        let the = self.past(at, &["the"]);
        let very = self.past(the, &["very"]);
        // "mid to late January": the later counts.
        let very = match (self.word(very), self.word(very + 1), self.word(very + 2)) {
            ("early" | "mid", "to" | "or", "mid" | "late") => very + 2,
            _ => very,
        };
        let (part, next) = match (self.word(very), self.word(very + 1)) {
            ("end" | "close", "of") => (Part::End, very + 2),
            ("beginning" | "start" | "begin", "of") => (Part::Begin, very + 2),
            ("middle", "of") => (Part::Middle, very + 2),
            ("end", "q") => (Part::End, very + 1),
            ("end", _) if lexicon::month(self.word(very + 1)).is_some() => (Part::End, very + 1),
            ("early", "in" | "on") => (Part::Early, very + 2),
            ("late" | "later", "in" | "on") => (Part::Late, very + 2),
            ("mid", _) => (Part::Middle, very + 1),
            ("early" | "earlier", _) => (Part::Early, very + 1),
            ("late" | "later", _) => (Part::Late, very + 1),
            ("sometime" | "anytime", _) => return self.some_time_in(very + 1, depth),
            ("one" | "some" | "any", "day" | "time") | ("some", "point") => return self.some_time_in(very + 2, depth),
            ("in" | "during" | "over", _) => {
                let of = self.after(self.past(very + 1, &["the"]), &["course", "of"])?;
                let day = self.after(self.past(of, &["the"]), &["day"]).filter(|next| self.may_end(*next));
                return day.map(|next| Parsed::day(self.today(), next)).or_else(|| self.some_time_in(of, depth));
            }
            _ => return self.named_end(the),
        };
        let inside = !matches!(part, Part::Early | Part::Late) || next > very + 1;
        let named = self.period_name(next, inside)?;
        self.part_of(named, part)
    }

    /// "sometime next week", "one day in March", from behind "sometime" on.
    fn some_time_in(&self, at: usize, depth: u8) -> Option<Parsed> {
        let open = self.past(at, &["in", "during", "within"]);
        let named = self.period_name(open, true).map(|named| named.parsed(self.today()));
        let clear = self.period_phrase(open, depth).or(named.filter(|_| self.word(open) == "the"));
        clear.map(|parsed| parsed.sorted(Sort::Clear))
    }

    /// "March end", "Q1 end".
    fn named_end(&self, at: usize) -> Option<Parsed> {
        let named = self.period_name(at, false)?;
        let next = self.after(named.next, &["end"]).filter(|next| self.may_end(*next))?;
        self.part_of(Named { next, ..named }, Part::End)
    }

    fn part_of(&self, named: Named, part: Part) -> Option<Parsed> {
        let Stretch { first, last } = named.stretch;
        let from = |days: i64| plus(first, days);
        // Where a part lies: a stretch of its days, and the day on which something is due.
        let (begin, end, due) = match (named.unit, part) {
            (Unit::Week, Part::Begin) => (first, from(2)?, first),
            (Unit::Week, Part::Early) => (first, from(2)?, from(1)?),
            (Unit::Week, Part::Middle) => (from(2)?, from(2)?, from(2)?),
            (Unit::Week, _) => (from(4)?, last, due_in_week(named.stretch, self.today())),
            (Unit::Month, Part::Begin | Part::Early) => (first, from(9)?, first),
            (Unit::Month, Part::Middle) => (from(10)?, from(19)?, from(14)?),
            (Unit::Month, _) => (from(20)?, last, last),
            (Unit::Weekend, _) => (first, last, last),
            (unit, part) => {
                let months = if unit == Unit::Quarter { 1 } else { 3 };
                let third = |n: i64| calendar::plus_months(first, n * months);
                match part {
                    Part::Begin | Part::Early => (first, plus(third(1)?, -1)?, first),
                    Part::Middle => {
                        let middle = plus(first, ((last - first).num_days() + 1) / 2)?;
                        let middle = if unit == Unit::Year { calendar::plus_months(first, 6)? } else { middle };
                        (third(1)?, plus(third(2)?, -1)?, middle)
                    }
                    _ => (third(2)?, last, last),
                }
            }
        };
        Some(Parsed { first: begin, last: end, due, by: None, sort: Sort::Clear, next: named.next })
    }

    /// "EOM", "year end", "month's end".
    fn short_end(&self, at: usize) -> Option<Parsed> {
        let open = self.past(at, &["the"]);
        let (unit, next) = match (self.word(open), self.word(open + 1)) {
            ("eow", _) => (Unit::Week, open + 1),
            ("eom", _) => (Unit::Month, open + 1),
            ("eoq", _) => (Unit::Quarter, open + 1),
            ("eoy", _) => (Unit::Year, open + 1),
            ("month", "end") => (Unit::Month, open + 2),
            ("quarter", "end") => (Unit::Quarter, open + 2),
            ("year", "end") => (Unit::Year, open + 2),
            _ => return None,
        };
        if self.word(next) == "of" || !self.may_end(next) {
            return None;
        }
        let stretch = calendar::period(self.today(), unit, 0)?;
        self.part_of(Named { stretch, unit, weak: false, by_first: false, next }, Part::End)
    }

    /// "the first Monday of December", "the last Friday of next month", "the third week of Q1", "the 5th last day of May".
    pub fn nth_of(&self, at: usize, depth: u8) -> Option<Parsed> {
        if depth > 2 {
            return None;
        }
        let the = self.past(at, &["the"]);
        let (n, next) = match self.ordinal_at(the) {
            Some((n, next)) if self.word(next) == "last" || self.after(next, &["to", "last"]).is_some() => {
                (-i64::from(n), next + if self.word(next) == "last" { 1 } else { 2 })
            }
            Some((n, next)) => (i64::from(n), next),
            None if self.word(the) == "last" => (-1, the + 1),
            None => return None,
        };
        let business = matches!(self.word(next), "business" | "working" | "work");
        let named = next + usize::from(business);
        let weekday = lexicon::weekday(self.word(named)).map(|(weekday, _)| weekday);
        let unit = lexicon::unit(self.word(named), false);
        let weekend = unit == Some(Unit::Weekend) || (unit == Some(Unit::Week) && self.word(named + 1) == "end");
        let next = named + if weekend && unit == Some(Unit::Week) { 2 } else { 1 };
        if weekday.is_none() && !matches!(unit, Some(Unit::Day | Unit::BusinessDay | Unit::Week | Unit::Weekend)) {
            return None;
        }
        let of = self.past(next, &["of", "in"]);
        let whole = self.period_name(of, true).filter(|_| of > next || self.word(next) == "next")?;
        let find = |stretch: Stretch| -> Option<Parsed> {
            if let Some(weekday) = weekday {
                return Some(Parsed::day(calendar::nth_weekday(stretch, weekday, n)?, whole.next));
            }
            if weekend || unit == Some(Unit::Week) {
                let found = calendar::nth_week(stretch, n, weekend)?;
                let due = if weekend { found.last } else { due_in_week(found, self.today()) };
                return Some(Parsed { due, ..Parsed::stretch(found, whole.next) });
            }
            let business = business || unit == Some(Unit::BusinessDay);
            Some(Parsed::day(calendar::nth_day(stretch, n, business)?, whole.next))
        };
        let found = find(whole.stretch)?;
        // "the first Monday of December", said on the 20th of December: next year's.
        let named_year = self.number(whole.next.checked_sub(1)?).is_some_and(|number| number > 1900) || self.word(whole.next - 1) == "year";
        if found.last < self.today() && whole.weak && !named_year && self.is_this_year(whole.stretch.first) {
            let later = Stretch { first: calendar::plus_months(whole.stretch.first, 12)?, last: whole.stretch.last };
            let later = Stretch { last: self.same_length(whole.unit, later.first)?, ..later };
            return find(later);
        }
        Some(found)
    }

    fn is_this_year(&self, day: NaiveDate) -> bool {
        day.year() == self.year()
    }

    fn same_length(&self, unit: Unit, first: NaiveDate) -> Option<NaiveDate> {
        calendar::period(first, unit, 0).map(|stretch| stretch.last)
    }
}
