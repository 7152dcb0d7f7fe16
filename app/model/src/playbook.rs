//! Playbooks: what to listen for in a call and what to say then, as it is written and kept.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::calls::{Channel, CueKind, Verbosity};
use crate::ids::MemberId;
use crate::text_enum::text_enum;
use crate::validation::without_hidden;

text_enum! {
    /// What is listened for, beside phrases.
    Detector {
        /// Any question of the speaker.
        Question = "question",
        /// Seconds that the rep has talked without the customer taking the floor.
        Monologue = "monologue",
        /// The rep's share of the talk, in percent, of at least 3 minutes of call and 1 minute of talk.
        TalkShare = "talk_share",
        /// The rep's words per minute over the last minute of talk.
        Pace = "pace",
        /// The rep's fillers per minute over the last two minutes of talk.
        Fillers = "fillers",
        /// Seconds without a question of the rep.
        NoQuestion = "no_question",
    }
}

text_enum! {
    /// Who must have said it.
    Speaker {
        /// The rep.
        Rep = "rep",
        /// The customer.
        Customer = "customer",
        /// Either.
        Any = "any",
    }
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

text_enum! {
    /// What a negation around a phrase does.
    #[derive(Default)]
    Negation {
        /// "Not too expensive" is no price objection. Phrases that hold a negation themselves are taken as they are.
        #[default]
        Blocks = "blocks",
        /// The phrase counts, negated or not.
        Ignored = "ignored",
    }
}

/// One entry: what fires it, and the suggestion that it brings. It has either `phrases` or `listens_for`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PlaybookEntry {
    /// `kind.topic` in small letters, digits and underscores, for example `objection.price`: the topic of its suggestions.
    #[cfg_attr(feature = "openapi", schema(min_length = 3, max_length = 60, pattern = "^[a-z0-9_]+\\.[a-z0-9_]+$"))]
    pub id: String,
    /// The suggestion's kind.
    pub kind: CueKind,
    /// The suggestion's title, one line.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 60, pattern = "line"))]
    pub title: String,
    /// Whose words count.
    pub speaker: Speaker,
    /// What to say or do: one to three short sentences.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 400, pattern = "line"))]
    pub guidance: String,
    /// 1 to 9; 9 matters most.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 9))]
    pub priority: u8,
    /// Shown at this verbosity and above.
    pub verbosity: Verbosity,
    /// Seconds before the same topic may come again, 1 to 86,400; none means once a call, 300 for an objection.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 86_400))]
    pub cool_down: Option<u32>,
    /// What a negation around a phrase does.
    #[serde(default)]
    pub negation: Negation,
    /// What fires it, in the language of phrases.
    #[serde(default)]
    pub phrases: Vec<String>,
    /// Phrases whose presence in the same sentence silences it.
    #[serde(default)]
    pub unless: Vec<String>,
    /// What fires it instead of phrases.
    #[serde(default)]
    pub listens_for: Option<Detector>,
    /// The limit of `listens_for`, in its unit; for all but `question`.
    #[serde(default)]
    pub above: Option<f64>,
}

/// A whole playbook.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaybookContent {
    /// Its entries; of two that fire at once the more important one is shown.
    #[serde(deserialize_with = "numbered")]
    pub entries: Vec<PlaybookEntry>,
}

impl PlaybookContent {
    /// The same without what can't be seen in titles and guidance, and without blanks around anything.
    #[must_use]
    pub fn cleaned(mut self) -> Self {
        let trim = |text: &mut String| *text = text.trim().to_owned();
        for entry in &mut self.entries {
            trim(&mut entry.id);
            for text in [&mut entry.title, &mut entry.guidance] {
                *text = without_hidden(text).trim().to_owned();
            }
            entry.phrases.iter_mut().chain(&mut entry.unless).for_each(trim);
        }
        self
    }
}

/// A version of an organization's playbook in a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::FromRow))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaybookVersion {
    /// 1, 2, 3 …
    pub version: i64,
    /// Who saved it; null after their data was erased.
    pub created_by: Option<MemberId>,
    /// When it was saved.
    pub created_at: DateTime<Utc>,
}

/// A playbook with what is in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaybookDetail {
    /// 0 for the one that comes with the release; else 1, 2, 3 …
    pub version: i64,
    /// Who saved it; null for version 0, and after their data was erased.
    pub created_by: Option<MemberId>,
    /// When it was saved; null for version 0.
    pub created_at: Option<DateTime<Utc>>,
    /// What is in it.
    pub entries: Vec<PlaybookEntry>,
}

/// A new version of a playbook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPlaybook {
    /// The version that was changed, which must be the newest one still; 0 if the organization has none of its own.
    pub expected_version: i64,
    /// All that is in it: what is missing is gone.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 200))]
    #[serde(deserialize_with = "numbered")]
    pub entries: Vec<PlaybookEntry>,
}

/// Reads entries; says in which one something is wrong.
fn numbered<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PlaybookEntry>, D::Error> {
    struct Entries;

    impl<'de> Visitor<'de> for Entries {
        type Value = Vec<PlaybookEntry>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of entries")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
            let mut entries: Vec<PlaybookEntry> = Vec::new();
            let wrong = |entries: &[PlaybookEntry], error: A::Error| {
                let after = entries.last().map(|entry| format!(", after `{}`", entry.id.chars().take(80).collect::<String>()));
                A::Error::custom(format!("entry {}{}: {error}", entries.len() + 1, after.unwrap_or_default()))
            };
            while let Some(entry) = sequence.next_element().map_err(|error| wrong(&entries, error))? {
                entries.push(entry);
            }
            Ok(entries)
        }
    }

    deserializer.deserialize_seq(Entries)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const ENTRY: &str = r#"{"id": "risk.delay", "kind": "risk", "title": " De\u202elay ", "speaker": "any", "guidance": "Ask.",
        "priority": 5, "verbosity": "quiet", "phrases": [" next year "]}"#;

    fn content(entries: &str) -> Result<PlaybookContent, serde_json::Error> {
        serde_json::from_str(&format!("{{\"entries\": [{entries}]}}"))
    }

    #[test]
    fn what_is_missing_has_its_default_and_what_can_not_be_seen_goes() {
        let read = content(ENTRY).unwrap().cleaned();
        let entry = read.entries.first().unwrap();
        assert_eq!((entry.title.as_str(), entry.phrases.as_slice()), ("Delay", ["next year".to_owned()].as_slice()));
        assert_eq!((entry.negation, entry.cool_down, entry.listens_for, entry.above), (Negation::Blocks, None, None, None));
        let json = serde_json::to_string(&read).unwrap();
        assert_eq!(serde_json::from_str::<PlaybookContent>(&json).unwrap(), read);
        assert_eq!(postcard::from_bytes::<PlaybookContent>(&postcard::to_allocvec(&read).unwrap()).unwrap(), read);
    }

    #[test]
    fn an_entry_that_can_not_be_read_is_named() {
        let other = ENTRY.replace("\"kind\": \"risk\",", "");
        for (entries, says) in [
            (other, "entry 1: missing field `kind`"),
            (format!("{ENTRY}, {}", ENTRY.replace("\"quiet\"", "\"loud\"")), "entry 2, after `risk.delay`: unknown variant `loud`"),
            (format!("{ENTRY}, {}", ENTRY.replace("\"priority\": 5", "\"priority\": 500")), "entry 2, after `risk.delay`: invalid value"),
            (ENTRY.replace("\"title\"", "\"heading\""), "entry 1: unknown field `heading`"),
        ] {
            let error = content(&entries).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
