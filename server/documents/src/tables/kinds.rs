//! What a cell's text looks like: a name, or one of the kinds of values.

/// What a cell's text looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Empty,
    /// Words: a name or a sentence.
    Text,
    /// A bare number.
    Number,
    /// A number with a unit or a currency: `30 days`, `15 %`, `$20`.
    Quantity,
    /// A day or a time.
    Date,
    /// `2026`.
    Year,
    /// `1–49`, `200+`, `up to 5`.
    Range,
    /// Yes or no: what never names a column.
    Flag,
    /// A word instead of a value: `on request`, `included`.
    Word,
}

/// Yes, no, and the signs for them.
const FLAGS: [&str; 31] = [
    "yes", "no", "true", "false", "x", "y", "n", "n/a", "na", "none", "-", "–", "—", "✓", "✔", "✗", "✘", "✕", "☐", "☑", "☒", "•", "●", "○",
    "ja", "nein", "oui", "non", "sí", "✅", "❌",
];
/// Words that stand in cells instead of a value. A plan may be called so too.
const WORDS: [&str; 12] = [
    "included",
    "not included",
    "unlimited",
    "on request",
    "not offered",
    "optional",
    "free",
    "tbd",
    "auf anfrage",
    "inklusive",
    "custom",
    "not available",
];
const BEFORE_LIMIT: [&str; 12] =
    ["up to ", "over ", "from ", "more than ", "less than ", "under ", "above ", "below ", "at least ", "bis ", "ab ", "über "];
const CURRENCIES: [&str; 14] = ["EUR", "USD", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "CZK", "INR", "CNY"];

/// The kind of a text.
pub fn kind(text: &str) -> Kind {
    let text = text.trim();
    if text.is_empty() {
        return Kind::Empty;
    }
    let lower = text.to_lowercase();
    if text.chars().count() <= 14 && FLAGS.contains(&lower.as_str()) {
        return Kind::Flag;
    }
    if text.chars().count() <= 14 && WORDS.contains(&lower.as_str()) {
        return Kind::Word;
    }
    let is_mail = text.contains('@') && text.contains('.') && !text.contains(' ');
    if text.contains("://") || is_mail {
        return Kind::Quantity;
    }
    if let Some(rest) = BEFORE_LIMIT.iter().find_map(|word| lower.strip_prefix(word)) {
        return if rest.starts_with(|c: char| c.is_ascii_digit()) { Kind::Range } else { Kind::Text };
    }
    let (rest, has_currency) = without_currency(text);
    let limited = text.starts_with(['<', '>', '≤', '≥']);
    if !rest.starts_with(char::is_numeric) {
        return Kind::Text;
    }
    if limited {
        return Kind::Range;
    }
    numeric(rest, has_currency)
}

/// A text without signs and currency before its number, and whether there was a currency.
fn without_currency(text: &str) -> (&str, bool) {
    let is_symbol = |c: char| matches!(c, '$' | '€' | '£' | '¥' | '₹' | '₩' | '₽' | '₺' | '₴');
    let signs = |c: char| c.is_whitespace() || matches!(c, '+' | '-' | '−' | '~' | '≈' | '<' | '>' | '≤' | '≥' | '(' | '.') || is_symbol(c);
    let mut rest = text.trim_start_matches(signs);
    let mut found = text[..text.len() - rest.len()].contains(is_symbol);
    if let Some(after) = CURRENCIES.iter().find_map(|code| rest.strip_prefix(code)) {
        rest = after.trim_start_matches(signs);
        found = true;
    }
    (rest, found)
}

/// The kind of a text that begins with a digit.
fn numeric(text: &str, has_currency: bool) -> Kind {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if rest.is_empty() && !has_currency && digits.len() == 4 && digits.parse().is_ok_and(|year: u32| (1900..=2100).contains(&year)) {
        return Kind::Year;
    }
    let body = text.trim_end_matches([')', ' ']);
    let is_plain = body.chars().all(|c| c.is_numeric() || matches!(c, '.' | ',' | '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}'));
    let groups: Vec<&str> = body.split(['-', '/', '.', ':']).collect();
    let is_date = (groups.len() == 3
        && groups.iter().all(|group| matches!(group.len(), 1..=4) && group.bytes().all(|b| b.is_ascii_digit())))
        && (groups[0].len() == 4 || groups[2].len() == 4 || !body.contains('.'))
        && !(body.contains('.') && groups[1].len() == 3);
    if is_date || is_clock(body) || ends_with_year(body) {
        return Kind::Date;
    }
    if is_plain {
        return if has_currency { Kind::Quantity } else { Kind::Number };
    }
    if is_range(body) {
        return Kind::Range;
    }
    // `30 days`, `240 euros a month`; what goes on longer is a sentence that begins with a number.
    if text.split_whitespace().count() <= 4 { Kind::Quantity } else { Kind::Text }
}

/// `13:30`, `2026-11-30 13:30`, `9:30 am`.
fn is_clock(text: &str) -> bool {
    let last = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ').rsplit([' ', 'T']).next().unwrap_or_default();
    let mut parts = last.split(':');
    let two = |part: Option<&str>| part.is_some_and(|part| matches!(part.len(), 1 | 2) && part.bytes().all(|b| b.is_ascii_digit()));
    last.contains(':') && two(parts.next()) && two(parts.next())
}

/// `1 March 2027`.
fn ends_with_year(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let last = words.next_back().unwrap_or_default();
    let month = words.next_back().unwrap_or_default();
    last.len() == 4 && last.parse().is_ok_and(|year: u32| (1900..=2100).contains(&year)) && month.starts_with(char::is_alphabetic)
}

/// `1-49`, `1 – 49 seats`, `50 to 199`, `200+`, `200 and more`.
fn is_range(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_numeric() || matches!(c, '.' | ',')).trim_start();
    let after = |mark: &str| rest.strip_prefix(mark).is_some_and(|rest| rest.trim_start().starts_with(char::is_numeric));
    ["-", "–", "—", "to ", "bis ", "…", "until "].iter().any(|mark| after(mark))
        || rest.starts_with('+')
        || ["and more", "and above", "or more", "and over", "and up"].iter().any(|end| rest.starts_with(end))
}

/// Whether a kind may be a name.
pub fn is_word(kind: Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Word)
}

/// What follows the number of a quantity: `days` of `30 days`.
pub fn unit(text: &str) -> &str {
    text.trim().trim_start_matches(|c: char| c.is_numeric() || matches!(c, '.' | ',' | ' ' | '$' | '€' | '£'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_from_names() {
        for (text, expected) in [
            ("", Kind::Empty),
            ("Monthly price", Kind::Text),
            ("Price (EUR)", Kind::Text),
            ("240", Kind::Number),
            ("1,020.50", Kind::Number),
            ("1 020", Kind::Number),
            ("1.000", Kind::Number),
            ("240 euros", Kind::Quantity),
            ("€ 240", Kind::Quantity),
            ("EUR 1,000.00", Kind::Quantity),
            ("15.0%", Kind::Quantity),
            ("(1,200.00)", Kind::Number),
            ("-5", Kind::Number),
            ("30 days", Kind::Quantity),
            ("2026", Kind::Year),
            ("$2026", Kind::Quantity),
            ("2027-01-01", Kind::Date),
            ("01.02.2024", Kind::Date),
            ("1 March 2027", Kind::Date),
            ("13:30", Kind::Date),
            ("1–49", Kind::Range),
            ("50 to 199", Kind::Range),
            ("200 and more", Kind::Range),
            ("200+", Kind::Range),
            ("up to 5 seats", Kind::Range),
            ("yes", Kind::Flag),
            ("✗", Kind::Flag),
            ("on request", Kind::Word),
            ("Free", Kind::Word),
            ("a@example.com", Kind::Quantity),
            ("24 hours after the order has come in", Kind::Text),
            ("Q1 2026", Kind::Text),
            ("Area 01", Kind::Text),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
        assert_eq!((unit("30 days"), unit("1,000 EUR")), ("days", "EUR"));
    }
}
