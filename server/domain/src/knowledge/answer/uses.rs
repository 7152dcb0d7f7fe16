//! How the passages that were found write the words of a question: what is always written large is a name.

use store::knowledge::{FoundPassage, QuestionWords};

use super::values::falls_into;
use crate::knowledge::row::Row;

/// A name that so large a part of what was found has tells nothing apart: it is the company's own.
const EVERYWHERE: f32 = 0.3;

/// How the found passages write the words of the question.
pub(super) struct Uses<'a> {
    words: Vec<Use>,
    passages: u32,
    texts: Vec<&'a str>,
}

#[derive(Clone, Copy, Default)]
struct Use {
    lower: u32,
    /// With a capital where none begins a sentence, or as what a row is about.
    named: u32,
    passages: u32,
}

impl<'a> Uses<'a> {
    /// Those of these words.
    pub fn of(words: &QuestionWords, passages: impl Iterator<Item = &'a FoundPassage>) -> Self {
        let mut uses = Self { words: vec![Use::default(); words.iter().count()], passages: 0, texts: Vec::new() };
        for FoundPassage { text, language, .. } in passages {
            uses.passages += 1;
            uses.texts.push(text);
            let mut here = vec![false; uses.words.len()];
            for line in text.lines() {
                let row = Row::parse(line.trim());
                for (word, range) in words.find(line, language) {
                    here[word] = true;
                    let of_word = &mut uses.words[word];
                    let Some(written) = line.get(range.clone()) else { continue };
                    if written.starts_with(char::is_lowercase) {
                        of_word.lower += 1;
                        continue;
                    }
                    // An abbreviation is a word like others.
                    let is_capital = written.starts_with(char::is_uppercase) && written.chars().any(char::is_lowercase);
                    let is_named = match &row {
                        // What the row is about; elsewhere in it everything may have a capital.
                        Some(row) => row.pairs.first().is_some_and(|(_, value)| value.contains(written)),
                        None => !begins(line, range.start) && !is_title(line) && !writes_nouns_large(language),
                    };
                    of_word.named += u32::from(is_capital && is_named);
                }
            }
            for (of_word, here) in uses.words.iter_mut().zip(here) {
                of_word.passages += u32::from(here);
            }
        }
        uses
    }

    /// Whether a range that any of them gives has a number.
    pub fn holds(&self, number: f64) -> bool {
        let in_row = |line: &str| Row::parse(line).and_then(|row| row.range()).is_some_and(|(from, to)| (from..=to).contains(&number));
        self.texts.iter().any(|text| text.lines().any(|line| in_row(line.trim()) || falls_into(line, number)))
    }

    /// Whether any passage has a word.
    pub fn has(&self, word: usize) -> bool {
        self.words[word].passages > 0
    }

    /// Always written with a capital, and not the company's own name, which nearly everything has.
    pub fn is_name(&self, word: usize) -> bool {
        let Use { lower, named, passages } = self.words[word];
        let is_everywhere = self.passages > 5 && passages as f32 > EVERYWHERE * self.passages as f32;
        lower == 0 && named > 0 && !is_everywhere
    }
}

/// In these languages a capital says nothing of a name.
fn writes_nouns_large(language: &str) -> bool {
    matches!(language, "de" | "lb")
}

/// Whether what stands at a byte begins a sentence: there everything has a capital.
fn begins(line: &str, at: usize) -> bool {
    let before = line[..at].trim_end_matches([' ', '"', '“', '(', '*', '_', '`']);
    before.is_empty() || before.ends_with(['.', '!', '?', '#', '-', '•', ';', ':', '|', '>'])
}

/// Whether a line has a capital at nearly each of its words.
fn is_title(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().filter(|word| word.chars().count() > 3).collect();
    !words.is_empty() && words.iter().filter(|word| word.starts_with(char::is_uppercase)).count() * 3 >= words.len() * 2
}
