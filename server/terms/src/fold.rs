//! Letters as people type them when they look for something: without accents, and with the letters of their own keyboard.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word in lower case without accents, points of vowels and letters that only some keyboards have. Marks that are vowels of their
/// script stay.
pub fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.to_owned();
    }
    let mut plain = String::with_capacity(word.len());
    for c in word.nfkd().filter(|c| !is_dropped(*c)) {
        match spelled(c) {
            Some(letters) => plain.push_str(letters),
            // Decomposition may bring spaces and slashes ("½").
            None if c.is_alphanumeric() || is_combining_mark(c) || is_kept_sign(c) => plain.push(c),
            None => {}
        }
    }
    // Syllables that decomposition has taken apart: Hangul, kana with a voicing mark.
    plain.nfc().collect()
}

/// The spelling of a word in lower case for keyboards without its letters, where it isn't just a letter without its mark: "müller" is
/// written "mueller", "ørsted" "oersted". None if it is the same.
pub(crate) fn respelled(written: &str) -> Option<String> {
    if written.is_ascii() || !written.contains(['ä', 'ö', 'ü', 'ø', 'å']) {
        return None;
    }
    let mut spelled = String::with_capacity(written.len() + 2);
    for c in written.chars() {
        match c {
            'ä' => spelled.push_str("ae"),
            'ö' | 'ø' => spelled.push_str("oe"),
            'ü' => spelled.push_str("ue"),
            'å' => spelled.push_str("aa"),
            c => spelled.push(c),
        }
    }
    Some(spelled)
}

/// The signs that terms may have, see the crate's description.
pub(crate) fn is_kept_sign(c: char) -> bool {
    matches!(c, '♯' | '⊕' | '·')
}

/// Accents, apostrophes that are letters, and the points of Hebrew and Arabic, which are mostly not written.
fn is_dropped(c: char) -> bool {
    matches!(c, '\u{2b9}'..='\u{2bf}' | '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}'
        | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}')
}

/// Letters that Unicode doesn't take apart, in those of other keyboards.
fn spelled(c: char) -> Option<&'static str> {
    Some(match c {
        'ł' | 'ƚ' => "l",
        'ø' => "o",
        'đ' | 'ð' | 'ɖ' => "d",
        'þ' => "th",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ı' => "i",
        'ħ' => "h",
        'ŧ' => "t",
        'ŋ' => "n",
        'ĸ' => "k",
        'ƀ' => "b",
        'ɛ' | 'ə' | 'ǝ' => "e",
        'ς' => "σ",
        'ґ' => "г",
        'ى' | 'ی' => "ي",
        'ک' => "ك",
        'ة' | 'ہ' | 'ھ' => "ه",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_other_keyboards_are_folded() {
        for (word, plain) in [
            ("łódź", "lodz"),
            ("søren", "soren"),
            ("ødegaard", "odegaard"),
            ("gartenstraße", "gartenstrasse"),
            ("đorđe", "dorde"),
            ("æther", "aether"),
            ("œuvre", "oeuvre"),
            ("þór", "thor"),
            ("mu\u{308}ller", "muller"),
            ("i\u{307}stanbul", "istanbul"),
            ("diyarbakır", "diyarbakir"),
            ("việt", "viet"),
            ("ёлка", "елка"),
            ("οδός", "οδοσ"),
            ("שָׁלוֹם", "שלום"),
            ("أحمد", "احمد"),
            ("견적서", "견적서"),
            ("ガイド", "ガイド"),
            ("हिन्दी", "हिन्दी"),
            ("c♯", "c♯"),
        ] {
            assert_eq!(fold(word), plain);
        }
        assert_eq!(fold("½"), "12");
    }

    #[test]
    fn umlauts_are_spelled_out_too() {
        assert_eq!(respelled("müller").as_deref(), Some("mueller"));
        assert_eq!(respelled("jørgensen").as_deref(), Some("joergensen"));
        assert_eq!((respelled("muller"), respelled("łódź")), (None, None));
    }
}
