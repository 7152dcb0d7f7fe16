//! Dates and times: a number of days.

use super::sections::{CodeToken, Section};

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
/// From the first day of the count of 1904 to that of 1900.
const FROM_1904: f64 = 1462.0;
/// Years go up to 9999.
const LAST_DAY: f64 = 2_958_466.0;

/// A date or time in a section.
pub fn show(section: &Section, value: f64, is_1904: bool) -> String {
    let serial = if is_1904 { value + FROM_1904 } else { value };
    let elapsed = section.tokens.iter().any(|token| matches!(token, CodeToken::Elapsed(..)));
    // A span of time may be less than none, but is no longer than the calendar.
    let first = if elapsed { -LAST_DAY } else { 0.0 };
    if !(first..LAST_DAY).contains(&serial) {
        return super::general(value);
    }
    // To the second that is shown, so that 59.9999 s is a minute.
    let fractions = section.tokens.contains(&CodeToken::Point);
    let seconds = if fractions { (value * 86_400.0 * 1_000.0).round() / 1_000.0 } else { (value * 86_400.0).round() };
    let day = if is_1904 { (seconds / 86_400.0).floor() + FROM_1904 } else { (seconds / 86_400.0).floor() };
    let within = seconds - (seconds / 86_400.0).floor() * 86_400.0;
    let date = civil(day as i64);
    let letters: Vec<&str> = section
        .tokens
        .iter()
        .filter_map(|token| if let CodeToken::Date(letters) = token { Some(letters.as_str()) } else { None })
        .collect();
    let months: Vec<bool> = are_minutes(&section.tokens);
    let has = |letter: char| letters.iter().any(|letters| letters.starts_with(letter));
    let numeric_month = section
        .tokens
        .iter()
        .zip(&months)
        .any(|(token, minutes)| matches!(token, CodeToken::Date(l) if l.starts_with('m') && l.len() <= 2 && !minutes));
    let named_month = section
        .tokens
        .iter()
        .zip(&months)
        .any(|(token, minutes)| matches!(token, CodeToken::Date(l) if l.starts_with('m') && l.len() > 2 && !minutes));
    let whole_date = has('y') && letters.iter().any(|l| *l == "d" || *l == "dd") && (numeric_month || (named_month && section.foreign));
    let clock = Clock { within, half: has('A'), value: seconds };
    if whole_date {
        let time = if has('h') {
            let seconds = if has('s') { format!(":{:02}", within as i64 % 60) } else { String::new() };
            format!(" {:02}:{:02}{seconds}", within as i64 / 3600, within as i64 / 60 % 60)
        } else {
            String::new()
        };
        return format!("{:04}-{:02}-{:02}{time}", date.0, date.1, date.2);
    }
    let mut text = String::new();
    for (token, minutes) in section.tokens.iter().zip(months) {
        match token {
            CodeToken::Date(letters) => text.push_str(&piece(letters, minutes, date, day as i64, &clock)),
            CodeToken::Elapsed(letter, length) => {
                let per = match letter {
                    'h' => 3600.0,
                    'm' => 60.0,
                    _ => 1.0,
                };
                text.push_str(&format!("{:0length$}", (clock.value / per).trunc() as i64));
            }
            CodeToken::Literal(literal) => text.push_str(literal),
            CodeToken::Point => text.push('.'),
            CodeToken::Comma => text.push(','),
            CodeToken::Slash => text.push('/'),
            CodeToken::Digit(_) => text.push_str(&format!("{}", ((within.fract() * 10.0).trunc() as i64).clamp(0, 9))),
            _ => {}
        }
    }
    text
}

struct Clock {
    within: f64,
    half: bool,
    value: f64,
}

/// For each token whether it is an `m` that means minutes: behind hours or before seconds.
fn are_minutes(tokens: &[CodeToken]) -> Vec<bool> {
    let letter = |token: &CodeToken| match token {
        CodeToken::Date(letters) => letters.chars().next(),
        CodeToken::Elapsed(letter, _) => Some(*letter),
        _ => None,
    };
    (0..tokens.len())
        .map(|at| {
            letter(&tokens[at]) == Some('m')
                && (tokens[..at].iter().rev().find_map(letter) == Some('h') || tokens[at + 1..].iter().find_map(letter) == Some('s'))
        })
        .collect()
}

fn piece(letters: &str, minutes: bool, (year, month, day): (i64, usize, u32), serial: i64, clock: &Clock) -> String {
    let hour = clock.within as i64 / 3600;
    let shown_hour = if clock.half { (hour + 11) % 12 + 1 } else { hour };
    let weekday = DAYS[((serial + 6).rem_euclid(7)) as usize];
    match letters {
        "AM/PM" => if hour < 12 { "AM" } else { "PM" }.to_owned(),
        "A/P" => if hour < 12 { "A" } else { "P" }.to_owned(),
        "m" if minutes => (clock.within as i64 / 60 % 60).to_string(),
        letters if minutes && letters.starts_with('m') => format!("{:02}", clock.within as i64 / 60 % 60),
        "yy" | "y" => format!("{:02}", year % 100),
        letters if letters.starts_with('y') => format!("{year:04}"),
        "m" => month.to_string(),
        "mm" => format!("{month:02}"),
        "mmm" => MONTHS[month - 1][..3].to_owned(),
        "mmmm" => MONTHS[month - 1].to_owned(),
        "mmmmm" => MONTHS[month - 1][..1].to_owned(),
        "d" => day.to_string(),
        "dd" => format!("{day:02}"),
        "ddd" => weekday[..3].to_owned(),
        letters if letters.starts_with('d') => weekday.to_owned(),
        "h" => shown_hour.to_string(),
        letters if letters.starts_with('h') => format!("{shown_hour:02}"),
        "s" => (clock.within as i64 % 60).to_string(),
        _ => format!("{:02}", clock.within as i64 % 60),
    }
}

/// The year, month and day of a serial number. The count knows a 29th of February 1900 that never was.
fn civil(serial: i64) -> (i64, usize, u32) {
    if serial == 60 {
        return (1900, 2, 29);
    }
    let days = serial - if serial > 60 { 1 } else { 0 };
    // Day 1 is the 1st of January 1900.
    let (mut year, mut left) = (1900i64, (days - 1).max(0));
    let is_leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if left < length {
            break;
        }
        left -= length;
        year += 1;
    }
    let lengths = [31, if is_leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while left >= lengths[month] {
        left -= lengths[month];
        month += 1;
    }
    (year, month + 1, left as u32 + 1)
}
