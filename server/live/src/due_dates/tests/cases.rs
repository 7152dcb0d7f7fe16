//! Kinds of phrases, and the cases that they were reported with.

use super::{check, due_on};

/// A Saturday.
const SATURDAY: &str = "2026-11-28";
/// A Wednesday.
const WEDNESDAY: &str = "2026-11-18";

/// D1: what counts is the local day that the engine is given.
#[test]
fn the_local_day_decides() {
    for (today, text, date) in [
        // Thursday 17:30 in Los Angeles, Friday in UTC.
        ("2026-12-03", "I'll send you the offer tomorrow.", "2026-12-04"),
        ("2026-12-03", "And I'll call you again by Friday.", "2026-12-04"),
        // Tuesday 9:00 in Sydney, Monday in UTC.
        ("2026-12-01", "I'll send you the offer tomorrow.", "2026-12-02"),
        ("2026-12-01", "And I'll call you again by Friday.", "2026-12-04"),
    ] {
        assert_eq!(due_on(today, "en-US", text).unwrap().0, date, "{today} {text}");
    }
}

/// D2.
#[test]
fn distances_from_a_day_and_weekdays_of_a_month() {
    check(
        SATURDAY,
        "en-US",
        &[
            ("I'll send the contract two weeks from Friday.", "2026-12-18"),
            ("We will review the pilot on the first Monday of December.", "2026-12-07"),
            ("I'll call you on the last Friday of the month.", ""),
            ("the second Tuesday of January", "2027-01-12"),
            ("the Friday after next", "2026-12-11"),
            ("a week from Monday", "2026-12-07"),
            ("Friday week", "2026-12-11"),
            ("two weeks after Friday", "2026-12-18"),
            ("three days before Friday", "2026-12-01"),
            ("a fortnight from tomorrow", "2026-12-13"),
            ("the first Monday in December", "2026-12-07"),
            ("in two weeks", "2026-12-12"),
            ("the day after tomorrow", "2026-11-30"),
            ("the week after next", "2026-12-11"),
            ("a week on Tuesday", "2026-12-08"),
            ("a week from tomorrow", "2026-12-06"),
            ("the day before Thursday", "2026-12-02"),
            ("two days after the 5th", "2026-12-07"),
            ("one week before Christmas", "2026-12-18"),
            ("ten days from the 1st of December", "2026-12-11"),
            ("on the third Thursday of next month", "2026-12-17"),
            ("the last Monday of January", "2027-01-25"),
            ("the last day of the quarter", "2026-12-31"),
            ("by the last business day of next month", "2026-12-31"),
            ("the first working day of the new year", ""),
            ("three Fridays from now", "2026-12-18"),
            ("the Monday after the 15th", "2026-12-21"),
            ("in the first week of January", "2027-01-08"),
            ("the fifth Monday of February", ""),
            ("a month from today", "2026-12-28"),
        ],
    );
}

/// D3.
#[test]
fn ordinals_count_things() {
    check(
        SATURDAY,
        "en-US",
        &[
            ("I'll send you the 2nd version of the quote.", ""),
            ("I'll introduce you to the team on the 5th floor.", ""),
            ("We will prepare the 3rd option for your board.", ""),
            ("I'll talk to the 2nd person on the list", ""),
            ("I'll share the 4th quarter numbers", ""),
            ("meet at the 12th street office", ""),
            ("the 21st century edition", ""),
            ("I'll call you on the 5th.", "2026-12-05"),
            ("on the 15th of January", "2027-01-15"),
            ("I'll write up the second version", ""),
            ("on the 5th and 6th floor", ""),
            ("by the 5th, please", "2026-12-05"),
            ("by the fifth and sixth call", ""),
            ("on the 3rd we will know", "2026-12-03"),
            ("on the 1st try", ""),
            ("before the 2nd round of talks", ""),
            ("on the twenty-first", "2026-12-21"),
        ],
    );
}

/// D4.
#[test]
fn quarters_and_numbers() {
    check(
        SATURDAY,
        "en-US",
        &[
            ("I'll send the renewal offer by the end of Q1.", "2027-03-31"),
            ("We will confirm the seats by Q3.", "2027-07-01"),
            ("I'll share the plan by 12/15.", "2026-12-15"),
            ("by 12/15/2026", "2026-12-15"),
            ("by 12/15/26", "2026-12-15"),
            ("by 15/12", "2026-12-15"),
            ("by 5/6", "2027-05-06"),
            ("end of the second quarter", "2027-06-30"),
            ("in Q2 2027", "2027-06-30"),
            ("by the third quarter", "2027-07-01"),
            ("in the first quarter of next year", "2027-03-31"),
            ("by 2026-12-15", "2026-12-15"),
            ("by H1", "2027-01-01"),
            ("by H2", ""),
            ("mid Q1", "2027-02-15"),
            ("by the end of Q4", "2026-12-31"),
        ],
    );
    check(
        SATURDAY,
        "en-GB",
        &[
            ("I'll share the plan by 15/12.", "2026-12-15"),
            ("by 15.12.", "2026-12-15"),
            ("by 15.12.2026", "2026-12-15"),
            ("by 5/6", "2027-06-05"),
            ("by 5/6/2027", "2027-06-05"),
            ("by 12/15", "2026-12-15"),
            ("by 31/12/2026 at noon", "2026-12-31"),
        ],
    );
    check(
        SATURDAY,
        "en",
        &[("by 5/6", ""), ("by 5/6/2027", ""), ("by 12/15", "2026-12-15"), ("by 6/6", "2027-06-06"), ("by 15/12", "2026-12-15")],
    );
}

/// N4.
#[test]
fn the_end_of_a_days_business_is_on_that_day() {
    check(
        SATURDAY,
        "en-US",
        &[
            ("I'll send it by end of business Friday.", "2026-12-04"),
            ("by close of business on Tuesday", "2026-12-01"),
            ("by COB Monday", "2026-11-30"),
            ("EOD tomorrow", "2026-11-29"),
            ("by end of day Thursday", "2026-12-03"),
            ("by Thursday end of day", "2026-12-03"),
            ("by Thursday, close of business", "2026-12-03"),
            ("end of play on the 4th of December", "2026-12-04"),
            ("by end of business", "2026-11-28"),
            ("by the end of Monday", "2026-11-30"),
            ("by noon on Wednesday", "2026-12-02"),
            ("first thing Monday", "2026-11-30"),
            ("first thing tomorrow morning", "2026-11-29"),
            ("by lunchtime Friday", "2026-12-04"),
            ("by 5 p.m. on Friday", "2026-12-04"),
            ("by 3pm Tuesday", "2026-12-01"),
        ],
    );
}

/// D5: sentences with abbreviations keep their dates.
#[test]
fn abbreviations_do_not_hide_a_date() {
    check(
        SATURDAY,
        "en-US",
        &[
            ("I'll send the draft to Dr. Weiss by Friday.", "2026-12-04"),
            ("I'll share the numbers with J. Lindqvist tomorrow.", "2026-11-29"),
            ("We'll review it, incl. the annex, e.g. the price table, by Thursday.", "2026-12-03"),
            ("I'll email the offer to Example Inc. by next Monday.", "2026-11-30"),
            ("I'll call at 3 p.m. on Tuesday", "2026-12-01"),
            ("by Dec. 21", "2026-12-21"),
            ("by Fri., Dec. 4", "2026-12-04"),
        ],
    );
}

#[test]
fn stretches_are_due_at_their_end() {
    check(
        WEDNESDAY,
        "en-US",
        &[
            ("mid-March", "2027-03-15"),
            ("in early December", "2026-12-01"),
            ("by late January", "2027-01-31"),
            ("this weekend", "2026-11-22"),
            ("by the weekend", "2026-11-21"),
            ("later this week", "2026-11-20"),
            ("sometime next week", "2026-11-27"),
            ("middle of next week", "2026-11-25"),
            ("by EOW", "2026-11-20"),
            ("by EOM", "2026-11-30"),
            ("by year-end", "2026-12-31"),
            ("by the end of next quarter", "2027-03-31"),
            ("within two weeks", "2026-12-02"),
            ("within the next 10 days", "2026-11-28"),
            ("within the week", "2026-11-20"),
            ("in the next week", "2026-11-25"),
            ("over the next two weeks", "2026-12-02"),
            ("in a week or two", "2026-12-02"),
            ("in two to three days", "2026-11-21"),
            ("in 2-3 weeks", "2026-12-09"),
            ("in a fortnight", "2026-12-02"),
            ("in a week's time", "2026-11-25"),
            ("by the 15th of next month", "2026-12-15"),
            ("between Monday and Wednesday", "2026-11-25"),
            ("Monday or Tuesday", "2026-11-24"),
            ("from Monday to Friday next week", "2026-11-27"),
            ("by next month", "2026-12-01"),
            ("by next week", "2026-11-27"),
            ("in December", "2026-12-31"),
            ("in 2027", "2027-12-31"),
            ("by 2027", "2027-01-01"),
            ("no later than Friday", "2026-11-20"),
            ("by Tuesday at the latest", "2026-11-24"),
            ("by about next Tuesday", "2026-11-24"),
            ("ahead of Friday", "2026-11-20"),
            ("in two weeks on Friday", "2026-12-04"),
            ("Friday in two weeks", "2026-12-04"),
            ("tomorrow, Thursday", "2026-11-19"),
            ("Sunday, March 7", "2027-03-07"),
            ("by Friday the 4th", "2026-12-04"),
            ("by Thanksgiving", "2026-11-26"),
            ("before Christmas", "2026-12-25"),
            ("by the Friday meeting", "2026-11-20"),
            ("for tomorrow's call", "2026-11-19"),
            ("the 29th of February", "2028-02-29"),
            ("by the twenty second", "2026-11-22"),
            ("by the 31st of January at 10:30", "2027-01-31"),
            ("by January 5th, 2027", "2027-01-05"),
            ("in 36 hours", "2026-11-19"),
            ("in a week and a half", "2026-11-29"),
            ("in six months", "2027-05-18"),
            ("two days before the end of the month", "2026-11-28"),
            ("first thing next week", "2026-11-23"),
            ("next month on the 5th", "2026-12-05"),
            ("later in the week", "2026-11-20"),
            ("by the next business day", "2026-11-19"),
            ("before the new year", "2027-01-01"),
            ("by January fifth twenty twenty eight", "2028-01-05"),
            ("the launch is October 2027", "2027-10-31"),
            ("by Dec-4", "2026-12-04"),
            ("between January and March", "2027-03-31"),
            ("in the last quarter of next year", "2027-12-31"),
            ("by March end", "2027-03-31"),
            ("by end Q1", "2027-03-31"),
            ("by mid-to-late December", "2026-12-31"),
            ("10 days before renewal, by the 5th of December", "2026-12-05"),
            ("by 4-Dec-2026", "2026-12-04"),
            ("the day after Thanksgiving", "2026-11-27"),
        ],
    );
}

#[test]
fn the_calls_own_day_is_named_in_many_ways() {
    check(
        WEDNESDAY,
        "en-US",
        &[
            ("I'll call today.", "2026-11-18"),
            ("Can we call today?", "2026-11-18"),
            ("thanks for the call today", ""),
            ("thanks for calling today", ""),
            ("our call today was good", ""),
            ("I'll send it this afternoon", "2026-11-18"),
            ("by end of day", "2026-11-18"),
            ("I'll do it tonight", "2026-11-18"),
            ("I'll send it right after this call", "2026-11-18"),
            ("right after this", "2026-11-18"),
            ("straight after the call", "2026-11-18"),
            ("after this meeting", "2026-11-18"),
            ("as soon as we hang up", "2026-11-18"),
            ("once we're off the call", "2026-11-18"),
            ("in the course of the day", "2026-11-18"),
            ("right after the meeting on Friday", "2026-11-20"),
            ("after the meeting on Friday", ""),
            ("after the demo", ""),
            ("once you are done", ""),
            ("in a bit", ""),
            ("first thing tomorrow", "2026-11-19"),
        ],
    );
}

#[test]
fn loose_parts_of_a_stretch_and_what_is_past() {
    check(
        WEDNESDAY,
        "en-US",
        &[
            ("one day next week", "2026-11-27"),
            ("at some point next week", "2026-11-27"),
            ("in the course of next week", "2026-11-27"),
            ("over the course of this week", "2026-11-20"),
            ("one day", ""),
            ("some day we will", ""),
            ("the morning of the ninth", "2026-12-09"),
            ("the Monday after New Year's", "2027-01-04"),
            ("as discussed on Friday, I'll send the notes", ""),
            ("we met Tuesday", ""),
            ("I sent it on Monday", ""),
            ("we had it on Friday", ""),
            ("we agreed to meet on Friday", "2026-11-20"),
            ("Thursday to Tuesday", "2026-11-24"),
            ("Friday to Thursday", "2026-11-26"),
        ],
    );
}
