//! Whether a hyphen at the end of a line belongs to the word, or only parts it there.

use std::collections::HashSet;

use super::MAX_WORD;

/// So many words of a document are known.
const MAX_KNOWN: usize = 60_000;

/// Words that others are joined to with a hyphen: `long-term`, `self-service`, `day-to-day`.
const FIRST: [&str; 97] = [
    "long",
    "short",
    "mid",
    "near",
    "high",
    "low",
    "full",
    "half",
    "part",
    "real",
    "self",
    "well",
    "ill",
    "all",
    "ever",
    "cost",
    "time",
    "pay",
    "per",
    "day",
    "week",
    "month",
    "year",
    "hour",
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
    "first",
    "second",
    "third",
    "single",
    "double",
    "multi",
    "cross",
    "on",
    "off",
    "in",
    "opt",
    "sign",
    "log",
    "set",
    "start",
    "follow",
    "check",
    "add",
    "roll",
    "built",
    "pre",
    "post",
    "non",
    "end",
    "back",
    "front",
    "state",
    "step",
    "side",
    "peer",
    "point",
    "open",
    "closed",
    "user",
    "data",
    "role",
    "cloud",
    "web",
    "third-party",
    "large",
    "small",
    "best",
    "top",
    "hard",
    "easy",
    "fast",
    "free",
    "world",
    "site",
    "company",
    "industry",
    "customer",
    "case",
    "hands",
    "out",
    "up",
    "make",
    "right",
    "left",
    "ready",
    "know",
    "must",
    "go",
];
/// Words that are joined to others with a hyphen.
const SECOND: [&str; 92] = [
    "term",
    "time",
    "scale",
    "level",
    "range",
    "cost",
    "price",
    "size",
    "use",
    "user",
    "to",
    "of",
    "the",
    "per",
    "by",
    "in",
    "on",
    "off",
    "up",
    "out",
    "over",
    "end",
    "day",
    "days",
    "week",
    "month",
    "year",
    "hour",
    "free",
    "based",
    "friendly",
    "ready",
    "made",
    "effective",
    "efficient",
    "wide",
    "known",
    "off-the-shelf",
    "service",
    "hosted",
    "managed",
    "sign",
    "party",
    "person",
    "site",
    "side",
    "house",
    "person's",
    "driven",
    "specific",
    "related",
    "like",
    "only",
    "built",
    "grade",
    "class",
    "quality",
    "speed",
    "volume",
    "tech",
    "touch",
    "step",
    "stage",
    "phase",
    "factor",
    "tenant",
    "platform",
    "region",
    "language",
    "currency",
    "party's",
    "minute",
    "second",
    "page",
    "line",
    "way",
    "fold",
    "thirds",
    "art",
    "date",
    "go",
    "low",
    "high",
    "rate",
    "risk",
    "value",
    "paid",
    "renewal",
    "opening",
    "the-clock",
    "a-service",
    "a-half",
];

/// What the words of a document tell of hyphens.
#[derive(Debug, Default)]
pub struct Hyphens {
    /// Words with a hyphen within a line, in lower case.
    hyphenated: HashSet<String>,
    /// Words without one.
    plain: HashSet<String>,
}

impl Hyphens {
    /// Those of these texts.
    pub fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut known = Self::default();
        for word in texts.flat_map(str::split_whitespace) {
            // What ends with a hyphen may be the first half of a word.
            if word.ends_with('-') {
                continue;
            }
            let word = bare(word);
            if word.len() <= MAX_WORD && !word.is_empty() {
                let into = if word.contains('-') { &mut known.hyphenated } else { &mut known.plain };
                if into.len() < MAX_KNOWN {
                    into.insert(word.to_lowercase());
                }
            }
        }
        known
    }

    /// Whether the hyphen stays that parts `first` (which ends with it) and `second` at the end of a line: the document writes the word so
    /// elsewhere, or it is made of words that are joined so.
    pub fn keeps(&self, first: &str, second: &str) -> bool {
        let (first, second) = (bare(first).to_lowercase(), bare(second).to_lowercase());
        let first = first.trim_end_matches('-');
        if self.hyphenated.contains(&format!("{first}-{second}")) {
            return true;
        }
        if self.plain.contains(&format!("{first}{second}")) {
            return false;
        }
        // `pay-` and `per-use`: a word of several parts keeps all of them.
        if first.contains('-') || second.contains('-') {
            return true;
        }
        FIRST.contains(&first) && (SECOND.contains(&second.as_str()) || FIRST.contains(&second.as_str()))
            || (SECOND.contains(&second.as_str()) && second.len() > 4 && self.plain.contains(first))
    }
}

/// A word without what stands around it; a hyphen at its end stays.
fn bare(word: &str) -> &str {
    word.trim_start_matches(|c: char| !c.is_alphanumeric()).trim_end_matches(|c: char| !c.is_alphanumeric() && c != '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyphens_of_words_stay() {
        let none = Hyphens::default();
        for (first, second) in [("long-", "term"), ("(pay-", "per-use"), ("state-of-", "the"), ("day-", "to-day"), ("self-", "service,")] {
            assert!(none.keeps(first, second), "{first} {second}");
        }
        for (first, second) in [("can-", "cellation"), ("rhon-", "cus"), ("con-", "tract"), ("under-", "stand"), ("Kunden-", "daten")] {
            assert!(!none.keeps(first, second), "{first} {second}");
        }
    }

    #[test]
    fn the_document_knows_its_words() {
        let known = Hyphens::of(["a by-law, the online shop and risk"].into_iter());
        assert!(known.keeps("by-", "law") && !known.keeps("on-", "line"));
    }
}
