//! Kinds of values that questions want, and ranges that a number may fall into. English.

use std::sync::LazyLock;

use regex::Regex;

/// The kind of value that a question wants to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// What something costs, or how much less.
    Price,
    /// How long, how soon, when.
    Time,
    /// How many, how much of something.
    Count,
}

/// Compiles a pattern of this file; one that is none finds nothing, and its test fails.
fn pattern(text: &str) -> Regex {
    #[expect(clippy::unwrap_used, reason = "the patterns are constants of this file, each compiled by its tests")]
    Regex::new(text).unwrap()
}

static ASKS_PRICE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(cost|costs|price|prices|priced|pricing|fee|fees|charge|charged|charges|pay|paid|rate|rates|expensive|discount|discounts|rebate|surcharge)\b|\bhow much (is|are|does|do|would|will|for|to|if|extra|more|less|cheaper|off|it|the|a|an|per|we|you|i)\b|\bhow much\s*\?|\bhow much$",
    )
});
static ASKS_TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\bhow (long|fast|quick|quickly|soon|late|early)\b|\bwhen\b|\b(deadline|notice|turnaround|response time)\b|\bwhat (day|date|time|year|month)\b",
    )
});
static ASKS_COUNT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\bhow (many|much|often|big|large|far)\b|\b(limit|maximum|minimum|quota)\b"));

static MONEY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)[€$£¥₹]|\b(eur|usd|gbp|chf|jpy|cad|aud|sek|nok|dkk|pln|euros?|dollars?|pounds?|cents?|francs?|kronor|yen|rupees?)\b|\d\s*%|\b(percent|free|included|no (extra|additional)? ?(charge|cost|fee)|on request|by agreement|custom pricing|at no)\b",
    )
});
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(seconds?|minutes?|hours?|days?|weeks?|months?|quarters?|years?|weekdays?|hourly|daily|weekly|monthly|yearly|annually|immediately|at once|overnight|january|february|march|april|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|q[1-4]|24/7)\b|\b\d{1,2}:\d\d\b|\b\d{4}-\d\d(-\d\d)?\b|\b(19|20)\d\d\b|\d\s*(min|h|hrs?|s|d)\b",
    )
});
static COUNT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety|hundred|thousand|million|unlimited|no limit|once|twice|none)\b",
    )
});
const NUMBER: &str = r"(\d[\d.,'’ \u{a0}\u{202f}]*\d|\d)\s*(k|m|million|thousand)?";
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?i){NUMBER}(?:\s*(?:\p{{L}}+|[€$£%]))?\s*(?:-|–|—|to|through|until|and|…)\s*(?:[€$£]\s*)?{NUMBER}"))
});
static FROM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?:\b(?:from|over|above|beyond|exceeding|more than|at least|starting (?:at|with)|minimum(?: of)?|as of)|>=?|≥)\s*(?:[€$£]\s*)?{NUMBER}|{NUMBER}\s*(?:\+|\p{{L}}*\s*(?:or|and) (?:more|above|over|up|larger|upwards?))"
    ))
});
static UP_TO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)(?:\b(?:up to|under|below|less than|fewer than|at most|no more than|maximum(?: of)?|within|until)|<=?|≤)\s*(?:[€$£]\s*)?{NUMBER}|{NUMBER}\s*(?:\p{{L}}*\s*or (?:less|fewer|below))"
    ))
});
static EACH: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(per|each|every|any number)\b"));

impl Wanted {
    /// What a question asks for, if it says so.
    pub fn of(question: &str) -> Option<Self> {
        if ASKS_PRICE.is_match(question) {
            return Some(Self::Price);
        }
        if ASKS_TIME.is_match(question) {
            return Some(Self::Time);
        }
        ASKS_COUNT.is_match(question).then_some(Self::Count)
    }

    /// Whether a word of the question only says that such a value is asked for.
    pub fn is_asked_by(self, word: &str) -> bool {
        match self {
            Self::Price => {
                matches!(
                    word,
                    "cost"
                        | "costs"
                        | "price"
                        | "prices"
                        | "priced"
                        | "pricing"
                        | "charge"
                        | "charged"
                        | "charges"
                        | "pay"
                        | "paid"
                        | "expensive"
                )
            }
            Self::Time => matches!(word, "long" | "fast" | "quick" | "quickly" | "soon" | "late" | "early" | "day" | "date" | "time"),
            Self::Count => matches!(word, "often" | "big" | "large" | "far" | "limit" | "maximum" | "minimum" | "quota"),
        }
    }

    /// Whether a text has such a value.
    pub fn is_in(self, text: &str) -> bool {
        match self {
            Self::Price => MONEY.is_match(text),
            Self::Time => TIME.is_match(text),
            Self::Count => COUNT.is_match(text),
        }
    }

    /// Whether a column of this name has such values.
    pub fn is_named_by(self, column: &str) -> bool {
        match self {
            Self::Price => ASKS_PRICE.is_match(column) || MONEY.is_match(column),
            Self::Time => TIME.is_match(column) || ASKS_TIME.is_match(column),
            Self::Count => ASKS_COUNT.is_match(column),
        }
    }
}

/// Whether a number falls into a range that a text gives: "50–199 seats", "from 200", "up to 5 people".
pub(super) fn falls_into(text: &str, number: f64) -> bool {
    let value = |found: &regex::Captures<'_>, first: usize| {
        (first..found.len())
            .step_by(2)
            .find_map(|group| value(found.get(group)?.as_str(), found.get(group + 1).map(|scale| scale.as_str())))
    };
    // "Between" first: its upper end is no lower one of its own.
    let mut rest = String::with_capacity(text.len());
    let mut at = 0;
    for found in BETWEEN.captures_iter(text) {
        let (Some(whole), Some(low), Some(high)) = (found.get(0), value(&found, 1), value(&found, 3)) else { continue };
        if low < high {
            if (low..=high).contains(&number) {
                return true;
            }
            rest.push_str(&text[at..whole.start()]);
            rest.push(' ');
            at = whole.end();
        }
    }
    rest.push_str(&text[at..]);
    FROM.captures_iter(&rest).any(|found| value(&found, 1).is_some_and(|low| low <= number))
        || UP_TO.captures_iter(&rest).any(|found| value(&found, 1).is_some_and(|high| number <= high))
}

/// Whether a text says something of each one, however many there are.
pub(super) fn is_of_each(text: &str) -> bool {
    EACH.is_match(text)
}

/// `50,000`, `50.000`, `50 000`, `2.5` with `k` or `million` behind.
fn value(digits: &str, scale: Option<&str>) -> Option<f64> {
    let groups: Vec<&str> = digits.split(|c: char| !c.is_ascii_digit()).collect();
    let are_thousands = groups.len() > 1 && groups[1..].iter().all(|group| group.len() == 3);
    let plain =
        if are_thousands { groups.concat() } else { digits.replace(',', ".").replace(|c: char| !c.is_ascii_digit() && c != '.', "") };
    let factor = match scale.map(str::to_lowercase).as_deref() {
        Some("k" | "thousand") => 1e3,
        Some("m" | "million") => 1e6,
        _ => 1.0,
    };
    Some(plain.parse::<f64>().ok()? * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_question_wants_is_told() {
        for (question, wanted) in [
            ("What does the Growth plan cost?", Some(Wanted::Price)),
            ("So how much is it for fourteen people?", Some(Wanted::Price)),
            ("price of Growth?", Some(Wanted::Price)),
            ("How much storage has the Meadow plan?", Some(Wanted::Count)),
            ("How many seats do we get?", Some(Wanted::Count)),
            ("How long is the notice?", Some(Wanted::Time)),
            ("When are invoices due?", Some(Wanted::Time)),
            ("Where is data stored?", None),
        ] {
            assert_eq!(Wanted::of(question), wanted, "{question}");
        }
    }

    #[test]
    fn a_value_is_known_by_its_looks() {
        for (wanted, with, without) in [
            (Wanted::Price, "It is €49.", "Answered on weekdays."),
            (Wanted::Price, "10 % off from 50 seats", "From 50 seats on"),
            (Wanted::Price, "included in every plan", "in the plan"),
            (Wanted::Time, "within 14 days", "within reason"),
            (Wanted::Time, "at 13:30", "at 13"),
            (Wanted::Count, "up to 5", "some"),
            (Wanted::Count, "unlimited", "limited"),
        ] {
            assert!(wanted.is_in(with), "{with}");
            assert!(!wanted.is_in(without), "{without}");
        }
        assert!(Wanted::Price.is_named_by("Monthly price (EUR)"));
        assert!(!Wanted::Price.is_named_by("Notice"));
    }

    #[test]
    fn a_number_may_fall_into_a_range() {
        for (text, inside, outside) in [
            ("Seats: 50–199; Discount: 12 %", 120.0, 200.0),
            ("10 % off from 50 seats", 120.0, 49.0),
            ("Tier two: over 50,000 requests", 60_000.0, 40_000.0),
            ("200+ seats", 250.0, 150.0),
            ("200 seats or more", 250.0, 150.0),
            ("up to five hundred, or up to 500 people", 400.0, 501.0),
            ("from 10.000 to 50.000 requests", 20_000.0, 9_000.0),
            ("between 10 and 20 people", 15.0, 21.0),
            ("10k to 50k", 20_000.0, 60_000.0),
        ] {
            assert!(falls_into(text, inside), "{inside} in {text}");
            assert!(!falls_into(text, outside), "{outside} in {text}");
        }
        assert!(is_of_each("29 € per seat") && !is_of_each("29 €"));
    }
}
