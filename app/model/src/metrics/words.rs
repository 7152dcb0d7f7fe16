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
    /// It is a single letter of a script that is written without spaces.
    pub letter: bool,
    at: u32,
}

/// The normalised words of a text.
///
/// A word is a run of letters, digits and inner apostrophes; numbers keep inner points and commas. Contractions are
/// written out (`don't` and `dont` are `do not`, `it's` is `it is`, `gonna` is `going to`), so that a phrase needs one
/// spelling; a possessive `'s` falls away. Both halves keep the place of the word that was said.
///
/// Scripts that put no space between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) are taken apart by letters: each letter, with
/// the vowel and tone signs on it, stands as a word of its own. Where their words end can't be told without a dictionary, and a whole
/// sentence as one word would make every count meaningless.
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
        let (mut start, mut in_letters) = (0, false);
        let mut index = 0_u32;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            let inner = match character {
                '\'' | '’' => !word.is_empty() && next.is_some_and(char::is_alphanumeric),
                '.' | ',' => word.ends_with(|c: char| c.is_ascii_digit()) && next.is_some_and(|c| c.is_ascii_digit()),
                other => !word.is_empty() && is_joining(other),
            };
            let alone = is_unspaced(character);
            if character.is_alphanumeric() || inner || alone {
                if (alone && !is_sign(character)) || alone != in_letters {
                    words.push(&mut word, start, index);
                }
                if word.is_empty() {
                    (start, in_letters) = (index, alone);
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
        let (mut spoken, letter) = (true, word.starts_with(is_unspaced));
        let mut add = |part: &str| {
            if part.is_empty() {
                return;
            }
            let at = self.joined.len() as u32;
            self.joined.push_str(part);
            self.joined.push(' ');
            self.marks.push(Mark { start, end, stop: Stop::None, spoken, letter, at });
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

    /// Whether most of what was said is in a script without spaces, so that [`Words::spoken`] counts letters.
    pub fn is_in_letters(&self) -> bool {
        self.letters() * 2 > self.spoken()
    }

    /// How many of the words are single letters of a script without spaces.
    pub fn letters(&self) -> u32 {
        self.marks.iter().filter(|mark| mark.letter).count() as u32
    }

    /// The words for which `keep` is true of their index, each where it stands in the text. `stop` says what follows a word that is
    /// kept.
    pub fn only(&self, keep: impl Fn(usize) -> bool, stop: impl Fn(usize) -> Stop) -> Self {
        let mut words = Self { joined: String::with_capacity(self.joined.len()), marks: Vec::with_capacity(self.len()), ..Self::default() };
        words.joined.push(' ');
        words.characters = self.characters;
        for (index, mark) in self.marks.iter().enumerate().filter(|(index, _)| keep(*index)) {
            let at = words.joined.len() as u32;
            words.joined.push_str(self.word(index));
            words.joined.push(' ');
            words.marks.push(Mark { at, stop: stop(index), ..*mark });
        }
        words
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

/// A sign within a word that is no letter itself: accents that stand as characters of their own, and what joins or mutes Indic and
/// Arabic letters.
fn is_joining(character: char) -> bool {
    character >= '\u{300}'
        && matches!(character,
            '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{64b}'..='\u{65f}' | '\u{93c}' | '\u{94d}' | '\u{9bc}' | '\u{9cd}'
            | '\u{a3c}' | '\u{a4d}' | '\u{abc}' | '\u{acd}' | '\u{b3c}' | '\u{b4d}' | '\u{bcd}' | '\u{c4d}' | '\u{cbc}' | '\u{ccd}'
            | '\u{d4d}' | '\u{dca}' | '\u{200c}' | '\u{200d}')
}

/// A letter, or a sign on one, of a script that is written without spaces between words.
fn is_unspaced(character: char) -> bool {
    // Thai comes first of them; nearly all text ends here.
    character >= '\u{e00}'
        && matches!(character,
            '\u{e01}'..='\u{e3a}' | '\u{e40}'..='\u{e4e}' | '\u{e81}'..='\u{ece}' | '\u{edc}'..='\u{edf}'
            | '\u{1000}'..='\u{103f}' | '\u{1050}'..='\u{108f}' | '\u{1780}'..='\u{17d3}'
            | '々' | '〆' | '〇' | '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}'
            | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}'
            | '\u{20000}'..='\u{3ffff}')
}

/// Of those a sign that belongs to the letter before it: vowels and tones written above, below or behind, and the mark that makes a
/// vowel long.
fn is_sign(character: char) -> bool {
    matches!(character,
        '\u{e30}'..='\u{e3a}' | '\u{e45}' | '\u{e47}'..='\u{e4e}' | '\u{eb0}'..='\u{ebc}' | '\u{ec8}'..='\u{ece}'
        | '\u{102b}'..='\u{103e}' | '\u{1056}'..='\u{1059}' | '\u{17b4}'..='\u{17d3}' | '\u{30fc}' | '\u{ff70}' | '\u{ff9e}' | '\u{ff9f}')
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
mod tests;
