//! Distances: "in two days", "within 48 hours", "two weeks from Friday", "the day before the 5th", "three Fridays from now".

use chrono::NaiveDate;

use super::calendar::{self, Stretch, plus};
use super::lexicon::{self, Unit};
use super::ordinal::{Amount, WHOLE};
use super::phrase::{Parsed, Reader, Sort};

const MINUTES_OF_DAY: i64 = 24 * 60;

impl Reader<'_> {
    pub fn distance(&self, at: usize, depth: u8) -> Option<Parsed> {
        self.led(at)
            .or_else(|| self.beside_day(at, depth))
            .or_else(|| self.next_few(at))
            .or_else(|| self.weekdays_from_now(at))
            .or_else(|| self.mixed(at))
    }

    /// Whether a distance counts from what is no date: "two weeks after that", "ten days before the renewal".
    pub fn leaves_a_distance(&self) -> bool {
        (0..self.tokens.len()).any(|at| {
            self.amount(at).is_some_and(|Amount { unit, next, .. }| {
                let counts = matches!(self.word(next), "after" | "before" | "from" | "following") && !self.is_clock(unit);
                counts && !self.may_be_over(next + 1) && self.base(next + 1, 1).is_none() && self.period_name(next + 1, true).is_none()
            })
        })
    }

    /// "two weeks before": nothing that it counts from is named.
    fn may_be_over(&self, at: usize) -> bool {
        self.tokens.get(at).is_none_or(|token| !token.is_word() && token.number().is_none())
    }

    /// The day an amount from a day, or before it (`sign` −1). Hours and minutes ask for the time, if it is known.
    fn moved(&self, from: NaiveDate, amount: Amount, sign: i64) -> Option<NaiveDate> {
        let Amount { count, unit, .. } = amount;
        let clock = match unit {
            Unit::Second => Some(0),
            Unit::Minute => Some(count / WHOLE),
            Unit::Hour => Some(count),
            _ => None,
        };
        if let Some(minutes) = clock {
            return match self.seen.minute.filter(|_| from == self.today()) {
                Some(now) => plus(from, (i64::from(now) + sign * minutes).div_euclid(MINUTES_OF_DAY)),
                None => plus(from, sign * (minutes / MINUTES_OF_DAY)),
            };
        }
        let (whole, rest) = (count / WHOLE, count % WHOLE);
        let date = calendar::shift(from, unit, sign * whole)?;
        let days = match unit {
            _ if rest == 0 => 0,
            Unit::Day | Unit::BusinessDay => 1,
            Unit::Week => (7 * rest + WHOLE - 1) / WHOLE,
            Unit::Month => 30 * rest / WHOLE,
            Unit::Year => return calendar::plus_months(date, sign * 12 * rest / WHOLE),
            _ => return None,
        };
        plus(date, sign * days)
    }

    /// "in about two days", "within the next two weeks", "in a week's time".
    fn led(&self, at: usize) -> Option<Parsed> {
        let lead = self.word(at);
        let open = if matches!(lead, "in" | "within" | "inside" | "over" | "after" | "during" | "+") { at + 1 } else { return None };
        let mut next = open;
        while matches!(
            self.word(next),
            "about"
                | "around"
                | "like"
                | "maybe"
                | "under"
                | "approximately"
                | "roughly"
                | "exactly"
                | "just"
                | "say"
                | "probably"
                | "perhaps"
        ) {
            next += 1;
        }
        for words in [&["less", "than"][..], &["at", "most"], &["no", "more", "than"], &["up", "to"]] {
            next = self.after(next, words).unwrap_or(next);
        }
        let mut span = self.past(next, &["the"]);
        span = self.past(span, &["next", "coming", "following", "upcoming"]);
        if matches!(lead, "over" | "during") && span == next {
            return None;
        }
        // "in the next week", "within the week", "within a week".
        let article = span > next && self.word(span) != "a";
        if article && let Some(unit) = lexicon::unit(self.word(span), false) {
            let single = !self.word(span).ends_with('s');
            if single && self.word(span - 1) != "the" {
                let whole = Amount { count: WHOLE, unit, next: span + 1 };
                return self
                    .moved(self.today(), whole, 1)
                    .map(|date| Parsed::day(date, span + 1))
                    .filter(|_| matches!(lead, "in" | "within" | "over"));
            }
            let stretch = calendar::period(self.today(), unit, 0).filter(|_| single && lead == "within")?;
            return Some(Parsed { due: super::phrase::due_in_week(stretch, self.today()), ..Parsed::stretch(stretch, span + 1) })
                .map(|parsed| if unit == Unit::Week { parsed } else { Parsed { due: stretch.last, ..parsed } });
        }
        let amount = self.amount(span)?;
        let mut date = self.moved(self.today(), amount, 1)?;
        let mut end = amount.next;
        // "in 1d 2hr 5min", "in two weeks and three days".
        loop {
            let more = self.past(end, &["and", ","]);
            let Some(more) = self.amount(more).filter(|more| !matches!(self.word(more.next), "from" | "after" | "before")) else { break };
            date = self.moved(date, more, 1)?;
            end = more.next;
        }
        end = self.past(end, &["time"]);
        for words in [&["from", "now"][..], &["from", "today"], &["or", "so"], &["or", "less"], &["at", "most"], &["at", "the", "latest"]] {
            end = self.after(end, words).unwrap_or(end);
        }
        // "in two weeks from Friday" is "two weeks from Friday".
        if matches!(self.word(end), "from" | "after" | "before" | "of") {
            return self.beside_day(span, 1);
        }
        let loose = amount.unit == Unit::Second || lead == "after" || lead == "+";
        let parsed = Parsed::day(date, end);
        Some(if loose { parsed.sorted(Sort::Loose) } else { self.on_weekday(amount, parsed) })
    }

    fn is_clock(&self, unit: Unit) -> bool {
        matches!(unit, Unit::Second | Unit::Minute | Unit::Hour)
    }

    /// "in two weeks, on Friday".
    fn on_weekday(&self, amount: Amount, parsed: Parsed) -> Parsed {
        let open = self.past(parsed.next, &[","]);
        match lexicon::weekday(self.word(open + 1)) {
            Some((weekday, _)) if self.word(open) == "on" && matches!(amount.unit, Unit::Week | Unit::Fortnight) => {
                calendar::in_week(parsed.first, 0, weekday).map_or(parsed, |date| Parsed::day(date, open + 2))
            }
            _ => parsed,
        }
    }

    /// "two weeks from Friday", "a week on Monday", "three days before the 5th", "two weeks ago", "the day after tomorrow".
    fn beside_day(&self, at: usize, depth: u8) -> Option<Parsed> {
        let the = self.past(at, &["the"]);
        let single =
            lexicon::unit(self.word(the), false).filter(|_| (the > at || self.word(at) == "day") && !self.word(the).ends_with('s'));
        let amount = match single {
            Some(unit) => Amount { count: WHOLE, unit, next: the + 1 },
            None => self.amount(at)?,
        };
        if self.is_clock(amount.unit) && single.is_some() {
            return None;
        }
        let next = amount.next;
        let plain = single.is_none();
        match self.word(next) {
            "ago" | "back" if plain => return Some(Parsed::day(self.moved(self.today(), amount, -1)?, next + 1)),
            "earlier" | "before" if plain && self.may_end(next + 1) && self.base(next + 1, depth + 1).is_none() => {
                return Some(Parsed::day(self.moved(self.today(), amount, -1)?, next + 1).sorted(Sort::Loose));
            }
            "later" | "out" if plain => return Some(Parsed::day(self.moved(self.today(), amount, 1)?, next + 1).sorted(Sort::Loose)),
            "hence" if plain => return Some(Parsed::day(self.moved(self.today(), amount, 1)?, next + 1)),
            _ => {}
        }
        let (sign, anchor) = match (self.word(next), self.word(next + 1)) {
            ("from" | "after" | "following" | "past", _) => (1, next + 1),
            ("on" | "this" | "next" | "coming", _) if plain => (1, if self.word(next) == "on" { next + 1 } else { next }),
            ("before", _) => (-1, next + 1),
            ("prior", "to") | ("ahead", "of") => (-1, next + 2),
            ("to", "the") => return None,
            _ if plain && amount.count == WHOLE && amount.unit == Unit::Week => (1, next),
            _ => return None,
        };
        let day = if matches!(self.word(anchor), "now" | "today") {
            Parsed::day(self.today(), anchor + 1)
        } else {
            let day = self.base(anchor, depth + 1)?;
            // "a week from tomorrow" counts from a day; "two weeks after March" from its end.
            if day.sort == Sort::Nothing {
                return None;
            }
            day
        };
        // "a week on 5 seats", "a week next quarter": only a weekday or a near day is counted from without "from".
        if !matches!(self.word(next), "from" | "after" | "following" | "past" | "before" | "prior" | "ahead")
            && (day.first != day.last || day.sort == Sort::Weak)
        {
            return None;
        }
        // "two days before the end of the month" counts from the day on which that is due.
        let is_part = self.part(anchor, depth + 1).is_some_and(|part| part.next == day.next);
        let from = match sign {
            _ if is_part => day.due,
            1 => day.last,
            _ => day.first,
        };
        // Half an hour before Friday is Friday.
        let date = if self.is_clock(amount.unit) { from } else { self.moved(from, amount, sign)? };
        Some(Parsed::day(date, day.next))
    }

    /// "the next three days", "last two weeks", "upcoming two quarters".
    fn next_few(&self, at: usize) -> Option<Parsed> {
        let the = self.past(at, &["the"]);
        let (lead, amount) = match self.word(the) {
            lead @ ("next" | "coming" | "upcoming" | "last" | "past" | "previous") => (lead, self.amount(the + 1)?),
            _ => {
                let (count, next) = self.count(the)?;
                let lead = Some(self.word(next)).filter(|word| matches!(*word, "upcoming" | "next" | "coming"))?;
                let unit = lexicon::unit(self.word(next + 1), false)?;
                (lead, Amount { count: i64::from(count) * WHOLE, unit, next: next + 2 })
            }
        };
        let count = Some(amount.count / WHOLE).filter(|count| *count > 0)?;
        if self.is_clock(amount.unit) {
            return self
                .moved(self.today(), amount, if matches!(lead, "last" | "past" | "previous") { -1 } else { 1 })
                .map(|day| Parsed::day(day, amount.next).sorted(Sort::Loose));
        }
        let of = |ahead: i64| calendar::period(self.today(), amount.unit, ahead);
        let due = self.moved(self.today(), amount, 1)?;
        let stretch = match lead {
            "last" | "past" | "previous" => Stretch { first: of(-count)?.first, last: of(-1)?.last },
            "upcoming" => of(count)?,
            _ => Stretch { first: of(1)?.first, last: of(count)?.last },
        };
        let past = stretch.last < self.today();
        Some(Parsed { due: if past { stretch.last } else { due }, ..Parsed::stretch(stretch, amount.next) })
    }

    /// "three Fridays from now".
    fn weekdays_from_now(&self, at: usize) -> Option<Parsed> {
        let (count, next) = self.count(at)?;
        let word = self.word(next);
        let (weekday, _) = lexicon::weekday(word.strip_suffix('s').unwrap_or(word))?;
        let coming = calendar::following(self.today(), weekday)?;
        match (self.word(next + 1), self.word(next + 2)) {
            ("from", "now" | "today") => Some(Parsed::day(plus(coming, 7 * (i64::from(count) - 1))?, next + 3)),
            ("ago", _) => Some(Parsed::day(plus(calendar::preceding(self.today(), weekday)?, -7 * (i64::from(count) - 1))?, next + 2)),
            _ => None,
        }
    }

    /// "today in one hour".
    fn mixed(&self, at: usize) -> Option<Parsed> {
        let next = self.after(at, &["today", "in"])?;
        let amount = self.amount(next).filter(|amount| self.is_clock(amount.unit))?;
        Some(Parsed::day(self.moved(self.today(), amount, 1)?, amount.next))
    }
}
