//! The playbook: what to listen for and what to say then. It is data (TOML), parsed and checked once, then shared by all
//! calls.
//!
//! An entry either has `phrases` or `listens_for` one of the built-in detectors ([`Detector`]). Phrases are words with
//! four signs: `a|b` either word, `(not really|hardly)` either side, `word?` or `(group)?` may be missing, `..` up to
//! three words in between (`..5` up to five), none of them a negation, `word*` any word that begins so. A phrase never spans two sentences.
//! Inside brackets `|` parts whole sides: `(get back|come back) to you`.

use std::sync::{Arc, LazyLock};

use aho_corasick::{AhoCorasick, Input};
use model::metrics::Words;
use model::{Channel, CueKind, Millis, Verbosity};
use serde::Deserialize;

mod pattern;

pub(crate) use pattern::{NEGATORS, Phrase, compile};

const BUILT_IN: &str = include_str!("../playbooks/sales.toml");

/// Phrases that one entry may have.
const MOST_PHRASES: usize = 400;

/// What is wrong with a playbook, in a sentence that names the entry.
#[derive(Debug, thiserror::Error)]
pub enum PlaybookError {
    /// Not TOML, or not of a playbook's shape; the message has line and column.
    #[error("The playbook can't be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// No entry at all.
    #[error("The playbook has no entries.")]
    Empty,
    /// Two entries of one id.
    #[error("The entry `{0}` is there twice. Give one of them another id.")]
    Twice(String),
    /// The id isn't `kind.topic` in small letters.
    #[error("The id `{0}` must be two parts of small letters, digits and underscores with a point between, like `objection.price`.")]
    Id(String),
    /// A text is empty or too long.
    #[error("The entry `{entry}` needs a {field} of 1 to {most} characters.")]
    Text {
        /// The entry's id.
        entry: String,
        /// Which of its texts.
        field: &'static str,
        /// Its limit.
        most: usize,
    },
    /// Neither phrases nor a detector, or both.
    #[error("The entry `{0}` needs either phrases or `listens_for`, and not both.")]
    Trigger(String),
    /// A detector that needs a limit has none, or a limit that is none.
    #[error("The entry `{0}` needs `above`, a positive number.")]
    Limit(String),
    /// Too many phrases.
    #[error("The entry `{0}` has more than {MOST_PHRASES} phrases.")]
    Many(String),
    /// A phrase that can't be understood.
    #[error("The phrase \"{phrase}\" of the entry `{entry}` can't be used: {reason}.")]
    Phrase {
        /// The entry's id.
        entry: String,
        /// The phrase.
        phrase: String,
        /// Why.
        reason: String,
    },
}

/// What is listened for, beside phrases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detector {
    /// Any question of the speaker.
    Question,
    /// Seconds that the rep has talked without the customer taking the floor.
    Monologue,
    /// The rep's share of the talk, in percent, of at least 3 minutes of call and 1 minute of talk.
    TalkShare,
    /// The rep's words per minute over the last minute of talk.
    Pace,
    /// The rep's fillers per minute over the last two minutes of talk.
    Fillers,
    /// Seconds without a question of the rep.
    NoQuestion,
}

/// Who must have said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The rep.
    Rep,
    /// The customer.
    Customer,
    /// Either.
    Any,
}

impl Speaker {
    /// Whether this speaker is meant.
    pub fn is(self, channel: Channel) -> bool {
        match self {
            Self::Rep => channel == Channel::Rep,
            Self::Customer => channel == Channel::Customer,
            Self::Any => true,
        }
    }
}

/// What a negation around a phrase does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Negation {
    /// "Not too expensive" is no price objection. Phrases that hold a negation themselves are taken as they are.
    #[default]
    Blocks,
    /// The phrase counts, negated or not.
    Ignored,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, rename = "entry")]
    entries: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    kind: CueKind,
    title: String,
    speaker: Speaker,
    guidance: String,
    /// 1 to 9; 9 matters most.
    priority: u8,
    /// Shown at this verbosity and above.
    verbosity: Verbosity,
    /// Seconds before the same topic may come again; none means once a call, 300 for an objection.
    cool_down: Option<u32>,
    #[serde(default)]
    negation: Negation,
    #[serde(default)]
    phrases: Vec<String>,
    /// Phrases whose presence in the same sentence silences the entry.
    #[serde(default)]
    unless: Vec<String>,
    listens_for: Option<Detector>,
    above: Option<f64>,
}

/// One entry, checked.
#[derive(Debug)]
pub struct Entry {
    /// For example `objection.price`; the cue's topic.
    pub id: String,
    /// The card's kind.
    pub kind: CueKind,
    /// The card's title.
    pub title: String,
    /// Whose words count.
    pub speaker: Speaker,
    /// What to say or do: one to three short sentences.
    pub guidance: String,
    /// 1 to 9; 9 matters most.
    pub priority: u8,
    /// Shown at this verbosity and above.
    pub verbosity: Verbosity,
    /// Time before the same topic may come again; none means once a call.
    pub cool_down: Option<Millis>,
    /// What a negation does.
    pub negation: Negation,
    /// The detector, if it has no phrases.
    pub listens_for: Option<Detector>,
    /// The detector's limit, in its unit.
    pub above: f64,
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
}

impl Playbook {
    /// The sales playbook that every installation has.
    pub fn built_in() -> Arc<Self> {
        static PLAYBOOK: LazyLock<Arc<Playbook>> = LazyLock::new(|| {
            // The embedded file is checked by a test; were it broken, calls would go on without cards.
            Arc::new(Playbook::parse(BUILT_IN).unwrap_or_else(|_| Playbook::without_entries()))
        });
        Arc::clone(&PLAYBOOK)
    }

    fn without_entries() -> Self {
        let automaton = AhoCorasick::new::<[&str; 0], &str>([]);
        // Building an automaton over nothing can't fail; were it to, there is nothing to fall back on.
        #[allow(clippy::expect_used)]
        let automaton = automaton.expect("an automaton over no patterns");
        Self { entries: Vec::new(), rules: Vec::new(), openings: Vec::new(), automaton }
    }

    /// Reads and checks a playbook.
    ///
    /// # Errors
    /// [`PlaybookError`] names the entry and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, PlaybookError> {
        let file: File = toml::from_str(text)?;
        if file.entries.is_empty() {
            return Err(PlaybookError::Empty);
        }
        let mut entries: Vec<Entry> = Vec::with_capacity(file.entries.len());
        let mut rules = Vec::new();
        for written in file.entries {
            if entries.iter().any(|earlier| earlier.id == written.id) {
                return Err(PlaybookError::Twice(written.id));
            }
            for (phrases, silences) in [(&written.phrases, false), (&written.unless, true)] {
                for phrase in phrases {
                    let compiled = compile(phrase).map_err(|reason| PlaybookError::Phrase {
                        entry: written.id.clone(),
                        phrase: phrase.chars().take(80).collect(),
                        reason,
                    })?;
                    rules.push(Rule { entry: entries.len(), silences, phrase: compiled });
                }
            }
            entries.push(written.checked()?);
        }
        let (openings, automaton) = openings(&rules)?;
        Ok(Self { entries, rules, openings, automaton })
    }

    /// Its entries, in the file's order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of a topic.
    pub fn entry(&self, topic: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == topic)
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

impl Written {
    fn checked(self) -> Result<Entry, PlaybookError> {
        let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if self.id.len() > 60 || !self.id.split_once('.').is_some_and(|(kind, topic)| part(kind) && part(topic)) {
            return Err(PlaybookError::Id(self.id.chars().take(80).collect()));
        }
        for (field, text, most) in [("title", &self.title, 60), ("guidance", &self.guidance, 400)] {
            if text.trim().is_empty() || text.chars().count() > most {
                return Err(PlaybookError::Text { entry: self.id, field, most });
            }
        }
        if self.phrases.is_empty() == self.listens_for.is_none() {
            return Err(PlaybookError::Trigger(self.id));
        }
        if self.phrases.len() > MOST_PHRASES {
            return Err(PlaybookError::Many(self.id));
        }
        let measured = self.listens_for.is_some_and(|detector| detector != Detector::Question);
        if measured && !self.above.is_some_and(|above| above.is_finite() && above > 0.0) {
            return Err(PlaybookError::Limit(self.id));
        }
        let cool_down = self.cool_down.or((self.kind == CueKind::Objection).then_some(300));
        Ok(Entry {
            id: self.id,
            kind: self.kind,
            title: self.title,
            speaker: self.speaker,
            guidance: self.guidance,
            priority: self.priority.clamp(1, 9),
            verbosity: self.verbosity,
            cool_down: cool_down.map(|seconds| Millis(i64::from(seconds) * 1000)),
            negation: self.negation,
            listens_for: self.listens_for,
            above: self.above.unwrap_or_default(),
        })
    }
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
