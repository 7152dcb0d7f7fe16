//! Numbers by the digits that their format has places for.

use super::sections::{CodeToken, Section};

/// A number in a section that is no date.
pub fn show(section: &Section, value: f64) -> String {
    let tokens = &section.tokens;
    if tokens.contains(&CodeToken::Slash) {
        return fraction(section, value);
    }
    if let Some(at) = tokens.iter().position(|token| matches!(token, CodeToken::Exponent(_))) {
        return exponent(tokens, at, value);
    }
    let percents = tokens.iter().filter(|token| **token == CodeToken::Percent).count().min(4) as i32;
    let digits = tokens.iter().filter(|token| matches!(token, CodeToken::Digit(_))).count();
    if digits == 0 {
        let sign = if value < 0.0 && !tokens.is_empty() { "-" } else { "" };
        return format!("{sign}{}", literals(tokens));
    }
    let point = tokens.iter().position(|token| *token == CodeToken::Point).unwrap_or(tokens.len());
    let is_digit = |token: &CodeToken| matches!(token, CodeToken::Digit(_));
    let last_whole = tokens[..point].iter().rposition(is_digit);
    // A comma behind the last digit divides by a thousand, one between digits parts thousands.
    let last_digit = tokens.iter().rposition(is_digit).unwrap_or(0);
    let scale = tokens
        .iter()
        .enumerate()
        .filter(|(at, token)| {
            **token == CodeToken::Comma && (*at > last_digit || (last_whole.is_some_and(|last| *at > last) && *at < point))
        })
        .count();
    let thousands = last_whole.is_some_and(|last| tokens[..last].contains(&CodeToken::Comma));
    let decimals = tokens[point..].iter().filter(|token| is_digit(token)).count();
    let (whole, part) = decimal(value.abs(), percents * 2 - scale.min(10) as i32 * 3, decimals);
    let is_zero = whole.is_empty() && part.bytes().all(|digit| digit == b'0');
    let mut text = whole_digits(&tokens[..point], &whole, thousands);
    if point < tokens.len() {
        text.push_str(&part_digits(&tokens[point..], &part));
    }
    if value < 0.0 && !is_zero { format!("-{text}") } else { text }
}

fn literals(tokens: &[CodeToken]) -> String {
    tokens.iter().map(literal).collect()
}

fn literal(token: &CodeToken) -> &str {
    match token {
        CodeToken::Literal(text) => text,
        CodeToken::Percent => "%",
        _ => "",
    }
}

/// The digits before the point, and so many behind it, of a number times a power of ten: rounded half up, on the 15 digits that a
/// spreadsheet knows.
fn decimal(value: f64, power: i32, decimals: usize) -> (String, String) {
    let scientific = format!("{value:.14e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // So many digits stand before the point.
    let mut before = (exponent + power + 1).clamp(-400, 400);
    let decimals = decimals.min(30);
    let keep = before + decimals as i32;
    if keep < 0 {
        digits.clear();
        before = 0;
    } else if (keep as usize) < digits.len() {
        let up = digits[keep as usize] >= 5;
        digits.truncate(keep as usize);
        if up {
            let mut at = digits.len();
            loop {
                if at == 0 {
                    digits.insert(0, 1);
                    before += 1;
                    break;
                }
                at -= 1;
                if digits[at] < 9 {
                    digits[at] += 1;
                    break;
                }
                digits[at] = 0;
            }
        }
    }
    let digit = |at: i32| usize::try_from(at).ok().and_then(|at| digits.get(at)).map_or('0', |digit| char::from(b'0' + digit));
    let whole: String = (0..before).map(digit).collect();
    let part: String = (0..decimals as i32).map(|at| digit(before + at)).collect();
    (whole.trim_start_matches('0').to_owned(), part)
}

/// The digits before the point in their places, from the right; what has no place stands at the first one.
fn whole_digits(tokens: &[CodeToken], whole: &str, thousands: bool) -> String {
    let places = tokens.iter().filter(|token| matches!(token, CodeToken::Digit(_))).count();
    let mut digits: Vec<char> = whole.chars().collect();
    let mut pieces: Vec<String> = Vec::new();
    let (mut written, mut place) = (0usize, 0usize);
    let mut push = |digit: char, pieces: &mut Vec<String>| {
        if thousands && written > 0 && written.is_multiple_of(3) {
            pieces.push(",".to_owned());
        }
        written += 1;
        pieces.push(digit.to_string());
    };
    for token in tokens.iter().rev() {
        match token {
            CodeToken::Digit(kind) => {
                place += 1;
                match digits.pop() {
                    Some(digit) => push(digit, &mut pieces),
                    None if *kind == '0' => push('0', &mut pieces),
                    None => {}
                }
                if place == places {
                    while let Some(digit) = digits.pop() {
                        push(digit, &mut pieces);
                    }
                }
            }
            token => pieces.push(literal(token).to_owned()),
        }
    }
    pieces.into_iter().rev().collect()
}

/// The point and the digits behind it: zeros at the end only where the format wants them.
fn part_digits(tokens: &[CodeToken], part: &str) -> String {
    let kinds: Vec<char> = tokens.iter().filter_map(|token| if let CodeToken::Digit(kind) = token { Some(*kind) } else { None }).collect();
    let shown = part.trim_end_matches('0').len().max(kinds.iter().rposition(|kind| *kind == '0').map_or(0, |last| last + 1));
    let mut digits = part.chars().take(shown);
    tokens
        .iter()
        .map(|token| match token {
            CodeToken::Point => ".".to_owned(),
            CodeToken::Digit(_) => digits.next().map(String::from).unwrap_or_default(),
            token => literal(token).to_owned(),
        })
        .collect()
}

/// `1 1/2`, with as many digits below as the format has, or with its own number below.
fn fraction(section: &Section, value: f64) -> String {
    let tokens = &section.tokens;
    let Some(slash) = tokens.iter().position(|token| *token == CodeToken::Slash) else { return String::new() };
    let below = &tokens[slash + 1..];
    let digits = below.iter().take_while(|token| matches!(token, CodeToken::Digit(_))).count();
    let fixed: Option<u32> = below.first().and_then(|token| match token {
        CodeToken::Literal(text) => text.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok(),
        _ => None,
    });
    // Whole numbers have a place of their own: digits, a space, digits.
    let mixed = tokens[..slash]
        .iter()
        .rposition(|token| matches!(token, CodeToken::Literal(_)))
        .is_some_and(|gap| tokens[..gap].iter().any(|token| matches!(token, CodeToken::Digit(_))));
    let whole = if mixed { value.abs().trunc() } else { 0.0 };
    let rest = value.abs() - whole;
    let most = 10u32.pow(digits.clamp(1, 3) as u32) - 1;
    let error = |below: u32| ((rest * f64::from(below)).round() / f64::from(below) - rest).abs();
    let below = fixed
        .filter(|fixed| (1..=10_000).contains(fixed))
        .unwrap_or_else(|| (1..=most).min_by(|a, b| error(*a).total_cmp(&error(*b))).unwrap_or(1));
    let (mut whole, mut above) = (whole, (rest * f64::from(below)).round());
    if mixed && above >= f64::from(below) {
        whole += 1.0;
        above = 0.0;
    }
    let sign = if value < 0.0 { "-" } else { "" };
    match (whole > 0.0, above > 0.0) {
        (true, true) => format!("{sign}{whole} {above}/{below}"),
        (false, true) => format!("{sign}{above}/{below}"),
        (_, false) => format!("{sign}{whole}"),
    }
}

/// `1.23E+04`.
fn exponent(tokens: &[CodeToken], at: usize, value: f64) -> String {
    let decimals =
        tokens[..at].iter().skip_while(|token| **token != CodeToken::Point).filter(|token| matches!(token, CodeToken::Digit(_))).count();
    let digits = tokens[at + 1..].iter().take_while(|token| matches!(token, CodeToken::Digit(_))).count();
    let text = format!("{value:.*e}", decimals.min(15));
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    let sign = match tokens[at] {
        _ if power < 0 => "-",
        CodeToken::Exponent('+') => "+",
        _ => "",
    };
    format!("{mantissa}E{sign}{:0>digits$}", power.abs())
}
