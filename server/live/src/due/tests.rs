#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

/// A Wednesday.
fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 18).unwrap()
}

fn due(text: &str) -> Option<(String, String)> {
    let words = Words::of(text);
    let due = find(&words, 0..words.len(), today())?;
    let said: Vec<&str> = due.words.clone().map(|index| words.word(index)).collect();
    Some((due.date.to_string(), said.join(" ")))
}

#[test]
fn spoken_dates_are_resolved_against_the_day_of_the_call() {
    for (text, date, said) in [
        ("i'll send it today", "2026-11-18", "today"),
        ("by end of day", "2026-11-18", "by end of day"),
        ("tomorrow morning at nine", "2026-11-19", "tomorrow morning"),
        ("the day after tomorrow", "2026-11-20", "the day after tomorrow"),
        ("I'll send you the deck by Friday.", "2026-11-20", "by friday"),
        ("let's talk on wednesday", "2026-11-25", "on wednesday"),
        ("before monday", "2026-11-23", "before monday"),
        ("this friday", "2026-11-20", "this friday"),
        ("next friday works", "2026-11-27", "next friday"),
        ("tuesday next week", "2026-11-24", "tuesday next week"),
        ("next week on tuesday", "2026-11-24", "next week on tuesday"),
        ("we will get back to you next week", "2026-11-27", "next week"),
        ("early next week", "2026-11-24", "early next week"),
        ("by the end of the week", "2026-11-20", "end of the week"),
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
        ("2026-12-01 at noon", "2026-12-01", "2026 12 01"),
        ("tomorrow we decide and you get it by friday", "2026-11-20", "by friday"),
    ] {
        assert_eq!(due(text), Some((date.to_owned(), said.to_owned())), "{text}");
    }
}

#[test]
fn what_names_no_day_ahead_is_none() {
    for text in [
        "",
        "last friday was bad",
        "two weeks ago",
        "the first thing is the price",
        "you may call me",
        "we march on",
        "it takes two weeks",
        "i sat down",
        "version 3 of it",
        "the second option",
        "on the 31st of february",
        "five people",
    ] {
        assert_eq!(due(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn dates_never_lie_in_the_past(words in prop::collection::vec(prop::sample::select(vec![
        "by", "the", "of", "end", "next", "this", "in", "a", "two", "400", "31st", "second", "thirty", "first", "week", "weeks", "days", "month", "quarter",
        "friday", "sunday", "february", "2027", "9", "year", "from", "now", "mid", "early", "weekend", "business", "99999999999999999999",
    ]), 0..8), day in 0..3000_u64) {
        let text = words.join(" ");
        let words = Words::of(&text);
        let today = today() + Days::new(day);
        if let Some(due) = find(&words, 0..words.len(), today) {
            prop_assert!(due.date >= today, "{} on {}: {}", text, today, due.date);
            prop_assert!(due.words.start < due.words.end && due.words.end <= words.len());
        }
    }
}
