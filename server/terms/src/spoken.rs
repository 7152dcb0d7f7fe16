//! Numbers and signs as people say them: "forty nine", "one point five million", "C sharp".

use std::ops::Range;

use crate::number::{magnitude, shifted};
use crate::unit::{Gap, Unit};

/// Which units, and what they stand for together.
pub(crate) type Said = (Range<usize>, String);

/// Stretches of units that are a number together, with its value. A single unit in digits is none.
pub(crate) fn numbers(units: &[Unit]) -> Vec<Said> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < units.len() {
        match in_digits(units, at).or_else(|| in_words(units, at)) {
            Some((end, value)) => {
                found.push((at..end, value));
                at = end;
            }
            None => at += 1,
        }
    }
    let years: Vec<_> = found.windows(2).filter_map(|pair| year(units, &pair[0], &pair[1])).collect();
    found.extend(years);
    found
}

/// Whether a unit goes on where the one before it ends.
fn goes_on(units: &[Unit], at: usize) -> bool {
    units.get(at).is_some_and(|unit| unit.gap != Gap::Break)
}

/// "1.5 million", "50 k".
fn in_digits(units: &[Unit], at: usize) -> Option<(usize, String)> {
    if !units[at].is_number() {
        return None;
    }
    let (mut end, mut zeros) = (at + 1, 0);
    while goes_on(units, end)
        && let Some(more) = magnitude(&units[end].folded)
    {
        zeros += more;
        end += 1;
    }
    (end > at + 1 && zeros <= 24).then(|| (end, shifted(&units[at].folded, zeros)))
}

/// "a hundred and five", "forty-nine thousand", "three point two".
fn in_words(units: &[Unit], at: usize) -> Option<(usize, String)> {
    let word = |at: usize| units.get(at).map_or("", |unit| unit.folded.as_str());
    let (mut total, mut current): (u64, Option<u64>) = (0, None);
    let mut least = u64::MAX;
    let mut end = at;
    if matches!(word(at), "a" | "an") && goes_on(units, at + 1) && scale(word(at + 1)).is_some_and(|scale| scale <= 1_000_000_000) {
        current = Some(1);
        end += 1;
    }
    while end == at || goes_on(units, end) {
        let next = word(end);
        let follows_and = end > at && matches!(word(end - 1), "and");
        if next == "and" && end > at && scale(word(end - 1)).is_some() && goes_on(units, end + 1) && small(word(end + 1)).is_some() {
            end += 1;
            continue;
        }
        if let Some(value) = small(next) {
            let fits = match current {
                None => true,
                Some(before) if before >= 100 && before % 100 == 0 => true,
                Some(before) => !follows_and && before % 100 >= 20 && before % 10 == 0 && (1..10).contains(&value),
            };
            if !fits {
                break;
            }
            current = Some(current.unwrap_or(0) + value);
        } else if next == "hundred" {
            match current {
                Some(before @ 1..=99) => current = Some(before * 100),
                _ => break,
            }
        } else if let Some(scale) = scale(next) {
            match current {
                Some(before) if before > 0 && scale < least => {
                    total += before * scale;
                    least = scale;
                    current = None;
                }
                _ => break,
            }
        } else {
            break;
        }
        end += 1;
    }
    if end == at || (end == at + 1 && matches!(word(at), "a" | "an")) {
        return None;
    }
    let whole = (total + current.unwrap_or(0)).to_string();
    Some(point(units, end, &whole).unwrap_or((end, whole)))
}

/// What is said behind "point", digit by digit, and what it is multiplied by.
fn point(units: &[Unit], at: usize, whole: &str) -> Option<(usize, String)> {
    if !goes_on(units, at) || units[at].folded != "point" {
        return None;
    }
    let mut digits = String::new();
    let mut end = at + 1;
    while goes_on(units, end)
        && let Some(digit) = small(&units[end].folded).filter(|value| *value < 10)
    {
        digits.push_str(&digit.to_string());
        end += 1;
    }
    if digits.is_empty() {
        return None;
    }
    let digits = digits.trim_end_matches('0');
    let mut value = if digits.is_empty() { whole.to_owned() } else { format!("{whole}·{digits}") };
    if goes_on(units, end)
        && let Some(zeros) = magnitude(&units[end].folded)
    {
        value = shifted(&value, zeros);
        end += 1;
    }
    Some((end, value))
}

/// "twenty twenty six": two numbers of two digits, one behind the other.
fn year(units: &[Unit], first: &Said, second: &Said) -> Option<Said> {
    let beside = first.0.end == second.0.start && goes_on(units, second.0.start);
    (beside && first.1.len() == 2 && second.1.len() == 2).then(|| (first.0.start..second.0.end, format!("{}{}", first.1, second.1)))
}

/// Names that have a sign and are said with its name.
pub(crate) fn signs(units: &[Unit]) -> Vec<Said> {
    let mut found = Vec::new();
    let says = |at: usize, word: &str| goes_on(units, at) && units[at].folded == word;
    for (at, unit) in units.iter().enumerate() {
        if unit.is_letter() && says(at + 1, "sharp") {
            found.push((at..at + 2, format!("{}♯", unit.folded)));
        } else if unit.is_letter() && says(at + 1, "plus") && says(at + 2, "plus") {
            found.push((at..at + 3, format!("{}⊕⊕", unit.folded)));
        } else if unit.folded == "dot" && says(at + 1, "net") {
            found.push((at..at + 2, "·net".to_owned()));
        } else if unit.folded == "per" && says(at + 1, "cent") {
            found.push((at..at + 2, "percent".to_owned()));
        }
    }
    found
}

/// "third" and "twenty first": `3rd`, `21st` and `21`.
pub(crate) fn ordinals(units: &[Unit]) -> Vec<Said> {
    let mut found = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        let Some(value) = ordinal(&unit.folded) else { continue };
        let tens = at.checked_sub(1).filter(|_| unit.gap != Gap::Break && value < 10).and_then(|before| small(&units[before].folded));
        let (from, value) = match tens.filter(|tens| *tens >= 20) {
            Some(tens) => (at - 1, tens + value),
            None => (at, value),
        };
        let ending = match value % 10 {
            1 if value != 11 => "st",
            2 if value != 12 => "nd",
            3 if value != 13 => "rd",
            _ => "th",
        };
        found.push((from..at + 1, format!("{value}{ending}")));
        if value >= 10 {
            found.push((from..at + 1, value.to_string()));
        }
    }
    found
}

fn ordinal(word: &str) -> Option<u64> {
    Some(match word {
        "first" => 1,
        "second" => 2,
        "third" => 3,
        "fifth" => 5,
        "eighth" => 8,
        "ninth" => 9,
        "twelfth" => 12,
        "hundredth" => 100,
        _ => {
            let tens = word.strip_suffix("ieth").and_then(|stem| small(&format!("{stem}y")));
            tens.or_else(|| word.strip_suffix("th").and_then(small).filter(|value| !matches!(value, 0 | 5 | 8 | 9 | 12)))?
        }
    })
}

/// "two and a half", "two and a half million", "half a million".
pub(crate) fn halves(units: &[Unit]) -> Vec<Said> {
    let says = |at: usize, word: &str| goes_on(units, at) && units[at].folded == word;
    let zeros = |at: usize| units.get(at).filter(|unit| unit.gap != Gap::Break).and_then(|unit| magnitude(&unit.folded));
    let mut found = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        let counted = at > 1 && says(at - 1, "a") && says(at - 2, "and") || at > 0 && says(at - 1, "and");
        if unit.folded == "half" && !counted {
            let next = at + if says(at + 1, "a") { 2 } else { 1 };
            if let Some(zeros) = zeros(next) {
                found.push((at..next + 1, shifted("0·5", zeros)));
            }
        }
    }
    let whole = units.iter().enumerate().filter(|(_, unit)| unit.is_number()).map(|(at, unit)| (at..at + 1, unit.folded.clone()));
    for (range, value) in whole.chain(numbers(units)) {
        let and = range.end;
        if value.contains('·') || !(says(and, "and") && says(and + 1, "a") && says(and + 2, "half")) {
            continue;
        }
        let half = format!("{value}·5");
        let (end, value) = zeros(and + 3).map_or((and + 3, half.clone()), |zeros| (and + 4, shifted(&half, zeros)));
        found.push((range.start..end, value));
    }
    found
}

/// Digit by digit: "five five five one two three four", "one oh five".
pub(crate) fn digits(units: &[Unit]) -> Vec<Said> {
    let digit = |unit: &Unit| match unit.folded.as_str() {
        "oh" | "o" => Some(0),
        word => small(word).or_else(|| word.parse().ok().filter(|_| unit.is_number())).filter(|value| *value < 10),
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < units.len() {
        let count = usize::from(digit(&units[at]).is_some());
        let more = || units[at + 1..].iter().take_while(|unit| unit.gap != Gap::Break && digit(unit).is_some()).count();
        let end = at + count + if count > 0 { more() } else { 0 };
        let run = &units[at..end];
        let text: String = run.iter().filter_map(digit).map(|digit| digit.to_string()).collect();
        // "one oh five" is a number, "one two" two.
        let is_number = run.len() == 3 && matches!(run[1].folded.as_str(), "oh" | "o") && !text.starts_with('0');
        if is_number || (7..=15).contains(&run.len()) {
            found.push((at..end, text.trim_start_matches('0').to_owned()));
        }
        at = end.max(at + 1);
    }
    found.retain(|(_, text)| !text.is_empty());
    found
}

/// "twenty four seven", as "24/7" is said.
pub(crate) fn side_by_side(units: &[Unit]) -> Vec<Said> {
    let numbers = numbers(units);
    let pairs = numbers.windows(2).filter(|pair| pair[0].0.end == pair[1].0.start && goes_on(units, pair[1].0.start));
    let small = pairs.filter(|pair| pair.iter().all(|(_, value)| value.len() <= 2));
    let said = small.map(|pair| (pair[0].0.start..pair[1].0.end, format!("{}··{}", pair[0].1, pair[1].1)));
    let dashed = (1..units.len()).filter(|at| units[*at].bond == Some('-') && units[at - 1].is_number() && units[*at].is_number());
    said.chain(dashed.map(|at| (at - 1..at + 1, format!("{}··{}", units[at - 1].folded, units[at].folded)))).collect()
}

/// Whether a unit is a number, in digits or in words.
pub(crate) fn is_number(unit: &Unit) -> bool {
    unit.is_number() || small(&unit.folded).is_some()
}

fn small(word: &str) -> Option<u64> {
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
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let place = SMALL.iter().position(|small| *small == word);
    let tens = || TENS.iter().position(|ten| *ten == word || (word == "fourty" && *ten == "forty")).map(|place| (place + 2) * 10);
    place.or_else(tens).map(|value| value as u64)
}

fn scale(word: &str) -> Option<u64> {
    Some(match word {
        "hundred" => 100,
        "thousand" => 1_000,
        "million" => 1_000_000,
        "billion" => 1_000_000_000,
        "lakh" => 100_000,
        "crore" => 10_000_000,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::units;

    #[test]
    fn numbers_in_words_have_a_value() {
        for (text, values) in [
            ("forty nine", &["49"][..]),
            ("forty-nine", &["49"]),
            ("two", &["2"]),
            ("one hundred and five", &["105"]),
            ("a hundred", &["100"]),
            ("fifty thousand", &["50000"]),
            ("two hundred and fifty thousand", &["250000"]),
            ("one million two hundred thousand and one", &["1200001"]),
            ("twelve hundred", &["1200"]),
            ("1.5 million", &["1500000"]),
            ("1 hundred thousand", &["100000"]),
            ("one point five million", &["1500000"]),
            ("three point two", &["3·2"]),
            ("twenty twenty six", &["20", "26", "2026"]),
            ("one, two", &["1", "2"]),
            ("one. Two", &["1", "2"]),
            ("fifty and a half", &["50"]),
            ("a plan", &[]),
            ("50", &[]),
            ("nine nine", &["9", "9"]),
        ] {
            let found: Vec<String> = numbers(&units(text)).into_iter().map(|(_, value)| value).collect();
            assert_eq!(found, values, "{text}");
        }
        assert_eq!(numbers(&units("about a hundred and five seats"))[0].0, 1..5);
    }

    #[test]
    fn ordinals_halves_and_digits_are_said_too() {
        let told = |other: fn(&[Unit]) -> Vec<Said>, text: &str| -> Vec<String> {
            other(&units(text)).into_iter().map(|(_, value)| value).collect()
        };
        assert_eq!(told(ordinals, "third, twenty first"), ["3rd", "21st", "21"]);
        assert_eq!(told(ordinals, "fourteenth, ninetieth, a month, twelfth"), ["14th", "14", "90th", "90", "12th", "12"]);
        assert_eq!(told(halves, "two and a half, half a million, 2 and a half million"), ["500000", "2500000", "2·5"]);
        assert_eq!(told(digits, "one oh five. five five five one two three four. one two"), ["105", "5551234"]);
        assert_eq!(told(side_by_side, "twenty four seven, 24-7"), ["24··7", "24··7"]);
    }

    #[test]
    fn signs_are_said_by_name() {
        let found: Vec<String> = signs(&units("C sharp, c plus plus and dot net")).into_iter().map(|(_, name)| name).collect();
        assert_eq!(found, ["c♯", "c⊕⊕", "·net"]);
    }
}
