//! What a question asks: its words with what they weigh, whom or what it is about, and what kind of value it wants to hear.
//!
//! An answer must be about the same: each name and each number of the question has to stand in what is cited ([`super::evidence`]).

use std::ops::Range;

use store::knowledge::{FoundPassage, KnownWord, QuestionWords};

use super::thesaurus;
use super::values::{Wanted, falls_into};
use crate::knowledge::row::Row;

/// A word that nobody's documents have weighs so much: mostly the speaker's own way to say it.
const UNKNOWN: f32 = 3.0;
/// A word that says that something is asked, not what, weighs this part.
const LIGHT: f32 = 0.15;
/// What a word of nearly the same meaning counts for.
const SYNONYM: f32 = 0.8;
/// A name that so large a part of what was found has tells nothing apart: it is the company's own.
const EVERYWHERE: f32 = 0.3;
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
const NAMED: [&str; 22] = [
    "addon",
    "bundle",
    "category",
    "class",
    "contract",
    "edition",
    "editions",
    "level",
    "licence",
    "license",
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

/// What a word of a question does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Role {
    /// It says what is asked of the subject.
    Plain,
    /// It names somebody or something: no other's value is an answer.
    Name,
    /// It counts or dates something: it has to stand there, or in a range that is given there.
    Number(f64),
    /// It asks for a value of the wanted kind: a value is as good as the word.
    Value,
}

/// A question, ready to be held against texts.
#[derive(Debug)]
pub(super) struct Asked {
    words: QuestionWords,
    /// Words of nearly the same meaning, and which word of the question each stands for.
    also: QuestionWords,
    also_of: Vec<usize>,
    /// By word.
    pub weights: Vec<f32>,
    /// By word.
    pub roles: Vec<Role>,
    /// Of a number the word right before it, by word: "Depot 28", "Tier 3".
    pub numbered: Vec<Option<usize>>,
    /// The kind of value that is asked for.
    pub wanted: Option<Wanted>,
}

impl Asked {
    /// Reads a question, with what the organization knows of its words and with the passages that were found for it.
    pub fn new<'a>(question: &str, known: &[KnownWord], passages: impl Iterator<Item = &'a FoundPassage> + Clone) -> Self {
        let words = QuestionWords::of(question);
        let wanted = Wanted::of(question);
        let all: Vec<(String, Range<usize>)> = words.iter().map(|(text, range)| (text.to_owned(), range)).collect();
        let passages_with = |word: &str| known.iter().find(|known| known.text == word).map_or(0, |known| known.passages);
        let written = |range: &Range<usize>| question.get(range.clone()).unwrap_or_default();
        let capital = |range: &Range<usize>| written(range).starts_with(char::is_uppercase);
        let capitals = all.iter().filter(|(_, range)| capital(range)).count();
        // "What Does It Cost?", and languages that write every noun so: capitals say nothing there.
        let says_names = capitals * 2 <= all.len() || all.len() < 3;
        let uses = Uses::of(&words, passages);
        let mut roles: Vec<Role> = Vec::with_capacity(all.len());
        for (at, (text, range)) in all.iter().enumerate() {
            let spellings: Vec<&str> = words.spellings(at).collect();
            let digits = number(text).or_else(|| spellings.iter().find_map(|spelling| number(spelling)));
            // "One of our people", "the two of us" count nothing.
            let number = digits.filter(|number| *number > 2.0 || written(range).starts_with(|c: char| c.is_ascii_digit()));
            let is_known = passages_with(text) > 0 || spellings.iter().any(|spelling| uses.has(at) || passages_with(spelling) > 0);
            // What is written large and stands in nothing that was found names something else, wherever the documents may have it.
            let is_new_name = says_names && capital(range) && !starts_sentence(question, range.start) && !uses.has(at);
            let names_next = all.get(at + 1).is_some_and(|(next, _)| NAMED.contains(&next.as_str())) && !is_known;
            roles.push(match number {
                // What stands nowhere is the asker's own number, unless it is a year or belongs to a name ("ISO 9001").
                Some(number) if uses.has(at) || uses.holds(number) || is_year(number) || follows_name(question, range.start) => {
                    Role::Number(number)
                }
                Some(_) => Role::Plain,
                None if digits.is_some() => Role::Plain,
                None if wanted.is_some_and(|wanted| wanted.is_asked_by(text)) => Role::Value,
                None if is_light(text) || NAMED.contains(&text.as_str()) => Role::Plain,
                None if is_new_name || names_next || uses.is_name(at) => Role::Name,
                None => Role::Plain,
            });
        }
        let beside = |at: usize| {
            let before = at.checked_sub(1)?;
            let between = question.get(all.get(before)?.1.end..all.get(at)?.1.start)?;
            (matches!(roles.get(at)?, Role::Number(_)) && matches!(between, " " | "-" | "")).then_some(before)
        };
        let numbered = (0..all.len()).map(beside).collect();
        let weight = |text: &str| {
            let known = known.iter().find(|known| known.text == text && known.passages > 0);
            known.map_or(UNKNOWN, |known| known.weight.max(0.1)) * if is_light(text) { LIGHT } else { 1.0 }
        };
        let weights = all.iter().zip(&roles).enumerate().map(|(at, ((text, _), role))| match role {
            Role::Name => weight(text).max(UNKNOWN),
            Role::Plain if number(text).is_some() && !uses.has(at) => 0.0,
            _ => weight(text),
        });
        let weights = weights.collect();
        let mut also_of = Vec::new();
        let mut also = String::new();
        for (at, (text, _)) in all.iter().enumerate() {
            for other in thesaurus::others(text).filter(|other| !all.iter().any(|(text, _)| text == other)) {
                // One that stands for two words of the question stands for the first.
                if !also.split(' ').any(|word| word == other) {
                    also.push_str(other);
                    also.push(' ');
                    also_of.push(at);
                }
            }
        }
        let also = QuestionWords::of(&also);
        also_of.truncate(also.iter().count());
        Self { words, also, also_of, weights, roles, numbered, wanted }
    }

    /// The words that a text has, each once, in order of the question.
    pub fn own(&self, text: &str, language: &str) -> Vec<usize> {
        let mut found: Vec<usize> = self.words.find(text, language).into_iter().map(|(word, _)| word).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// How much of each word a text has, 0 to 1: the word itself, or one of nearly the same meaning.
    pub fn parts(&self, text: &str, language: &str) -> Vec<f32> {
        let mut parts = vec![0.0; self.weights.len()];
        for (other, _) in self.also.find(text, language) {
            if let Some(word) = self.also_of.get(other) {
                parts[*word] = SYNONYM;
            }
        }
        for word in self.own(text, language) {
            parts[word] = 1.0;
        }
        parts
    }
}

fn is_light(word: &str) -> bool {
    LIGHT_WORDS.binary_search(&word).is_ok()
}

/// The number that a term stands for: `50000`, `240·5`.
fn number(term: &str) -> Option<f64> {
    if term.starts_with(|c: char| c.is_ascii_digit()) { term.replace('·', ".").parse().ok() } else { None }
}

fn is_year(number: f64) -> bool {
    (1900.0..2100.0).contains(&number) && number.fract() == 0.0
}

/// Whether the word right before a byte is written as a name: "ISO 9001", "K600".
fn follows_name(question: &str, at: usize) -> bool {
    let before = question.get(..at).unwrap_or_default();
    let word = before.trim_end_matches([' ', '-']).rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let is_beside = before.len() - before.trim_end().len() <= 1;
    is_beside && word.chars().any(char::is_uppercase) && !starts_sentence(question, at.saturating_sub(word.len() + 1))
}

/// Whether a sentence of the question begins at a byte.
fn starts_sentence(question: &str, at: usize) -> bool {
    question.get(..at).is_none_or(|before| {
        let before = before.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '“' | '(' | '„'));
        before.is_empty() || before.ends_with(['.', '!', '?', ':', ',', ';'])
    })
}

/// How the found passages write the words of the question.
struct Uses<'a> {
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
    fn of(words: &QuestionWords, passages: impl Iterator<Item = &'a FoundPassage>) -> Self {
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
    fn holds(&self, number: f64) -> bool {
        let in_row = |line: &str| Row::parse(line).and_then(|row| row.range()).is_some_and(|(from, to)| (from..=to).contains(&number));
        self.texts.iter().any(|text| text.lines().any(|line| in_row(line.trim()) || falls_into(line, number)))
    }

    fn has(&self, word: usize) -> bool {
        self.words[word].passages > 0
    }

    /// Always written with a capital, and not the company's own name, which nearly everything has.
    fn is_name(&self, word: usize) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::answer::tests::passage;

    fn roles(question: &str, text: &str) -> Vec<Role> {
        let passages = [passage(text)];
        let known: Vec<KnownWord> = QuestionWords::of(question)
            .iter()
            .map(|(word, _)| KnownWord { text: word.to_owned(), passages: i64::from(text.to_lowercase().contains(word)), weight: 5.0 })
            .collect();
        Asked::new(question, &known, passages.iter()).roles
    }

    #[test]
    fn names_and_numbers_are_told_from_what_is_asked_of_them() {
        use Role::{Name, Number, Plain, Value};
        let prices = "Plan: Meadow; Set-up fee: 240 euros\nPlan: Orchard; Set-up fee: 400 euros";
        assert_eq!(roles("what is the price of the meadow plan", prices), [Value, Name, Plain]);
        assert_eq!(roles("price of the platinum plan?", prices), [Value, Name, Plain], "a plan that nobody has is a name");
        assert_eq!(roles("Does it work with Zendesk?", prices), [Plain, Name]);
        assert_eq!(roles("Do you have Email?", "You get an email."), [Plain], "a word, whoever writes it large");
        let german = FoundPassage { language: "de".to_owned(), ..passage("Hier kostet der Tarif viel.") };
        let known = [KnownWord { text: "tarif".to_owned(), passages: 1, weight: 5.0 }];
        assert_eq!(Asked::new("Was Kostet Der Tarif?", &known, [german].iter()).roles, [Plain, Plain, Plain]);
        let tiers = "Requests: up to 50,000; Price: 4 cents\nRequests: up to 200,000; Price: 3 cents";
        assert_eq!(roles("price for fifty thousand requests", tiers), [Value, Number(50_000.0), Number(50_000.0), Plain]);
        assert_eq!(roles("price for fifty thousand requests", prices), [Value, Plain, Plain, Plain], "the asker's own number");
        assert_eq!(roles("price in 2019", prices), [Value, Number(2_019.0)]);
    }

    #[test]
    fn the_list_is_sorted_for_the_lookup() {
        assert!(LIGHT_WORDS.is_sorted());
    }
}
