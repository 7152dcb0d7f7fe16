//! Words that say nothing about a call or a document.

/// Dropped from a search that has others: nearly every text has them.
const STOP_WORDS: &[&str] = &[
    "a", "about", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do", "does", "for",
    "from", "had", "has", "have", "he", "her", "him", "his", "how", "i", "if", "in", "is", "it", "its", "many", "me", "much", "my", "no",
    "not", "of", "on", "or", "our", "per", "she", "should", "so", "that", "the", "their", "them", "then", "there", "these", "they", "this",
    "those", "to", "us", "was", "we", "were", "what", "when", "where", "which", "who", "whose", "why", "will", "with", "would", "you",
    "your",
];

/// Whether a folded word says nothing by itself (English).
pub fn is_stop(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn they_are_sorted_for_the_lookup() {
        assert!(super::STOP_WORDS.is_sorted());
    }
}
