//! Words of a question that are not what it asks: the speaker's own, classes of names, measures. English.

/// Words of the speaker, not of the subject.
const LIGHT_WORDS: [&str; 65] = [
    "actually",
    "again",
    "also",
    "anything",
    "asked",
    "asking",
    "basically",
    "bit",
    "bunch",
    "chance",
    "come",
    "comes",
    "customer",
    "doing",
    "else",
    "ever",
    "exactly",
    "explain",
    "folks",
    "get",
    "gets",
    "give",
    "go",
    "got",
    "guess",
    "guys",
    "happen",
    "happens",
    "hear",
    "hi",
    "include",
    "just",
    "kind",
    "know",
    "let",
    "like",
    "look",
    "looking",
    "mean",
    "need",
    "okay",
    "people",
    "please",
    "quick",
    "really",
    "remind",
    "right",
    "say",
    "says",
    "something",
    "sort",
    "still",
    "sure",
    "take",
    "takes",
    "team",
    "tell",
    "thing",
    "things",
    "think",
    "wait",
    "want",
    "wants",
    "wondering",
    "work",
];
/// What a word before it names: "the Meadow plan".
pub(super) const NAMED: [&str; 26] = [
    "addon",
    "bundle",
    "category",
    "class",
    "contract",
    "cover",
    "coverage",
    "edition",
    "editions",
    "level",
    "licence",
    "license",
    "membership",
    "memberships",
    "model",
    "module",
    "office",
    "package",
    "packages",
    "plan",
    "plans",
    "subscription",
    "tariff",
    "tier",
    "tiers",
    "version",
];

/// What is asked in front of what is asked: "what kind of support".
pub(super) const KINDS: [&str; 5] = ["art", "kind", "sort", "type", "types"];
/// Verbs that say no more than that somebody has something.
pub(super) const HAVING: [&str; 6] = ["accept", "carry", "handle", "serve", "stock", "support"];

/// What things are counted in, and what is said of anything: nobody asks for it.
pub(super) const MEASURES: [&str; 27] = [
    "allowed",
    "amount",
    "available",
    "bottle",
    "box",
    "boxes",
    "copy",
    "couple",
    "current",
    "extra",
    "free",
    "full",
    "hour",
    "latest",
    "lot",
    "new",
    "normal",
    "number",
    "own",
    "pack",
    "pair",
    "piece",
    "possible",
    "unit",
    "usual",
    "value",
    "whole",
];

/// Whether a word is the speaker's, not the subject's.
pub(super) fn is_light(word: &str) -> bool {
    LIGHT_WORDS.binary_search(&word).is_ok()
}

/// "older", "cheapest": what is compared is not what is asked for.
pub(super) fn is_compared(word: &str) -> bool {
    const MORE: [&str; 14] = [
        "better", "bigger", "cheaper", "earlier", "faster", "higher", "larger", "later", "longer", "lower", "newer", "older", "shorter",
        "smaller",
    ];
    word.ends_with("est") && word.len() > 5 || MORE.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_for_the_lookup() {
        assert!(LIGHT_WORDS.is_sorted());
    }
}
