//! Days of named months, and days of the month: "March 3rd", "the third of March 2027", "22-23 Feb", "on the 5th".

use chrono::{Datelike, NaiveDate};

use super::calendar::{self, Stretch};
use super::lexicon::{self, Unit};
use super::numeric::full_year;
use super::phrase::{Parsed, Reader, Sort};

impl Reader<'_> {
    /// A month with a day, in either order.
    pub fn month_day(&self, at: usize) -> Option<Parsed> {
        if let Some(month) = lexicon::month(self.word(at)) {
            let dot = self.past_dot(at + 1);
            let joined = if self.is_glued(dot) { self.past(dot, &["-", "/"]) } else { dot };
            let the = self.past(joined, &["the"]);
            let (day, next, ordinal) = self.day_number(the)?;
            // "in May 20 people come", "march 3 times".
            let counts = !ordinal
                && self.word(next).ends_with('s')
                && !lexicon::goes_on(self.word(next))
                && lexicon::weekday(self.word(next)).is_none();
            let verb = lexicon::is_doubtful_month(self.word(at))
                && !self.tokens.get(at).is_some_and(|token| token.capital)
                && matches!(self.before(at), "i" | "we" | "you" | "they" | "he" | "she" | "it" | "who" | "that" | "which" | "and" | "to");
            if counts
                || verb
                || matches!(self.word(next), "people" | "percent" | "%")
                || (!ordinal && self.word(next) == "of" && self.year_at(next).is_none())
            {
                return None;
            }
            return self.dated(month, (day, next), |to| self.second_day(to));
        }
        let the = self.past(at, &["the"]);
        let (day, next, ordinal) = self.day_number(the)?;
        let mut last = (day, next);
        let mut opens = next;
        if let Some(second) = self.second_day(next) {
            last = second;
            opens = second.1;
        }
        let of = self.past(opens, &["of", "-", "."]);
        let named = self.word(of);
        let month = lexicon::month(named)?;
        // "option 3 may work", "the second may be cheaper".
        let clear =
            self.word(opens) == "of" || self.tokens.get(of).is_some_and(|token| token.capital) || (ordinal && self.number(the).is_some());
        let led = matches!(self.before(at), "by" | "on" | "before" | "until" | "till" | "from" | "for")
            || full_year((self.number(of + 1).unwrap_or(0), 4)).is_some();
        if lexicon::is_doubtful_month(named) && !clear && !led && named != "dec" && named != "jan" {
            return None;
        }
        let (date, next) = self.with_year(month, day, self.past_dot(of + 1))?;
        if last.0 == day {
            return Some(self.and_its_weekday(Parsed::day(date, next)));
        }
        let last = date.with_day(last.0).filter(|last| *last > date)?;
        Some(Parsed { first: date, ..Parsed::day(last, next) })
    }

    fn dated(&self, month: u32, (day, next): (u32, usize), second: impl Fn(usize) -> Option<(u32, usize)>) -> Option<Parsed> {
        if let Some((last, end)) = second(next).filter(|(last, end)| *last > day && lexicon::month(self.word(*end)).is_none()) {
            let (date, end) = self.with_year(month, day, end)?;
            return Some(Parsed { first: date, ..Parsed::day(date.with_day(last)?, end) });
        }
        let (date, next) = self.with_year(month, day, next)?;
        Some(self.and_its_weekday(Parsed::day(date, next)))
    }

    /// "… to 26th": the second day of a range within a month.
    fn second_day(&self, at: usize) -> Option<(u32, usize)> {
        let sign = matches!(self.word(at), "-" | "–" | "to" | "through" | "thru" | "until" | "till" | "or" | "and");
        let the = self.past(at + 1, &["the"]);
        let (day, next, _) = self.day_number(the).filter(|_| sign)?;
        Some((day, next))
    }

    /// "Jul 18, Fri". A weekday that isn't the date's was misspoken.
    fn and_its_weekday(&self, parsed: Parsed) -> Parsed {
        let open = self.past(parsed.next, &[",", "("]);
        let Some((weekday, short)) = lexicon::weekday(self.word(open)) else { return parsed };
        if open == parsed.next && short && !self.may_end(open + 1) {
            return parsed;
        }
        let next = self.past(open + 1, &[")"]);
        if parsed.first.weekday() == weekday {
            return parsed.until(next);
        }
        let mut later = (1..6).filter_map(|years| parsed.first.with_year(parsed.first.year() + years));
        match later.find(|date| date.weekday() == weekday) {
            Some(date) => Parsed::day(date, next).sorted(Sort::Loose),
            None => parsed.sorted(Sort::Loose).until(next),
        }
    }

    /// A day of a month in the year that is named behind it, else in the next that isn't over.
    fn with_year(&self, month: u32, day: u32, at: usize) -> Option<(NaiveDate, usize)> {
        match self.year_at(at) {
            Some((year, next)) => NaiveDate::from_ymd_opt(year, month, day).map(|date| (date, next)),
            None => self.ahead_in_year(month, day).map(|date| (date, at)),
        }
    }

    /// The next such day from the call's on; within eight years, for a 29 February.
    pub fn ahead_in_year(&self, month: u32, day: u32) -> Option<NaiveDate> {
        let dates = (0..9).filter_map(|years| NaiveDate::from_ymd_opt(self.year() + years, month, day));
        dates.into_iter().find(|date| *date >= self.today())
    }

    /// ", 2027", "of next year", "'27", "96" at the end: the year, and the next token.
    pub fn year_at(&self, at: usize) -> Option<(i32, usize)> {
        let open = self.past(at, &[",", "of", "in", "-", "/"]);
        let word = self.word(open);
        if let Some(number) = self.number(open) {
            let clock = matches!(self.word(open + 1), ":" | "." | "-" | "/" | "am" | "pm")
                && self.is_glued(open + 1)
                && self.number(open + 2).is_some();
            let four = full_year((number, word.len())).filter(|_| word.len() == 4 && !clock);
            let two = full_year((number, word.len())).filter(|_| word.len() == 2 && number > 31 && open + 1 >= self.tokens.len());
            return four.or(two).map(|year| (year, open + 1));
        }
        if let Some(year) = self.spoken_year(open) {
            return Some(year);
        }
        if matches!(word, "'" | "’") && self.word(open + 1).len() == 2 {
            return full_year((self.number(open + 1)?, 2)).map(|year| (year, open + 2));
        }
        let years = match word {
            "this" => 0,
            "next" => 1,
            "last" => -1,
            _ => return None,
        };
        self.after(open + 1, &["year"]).map(|next| (self.year() + years, next))
    }

    /// "twenty twenty seven", "two thousand twenty seven".
    fn spoken_year(&self, at: usize) -> Option<(i32, usize)> {
        let thousands = self.after(at, &["two", "thousand"]).map(|next| self.past(next, &["and"]));
        let opens = thousands.or_else(|| self.after(at, &["twenty"]))?;
        let (rest, next) = self.count_word(opens).filter(|(rest, _)| (20..100).contains(rest))?;
        Some((2000 + i32::try_from(rest).ok()?, next))
    }

    /// "the 5th", "the 20th of next month".
    pub fn day_of_month(&self, at: usize) -> Option<Parsed> {
        let the = self.past(at, &["the"]);
        let (day, next) = self.ordinal_at(the).filter(|(day, _)| *day <= 31)?;
        let this = calendar::period(self.today(), Unit::Month, 0)?;
        let of = self.past(next, &["of", "in"]);
        let det = self.past(of, &["the", "this", "our"]);
        let months = match self.word(det) {
            "month" if det > of => Some((0, det + 1)),
            "next" | "following" | "coming" if self.word(det + 1) == "month" => Some((1, det + 2)),
            "last" | "previous" | "past" if self.word(det + 1) == "month" => Some((-1, det + 2)),
            "current" if self.word(det + 1) == "month" => Some((0, det + 2)),
            _ => None,
        };
        if let Some((months, next)) = months {
            let month = calendar::period(self.today(), Unit::Month, months)?;
            let date = month.first.with_day(day)?;
            // "the 5th of the month", said on the 20th: the next one.
            let roll = months == 0 && self.word(det - 1) == "the" && date < self.today();
            let date = if roll { calendar::period(this.first, Unit::Month, 1)?.first.with_day(day)? } else { date };
            return Some(Parsed::day(date, next));
        }
        if the == at {
            return None;
        }
        let mut month = this;
        for _ in 0..3 {
            if let Some(date) = month.first.with_day(day).filter(|date| *date >= self.today()) {
                return Some(Parsed::day(date, next).sorted(Sort::Weak));
            }
            month = calendar::period(month.first, Unit::Month, 1)?;
        }
        None
    }

    /// A month alone: due on its last day, "by" it on its first.
    pub fn month_stretch(&self, stretch: Stretch, next: usize) -> Parsed {
        Parsed { by: Some(stretch.first), ..Parsed::stretch(stretch, next) }
    }
}
