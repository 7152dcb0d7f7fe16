//! Reckoning with days. Nothing in here panics: a day outside of the calendar is none.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::lexicon::Unit;

/// Days in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub first: NaiveDate,
    pub last: NaiveDate,
}

/// A day some days on, or back.
pub(super) fn plus(day: NaiveDate, days: i64) -> Option<NaiveDate> {
    let distance = Days::new(days.unsigned_abs());
    if days < 0 { day.checked_sub_days(distance) } else { day.checked_add_days(distance) }
}

/// A day some months on, or back; the last day of a shorter month.
pub(super) fn plus_months(day: NaiveDate, months: i64) -> Option<NaiveDate> {
    let distance = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { day.checked_sub_months(distance) } else { day.checked_add_months(distance) }
}

/// A day some Mondays to Fridays on, or back; at most 400.
pub(super) fn plus_business_days(day: NaiveDate, days: i64) -> Option<NaiveDate> {
    let mut date = day;
    for _ in 0..days.unsigned_abs().min(400) {
        date = plus(date, days.signum())?;
        while is_weekend(date) {
            date = plus(date, days.signum())?;
        }
    }
    Some(date)
}

pub(super) fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// A day so many units on, or back.
pub(super) fn shift(day: NaiveDate, unit: Unit, count: i64) -> Option<NaiveDate> {
    match unit {
        Unit::Second | Unit::Minute => Some(day),
        Unit::Hour => plus(day, count / 24),
        Unit::Day => plus(day, count),
        Unit::BusinessDay => plus_business_days(day, count),
        Unit::Week | Unit::Weekend => plus(day, count.checked_mul(7)?),
        Unit::Fortnight => plus(day, count.checked_mul(14)?),
        Unit::Month => plus_months(day, count),
        Unit::Quarter => plus_months(day, count.checked_mul(3)?),
        Unit::Year => plus_months(day, count.checked_mul(12)?),
    }
}

/// The Monday of a day's week.
pub(super) fn monday(day: NaiveDate) -> Option<NaiveDate> {
    plus(day, -i64::from(day.weekday().num_days_from_monday()))
}

/// The first such weekday after a day.
pub(super) fn following(day: NaiveDate, weekday: Weekday) -> Option<NaiveDate> {
    let ahead = (i64::from(weekday.num_days_from_monday()) - i64::from(day.weekday().num_days_from_monday())).rem_euclid(7);
    plus(day, if ahead == 0 { 7 } else { ahead })
}

/// The last such weekday before a day.
pub(super) fn preceding(day: NaiveDate, weekday: Weekday) -> Option<NaiveDate> {
    plus(following(day, weekday)?, -7).map(|date| if date == day { plus(date, -7).unwrap_or(date) } else { date })
}

/// A weekday of the week that is some weeks from a day's.
pub(super) fn in_week(day: NaiveDate, weeks: i64, weekday: Weekday) -> Option<NaiveDate> {
    plus(monday(day)?, weeks * 7 + i64::from(weekday.num_days_from_monday()))
}

fn months_of(day: NaiveDate, months: u32, ahead: i64) -> Option<Stretch> {
    let first = NaiveDate::from_ymd_opt(day.year(), day.month0() / months * months + 1, 1)?;
    let first = plus_months(first, ahead.checked_mul(i64::from(months))?)?;
    Some(Stretch { first, last: plus(plus_months(first, i64::from(months))?, -1)? })
}

/// The week, month, quarter or year that is so many from a day's own.
pub(super) fn period(day: NaiveDate, unit: Unit, ahead: i64) -> Option<Stretch> {
    match unit {
        Unit::Week => {
            let first = plus(monday(day)?, ahead.checked_mul(7)?)?;
            Some(Stretch { first, last: plus(first, 6)? })
        }
        Unit::Weekend => {
            let first = plus(monday(day)?, ahead.checked_mul(7)?.checked_add(5)?)?;
            Some(Stretch { first, last: plus(first, 1)? })
        }
        Unit::Day => plus(day, ahead).map(|date| Stretch { first: date, last: date }),
        Unit::Month => months_of(day, 1, ahead),
        Unit::Quarter => months_of(day, 3, ahead),
        Unit::Year => months_of(day, 12, ahead),
        _ => None,
    }
}

/// A month of a year.
pub(super) fn month(year: i32, month: u32) -> Option<Stretch> {
    months_of(NaiveDate::from_ymd_opt(year, month, 1)?, 1, 0)
}

/// A quarter of a year, 1 to 4.
pub(super) fn quarter(year: i32, quarter: u32) -> Option<Stretch> {
    months_of(NaiveDate::from_ymd_opt(year, quarter.checked_sub(1)? * 3 + 1, 1)?, 3, 0)
}

/// A half of a year, 1 or 2.
pub(super) fn half(year: i32, half: u32) -> Option<Stretch> {
    months_of(NaiveDate::from_ymd_opt(year, half.checked_sub(1)? * 6 + 1, 1)?, 6, 0)
}

/// A whole year.
pub(super) fn year(year: i32) -> Option<Stretch> {
    months_of(NaiveDate::from_ymd_opt(year, 1, 1)?, 12, 0)
}

/// The n-th such weekday of a stretch, from 1; from −1 counted from its end.
pub(super) fn nth_weekday(stretch: Stretch, weekday: Weekday, n: i64) -> Option<NaiveDate> {
    let date = if n > 0 {
        plus(following(plus(stretch.first, -1)?, weekday)?, (n - 1) * 7)?
    } else {
        plus(preceding(plus(stretch.last, 1)?, weekday)?, (n + 1) * 7)?
    };
    (stretch.first <= date && date <= stretch.last).then_some(date)
}

/// The n-th day of a stretch, from 1; from −1 counted from its end. Only Mondays to Fridays, if wanted.
pub(super) fn nth_day(stretch: Stretch, n: i64, business: bool) -> Option<NaiveDate> {
    let (edge, count) = if n > 0 { (plus(stretch.first, -1)?, n) } else { (plus(stretch.last, 1)?, n) };
    let date = if business { plus_business_days(edge, count) } else { plus(edge, count) }?;
    (stretch.first <= date && date <= stretch.last).then_some(date)
}

/// The n-th whole week, or weekend, of a stretch, from 1; from −1 counted from its end.
pub(super) fn nth_week(stretch: Stretch, n: i64, weekend: bool) -> Option<Stretch> {
    let (opens, length) = if weekend { (Weekday::Sat, 1) } else { (Weekday::Mon, 6) };
    let first = if n > 0 {
        nth_weekday(stretch, opens, n)?
    } else {
        let complete = Stretch { first: stretch.first, last: plus(stretch.last, -length)? };
        nth_weekday(complete, opens, n)?
    };
    Some(Stretch { first, last: plus(first, length)? })
}
