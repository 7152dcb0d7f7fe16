#![allow(clippy::unwrap_used)]

use chrono::Days;
use proptest::prelude::*;

use super::*;

mod cases;
mod negatives;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The date and the words that name it, in a call of a day.
fn due_on(today: &str, language: &str, text: &str) -> Option<(String, String)> {
    let due = find(text, &Viewpoint::of(day(today), language))?;
    let said = text.chars().skip(due.place.start as usize).take(due.place.len()).collect();
    Some((due.date.to_string(), said))
}

/// On a Wednesday.
fn due(text: &str) -> Option<(String, String)> {
    due_on("2026-11-18", "en-US", text)
}

fn check(today: &str, language: &str, table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .filter_map(|(text, date)| {
            let got = due_on(today, language, text);
            let got_date = got.as_ref().map_or("", |(date, _)| date.as_str());
            (got_date != *date).then(|| format!("{text:?}: {got:?}, not {date:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn spoken_dates_are_resolved_against_the_day_of_the_call() {
    for (text, date, said) in [
        ("i'll send it today", "2026-11-18", "today"),
        ("by end of day", "2026-11-18", "by end of day"),
        ("tomorrow morning at nine", "2026-11-19", "tomorrow morning at nine"),
        ("the day after tomorrow", "2026-11-20", "the day after tomorrow"),
        ("I'll send you the deck by Friday.", "2026-11-20", "by Friday"),
        ("let's talk on wednesday", "2026-11-25", "on wednesday"),
        ("before monday", "2026-11-23", "before monday"),
        ("this friday", "2026-11-20", "this friday"),
        ("next friday works", "2026-11-27", "next friday"),
        ("tuesday next week", "2026-11-24", "tuesday next week"),
        ("next week on tuesday", "2026-11-24", "next week on tuesday"),
        ("we will get back to you next week", "2026-11-27", "next week"),
        ("early next week", "2026-11-24", "early next week"),
        ("by the end of the week", "2026-11-20", "by the end of the week"),
        ("by end of month", "2026-11-30", "by end of month"),
        ("end of next month", "2026-12-31", "end of next month"),
        ("end of the quarter", "2026-12-31", "end of the quarter"),
        ("next quarter", "2027-03-31", "next quarter"),
        ("end of the year", "2026-12-31", "end of the year"),
        ("in two days", "2026-11-20", "in two days"),
        ("within 48 hours", "2026-11-20", "within 48 hours"),
        ("in a couple of weeks", "2026-12-02", "in a couple of weeks"),
        ("a week from now", "2026-11-25", "a week from now"),
        ("in three business days", "2026-11-23", "in three business days"),
        ("in a month", "2026-12-18", "in a month"),
        ("on the 5th", "2026-12-05", "on the 5th"),
        ("by the 20th", "2026-11-20", "by the 20th"),
        ("on the fifth", "2026-12-05", "on the fifth"),
        ("march 3rd", "2027-03-03", "march 3rd"),
        ("march third", "2027-03-03", "march third"),
        ("the third of march", "2027-03-03", "the third of march"),
        ("december twenty first", "2026-12-21", "december twenty first"),
        ("3 march 2027", "2027-03-03", "3 march 2027"),
        ("by march", "2027-03-01", "by march"),
        ("end of january", "2027-01-31", "end of january"),
        ("2026-12-01 at noon", "2026-12-01", "2026-12-01 at noon"),
        ("tomorrow we decide and you get it by friday", "2026-11-20", "by friday"),
    ] {
        assert_eq!(due(text), Some((date.to_owned(), said.to_owned())), "{text}");
    }
}

#[test]
fn read_tells_past_days_and_stretches_too() {
    let seen = Viewpoint { minute: Some(16 * 60), ..Viewpoint::of(day("2026-11-18"), "en-US") };
    for (text, first, last) in [
        ("last Friday", "2026-11-13", "2026-11-13"),
        ("two weeks ago", "2026-11-04", "2026-11-04"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("yesterday", "2026-11-17", "2026-11-17"),
        ("at 3 pm", "2026-11-19", "2026-11-19"),
        ("at half past five", "2026-11-18", "2026-11-18"),
        ("in 10 hours", "2026-11-19", "2026-11-19"),
        ("from Monday to Wednesday", "2026-11-23", "2026-11-25"),
        ("22-24 February", "2027-02-22", "2027-02-24"),
    ] {
        let got = read(text, &seen).map(|days| (days.first.to_string(), days.last.to_string()));
        assert_eq!(got, Some((first.to_owned(), last.to_owned())), "{text}");
    }
}

#[test]
fn languages_have_their_order() {
    for (language, order) in [
        ("en-US", DayOrder::MonthFirst),
        ("en-GB", DayOrder::DayFirst),
        ("en_AU", DayOrder::DayFirst),
        ("en", DayOrder::Open),
        ("en-CA", DayOrder::Open),
        ("", DayOrder::Open),
        ("de-DE", DayOrder::DayFirst),
        ("fr", DayOrder::DayFirst),
        ("ja-JP", DayOrder::MonthFirst),
        ("zh-Hans-CN", DayOrder::MonthFirst),
        ("es-419", DayOrder::DayFirst),
    ] {
        assert_eq!(DayOrder::of(language), order, "{language}");
    }
}

const WORDS: &[&str] = &[
    "by",
    "the",
    "of",
    "end",
    "next",
    "this",
    "last",
    "in",
    "a",
    "two",
    "400",
    "31st",
    "second",
    "thirty",
    "first",
    "week",
    "weeks",
    "days",
    "month",
    "quarter",
    "friday",
    "sunday",
    "february",
    "2027",
    "9",
    "year",
    "from",
    "now",
    "mid",
    "early",
    "weekend",
    "business",
    "half",
    "99999999999999999999",
    "/",
    "-",
    ".",
    ",",
    "12",
    "29",
    ":",
    "pm",
    "at",
    "after",
    "before",
    "to",
    "between",
    "and",
    "tomorrow",
    "q",
    "1",
    "ago",
    "day",
    "years",
    "9999",
    "upcoming",
    "easter",
    "'",
    "on",
    "for",
    "or",
    "eod",
    "fortnight",
    "Q4",
    "may",
    "years",
    "12/15",
];

/// Phrases that lie as far from any day.
const RELATIVE: &[&str] =
    &["tomorrow", "in three days", "the day after tomorrow", "within 48 hours", "in two weeks", "a week from tomorrow", "in a fortnight"];

proptest! {
    #[test]
    fn dates_lie_ahead_and_not_too_far(words in prop::collection::vec(prop::sample::select(WORDS), 0..9), days in 0..3000_u64) {
        let text = words.join(" ");
        let today = day("2026-11-18") + Days::new(days);
        for language in ["en-US", "en-GB", "en"] {
            let seen = Viewpoint::of(today, language);
            let length = text.chars().count() as u32;
            if let Some(due) = find(&text, &seen) {
                prop_assert!(due.date >= today && due.date <= today + Days::new(5 * 366), "{} on {}: {}", text, today, due.date);
                prop_assert!(due.place.start < due.place.end && due.place.end <= length);
            }
            if let Some(days) = read(&text, &Viewpoint { minute: Some(600), ..seen }) {
                prop_assert!(days.first <= days.last, "{}: {:?}", text, days);
                prop_assert!(days.place.start < days.place.end && days.place.end <= length);
            }
        }
    }

    #[test]
    fn no_text_panics(text in ".{0,60}", glued in prop::collection::vec(prop::sample::select(WORDS), 0..9)) {
        for today in [NaiveDate::MIN, NaiveDate::MAX, day("2028-02-29")] {
            for text in [text.clone(), glued.concat(), glued.join(" ")] {
                find(&text, &Viewpoint::of(today, "en-GB"));
                read(&text, &Viewpoint { minute: Some(1439), ..Viewpoint::of(today, "en") });
            }
        }
    }

    #[test]
    fn relative_dates_shift_with_the_day(phrase in prop::sample::select(RELATIVE), days in 0..3000_u64) {
        let from = |today: NaiveDate| find(phrase, &Viewpoint::of(today, "en-US")).unwrap().date - today;
        prop_assert_eq!(from(day("2026-11-18")), from(day("2026-11-18") + Days::new(days)));
    }

    #[test]
    fn weekdays_shift_by_weeks(phrase in prop::sample::select(vec!["by Friday", "next Tuesday", "two weeks from Monday", "Friday week", "end of next week"]), weeks in 0..300_u64) {
        let from = |today: NaiveDate| find(phrase, &Viewpoint::of(today, "en-US")).unwrap().date - today;
        prop_assert_eq!(from(day("2026-11-18")), from(day("2026-11-18") + Days::new(weeks * 7)));
    }
}
