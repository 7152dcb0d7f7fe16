//! In which currency a question asks for a price: what is told in another one only is no answer.

use std::sync::LazyLock;

use regex::Regex;

use super::values::pattern;

/// A currency by its ISO 4217 code.
pub(super) type Currency = &'static str;

static NAMES: LazyLock<[(Currency, Regex); 9]> = LazyLock::new(|| {
    [
        ("USD", r"(?i)\b(us\s?)?dollars?\b|\busd\b|\$"),
        ("EUR", r"(?i)\beuros?\b|\beur\b|€"),
        ("GBP", r"(?i)\bpounds?\b|\bgbp\b|\bsterling\b|£"),
        ("CHF", r"(?i)\b(swiss )?(francs?|franken)\b|\bchf\b"),
        ("JPY", r"(?i)\byen\b|\bjpy\b|¥|円"),
        ("SEK", r"(?i)\bkronor\b|\bsek\b"),
        ("PLN", r"(?i)\bz[łl]oty(ch)?\b|\bpln\b|\bzł"),
        ("INR", r"(?i)\brupees?\b|\binr\b|₹"),
        ("CNY", r"(?i)\byuan\b|\bcny\b|\brmb\b|元"),
    ]
    .map(|(currency, looks)| (currency, pattern(looks)))
});

/// The currencies that a text names.
pub(super) fn named(text: &str) -> Vec<Currency> {
    NAMES.iter().filter(|(_, looks)| looks.is_match(text)).map(|(currency, _)| *currency).collect()
}

/// Whether a text tells of other currencies than those that were asked for, and of none of these.
pub(super) fn are_others_than(text: &str, asked: &[Currency]) -> bool {
    let given = if asked.is_empty() { Vec::new() } else { named(text) };
    !given.is_empty() && !asked.iter().any(|currency| given.contains(currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_currency_is_no_answer() {
        let dollars = named("What is the Team plan in US dollars?");
        assert_eq!(dollars, ["USD"]);
        assert!(are_others_than("Team (EUR): 9.00", &dollars));
        assert!(!are_others_than("Team: 9.00 € or $10", &dollars) && !are_others_than("Team: 9.00", &dollars));
        assert!(!are_others_than("Team: 9.00 €", &named("What does Team cost?")));
    }
}
