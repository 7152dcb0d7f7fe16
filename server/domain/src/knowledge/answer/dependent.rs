//! Whether a price is of something else that only has to do with what is asked for: "a lock for a bike", "bike helmets". English.

use super::asked::Asked;
use super::closed::{Closed, WordClass};
use super::values::is_currency;
use crate::knowledge::row::Row;

/// What of a thing costs: its price is the thing's own.
const OF_IT: [&str; 40] = [
    "access",
    "admission",
    "booking",
    "bookings",
    "charge",
    "cost",
    "costs",
    "entrance",
    "entry",
    "extra",
    "fee",
    "fees",
    "free",
    "hire",
    "hiring",
    "license",
    "licence",
    "membership",
    "pay",
    "plan",
    "plans",
    "price",
    "prices",
    "rate",
    "rates",
    "rent",
    "rental",
    "rentals",
    "renting",
    "subscription",
    "tariff",
    "tariffs",
    "ticket",
    "tickets",
    "use",
    "usage",
    "using",
    "visit",
    "visits",
    "pricing",
];

/// A word of a text with what stands between it and the one before it.
struct TextToken<'a> {
    start: usize,
    end: usize,
    lower: String,
    class: Option<WordClass>,
    before: &'a str,
}

/// Whether everything that is asked for stands in a text only beside what the text is of.
pub(super) fn is_price_of_another(asked: &Asked, text: &str, row: Option<&Row<'_>>, language: &str) -> bool {
    if !matches!(language, "" | "en") {
        return false;
    }
    asked.heads.iter().any(|head| match row {
        // The row's name, if it has the word.
        Some(row) => row.pairs.first().is_some_and(|(_, name)| is_beside(asked, *head, name, language)),
        None => is_beside(asked, *head, text, language),
    })
}

/// Whether a word is there, and each time only beside another noun.
fn is_beside(asked: &Asked, head: usize, text: &str, language: &str) -> bool {
    let places = asked.places(text, language);
    let mut of_head = places.iter().filter(|(word, _)| *word == head).peekable();
    if of_head.peek().is_none() {
        return false;
    }
    let tokens = tokens(text);
    let is_asked =
        |token: &TextToken<'_>| places.iter().any(|(word, range)| range.start == token.start && asked.firm.get(*word) == Some(&true));
    of_head.all(|(_, range)| {
        let Some(at) = tokens.iter().position(|token| token.start <= range.start && range.start < token.end) else { return false };
        is_amount(&tokens, at) || is_before_a_noun(&tokens, at, &is_asked) || is_behind_a_noun(&tokens, at, &is_asked)
    })
}

/// "12 francs" says no price of francs.
fn is_amount(tokens: &[TextToken<'_>], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    is_currency(&tokens[at].lower) && before.is_some_and(|before| before.lower.ends_with(|c: char| c.is_ascii_digit()))
}

/// "bike helmets".
fn is_before_a_noun(tokens: &[TextToken<'_>], at: usize, is_asked: &dyn Fn(&TextToken<'_>) -> bool) -> bool {
    tokens.get(at + 1).is_some_and(|next| {
        matches!(next.before, " " | "-")
            && means_something(next)
            && !is_asked(next)
            && !OF_IT.contains(&next.lower.as_str())
            && !next.lower.ends_with("ed")
    })
}

/// "a lock for the bike".
fn is_behind_a_noun(tokens: &[TextToken<'_>], at: usize, is_asked: &dyn Fn(&TextToken<'_>) -> bool) -> bool {
    let mut before = at;
    while let Some(token) = before.checked_sub(1).and_then(|before| tokens.get(before)) {
        if tokens[before].before.trim() != "" {
            return false;
        }
        before -= 1;
        match token.class {
            Some(WordClass::Relation | WordClass::Manner | WordClass::To) => {
                let Some(noun) = before.checked_sub(1).and_then(|before| tokens.get(before)) else { return false };
                let is_joined = tokens[before].before.trim().is_empty();
                let is_of_it = OF_IT.contains(&noun.lower.as_str()) || is_currency(&noun.lower);
                return is_joined && token.lower != "per" && means_something(noun) && !is_asked(noun) && !is_of_it;
            }
            Some(WordClass::Article | WordClass::Mine) | None => {}
            Some(_) => return false,
        }
        if at - before > 3 {
            return false;
        }
    }
    false
}

/// Whether it is a word of no closed class, and no number.
fn means_something(token: &TextToken<'_>) -> bool {
    token.class.is_none() && token.lower.starts_with(char::is_alphabetic) && token.lower.chars().count() > 2
}

fn tokens(text: &str) -> Vec<TextToken<'_>> {
    let mut found: Vec<TextToken<'_>> = Vec::new();
    let closed = Closed::of(&[]);
    let mut end = 0;
    let is_in = |c: char| c.is_alphanumeric() || c == '\'' || c == '’';
    let mut rest = 0;
    while let Some(from) = text[rest..].find(is_in).map(|at| rest + at) {
        let to = text[from..].find(|c: char| !is_in(c)).map_or(text.len(), |at| from + at);
        let lower = text[from..to].to_lowercase();
        found.push(TextToken { start: from, end: to, class: closed.class(&lower), lower, before: &text[end..from] });
        (end, rest) = (to, to);
    }
    found
}
