//! The playbook: what to listen for and what to say then. It is data ([`PlaybookContent`]; the built-in one is TOML), checked and compiled
//! once, then shared by all calls.
//!
//! An entry either has `phrases` or `listens_for` one of the built-in detectors ([`Detector`]). Phrases are words with
//! four signs: `a|b` either word, `(not really|hardly)` either side, `word?` or `(group)?` may be missing, `..` up to
//! three words in between (`..5` up to five), none of them a negation, `word*` any word that begins so. A phrase never spans two sentences.
//! Inside brackets `|` parts whole sides: `(get back|come back) to you`.
//!
//! Phrases are looked for in words without stumbles ("it's too, uh, too expensive"), and short interruptions may stand within them. A match
//! counts only if it means what it says: not if it is negated, over ("we used to think"), or said of another vendor, of whom a phrase of
//! a competitor's entry is the name. Phrases that hold a negation or such a name themselves are meant as they stand.
//!
//! Anybody may write one: what it may be large, and what looking for its phrases may cost, has limits.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use aho_corasick::{AhoCorasick, Input};
use model::metrics::Words;
use model::{PlaybookContent, PlaybookEntry};
use serde::Deserialize;

mod entry;
mod error;
mod pattern;
mod rivals;

pub use entry::Entry;
pub use error::PlaybookError;
pub use model::{Detector, Negation, Speaker};
pub(crate) use pattern::{Effort, NEGATORS, Phrase, compile};
use rivals::{Rival, Rivals};

const BUILT_IN: &str = include_str!("../playbooks/sales.toml");

/// Entries that a playbook may have.
pub const MOST_ENTRIES: usize = 200;
/// Phrases that all entries may have together.
pub const MOST_PHRASES: usize = 2_000;
/// Characters that all phrases may have together.
pub const MOST_CHARACTERS: usize = 200_000;
/// Ways in which the phrases of all entries may begin together: what the automaton is built of.
const MOST_OPENINGS: usize = 20_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "entry")]
    entries: Vec<PlaybookEntry>,
}

/// A phrase of an entry, compiled.
#[derive(Debug)]
pub(crate) struct Rule {
    /// Index into the entries.
    pub entry: usize,
    /// Silences the entry instead of firing it.
    pub silences: bool,
    pub phrase: Phrase,
}

/// All entries and one automaton over the openings of their phrases.
#[derive(Debug)]
pub struct Playbook {
    entries: Vec<Entry>,
    rules: Vec<Rule>,
    /// Rules by the automaton's pattern.
    openings: Vec<Vec<usize>>,
    automaton: AhoCorasick,
    rivals: Rivals,
}

impl Playbook {
    /// The sales playbook that every installation has.
    pub fn built_in() -> Arc<Self> {
        static PLAYBOOK: LazyLock<Arc<Playbook>> = LazyLock::new(|| {
            // The embedded file is checked by a test; were it broken, calls would go on without cues.
            Arc::new(Playbook::new(Playbook::built_in_content()).unwrap_or_else(|_| Playbook::without_entries()))
        });
        Arc::clone(&PLAYBOOK)
    }

    /// What is in the sales playbook that every installation has.
    pub fn built_in_content() -> &'static PlaybookContent {
        static CONTENT: LazyLock<PlaybookContent> = LazyLock::new(|| read(BUILT_IN).unwrap_or_default());
        &CONTENT
    }

    fn without_entries() -> Self {
        let automaton = AhoCorasick::new::<[&str; 0], &str>([]);
        // Building an automaton over nothing can't fail; were it to, there is nothing to fall back on.
        #[allow(clippy::expect_used)]
        let automaton = automaton.expect("an automaton over no patterns");
        Self { entries: Vec::new(), rules: Vec::new(), openings: Vec::new(), automaton, rivals: Rivals::default() }
    }

    /// Reads and checks a playbook that is written in TOML.
    ///
    /// # Errors
    /// [`PlaybookError`] names the entry and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PlaybookError> {
        Self::new(&read(text)?)
    }

    /// Checks and compiles a playbook.
    ///
    /// # Errors
    /// [`PlaybookError`] names the entry and what is wrong with it.
    pub fn new(content: &PlaybookContent) -> Result<Self, PlaybookError> {
        let written = &content.entries;
        check_size(written)?;
        let mut entries: Vec<Entry> = Vec::with_capacity(written.len());
        let mut ids = HashSet::new();
        let mut rules = Vec::new();
        let mut openings_so_far = 0;
        for (index, written) in written.iter().enumerate() {
            let entry = Entry::check(written)?;
            if !ids.insert(&written.id) {
                return Err(PlaybookError::Twice(entry.id));
            }
            for (phrases, silences) in [(&written.phrases, false), (&written.unless, true)] {
                for phrase in phrases {
                    let compiled = compile(phrase).map_err(|reason| PlaybookError::Phrase {
                        entry: entry.id.clone(),
                        phrase: phrase.chars().take(80).collect(),
                        reason,
                    })?;
                    openings_so_far += compiled.openings().len();
                    if openings_so_far > MOST_OPENINGS {
                        return Err(PlaybookError::Openings(entry.id));
                    }
                    rules.push(Rule { entry: index, silences, phrase: compiled });
                }
            }
            entries.push(entry);
        }
        let (openings, automaton) = openings(&rules)?;
        let rivals = Rivals::of(&entries, &rules);
        Ok(Self { entries, rules, openings, automaton, rivals })
    }

    /// How much memory it takes compared to others: the ways in which its phrases begin, of which there are a few thousand at most.
    pub fn weight(&self) -> usize {
        self.openings.len() + self.rules.len() + self.entries.len()
    }

    /// Its entries, in the file's order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of a topic.
    pub fn entry(&self, topic: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == topic)
    }

    /// The name of another vendor that begins at an index.
    pub(crate) fn rival_at(&self, words: &Words, index: usize) -> Option<Rival> {
        self.rivals.at(words, index)
    }

    /// The phrases that may begin at a word: the byte of [`model::metrics::Words::joined`] and the rule. Looks from the word
    /// at an index on.
    pub(crate) fn openings_in<'a>(&'a self, words: &'a Words, from: usize) -> impl Iterator<Item = (usize, &'a Rule)> {
        let joined = words.joined();
        // Each opening begins with the space before its first word.
        let part = Input::new(joined).range(words.byte_of(from).saturating_sub(1).min(joined.len())..);
        self.automaton.find_overlapping_iter(part).flat_map(move |found| {
            let rules = self.openings.get(found.pattern().as_usize()).map_or(&[][..], Vec::as_slice);
            rules.iter().filter_map(move |rule| self.rules.get(*rule)).map(move |rule| (found.start() + 1, rule))
        })
    }
}

fn read(text: &str) -> Result<PlaybookContent, PlaybookError> {
    let File { entries } = toml::from_str(text)?;
    Ok(PlaybookContent { entries })
}

fn check_size(entries: &[PlaybookEntry]) -> Result<(), PlaybookError> {
    if entries.is_empty() {
        return Err(PlaybookError::Empty);
    }
    if entries.len() > MOST_ENTRIES {
        return Err(PlaybookError::Entries(entries.len()));
    }
    let phrases = || entries.iter().flat_map(|entry| entry.phrases.iter().chain(&entry.unless));
    let (count, characters) = (phrases().count(), phrases().map(|phrase| phrase.chars().count()).sum());
    if count > MOST_PHRASES || characters > MOST_CHARACTERS {
        return Err(PlaybookError::Size { phrases: count, characters });
    }
    Ok(())
}

/// One automaton over the distinct openings of all rules.
fn openings(rules: &[Rule]) -> Result<(Vec<Vec<usize>>, AhoCorasick), PlaybookError> {
    let mut texts: Vec<&str> = Vec::new();
    let mut by_text = std::collections::HashMap::new();
    let mut openings: Vec<Vec<usize>> = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        for text in rule.phrase.openings() {
            let pattern = *by_text.entry(text.as_str()).or_insert_with(|| {
                texts.push(text.as_str());
                openings.push(Vec::new());
                texts.len() - 1
            });
            if let Some(list) = openings.get_mut(pattern) {
                list.push(index);
            }
        }
    }
    let automaton = AhoCorasick::new(&texts).map_err(|error| PlaybookError::Phrase {
        entry: "all".to_owned(),
        phrase: format!("{} phrases", texts.len()),
        reason: error.to_string(),
    })?;
    Ok((openings, automaton))
}

#[cfg(test)]
mod tests;
