//! Words without their endings, by the rules of their language (Snowball's).

use rust_stemmers::{Algorithm, Stemmer};
use terms::fold;

/// Grows when the same text gives other terms than before: what was indexed before is then indexed anew. 1 was Porter's stemmer for every
/// language, 2 knew each language's stems, but one spelling of a compound or a number only.
pub(super) const STEMS: i64 = 2 + terms::VERSION;

/// What a text whose language nobody could tell is taken for.
pub(super) const USUAL: &str = "en";

const LANGUAGES: [(&str, Algorithm); 18] = [
    ("ar", Algorithm::Arabic),
    ("da", Algorithm::Danish),
    ("de", Algorithm::German),
    ("el", Algorithm::Greek),
    (USUAL, Algorithm::English),
    ("es", Algorithm::Spanish),
    ("fi", Algorithm::Finnish),
    ("fr", Algorithm::French),
    ("hu", Algorithm::Hungarian),
    ("it", Algorithm::Italian),
    ("nb", Algorithm::Norwegian),
    ("nl", Algorithm::Dutch),
    ("pt", Algorithm::Portuguese),
    ("ro", Algorithm::Romanian),
    ("ru", Algorithm::Russian),
    ("sv", Algorithm::Swedish),
    ("ta", Algorithm::Tamil),
    ("tr", Algorithm::Turkish),
];

/// How words of a language lose their endings; in a language that has no rules here they keep them.
pub(super) struct Rules {
    stemmer: Option<Stemmer>,
    /// Whether the rules know accents: English borrows them, and writes `résumé` and `resume`.
    accents: bool,
}

impl Rules {
    /// The rules of a language, by its two letters; those of English if it is empty.
    pub fn of(language: &str) -> Self {
        let language = if language.is_empty() { USUAL } else { language };
        let known = LANGUAGES.iter().find(|(code, _)| *code == language);
        Self { stemmer: known.map(|(_, algorithm)| Stemmer::create(*algorithm)), accents: language != USUAL }
    }

    /// The stem of a word in lower case, without accents.
    pub fn stem(&self, word: &str) -> String {
        let plain = fold(word);
        let stem = match &self.stemmer {
            // Numbers and names with numbers in them have no endings.
            Some(stemmer) if !word.chars().any(|c| c.is_numeric() || matches!(c, '♯' | '⊕' | '·')) => {
                fold(&stemmer.stem(if self.accents { word } else { &plain }))
            }
            _ => return plain,
        };
        if stem.is_empty() { plain } else { stem }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_of_one_stem_are_one_term_in_their_language() {
        for (language, words, stem) in [
            ("en", &["encrypt", "encrypted", "encrypting", "encrypts"][..], "encrypt"),
            ("en", &["price", "prices", "pricing"], "price"),
            ("en", &["résumé", "resume", "resumes"], "resum"),
            ("", &["generously", "generous"], "generous"),
            ("de", &["Verschlüsselung", "Verschlüsselungen"], "verschlussel"),
            ("de", &["Häuser", "Häusern", "Hauses"], "haus"),
            ("fr", &["chiffrement", "chiffrements"], "chiffr"),
            ("fr", &["réunion", "réunions"], "reunion"),
            ("es", &["canción", "canciones"], "cancion"),
            ("it", &["prezzo", "prezzi"], "prezz"),
            ("nl", &["klant", "klanten"], "klant"),
            ("ru", &["договора", "договору", "договор"], "договор"),
            ("sv", &["priser", "prisen"], "pris"),
            ("pl", &["umowa"], "umowa"),
        ] {
            for word in words {
                assert_eq!(Rules::of(language).stem(&word.to_lowercase()), stem, "{word} in {language}");
            }
        }
        for same in ["", "a", "is", "2026", "soc2", "日本"] {
            assert_eq!(Rules::of("en").stem(same), same);
        }
        assert_eq!(Rules::of("pl").stem("umów"), "umow", "no rules, but no accents either");
    }

    #[test]
    fn languages_are_named_as_documents_name_theirs() {
        assert!(LANGUAGES.iter().all(|(code, _)| code.len() == 2));
        assert!(LANGUAGES.is_sorted_by_key(|(code, _)| *code));
    }

    proptest! {
        #[test]
        fn no_word_panics_or_vanishes(word in "[\\p{L}\\p{M}]{1,20}|[a-zäöüßéèçñåøæığş]{1,20}|[а-яё]{1,20}|[α-ωά]{1,20}|\\PC{0,20}") {
            for (code, _) in LANGUAGES {
                let stem = Rules::of(code).stem(&word);
                prop_assert!(!stem.is_empty() || fold(&word).is_empty(), "{word} in {code}");
            }
        }
    }
}
