//! The words of which dates are made.

use chrono::Weekday;

/// A measure of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    /// Monday to Friday.
    BusinessDay,
    Week,
    Weekend,
    Fortnight,
    Month,
    Quarter,
    Year,
}

/// A weekday, and whether the word is a short form: "sat", "sun" and "wed" are words too.
pub(super) fn weekday(word: &str) -> Option<(Weekday, bool)> {
    let (day, short) = match word {
        "monday" => (Weekday::Mon, false),
        "tuesday" => (Weekday::Tue, false),
        "wednesday" => (Weekday::Wed, false),
        "thursday" => (Weekday::Thu, false),
        "friday" => (Weekday::Fri, false),
        "saturday" => (Weekday::Sat, false),
        "sunday" => (Weekday::Sun, false),
        "mon" => (Weekday::Mon, true),
        "tue" | "tues" => (Weekday::Tue, true),
        "wed" | "weds" => (Weekday::Wed, true),
        "thu" | "thur" | "thurs" => (Weekday::Thu, true),
        "fri" => (Weekday::Fri, true),
        "sat" => (Weekday::Sat, true),
        "sun" => (Weekday::Sun, true),
        _ => return None,
    };
    Some((day, short))
}

/// 1 to 12.
pub(super) fn month(word: &str) -> Option<u32> {
    const MONTHS: [&[&str]; 12] = [
        &["january", "jan"],
        &["february", "feb"],
        &["march", "mar"],
        &["april", "apr"],
        &["may"],
        &["june", "jun"],
        &["july", "jul"],
        &["august", "aug"],
        &["september", "sept", "sep"],
        &["october", "oct"],
        &["november", "nov"],
        &["december", "dec"],
    ];
    MONTHS.iter().position(|names| names.contains(&word)).map(|index| index as u32 + 1)
}

/// Words that are a month's name and something else: they need a clearer neighbourhood.
pub(super) fn is_doubtful_month(word: &str) -> bool {
    matches!(word, "may" | "march" | "mar" | "jan" | "sep" | "dec")
}

/// What a word measures; one letter only behind a number ("3d").
pub(super) fn unit(word: &str, behind_number: bool) -> Option<Unit> {
    Some(match word {
        "second" | "seconds" | "sec" | "secs" => Unit::Second,
        "minute" | "minutes" | "min" | "mins" => Unit::Minute,
        "hour" | "hours" | "hr" | "hrs" => Unit::Hour,
        "day" | "days" => Unit::Day,
        "workday" | "workdays" | "weekday" | "weekdays" => Unit::BusinessDay,
        "week" | "weeks" | "wk" | "wks" => Unit::Week,
        "weekend" | "weekends" => Unit::Weekend,
        "fortnight" | "fortnights" => Unit::Fortnight,
        "month" | "months" => Unit::Month,
        "quarter" | "quarters" | "qtr" | "qtrs" => Unit::Quarter,
        "year" | "years" | "yr" | "yrs" => Unit::Year,
        "h" if behind_number => Unit::Hour,
        "d" if behind_number => Unit::Day,
        "w" if behind_number => Unit::Week,
        "mo" | "mos" if behind_number => Unit::Month,
        _ => return None,
    })
}

/// Zero to nineteen, and the tens.
pub(super) fn cardinal(word: &str) -> Option<u32> {
    const SMALL: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    SMALL.iter().position(|number| *number == word).map(|index| index as u32).or_else(|| tens(word))
}

pub(super) fn tens(word: &str) -> Option<u32> {
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    TENS.iter().position(|number| *number == word).map(|index| (index as u32 + 2) * 10)
}

/// First to twentieth, and thirtieth.
pub(super) fn ordinal(word: &str) -> Option<u32> {
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
    if word == "thirtieth" {
        return Some(30);
    }
    ORDINALS.iter().position(|ordinal| *ordinal == word).map(|index| index as u32 + 1)
}

/// Morning, noon and night.
pub(super) fn is_part_of_day(word: &str) -> bool {
    matches!(word, "morning" | "afternoon" | "evening" | "night" | "noon" | "midday" | "lunch" | "lunchtime" | "midnight")
}

/// Words that may follow a date that is told by a number or a name alone: "on the 5th we …", but not "on the 5th floor".
pub(super) fn goes_on(word: &str) -> bool {
    const WORDS: &str = "\
      a about after again all already also although an and are around as assuming at because before but by can could depending \
      directly do does don't either everybody everyone for from he he'll here hopefully however i i'd i'll i'm i've if in instead is \
      it it'll it's latest let let's maybe might must my no not okay on once or our per personally please probably provided right \
      sharp she she'll should since so sounds still that that's the then there they they'll they're this though through to together \
      too unless until using via was we we'd we'll we're we've well what when where which while will with without won't works would \
      yes you you'll your";
    WORDS.split_ascii_whitespace().any(|known| known == word)
}
