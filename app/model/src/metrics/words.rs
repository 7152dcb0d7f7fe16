//! Words as the engine sees them: lower case, contractions written out, each with its place in the text.

/// What follows a word in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// The next word, or the end of the text.
    None,
    /// A comma, colon, semicolon or dash.
    Clause,
    /// A full stop or an exclamation mark.
    Sentence,
    /// A question mark.
    Question,
}

/// Where a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// First character in the text (Unicode scalar values).
    pub start: u32,
    /// One past the last character in the text.
    pub end: u32,
    /// What follows it.
    pub stop: Stop,
    /// False for the second half of a written-out contraction.
    pub spoken: bool,
    at: u32,
}

/// The normalised words of a text.
///
/// A word is a run of letters, digits and inner apostrophes; numbers keep inner points and commas. Contractions are
/// written out (`don't` and `dont` are `do not`, `it's` is `it is`, `gonna` is `going to`), so that a phrase needs one
/// spelling; a possessive `'s` falls away. Both halves keep the place of the word that was said.
#[derive(Clone, Debug, Default)]
pub struct Words {
    joined: String,
    marks: Vec<Mark>,
    characters: u32,
}

impl Words {
    /// Takes a text apart, in time linear in its length.
    pub fn of(text: &str) -> Self {
        let mut words = Self { joined: String::with_capacity(text.len().min(4096) + 2), ..Self::default() };
        words.joined.push(' ');
        let mut word = String::new();
        let mut start = 0;
        let mut index = 0_u32;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            let inner = match character {
                '\'' | '’' => !word.is_empty() && next.is_some_and(char::is_alphanumeric),
                '.' | ',' => word.ends_with(|c: char| c.is_ascii_digit()) && next.is_some_and(|c| c.is_ascii_digit()),
                _ => false,
            };
            if character.is_alphanumeric() || inner {
                if word.is_empty() {
                    start = index;
                }
                match character {
                    '’' => word.push('\''),
                    other => word.extend(other.to_lowercase()),
                }
            } else {
                words.push(&mut word, start, index);
                words.stop(character);
            }
            index += 1;
        }
        words.push(&mut word, start, index);
        words.characters = index;
        words
    }

    fn stop(&mut self, character: char) {
        let stop = match character {
            '.' | '!' | '…' => Stop::Sentence,
            '?' | '？' => Stop::Question,
            ',' | ';' | ':' | '—' | '–' => Stop::Clause,
            _ => return,
        };
        if let Some(last) = self.marks.last_mut() {
            last.stop = last.stop.max(stop);
        }
    }

    fn push(&mut self, word: &mut String, start: u32, end: u32) {
        if word.is_empty() {
            return;
        }
        let mut spoken = true;
        let mut add = |part: &str| {
            if part.is_empty() {
                return;
            }
            let at = self.joined.len() as u32;
            self.joined.push_str(part);
            self.joined.push(' ');
            self.marks.push(Mark { start, end, stop: Stop::None, spoken, at });
            spoken = false;
        };
        let (first, second) = write_out(word);
        add(first);
        add(second);
        word.clear();
    }

    /// How many words, contractions counted in full.
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// Whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// How many words were said: a contraction is one.
    pub fn spoken(&self) -> u32 {
        self.marks.iter().filter(|mark| mark.spoken).count() as u32
    }

    /// Characters of the whole text.
    pub fn characters(&self) -> u32 {
        self.characters
    }

    /// The word at an index; empty past the end.
    pub fn word(&self, index: usize) -> &str {
        let Some(mark) = self.marks.get(index) else { return "" };
        let from = mark.at as usize;
        let until = self.marks.get(index + 1).map_or(self.joined.len(), |next| next.at as usize);
        self.joined.get(from..until.saturating_sub(1)).unwrap_or("")
    }

    /// Where each word stands.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// All words with one space before, between and after them.
    pub fn joined(&self) -> &str {
        &self.joined
    }

    /// The index of the word that starts at a byte of [`Words::joined`].
    pub fn index_at(&self, byte: usize) -> Option<usize> {
        self.marks.binary_search_by_key(&byte, |mark| mark.at as usize).ok()
    }

    /// The byte of [`Words::joined`] at which the word at an index starts; past the end, where the next one would.
    pub fn byte_of(&self, index: usize) -> usize {
        self.marks.get(index).map_or(self.joined.len(), |mark| mark.at as usize)
    }

    /// How many words at the beginning are the same as those of another text.
    pub fn common_start(&self, other: &Self) -> usize {
        let common = self.joined.bytes().zip(other.joined.bytes()).take_while(|(one, two)| one == two).count();
        if common == self.joined.len() {
            return self.marks.len();
        }
        // The last word that starts in what is common may end differently.
        self.marks.partition_point(|mark| mark.at as usize <= common).saturating_sub(1)
    }

    /// The words from `from` up to the end of their sentence: one past the last.
    pub fn sentence_end(&self, from: usize) -> usize {
        let rest = self.marks.get(from..).unwrap_or(&[]);
        rest.iter().position(|mark| mark.stop >= Stop::Sentence).map_or(self.marks.len(), |offset| from + offset + 1)
    }

    /// The first word of the sentence that holds the word at an index.
    pub fn sentence_start(&self, index: usize) -> usize {
        let before = self.marks.get(..index).unwrap_or(&[]);
        before.iter().rposition(|mark| mark.stop >= Stop::Sentence).map_or(0, |last| last + 1)
    }
}

/// One word, or a contraction's two.
fn write_out(word: &str) -> (&str, &str) {
    match word {
        "can't" | "cant" | "cannot" => return ("can", "not"),
        "won't" | "wont" => return ("will", "not"),
        "gonna" => return ("going", "to"),
        "wanna" => return ("want", "to"),
        "gotta" => return ("got", "to"),
        "kinda" => return ("kind", "of"),
        "sorta" => return ("sort", "of"),
        "ok" => return ("okay", ""),
        "im" => return ("i", "am"),
        "ive" => return ("i", "have"),
        "let's" => return ("let", "us"),
        "its" => return ("it", "is"),
        "thats" => return ("that", "is"),
        "whats" => return ("what", "is"),
        "theres" => return ("there", "is"),
        "hows" => return ("how", "is"),
        "wheres" => return ("where", "is"),
        "whos" => return ("who", "is"),
        "youre" => return ("you", "are"),
        "theyre" => return ("they", "are"),
        "youll" => return ("you", "will"),
        "youve" => return ("you", "have"),
        "weve" => return ("we", "have"),
        "theyll" => return ("they", "will"),
        "itll" => return ("it", "will"),
        "dont" | "doesnt" | "didnt" | "isnt" | "arent" | "wasnt" | "werent" | "havent" | "hasnt" | "hadnt" | "couldnt" | "wouldnt"
        | "shouldnt" => return (word.strip_suffix("nt").unwrap_or(word), "not"),
        _ => {}
    }
    if let Some(stem) = word.strip_suffix("n't") {
        return (stem, "not");
    }
    let Some((stem, ending)) = word.rsplit_once('\'') else { return (word, "") };
    match ending {
        "ll" => (stem, "will"),
        "re" => (stem, "are"),
        "ve" => (stem, "have"),
        "m" => (stem, "am"),
        "d" => (stem, "would"),
        "s" => match stem {
            "it" | "that" | "what" | "there" | "here" | "how" | "where" | "who" | "he" | "she" | "when" | "why" | "everything"
            | "nothing" | "something" | "this" => (stem, "is"),
            _ => (stem, ""),
        },
        _ => (word, ""),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn list(text: &str) -> Vec<String> {
        let words = Words::of(text);
        (0..words.len()).map(|index| words.word(index).to_owned()).collect()
    }

    #[test]
    fn contractions_are_written_out_and_places_kept() {
        assert_eq!(list("It’s 1,500.50 — don't WORRY, Ann's"), ["it", "is", "1,500.50", "do", "not", "worry", "ann"]);
        let words = Words::of("Ö, don't. Why?");
        let places: Vec<_> = words.marks().iter().map(|mark| (mark.start, mark.end, mark.stop, mark.spoken)).collect();
        assert_eq!(
            places,
            [(0, 1, Stop::Clause, true), (3, 8, Stop::None, true), (3, 8, Stop::Sentence, false), (10, 13, Stop::Question, true)]
        );
        assert_eq!(words.spoken(), 3);
        assert_eq!((words.sentence_start(2), words.sentence_end(0), words.sentence_start(3)), (0, 3, 3));
    }

    #[test]
    fn what_two_texts_begin_with_is_counted_in_words() {
        for (one, two, common) in [
            ("it is too exp", "it is too expensive", 3),
            ("it is too expensive", "it is too exp", 3),
            ("it is", "it is too", 2),
            ("it's too", "it's", 2),
            ("a b", "c d", 0),
            ("", "a", 0),
            ("a", "", 0),
            ("", "", 0),
        ] {
            assert_eq!(Words::of(one).common_start(&Words::of(two)), common, "{one} | {two}");
        }
        let words = Words::of("don't go");
        assert_eq!([0, 1, 2, 3].map(|index| words.byte_of(index)), [1, 4, 8, 11]);
    }

    proptest! {
        #[test]
        fn places_lie_within_the_text(text in ".{0,80}") {
            let words = Words::of(&text);
            let length = text.chars().count() as u32;
            prop_assert_eq!(words.characters(), length);
            for (index, mark) in words.marks().iter().enumerate() {
                prop_assert!(mark.start < mark.end && mark.end <= length);
                prop_assert!(!words.word(index).is_empty());
                prop_assert_eq!(words.index_at(mark.at as usize), Some(index));
            }
        }
    }
}
