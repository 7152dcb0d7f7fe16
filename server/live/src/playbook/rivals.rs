//! The names of other vendors that a playbook knows.

use std::collections::{BTreeMap, BTreeSet};

use model::CueKind;
use model::metrics::Words;

use super::{Entry, Phrase, Rule};

/// Words of competitor entries that are no names.
const NO_NAMES: &[&str] = &[
    "competitor",
    "competitors",
    "competition",
    "shortlist",
    "shortlisted",
    "short",
    "list",
    "rfp",
    "bake",
    "off",
    "bakeoff",
    "vendor",
    "vendors",
    "alternative",
    "alternatives",
    "compare",
    "compared",
    "comparison",
    "versus",
    "other",
    "others",
    "another",
    "different",
    "bid",
    "bids",
    "quote",
    "quotes",
    "you",
    "your",
    "the",
    "we",
    "us",
    "it",
    "better",
    "than",
    "switch",
    "switching",
];
/// Words of a name.
const LONGEST: usize = 3;

/// A name that stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rival {
    /// In words.
    pub length: usize,
    /// A phrase of the playbook is nothing but such names; else it only stands beside them in one.
    pub certain: bool,
}

/// Names in lower case, word by word, in order, and whether each is certain.
#[derive(Debug, Default)]
pub(super) struct Rivals(Vec<(Vec<String>, bool)>);

impl Rivals {
    /// Phrases of competitor entries that are only a name, or several side by side: `(gong|salesloft)`. And what stands side by side
    /// with those within other phrases.
    pub fn of(entries: &[Entry], rules: &[Rule]) -> Self {
        let of_competitors =
            |rule: &&Rule| !rule.silences && entries.get(rule.entry).is_some_and(|entry| entry.kind == CueKind::Competitor);
        let is_name = |words: &Vec<&str>| words.len() <= LONGEST && !words.is_empty() && !words.iter().any(|word| NO_NAMES.contains(word));
        let owned = |words: Vec<&str>| words.into_iter().map(str::to_owned).collect::<Vec<String>>();
        let phrases = || rules.iter().filter(of_competitors).map(|rule| &rule.phrase);
        let certain: BTreeSet<Vec<String>> = phrases().filter_map(Phrase::alternatives).flatten().filter(is_name).map(owned).collect();
        let mut names: BTreeMap<Vec<String>, bool> = BTreeMap::new();
        for choice in phrases().flat_map(Phrase::choices) {
            let choice: Vec<Vec<String>> = choice.into_iter().filter(is_name).map(owned).collect();
            if choice.iter().any(|name| certain.contains(name)) {
                names.extend(choice.into_iter().map(|name| (name, false)));
            }
        }
        names.extend(certain.into_iter().map(|name| (name, true)));
        Self(names.into_iter().collect())
    }

    /// The longest name that begins at an index.
    pub fn at(&self, words: &Words, index: usize) -> Option<Rival> {
        let first = words.word(index);
        let begins = |name: &[String]| name.first().map_or("", String::as_str).cmp(first);
        let from = self.0.partition_point(|(name, _)| begins(name).is_lt());
        let same = self.0.get(from..)?.iter().take_while(|(name, _)| begins(name).is_eq());
        let matches = |name: &[String]| name.iter().enumerate().all(|(offset, word)| words.word(index + offset) == word);
        let found = same.filter(|(name, _)| matches(name)).map(|(name, certain)| Rival { length: name.len(), certain: *certain });
        found.max_by_key(|rival| rival.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playbook::Playbook;

    #[test]
    fn the_built_in_playbook_names_rivals() {
        let playbook = Playbook::built_in();
        for (text, found) in [
            ("gong", Some(true)),
            ("fireflies", Some(true)),
            ("hubspot", Some(false)),
            ("otter", Some(false)),
            ("shortlist", None),
            ("competitors", None),
            ("versus", None),
            ("other vendors", None),
            ("you", None),
            ("", None),
        ] {
            assert_eq!(playbook.rival_at(&Words::of(text), 0).map(|rival| rival.certain), found, "{text}");
        }
    }
}
