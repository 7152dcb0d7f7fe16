//! Where people's clocks are: names of the IANA's time zone database.

use chrono::{DateTime, NaiveDate, Utc};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::Problem;

/// A zone's name as it is kept; empty stays empty, which is "not known".
///
/// # Errors
/// A [`Problem`] of the field `time_zone`.
pub(crate) fn checked(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(String::new());
    }
    // The name as the database has it, whatever its letters' case.
    let known = TimeZone::get(text).ok().and_then(|zone| zone.iana_name().map(str::to_owned));
    known.ok_or_else(|| Problem::of_field("time_zone", "There is no such time zone. Write it like Europe/Berlin or America/New_York."))
}

/// The day that a calendar there shows; one that is not known shows UTC's.
pub fn day(at: DateTime<Utc>, zone: &str) -> NaiveDate {
    let there = || {
        let zone = TimeZone::get(zone).ok()?;
        let day = Timestamp::from_second(at.timestamp()).ok()?.to_zoned_datetime(zone).date();
        NaiveDate::from_ymd_opt(day.year().into(), day.month().unsigned_abs().into(), day.day().unsigned_abs().into())
    };
    there().unwrap_or_else(|| at.date_naive())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_clocks_own() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let day = |text: &str, zone: &str| day(at(text), zone).to_string();
        assert_eq!(day("2026-12-04T01:30:00Z", "America/Los_Angeles"), "2026-12-03");
        assert_eq!(day("2026-11-30T22:00:00Z", "Australia/Sydney"), "2026-12-01");
        assert_eq!(day("2026-12-04T01:30:00Z", ""), "2026-12-04");
    }

    #[test]
    fn names_are_checked() {
        assert_eq!(checked(" europe/berlin "), Ok("Europe/Berlin".to_owned()));
        assert_eq!(checked("Asia/Calcutta").as_deref(), Ok("Asia/Calcutta"));
        assert_eq!(checked(""), Ok(String::new()));
        for wrong in ["Berlin", "UTC+1", "../etc/passwd", &"x".repeat(9_000)] {
            assert_eq!(checked(wrong).unwrap_err().code, model::Code::Invalid, "{}", wrong.chars().take(20).collect::<String>());
        }
    }
}
