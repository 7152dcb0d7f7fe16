//! Porter's stemmer ("An algorithm for suffix stripping", 1980) for English words in lower case.

/// The stem of a word; any other than one of ASCII letters comes back as it is.
pub(super) fn stem(word: &str) -> String {
    if word.len() < 3 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let mut stem = Stem(word.as_bytes().to_vec());
    stem.plural();
    stem.past();
    if stem.ends("y") && stem.has_vowel(1) {
        stem.set_last(b'i');
    }
    stem.replace(STEP_2, 0);
    stem.replace(STEP_3, 0);
    stem.drop_suffix();
    stem.tidy();
    String::from_utf8(stem.0).unwrap_or_else(|_| word.to_owned())
}

const STEP_2: &[(&str, &str)] = &[
    ("ational", "ate"),
    ("ization", "ize"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("tional", "tion"),
    ("biliti", "ble"),
    ("entli", "ent"),
    ("ousli", "ous"),
    ("ation", "ate"),
    ("alism", "al"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("abli", "able"),
    ("alli", "al"),
    ("ator", "ate"),
    ("logi", "log"),
    ("eli", "e"),
];
const STEP_3: &[(&str, &str)] =
    &[("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ness", ""), ("ful", "")];
/// The longest first.
const STEP_4: &[&str] = &[
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ion", "ism", "ate", "iti", "ous", "ive", "ize", "al", "er", "ic", "ou",
];

struct Stem(Vec<u8>);

impl Stem {
    fn ends(&self, suffix: &str) -> bool {
        self.0.len() > suffix.len() && self.0.ends_with(suffix.as_bytes())
    }

    fn is_consonant(&self, at: usize) -> bool {
        match self.0[at] {
            b'a' | b'e' | b'i' | b'o' | b'u' => false,
            b'y' => at == 0 || !self.is_consonant(at - 1),
            _ => true,
        }
    }

    /// How often a consonant follows a vowel in what is before the last `cut` letters.
    fn measure(&self, cut: usize) -> usize {
        let end = self.0.len() - cut;
        (1..end).filter(|&at| self.is_consonant(at) && !self.is_consonant(at - 1)).count()
    }

    fn has_vowel(&self, cut: usize) -> bool {
        (0..self.0.len() - cut).any(|at| !self.is_consonant(at))
    }

    fn ends_double(&self) -> bool {
        let end = self.0.len();
        end >= 2 && self.0[end - 1] == self.0[end - 2] && self.is_consonant(end - 1)
    }

    /// Consonant, vowel, consonant before the last `cut` letters, the last one none of w, x, y.
    fn ends_cvc(&self, cut: usize) -> bool {
        let end = self.0.len() - cut;
        end >= 3
            && self.is_consonant(end - 1)
            && !self.is_consonant(end - 2)
            && self.is_consonant(end - 3)
            && !matches!(self.0[end - 1], b'w' | b'x' | b'y')
    }

    fn cut(&mut self, letters: usize) {
        self.0.truncate(self.0.len() - letters);
    }

    fn set_last(&mut self, letter: u8) {
        if let Some(last) = self.0.last_mut() {
            *last = letter;
        }
    }

    fn plural(&mut self) {
        if self.ends("sses") || self.ends("ies") {
            self.cut(2);
        } else if self.ends("s") && !self.ends("ss") {
            self.cut(1);
        }
    }

    fn past(&mut self) {
        if self.ends("eed") {
            if self.measure(3) > 0 {
                self.cut(1);
            }
            return;
        }
        let cut = ["ed", "ing"].into_iter().find(|suffix| self.ends(suffix) && self.has_vowel(suffix.len()));
        let Some(suffix) = cut else { return };
        self.cut(suffix.len());
        if self.0.ends_with(b"at") || self.0.ends_with(b"bl") || self.0.ends_with(b"iz") {
            self.0.push(b'e');
        } else if self.ends_double() && !matches!(self.0.last(), Some(b'l' | b's' | b'z')) {
            self.cut(1);
        } else if self.measure(0) == 1 && self.ends_cvc(0) {
            self.0.push(b'e');
        }
    }

    /// The first suffix that fits takes its place if enough is before it.
    fn replace(&mut self, suffixes: &[(&str, &str)], more_than: usize) {
        if let Some((suffix, by)) = suffixes.iter().find(|(suffix, _)| self.ends(suffix))
            && self.measure(suffix.len()) > more_than
        {
            self.cut(suffix.len());
            self.0.extend_from_slice(by.as_bytes());
        }
    }

    fn drop_suffix(&mut self) {
        let Some(suffix) = STEP_4.iter().find(|suffix| self.ends(suffix)) else { return };
        let before = self.0.len() - suffix.len();
        let fits = *suffix != "ion" || matches!(self.0[before - 1], b's' | b't');
        if fits && self.measure(suffix.len()) > 1 {
            self.cut(suffix.len());
        }
    }

    fn tidy(&mut self) {
        if self.0.last() == Some(&b'e') && (self.measure(1) > 1 || (self.measure(1) == 1 && !self.ends_cvc(1))) {
            self.cut(1);
        }
        if self.ends_double() && self.0.last() == Some(&b'l') && self.measure(1) > 1 {
            self.cut(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_lose_their_ends_as_porter_says() {
        for (word, expected) in [
            ("caresses", "caress"),
            ("ponies", "poni"),
            ("cats", "cat"),
            ("agreed", "agre"),
            ("feed", "feed"),
            ("plastered", "plaster"),
            ("motoring", "motor"),
            ("sing", "sing"),
            ("conflated", "conflat"),
            ("hopping", "hop"),
            ("falling", "fall"),
            ("filing", "file"),
            ("happy", "happi"),
            ("sky", "sky"),
            ("relational", "relat"),
            ("conditional", "condit"),
            ("vietnamization", "vietnam"),
            ("triplicate", "triplic"),
            ("hopeful", "hope"),
            ("goodness", "good"),
            ("allowance", "allow"),
            ("adoption", "adopt"),
            ("effective", "effect"),
            ("rate", "rate"),
            ("controlling", "control"),
            ("rolling", "roll"),
            ("pricing", "price"),
            ("prices", "price"),
            ("encrypted", "encrypt"),
            ("encryption", "encrypt"),
            ("oscillators", "oscil"),
            ("generalizations", "gener"),
        ] {
            assert_eq!(stem(word), expected, "{word}");
        }
        for same in ["", "a", "is", "2026", "soc2", "größe", "日本"] {
            assert_eq!(stem(same), same);
        }
    }

    proptest! {
        #[test]
        fn no_word_panics_or_grows(word in "\\PC{0,20}|[a-z]{0,20}") {
            let stem = stem(&word);
            prop_assert!(stem.len() <= word.len() + 1 && (word.is_empty() || !stem.is_empty()));
        }
    }
}
