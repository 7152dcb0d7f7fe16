//! A person's search as words, and a segment's text shortened around them.

/// Words that say nothing about a call. Dropped from a search that has others: they match nearly every segment.
const STOP_WORDS: &[&str] = &[
    "a", "about", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do", "does", "for",
    "from", "had", "has", "have", "he", "her", "him", "his", "how", "i", "if", "in", "is", "it", "its", "many", "me", "much", "my", "no",
    "not", "of", "on", "or", "our", "per", "she", "should", "so", "that", "the", "their", "them", "then", "there", "these", "they", "this",
    "those", "to", "us", "was", "we", "were", "what", "when", "where", "which", "who", "whose", "why", "will", "with", "would", "you",
    "your",
];
/// More than a person types; each costs a look into the index.
const MAX_WORDS: usize = 12;
const MAX_WORD_CHARS: usize = 64;
/// Characters of a shortened text before and after the match.
const AROUND: usize = 70;

/// The words of a search in lower case, without punctuation, so that nothing in them means anything to either engine.
pub(crate) fn words(search: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in search.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word: String = word.to_lowercase().chars().filter(|c| c.is_alphanumeric()).take(MAX_WORD_CHARS).collect();
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    if words.iter().any(|word| !is_stop(word)) {
        words.retain(|word| !is_stop(word));
    }
    words.truncate(MAX_WORDS);
    words
}

pub(crate) fn is_stop(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

/// The text around the first of the words, cut between words, with an ellipsis where something is left out.
pub(crate) fn shorten(text: &str, words: &[String]) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= 2 * AROUND {
        return text.to_owned();
    }
    let lower: Vec<char> = chars.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect();
    let starts_word = |at: usize| at == 0 || !lower[at - 1].is_alphanumeric();
    let matches = |at: usize| words.iter().any(|word| word.chars().enumerate().all(|(i, c)| lower.get(at + i) == Some(&c)));
    let place = (0..lower.len()).find(|at| starts_word(*at) && matches(*at)).unwrap_or(0);
    let mut start = place.saturating_sub(AROUND);
    let mut end = (place + AROUND).min(chars.len());
    while start > 0 && start < place && !chars[start - 1].is_whitespace() {
        start += 1;
    }
    while end < chars.len() && end > place + AROUND / 2 && !chars[end].is_whitespace() {
        end -= 1;
    }
    let middle: String = chars[start..end].iter().collect();
    format!("{}{}{}", if start > 0 { "…" } else { "" }, middle.trim(), if end < chars.len() { "…" } else { "" })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stop_words_are_sorted_for_the_lookup() {
        assert!(STOP_WORDS.is_sorted());
    }

    #[test]
    fn stop_words_stay_only_when_there_is_nothing_else() {
        assert_eq!(words("What is the price?"), ["price"]);
        assert_eq!(words("to be or not"), ["to", "be", "or", "not"]);
        assert_eq!(words("Acme \"OR\" -price* acme"), ["acme", "price"]);
        assert_eq!(words("  \"* - "), Vec::<String>::new());
    }

    #[test]
    fn a_long_text_is_shortened_around_the_match() {
        let text = format!("{} the budget is gone {}", "lorem ipsum ".repeat(30), "dolor sit ".repeat(30));
        let short = shorten(&text, &words("budget"));
        assert!(short.starts_with('…') && short.ends_with('…') && short.contains("the budget is gone"), "{short}");
        assert!(short.chars().count() <= 2 * AROUND + 2, "{short}");
        assert_eq!(shorten("short", &words("budget")), "short");
    }

    proptest! {
        #[test]
        fn nothing_panics(search in ".*", text in ".{0,400}") {
            let words = words(&search);
            prop_assert!(words.iter().all(|word| word.chars().all(char::is_alphanumeric)));
            prop_assert!(shorten(&text, &words).chars().count() <= 2 * AROUND + 2);
        }
    }
}
