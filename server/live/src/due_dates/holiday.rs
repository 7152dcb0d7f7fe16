//! Holidays that are said as dates on calls, those of the United States and of Christian tradition: "before Christmas",
//! "by Thanksgiving".

use chrono::{Datelike, NaiveDate, Weekday};

use super::calendar::{self, nth_weekday, plus};
use super::phrase::{Parsed, Reader};

/// How a holiday is found in a year.
#[derive(Clone, Copy)]
enum HolidayRule {
    Fixed(u32, u32),
    /// Month, weekday, which one.
    Nth(u32, Weekday, i64),
    /// Days from Easter Sunday.
    Easter(i64),
    /// The day after the fourth Thursday of November.
    BlackFriday,
}

const HOLIDAYS: &[(&[&str], HolidayRule)] = &[
    (&["christmas", "eve"], HolidayRule::Fixed(12, 24)),
    (&["christmas", "day"], HolidayRule::Fixed(12, 25)),
    (&["christmas"], HolidayRule::Fixed(12, 25)),
    (&["xmas"], HolidayRule::Fixed(12, 25)),
    (&["boxing", "day"], HolidayRule::Fixed(12, 26)),
    (&["new", "year", "eve"], HolidayRule::Fixed(12, 31)),
    (&["new", "years", "eve"], HolidayRule::Fixed(12, 31)),
    (&["new", "year", "day"], HolidayRule::Fixed(1, 1)),
    (&["new", "years", "day"], HolidayRule::Fixed(1, 1)),
    (&["new", "years"], HolidayRule::Fixed(1, 1)),
    (&["new", "year"], HolidayRule::Fixed(1, 1)),
    (&["valentine", "day"], HolidayRule::Fixed(2, 14)),
    (&["st", "patrick", "day"], HolidayRule::Fixed(3, 17)),
    (&["independence", "day"], HolidayRule::Fixed(7, 4)),
    (&["halloween"], HolidayRule::Fixed(10, 31)),
    (&["veterans", "day"], HolidayRule::Fixed(11, 11)),
    (&["mlk", "day"], HolidayRule::Nth(1, Weekday::Mon, 3)),
    (&["martin", "luther", "king", "day"], HolidayRule::Nth(1, Weekday::Mon, 3)),
    (&["president", "day"], HolidayRule::Nth(2, Weekday::Mon, 3)),
    (&["presidents", "day"], HolidayRule::Nth(2, Weekday::Mon, 3)),
    (&["mother", "day"], HolidayRule::Nth(5, Weekday::Sun, 2)),
    (&["memorial", "day"], HolidayRule::Nth(5, Weekday::Mon, -1)),
    (&["father", "day"], HolidayRule::Nth(6, Weekday::Sun, 3)),
    (&["labor", "day"], HolidayRule::Nth(9, Weekday::Mon, 1)),
    (&["columbus", "day"], HolidayRule::Nth(10, Weekday::Mon, 2)),
    (&["thanksgiving", "day"], HolidayRule::Nth(11, Weekday::Thu, 4)),
    (&["thanksgiving"], HolidayRule::Nth(11, Weekday::Thu, 4)),
    (&["black", "friday"], HolidayRule::BlackFriday),
    (&["ash", "wednesday"], HolidayRule::Easter(-46)),
    (&["palm", "sunday"], HolidayRule::Easter(-7)),
    (&["maundy", "thursday"], HolidayRule::Easter(-3)),
    (&["good", "friday"], HolidayRule::Easter(-2)),
    (&["easter", "sunday"], HolidayRule::Easter(0)),
    (&["easter", "monday"], HolidayRule::Easter(1)),
    (&["easter", "mon"], HolidayRule::Easter(1)),
    (&["easter"], HolidayRule::Easter(0)),
    (&["ascension", "day"], HolidayRule::Easter(39)),
    (&["whit", "monday"], HolidayRule::Easter(50)),
    (&["pentecost"], HolidayRule::Easter(49)),
    (&["trinity", "sunday"], HolidayRule::Easter(56)),
];

impl Reader<'_> {
    /// A holiday, in the year that is named behind it or the next time.
    pub fn holiday(&self, at: usize) -> Option<Parsed> {
        // "Happy New Year", "in the new year".
        let before = if self.before(at) == "the" { at.wrapping_sub(1) } else { at };
        if matches!(self.before(before), "happy" | "in") {
            return None;
        }
        let (rule, next) = HOLIDAYS.iter().find_map(|(words, rule)| self.after(at, words).map(|next| (*rule, next)))?;
        if let Some((year, next)) = self.year_at(next) {
            return Some(Parsed::day(rule.in_year(year)?, next));
        }
        let date = rule.in_year(self.year())?;
        let date = if date < self.today() { rule.in_year(self.year() + 1)? } else { date };
        Some(Parsed::day(date, next))
    }
}

impl HolidayRule {
    fn in_year(self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::Fixed(month, day) => NaiveDate::from_ymd_opt(year, month, day),
            Self::Nth(month, weekday, n) => nth_weekday(calendar::month(year, month)?, weekday, n),
            Self::Easter(days) => plus(easter(year)?, days),
            Self::BlackFriday => plus(nth_weekday(calendar::month(year, 11)?, Weekday::Thu, 4)?, 1),
        }
    }
}

/// Easter Sunday of the western churches: the Sunday after the ecclesiastical full moon (the "anonymous Gregorian algorithm",
/// Nature, 1876).
fn easter(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let sum = h + l - 7 * m + 114;
    let date = NaiveDate::from_ymd_opt(year, u32::try_from(sum / 31).ok()?, u32::try_from(sum % 31 + 1).ok()?)?;
    (date.weekday() == Weekday::Sun).then_some(date)
}
