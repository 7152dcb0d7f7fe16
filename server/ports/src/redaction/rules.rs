//! The rules: what is found in a text, and what stands there instead. A rule is added here, and nowhere else.
//!
//! They find what has a form of its own. Names, prices, phone numbers and addresses are what a sales call is about: they stay.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// One kind of thing that doesn't leave.
struct Rule {
    /// What stands there instead: one word, which no rule takes for something else, so that redacting twice is redacting once.
    instead: &'static str,
    /// The places in a text, in order, none in another.
    find: fn(&str) -> Vec<Range<usize>>,
}

/// All rules, in the order in which they are applied.
const RULES: &[Rule] = &[
    Rule { instead: "[private-key]", find: private_keys },
    Rule { instead: "[secret]", find: keys },
    Rule { instead: "[secret]", find: named_secrets },
    Rule { instead: "[IBAN]", find: ibans },
    Rule { instead: "[card-number]", find: cards },
];

/// The text without what the rules find.
pub(super) fn apply(mut text: String) -> String {
    for rule in RULES {
        let found = (rule.find)(&text);
        for place in found.into_iter().rev() {
            text.replace_range(place, rule.instead);
        }
    }
    text
}

macro_rules! pattern {
    ($name:ident = $pattern:expr) => {
        #[allow(clippy::expect_used, reason = "the tests compile each of them")]
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($pattern).expect("a pattern of the rules"));
    };
}

// A passage may end within one.
pattern!(PRIVATE_KEY = concat!(r"-----BEGIN [A-Z ]*PRIVATE KEY-----", r"(?:(?s:.*?)-----END [A-Z ]*PRIVATE KEY-----|[A-Za-z0-9+/=\s]*)",));
// As their makers document them; `czl_` are this server's own.
pattern!(
    KEY = concat!(
        r"\b(?:sk-[A-Za-z0-9_-]{20,}|[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,}",
        r"|glpat-[A-Za-z0-9_-]{20,}|xox[a-z]-[A-Za-z0-9-]{10,}|A(?:KIA|SIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{35}|hf_[A-Za-z0-9]{30,}",
        r"|npm_[A-Za-z0-9]{36}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|czl_[A-Za-z0-9_-]{20,}",
        r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)",
        r"|(?i:\bbearer) (?P<bearer>[A-Za-z0-9._~+/-]{20,}=*)",
        r"|://[^\s/:@]+:(?P<password>[^\s/@]+)@",
    )
);
pattern!(
    NAMED_SECRET = concat!(
        r#"(?i)(?:\b|_)(?:pass(?:word|wort|code|phrase|wd)|pwd|kennwort|pin|secret|(?:api|access|auth|secret)[ _-]?(?:key|token))["']?"#,
        r"[ \t]*[:=][ \t]*(?P<value>\S{4,})(?P<rest>[^\r\n]*)",
    )
);
pattern!(IBAN = r"\b[A-Z]{2}[0-9]{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?)\b");
pattern!(DIGITS = r"[0-9]+(?:[ -][0-9]+)*");

fn private_keys(text: &str) -> Vec<Range<usize>> {
    PRIVATE_KEY.find_iter(text).map(|found| found.range()).collect()
}

fn keys(text: &str) -> Vec<Range<usize>> {
    let places = KEY.captures_iter(text).filter_map(|found| {
        let part = found.name("bearer").or_else(|| found.name("password"));
        part.or_else(|| found.get(0)).filter(|found| !is_done(found.as_str())).map(|found| found.range())
    });
    places.collect()
}

/// What follows “password:” and its like, where it looks like a secret and not like a sentence about secrets: letters with figures or
/// signs, figures alone, or the last word of its line.
fn named_secrets(text: &str) -> Vec<Range<usize>> {
    let (mut places, mut from) = (Vec::new(), 0);
    while let Some(found) = NAMED_SECRET.captures_at(text, from) {
        let (Some(value), Some(rest)) = (found.name("value"), found.name("rest")) else { break };
        if !is_done(value.as_str()) && (is_secret(value.as_str()) || rest.as_str().trim().is_empty()) {
            places.push(value.range());
        }
        // The rest of the line may name another one.
        from = value.end();
    }
    places
}

/// Whether what would be taken out was taken out before.
fn is_done(value: &str) -> bool {
    RULES.iter().any(|rule| value.contains(rule.instead))
}

fn is_secret(value: &str) -> bool {
    let word = value.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '\'']);
    let is_sign = |c: char| c.is_ascii_punctuation() && !matches!(c, '\'' | '-' | '.' | ',' | '(' | '"' | '/');
    let letters = word.chars().any(char::is_alphabetic);
    let figures = word.chars().filter(char::is_ascii_digit).count();
    (letters && (figures > 0 || word.chars().any(is_sign))) || figures == word.len()
}

/// Account numbers with a right check number (ISO 13616: the remainder by 97 is 1), in one piece or in groups of four.
fn ibans(text: &str) -> Vec<Range<usize>> {
    let (mut places, mut from) = (Vec::new(), 0);
    while let Some(found) = IBAN.find_at(text, from) {
        // What follows may look like another group of it.
        let ends = found.as_str().match_indices(' ').map(|(end, _)| end).chain([found.len()]);
        let end = ends.filter(|end| has_right_check_number(&found.as_str()[..*end])).max();
        if let Some(end) = end {
            places.push(found.start()..found.start() + end);
        }
        // The next one may begin within what only looked like one.
        from = found.start() + end.unwrap_or(4);
    }
    places
}

fn has_right_check_number(iban: &str) -> bool {
    let signs: Vec<char> = iban.chars().filter(|sign| *sign != ' ').collect();
    if !(15..=34).contains(&signs.len()) {
        return false;
    }
    let (country_and_check, account) = signs.split_at(4);
    let remainder = account.iter().chain(country_and_check).try_fold(0, |remainder, sign| {
        let value = sign.to_digit(36)?;
        Some((remainder * if value > 9 { 100 } else { 10 } + value) % 97)
    });
    remainder == Some(1)
}

/// Card numbers: grouped as on a card or in one piece, of a length and with the first figures that a scheme gives, and with a right
/// last figure.
fn cards(text: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    for run in DIGITS.find_iter(text).filter(|run| stands_alone(text, &run.range())) {
        let mut groups: Vec<Range<usize>> = Vec::new();
        let mut start = run.start();
        for group in run.as_str().split([' ', '-']) {
            groups.push(start..start + group.len());
            start += group.len() + 1;
        }
        let mut rest = groups.as_slice();
        while !rest.is_empty() {
            let count = (1..=rest.len().min(5)).rev().find(|count| is_card(text, &rest[..*count]));
            if let Some(count) = count {
                places.push(rest[0].start..rest[count - 1].end);
            }
            rest = &rest[count.unwrap_or(1)..];
        }
    }
    places
}

/// Not a part of a word, of a number with a point, or of a phone number with its plus.
fn stands_alone(text: &str, run: &Range<usize>) -> bool {
    let mut before = text[..run.start].chars().rev();
    let mut after = text[run.end..].chars();
    let is_outside = |next: Option<char>, beyond: Option<char>| match next {
        Some('.' | ',') => !beyond.is_some_and(|sign| sign.is_ascii_digit()),
        Some(sign) => !sign.is_alphanumeric() && !matches!(sign, '_' | '+'),
        None => true,
    };
    is_outside(before.next(), before.next()) && is_outside(after.next(), after.next())
}

fn is_card(text: &str, groups: &[Range<usize>]) -> bool {
    let lengths: Vec<usize> = groups.iter().map(Range::len).collect();
    let is_grouped = matches!(lengths[..], [_] | [4, 4, 4, 4] | [4, 4, 4, 4, 1..=3] | [4, 6, 4 | 5] | [6, 13]);
    let figures: Vec<u32> = groups.iter().flat_map(|group| text[group.clone()].chars()).filter_map(|figure| figure.to_digit(10)).collect();
    let begins = |count: usize| figures.iter().take(count).fold(0, |number, figure| number * 10 + figure);
    let is_issued = match (begins(1), figures.len()) {
        (2, 16) => (2221..=2720).contains(&begins(4)),
        (3, 14) => matches!(begins(2), 30 | 36 | 38 | 39),
        (3, 15) => matches!(begins(2), 34 | 37),
        (3, 16..=19) => begins(2) == 35,
        (4, 13 | 16 | 19) | (5 | 6, 16) => true,
        (5 | 6, 13..=19) => begins(1) == 6 || matches!(begins(2), 50 | 56..=58),
        _ => false,
    };
    is_grouped && is_issued && luhn(&figures)
}

/// ISO/IEC 7812-1, annex B.
fn luhn(figures: &[u32]) -> bool {
    let weighed = figures.iter().rev().enumerate().map(|(place, figure)| {
        let value = figure * if place % 2 == 1 { 2 } else { 1 };
        value / 10 + value % 10
    });
    weighed.sum::<u32>() % 10 == 0
}
