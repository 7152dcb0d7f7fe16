//! Numbers as they are written: `50,000`, `50.000`, `50 000`, `50'000`, `1.020,00`, `1,50,000`.
//!
//! A value is its digits without separators, with `·` before a part that isn't whole: `50000`, `240·5`.

use crate::normal::Char;

/// A number that is written in digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// One past its last character.
    pub end: usize,
    pub value: String,
    /// Its groups, if spaces stand between them: they may be numbers of their own ("version 2 100 seats").
    pub parts: Vec<String>,
    /// Whether it has nothing but digits.
    pub plain: bool,
}

/// Groups of digits that are looked at.
const MOST_GROUPS: usize = 8;

/// The number that begins at a digit.
pub(crate) fn written(chars: &[Char], at: usize) -> Written {
    let digits = |from: usize| chars[from.min(chars.len())..].iter().take_while(|char| char.c.is_ascii_digit()).count();
    let sign = |at: usize| chars.get(at).map(|char| char.c);
    let text = |from: usize, to: usize| chars[from..to].iter().map(|char| char.c).collect::<String>();
    let first = at + digits(at);
    let mut groups = vec![(at, first)];
    // "+1 555 123": a country's code stands by itself.
    let is_code = at.checked_sub(1).and_then(sign) == Some('+');
    let separator = sign(first).filter(|c| matches!(c, ',' | '.' | '\'' | '’') || (*c == ' ' && !is_code));
    if let Some(separator) = separator {
        let mut end = first;
        while groups.len() < MOST_GROUPS && sign(end) == Some(separator) && digits(end + 1) > 0 {
            groups.push((end + 1, end + 1 + digits(end + 1)));
            end = groups[groups.len() - 1].1;
        }
    }
    let lengths: Vec<usize> = groups.iter().map(|(from, to)| to - from).collect();
    let grouped = grouped(&lengths, sign(at) == Some('0'), separator);
    groups.truncate(grouped.max(1));
    let mut end = groups[groups.len() - 1].1;
    let mut value: String = groups.iter().map(|(from, to)| text(*from, *to)).collect();
    if grouped > 1 {
        value = value.trim_start_matches('0').to_owned();
    }
    // A part that isn't whole: by another sign than the groups', and the last one ("15.12.2026" is no number, nor is its end).
    let point = sign(end).filter(|c| matches!(c, '.' | ',') && (grouped < 2 || Some(*c) != separator));
    let before = at.checked_sub(2).and_then(|before| Some((sign(before)?, sign(before + 1)?)));
    let point = point.filter(|c| !before.is_some_and(|(digit, sign)| digit.is_ascii_digit() && sign == *c));
    let fraction = digits(end + 1);
    let goes_on = |at: usize| matches!(sign(at), Some('.' | ',')) && digits(at + 1) > 0;
    if point.is_some() && fraction > 0 && !goes_on(end + 1 + fraction) {
        let part = text(end + 1, end + 1 + fraction);
        end += 1 + fraction;
        let part = part.trim_end_matches('0');
        if !part.is_empty() {
            value = format!("{value}·{part}");
        }
    }
    let parts = if separator == Some(' ') && grouped > 1 { groups.iter().map(|(from, to)| text(*from, *to)).collect() } else { Vec::new() };
    let plain = chars[at..end].iter().all(|char| char.c.is_ascii_digit());
    if value.is_empty() {
        value.push('0');
    }
    Written { end, value, parts, plain }
}

/// How many of the runs of digits that one sign parts are groups of one number; 1 if none.
fn grouped(lengths: &[usize], starts_with_zero: bool, separator: Option<char>) -> usize {
    if lengths.len() < 2 || starts_with_zero || lengths[0] > 3 {
        return 1;
    }
    // As in India: the last three, then pairs.
    let (last, middle) = (lengths[lengths.len() - 1], &lengths[1..lengths.len() - 1]);
    if separator == Some(',') && last == 3 && !middle.is_empty() && lengths[0] <= 2 && middle.iter().all(|length| *length == 2) {
        return lengths.len();
    }
    let threes = 1 + lengths[1..].iter().take_while(|length| **length == 3).count();
    // "1.234.56" is no number of two groups.
    if threes == lengths.len() || separator == Some(' ') || threes > 1 && separator != Some('.') { threes } else { 1 }
}

/// A value times ten to a power.
pub(crate) fn shifted(value: &str, zeros: usize) -> String {
    let (whole, part) = value.split_once('·').unwrap_or((value, ""));
    let moved: String = part.chars().chain(std::iter::repeat('0')).take(zeros).collect();
    let rest: String = part.chars().skip(zeros).collect();
    let whole = format!("{whole}{moved}");
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if rest.is_empty() { whole.to_owned() } else { format!("{whole}·{rest}") }
}

/// How many zeros letters behind a number stand for.
pub(crate) fn magnitude(letters: &str) -> Option<usize> {
    Some(match letters {
        "hundred" => 2,
        "k" | "thousand" | "grand" => 3,
        "m" | "mn" | "mm" | "mio" | "mln" | "mil" | "million" | "millions" => 6,
        "b" | "bn" | "bln" | "billion" | "billions" => 9,
        "trillion" | "trillions" | "tn" => 12,
        "lakh" | "lakhs" => 5,
        "crore" | "crores" => 7,
        "mrd" | "mld" | "milliard" => 9,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normal::normalized;

    #[test]
    fn a_number_has_one_value_however_it_is_written() {
        for (text, value, rest) in [
            ("50000", "50000", ""),
            ("50,000", "50000", ""),
            ("50.000", "50000", ""),
            ("50 000", "50000", ""),
            ("50'000", "50000", ""),
            ("50’000", "50000", ""),
            ("50\u{202f}000", "50000", ""),
            ("1,020.00 EUR", "1020", " EUR"),
            ("1.020,50", "1020·5", ""),
            ("1,50,000", "150000", ""),
            ("10.5 percent", "10·5", " percent"),
            ("240,50", "240·5", ""),
            ("15.0%", "15", "%"),
            ("0.500", "0·5", ""),
            ("2026 100 seats", "2026", " 100 seats"),
            ("15.12.2026", "15", ".12.2026"),
            ("1.2.3", "1", ".2.3"),
            ("00004", "00004", ""),
            ("12, 13", "12", ", 13"),
            ("1,000, and", "1000", ", and"),
            ("3.", "3", "."),
        ] {
            let chars = normalized(text);
            let Written { end, value: found, .. } = written(&chars, 0);
            let left: String = chars[end..].iter().map(|char| char.c).collect();
            assert_eq!((found.as_str(), left.as_str()), (value, rest), "{text}");
        }
        assert_eq!(written(&normalized("2 100"), 0).parts, ["2", "100"]);
    }

    #[test]
    fn values_are_multiplied() {
        assert_eq!(shifted("50", 3), "50000");
        assert_eq!(shifted("1·5", 6), "1500000");
        assert_eq!(shifted("1·2345", 3), "1234·5");
        assert_eq!(shifted("0", 3), "0");
    }
}
