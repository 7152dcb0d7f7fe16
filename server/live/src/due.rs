//! Dates in spoken promises: "by Friday", "in two days", "end of the month", "March third".
//!
//! Only what looks ahead counts. A stretch of time is due at its end: "next week" is next week's Friday, "this month" its
//! last day. A weekday is its next occurrence after the call's day; "next Friday" is next week's.

use std::ops::Range;

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use model::metrics::Words;

/// A date, and the words that name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The day.
    pub date: NaiveDate,
    /// Words of the phrase with its preposition (contractions counted in full).
    pub words: Range<usize>,
}

const PREPOSITIONS: &[&str] = &["by", "before", "on", "until", "till", "for"];

/// The first date within a range of words, seen from the day of the call. One after "by", "before" or "until" goes before
/// others.
pub fn find(words: &Words, within: Range<usize>, today: NaiveDate) -> Option<Due> {
    let reader = Reader { words, end: within.end.min(words.len()), today };
    let mut first = None;
    let mut index = within.start;
    while index < reader.end {
        let Some((date, length)) = reader.date(index) else {
            index += 1;
            continue;
        };
        let before = if index > within.start { words.word(index - 1) } else { "" };
        let start = if PREPOSITIONS.contains(&before) { index - 1 } else { index };
        let due = Due { date, words: start..index + length };
        if matches!(before, "by" | "before" | "until" | "till") {
            return Some(due);
        }
        first.get_or_insert(due);
        index += length;
    }
    first
}

struct Reader<'a> {
    words: &'a Words,
    end: usize,
    today: NaiveDate,
}

impl Reader<'_> {
    fn word(&self, index: usize) -> &str {
        if index < self.end { self.words.word(index) } else { "" }
    }

    fn ahead(&self, days: u64) -> Option<NaiveDate> {
        self.today.checked_add_days(Days::new(days))
    }

    /// The date that is named from a word on, and how many words name it.
    fn date(&self, at: usize) -> Option<(NaiveDate, usize)> {
        let before = at.checked_sub(1).map_or("", |index| self.words.word(index));
        if before == "last" || before == "previous" {
            return None;
        }
        // "Thank you for your time today" is about the call itself.
        if self.word(at) == "today"
            && matches!(before, "time" | "joining" | "talking" | "speaking" | "chatting" | "call" | "conversation" | "here")
        {
            return None;
        }
        let (date, length) = self
            .near(at)
            .or_else(|| self.weekday(at))
            .or_else(|| self.part_of_period(at))
            .or_else(|| self.distance(at))
            .or_else(|| self.iso(at))
            .or_else(|| self.day_of_month(at))?;
        // "two weeks ago" looks back, and so does the middle of a month that is over.
        (self.word(at + length) != "ago" && date >= self.today).then_some((date, length))
    }

    fn near(&self, at: usize) -> Option<(NaiveDate, usize)> {
        let part_of_day =
            |index: usize| usize::from(matches!(self.word(index), "morning" | "afternoon" | "evening" | "night" | "noon" | "midday"));
        match (self.word(at), self.word(at + 1), self.word(at + 2), self.word(at + 3)) {
            ("the", "day", "after", "tomorrow") => Some((self.ahead(2)?, 4)),
            ("day", "after", "tomorrow", _) => Some((self.ahead(2)?, 3)),
            ("tomorrow" | "tmrw", ..) => Some((self.ahead(1)?, 1 + part_of_day(at + 1))),
            ("today" | "tonight" | "eod" | "cob", ..) => Some((self.today, 1)),
            ("this", "morning" | "afternoon" | "evening", ..) | ("right", "away", ..) => Some((self.today, 2)),
            ("end", "of", "day" | "business" | "today", _) => Some((self.today, 3)),
            ("end", "of", "the", "day") => Some((self.today, 4)),
            ("close", "of", "business", _) => Some((self.today, 3)),
            ("first", "thing", "in", "the") if self.word(at + 4) == "morning" => Some((self.ahead(1)?, 5)),
            _ => None,
        }
    }

    fn weekday(&self, at: usize) -> Option<(NaiveDate, usize)> {
        let which = match self.word(at) {
            word @ ("next" | "this" | "coming") => Some(word),
            _ => None,
        };
        let skip = usize::from(which.is_some());
        let named = |index: usize| {
            weekday(self.word(index), which.is_some() || at.checked_sub(1).is_some_and(|i| PREPOSITIONS.contains(&self.words.word(i))))
        };
        let day = named(at + skip)?;
        // "Sunday, March 6": the date says more.
        if let Some((date, length)) = self.day_of_month(at + skip + 1).filter(|(date, _)| date.weekday() == day) {
            return Some((date, skip + 1 + length));
        }
        let monday = self.monday();
        let in_week = |weeks: u64| monday.checked_add_days(Days::new(weeks * 7 + u64::from(day.num_days_from_monday())));
        let following = if day.num_days_from_monday() > self.today.weekday().num_days_from_monday() { in_week(0) } else { in_week(1) };
        match (which, self.word(at + skip + 1), self.word(at + skip + 2)) {
            (Some("next"), ..) => Some((in_week(1)?, 2)),
            (Some("this"), ..) if day == self.today.weekday() => Some((self.today, 2)),
            (None, "next", "week") => Some((in_week(1)?, 3)),
            (None, "of", "next") if self.word(at + 3) == "week" => Some((in_week(1)?, 4)),
            (None, "this", "week") => Some((in_week(0).filter(|date| *date >= self.today).or(following)?, 3)),
            _ => Some((following?, 1 + skip)),
        }
    }

    fn monday(&self) -> NaiveDate {
        self.today - Days::new(u64::from(self.today.weekday().num_days_from_monday()))
    }

    /// "end of the month", "early next week", "this quarter".
    fn part_of_period(&self, at: usize) -> Option<(NaiveDate, usize)> {
        let (part, mut next) = match (self.word(at), self.word(at + 1)) {
            ("end" | "beginning" | "start" | "middle", "of") => (self.word(at), at + 2),
            ("late" | "later" | "early" | "mid", _) => (self.word(at), at + 1),
            ("eow", _) => return self.period("week", 0, "end").map(|date| (date, 1)),
            ("eom", _) => return self.period("month", 0, "end").map(|date| (date, 1)),
            ("eoq", _) => return self.period("quarter", 0, "end").map(|date| (date, 1)),
            ("eoy", _) => return self.period("year", 0, "end").map(|date| (date, 1)),
            _ => ("", at),
        };
        let ahead = match self.word(next) {
            "next" => 1,
            "this" => 0,
            "the" | "our" if !part.is_empty() => 0,
            _ if part.is_empty() => return self.month_alone(at),
            _ => {
                // "end of March", "end of month", "mid March".
                if let Some(month) = month(self.word(next)) {
                    return Some((self.in_month(month, part)?, next + 1 - at));
                }
                next = next.checked_sub(1)?;
                0
            }
        };
        let period = self.word(next + 1);
        if !matches!(period, "week" | "month" | "quarter" | "year" | "weekend") {
            return None;
        }
        // "the early week" says nothing; "later week" neither.
        if !matches!(self.word(next), "next" | "this") && !matches!(part, "end" | "beginning" | "start" | "middle" | "mid") {
            return None;
        }
        let mut length = next + 2 - at;
        let mut date = self.period(period, ahead, part)?;
        if period == "week" && part.is_empty() {
            // "next week on Tuesday".
            let on = usize::from(self.word(at + 2) == "on");
            if let Some(day) = weekday(self.word(at + 2 + on), on == 1) {
                date = self.monday() + Days::new(7 * ahead + u64::from(day.num_days_from_monday()));
                length += 1 + on;
            }
        }
        Some((date, length))
    }

    /// "in March" (its last day), "by March" (its first).
    fn month_alone(&self, at: usize) -> Option<(NaiveDate, usize)> {
        let before = at.checked_sub(1).map_or("", |index| self.words.word(index));
        let after = self.word(at + 1);
        // "march 3rd" is a day; "may" and "march" are verbs too, so a preposition must stand before.
        if after.starts_with(|c: char| c.is_ascii_digit()) || ordinal(after).is_some() || after == "the" {
            return None;
        }
        let month = month(self.word(at))?;
        match before {
            "in" | "during" | "until" => Some((self.in_month(month, "end")?, 1)),
            "by" | "before" => Some((self.in_month(month, "start")?, 1)),
            _ => None,
        }
    }

    /// The nearest such month that isn't over.
    fn in_month(&self, month: u32, part: &str) -> Option<NaiveDate> {
        let year = self.today.year() + i32::from(month < self.today.month());
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        match part {
            "middle" | "mid" => first.with_day(15),
            "beginning" | "start" | "early" => Some(first),
            _ => first.checked_add_months(Months::new(1))?.pred_opt(),
        }
    }

    fn period(&self, period: &str, ahead: u64, part: &str) -> Option<NaiveDate> {
        let day = |weeks: u64, days: u64| self.monday().checked_add_days(Days::new(weeks * 7 + days));
        let begin = matches!(part, "beginning" | "start" | "early");
        let middle = matches!(part, "middle" | "mid");
        let months = match period {
            "weekend" => return day(ahead, 6),
            "week" => {
                let offset = if begin {
                    u64::from(part == "early")
                } else if middle {
                    2
                } else {
                    4
                };
                let date = day(ahead, offset)?;
                // On a weekend "this week" has no Friday left.
                return if date < self.today { day(ahead, 6) } else { Some(date) };
            }
            "month" => 1,
            "quarter" => 3,
            _ => 12,
        };
        let first_month = (self.today.month0() / months) * months + 1;
        let first = NaiveDate::from_ymd_opt(self.today.year(), first_month, 1)?.checked_add_months(Months::new(months * ahead as u32))?;
        if begin {
            Some(first)
        } else if middle {
            if months == 1 { first.with_day(15) } else { first.checked_add_months(Months::new(months / 2)) }
        } else {
            first.checked_add_months(Months::new(months))?.pred_opt()
        }
    }

    /// "in two days", "within 48 hours", "a week from now", "three days from now".
    fn distance(&self, at: usize) -> Option<(NaiveDate, usize)> {
        let opens = usize::from(matches!(self.word(at), "in" | "within"));
        let mut next = at + opens;
        if opens == 1 && matches!(self.word(next), "about" | "around" | "the" | "like" | "maybe") {
            next += 1;
        }
        if self.word(next) == "next" && opens == 1 {
            next += 1;
        }
        let (count, length) = self.count(next)?;
        next += length;
        let unit = self.word(next);
        let business = unit == "business" || unit == "working";
        let unit = if business { "day" } else { unit.strip_suffix('s').unwrap_or(unit) };
        next += 1 + usize::from(business);
        let date = match unit {
            "hour" => self.ahead(count / 24)?,
            "minute" => self.today,
            "day" if business => self.after_business_days(count)?,
            "day" => self.ahead(count)?,
            "week" => self.ahead(count * 7)?,
            "fortnight" => self.ahead(count * 14)?,
            "month" => self.today.checked_add_months(Months::new(u32::try_from(count).ok()?))?,
            "year" => self.today.checked_add_months(Months::new(u32::try_from(count.checked_mul(12)?).ok()?))?,
            _ => return None,
        };
        if matches!(self.word(next), "time") {
            next += 1;
        }
        if matches!((self.word(next), self.word(next + 1)), ("from", "now" | "today")) {
            next += 2;
        } else if opens == 0 {
            return None;
        }
        Some((date, next - at))
    }

    fn after_business_days(&self, count: u64) -> Option<NaiveDate> {
        let mut date = self.today;
        for _ in 0..count {
            date = date.succ_opt()?;
            while matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
                date = date.succ_opt()?;
            }
        }
        Some(date)
    }

    /// How many: at most 400.
    fn count(&self, at: usize) -> Option<(u64, usize)> {
        match (self.word(at), self.word(at + 1), self.word(at + 2)) {
            ("a", "couple", "of") => Some((2, 3)),
            ("a", "couple", _) => Some((2, 2)),
            ("a", "few", _) => Some((3, 2)),
            ("couple", "of", _) => Some((2, 2)),
            ("few", ..) => Some((3, 1)),
            ("a" | "an", ..) => Some((1, 1)),
            (word, ..) => number(word).or_else(|| word.parse().ok()).filter(|count| *count <= 400).map(|count| (count, 1)),
        }
    }

    /// 2027-03-05.
    fn iso(&self, at: usize) -> Option<(NaiveDate, usize)> {
        let part = |index: usize| self.word(index).parse::<u32>().ok();
        let year = i32::try_from(part(at)?).ok().filter(|year| (1900..2200).contains(year))?;
        let date = NaiveDate::from_ymd_opt(year, part(at + 1)?, part(at + 2)?)?;
        let marks = self.words.marks();
        let joined = (at..at + 2).all(|index| marks[index].end + 1 == marks[index + 1].start && self.word(index + 1).len() == 2);
        (joined && date >= self.today).then_some((date, 3))
    }

    /// "March 3rd", "the third of March", "3 March 2027", "the 5th".
    fn day_of_month(&self, at: usize) -> Option<(NaiveDate, usize)> {
        if let Some(month) = month(self.word(at)) {
            let the = usize::from(self.word(at + 1) == "the");
            let (day, length) = self.day(at + 1 + the, true)?;
            return self.in_year(month, day, at, 1 + the + length);
        }
        let the = usize::from(self.word(at) == "the");
        let (day, length) = self.day(at + the, true)?;
        let next = at + the + length;
        let of = usize::from(self.word(next) == "of");
        if let Some(month) = month(self.word(next + of)) {
            return self.in_year(month, day, at, the + length + of + 1);
        }
        // "the 5th" alone; "the first thing" is none.
        let digits = self.word(at + the).starts_with(|c: char| c.is_ascii_digit());
        let before = at.checked_sub(1).map_or("", |index| self.words.word(index));
        let last = matches!(self.word(next), "" | "at" | "or" | "and" | "of" | "so" | "if") && matches!(before, "by" | "on" | "before");
        let plain_ordinal = ordinal(self.word(at + the)).is_some() || length == 2;
        if the == 0 || !plain_ordinal || !(digits || last) {
            return None;
        }
        let mut first = self.today.with_day(1)?;
        for _ in 0..3 {
            if let Some(date) = first.with_day(day).filter(|date| *date >= self.today) {
                let of_the_month = if matches!((self.word(next), self.word(next + 1), self.word(next + 2)), ("of", "the" | "this", "month"))
                {
                    3
                } else {
                    0
                };
                return Some((date, the + length + of_the_month));
            }
            first = first.checked_add_months(Months::new(1))?;
        }
        None
    }

    /// A day's number and how many words it takes: "5", "5th", "fifth", "twenty first".
    fn day(&self, at: usize, plain: bool) -> Option<(u32, usize)> {
        let word = self.word(at);
        let tens = match word {
            "twenty" => 20,
            "thirty" => 30,
            _ => 0,
        };
        let second = self.word(at + 1);
        let unit = ordinal(second).or_else(|| number(second).and_then(|unit| u32::try_from(unit).ok()));
        if let Some(unit) = unit.filter(|unit| tens > 0 && *unit < 10) {
            return Some((tens + unit, 2));
        }
        let plain = if plain { word.parse().ok() } else { None };
        ordinal(word).or(plain).filter(|day| (1..=31).contains(day)).map(|day| (day, 1))
    }

    fn in_year(&self, month: u32, day: u32, at: usize, length: usize) -> Option<(NaiveDate, usize)> {
        let given = self.word(at + length).parse::<i32>().ok().filter(|year| (1900..2200).contains(year));
        let date = match given {
            Some(year) => NaiveDate::from_ymd_opt(year, month, day)?,
            None => {
                let date = NaiveDate::from_ymd_opt(self.today.year(), month, day);
                date.filter(|date| *date >= self.today).or_else(|| NaiveDate::from_ymd_opt(self.today.year() + 1, month, day))?
            }
        };
        (date >= self.today).then_some((date, length + usize::from(given.is_some())))
    }
}

/// Short forms only where a preposition makes them clear: "sat" and "sun" are words.
fn weekday(word: &str, short: bool) -> Option<Weekday> {
    Some(match word {
        "monday" => Weekday::Mon,
        "tuesday" => Weekday::Tue,
        "wednesday" => Weekday::Wed,
        "thursday" => Weekday::Thu,
        "friday" => Weekday::Fri,
        "saturday" => Weekday::Sat,
        "sunday" => Weekday::Sun,
        _ if !short => return None,
        "mon" => Weekday::Mon,
        "tue" | "tues" => Weekday::Tue,
        "wed" => Weekday::Wed,
        "thu" | "thur" | "thurs" => Weekday::Thu,
        "fri" => Weekday::Fri,
        "sat" => Weekday::Sat,
        "sun" => Weekday::Sun,
        _ => return None,
    })
}

fn month(word: &str) -> Option<u32> {
    const MONTHS: [(&str, &str); 12] = [
        ("january", "jan"),
        ("february", "feb"),
        ("march", "mar"),
        ("april", "apr"),
        ("may", "may"),
        ("june", "jun"),
        ("july", "jul"),
        ("august", "aug"),
        ("september", "sept"),
        ("october", "oct"),
        ("november", "nov"),
        ("december", "dec"),
    ];
    let word = if word == "sep" { "sept" } else { word };
    MONTHS.iter().position(|(long, short)| word == *long || word == *short).map(|index| index as u32 + 1)
}

fn number(word: &str) -> Option<u64> {
    const NUMBERS: [&str; 13] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    match word {
        "thirty" => Some(30),
        "ninety" => Some(90),
        "sixty" => Some(60),
        "twenty" => Some(20),
        _ => NUMBERS.iter().position(|number| word == *number).map(|index| index as u64),
    }
}

fn ordinal(word: &str) -> Option<u32> {
    const ORDINALS: [&str; 20] = [
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
        "twentieth",
    ];
    if let Some(index) = ORDINALS.iter().position(|ordinal| word == *ordinal) {
        return Some(index as u32 + 1);
    }
    if word == "thirtieth" {
        return Some(30);
    }
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    matches!(word.get(digits.len()..)?, "st" | "nd" | "rd" | "th").then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
